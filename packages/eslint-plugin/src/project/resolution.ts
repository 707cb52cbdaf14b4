// How the imports of a project lead to its files: by its layout and configuration alone, or as the program of typed linting has it.
import { normalize } from 'node:path';
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

/** The normal name of the file that `specifier` means in `file`; what the file system does not take leads nowhere. */
export function resolved({ resolve }: Resolution, file: string, specifier: string): string | null {
  try {
    const found = resolve(file, specifier);
    return found === null ? null : normalize(found);
  } catch {
    return null;
  }
}
