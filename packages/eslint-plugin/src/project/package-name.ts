// The name of the npm package that a file belongs to: that of the nearest package.json which has one, or null. What cannot be read has none.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const known = new Map<string, string | null>();

/** @param file an absolute path */
export function packageNameOf(file: string): string | null {
  const folder = dirname(file);
  let name = known.get(folder);
  if (name === undefined) {
    name = nameIn(join(folder, 'package.json')) ?? (dirname(folder) === folder ? null : packageNameOf(folder));
    known.set(folder, name);
  }
  return name;
}

function nameIn(file: string): string | null {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null && 'name' in content && typeof content.name === 'string' ? content.name : null;
  } catch {
    return null;
  }
}
