// The text of a source file on disk.
//
// Guarantees: it is what a linter hands to its rules, which is the text without a byte order mark: places in it are places in the text that is linted, whoever has read it.
// Refuses: files that cannot be read, by an exception.
import { readFileSync } from 'node:fs';

export function readSource(file: string): string {
  const text = readFileSync(file, 'utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
