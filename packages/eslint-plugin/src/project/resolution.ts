// How the imports of a project lead to its files: by its layout and configuration alone, or as the program of typed linting has it.
import { dirname, extname, normalize } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { resolvePython } from './resolve-python.ts';
import { resolveTypeScript } from './resolve-typescript.ts';

export interface Resolution {
  /** The same for resolutions that lead to the same files: what one of them has found, the other may use. */
  readonly key: string;
  /** The file that `specifier` means in `file`; null if it is none of the project's. May throw: a specifier may be any text. */
  resolve(file: string, specifier: string): string | null;
}

const BY_LAYOUT: Readonly<Record<Language, Resolution>> = {
  python: { key: 'python', resolve: resolvePython },
  typescript: { key: 'typescript', resolve: resolveTypeScript },
};

export function resolutionByLayout(language: Language): Resolution {
  return BY_LAYOUT[language];
}

/** Where import lines led: files of one folder and of one kind import the same, and every file is looked at for several others. */
const answers = new Map<string, { readonly file: string | null; readonly asked: number }>();
/** Milliseconds: an editor asks at every key, and files are added seldom. */
const MAX_AGE = 3000;

/** The normal name of the file that `specifier` means in `file`; what the file system does not take leads nowhere. */
export function resolved(resolution: Resolution, file: string, specifier: string): string | null {
  const key = `${resolution.key} ${dirname(file)} ${extname(file)} ${specifier}`;
  const before = answers.get(key);
  if (before !== undefined && performance.now() - before.asked < MAX_AGE) return before.file;
  const found = resolvedNow(resolution, file, specifier);
  answers.set(key, { file: found, asked: performance.now() });
  return found;
}

function resolvedNow({ resolve }: Resolution, file: string, specifier: string): string | null {
  try {
    const found = resolve(file, specifier);
    return found === null ? null : normalize(found);
  } catch {
    return null;
  }
}
