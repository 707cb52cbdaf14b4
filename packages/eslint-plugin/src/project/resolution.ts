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

interface Answer {
  readonly file: string | null;
  /** Of the files of the project when it was given. */
  readonly fingerprint: string;
  readonly given: number;
}

/** Where import lines led: files of one folder and of one kind import the same, and every file is looked at for several others. */
const answers = new Map<string, Answer>();
/** Milliseconds: an editor asks at every key, and files are added seldom. */
const MAX_AGE = 3000;
/** The same where it is known that the project has no other files than before: what is not listed as its own may be imported too. */
const MAX_AGE_UNCHANGED = 30_000;

/**
 * The normal name of the file that `specifier` means in `file`; what the file system does not take leads nowhere.
 *
 * @param fingerprint of the files of the project (`Listing.fingerprint`), if somebody has it
 */
export function resolved(resolution: Resolution, file: string, specifier: string, fingerprint = ''): string | null {
  const key = `${fingerprint === '' ? '' : 'of the same files '}${resolution.key} ${dirname(file)} ${extname(file)} ${specifier}`;
  const before = answers.get(key);
  const now = performance.now();
  if (before !== undefined && before.fingerprint === fingerprint && now - before.given < (fingerprint === '' ? MAX_AGE : MAX_AGE_UNCHANGED)) return before.file;
  const found = resolvedNow(resolution, file, specifier);
  answers.set(key, { file: found, fingerprint, given: now });
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
