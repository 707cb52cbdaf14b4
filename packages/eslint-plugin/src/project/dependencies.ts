// What a kept result depends on in another file, and whether that is what it was.
//
// Guarantees: a dependency on parts of a file holds as long as these parts are the same (`used-parts.ts`), one on a text as long as every character is. A
// file of which nothing was in sight, because it is too large or imports too much, is one of which nothing is.
import type { Language } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import { sourceOf, type Lower } from './files.ts';
import { hashOfFile } from './project-listing.ts';
import { readSource } from './read-source.ts';
import { hashOfCode, hashOfParts, type UsedParts } from './used-parts.ts';

export interface Dependency {
  readonly file: string;
  /** Of its text. */
  readonly hash: string;
  /** The parts that were used and the hash of these; none if the result depends on all of the text. */
  readonly used?: { readonly parts: readonly string[] | 'all'; readonly hash: string };
}

/** How files are read. */
export interface Reading {
  readonly language: Language;
  readonly lower: Lower;
  readonly libraries: Libraries;
}

export function dependencyOnParts(file: string, parts: UsedParts, reading: Reading): Dependency {
  const hash = usedHash(file, parts, reading);
  return hash === null ? dependencyOnText(file, reading) : { file, hash: hashOfFile(file, reading.language), used: { parts: parts === 'all' ? parts : [...parts].sort(), hash } };
}

export function dependencyOnText(file: string, { language }: Reading): Dependency {
  return { file, hash: hashOfFile(file, language) };
}

export function isUnchanged({ file, hash, used }: Dependency, reading: Reading): boolean {
  return hashOfFile(file, reading.language) === hash || (used !== undefined && usedHash(file, used.parts === 'all' ? 'all' : new Set(used.parts), reading) === used.hash);
}

const OUT_OF_SIGHT = 'out of sight';

function usedHash(file: string, parts: UsedParts, { language, lower, libraries }: Reading): string | null {
  try {
    if (parts === 'all') return hashOfCode(readSource(file), language);
    const source = sourceOf(file, lower);
    return source === null ? OUT_OF_SIGHT : hashOfParts(source.module, source.text, parts, libraries);
  } catch {
    return null;
  }
}
