// What the analysis of a file found, kept on disk for the next run and for the other processes of this one.
//
// Guarantees: a result is given back only if the text of the file (its code, if nothing was found), what was used of every file that went into it (all of its text, if the result speaks of that
// file), what its importers show of it, the set of files of the project, its configuration, the library models and modeguard itself are what they were. An edit
// costs the analyses of the files that it can affect: an importer that has changed, but does with this file what it did, leaves the result as it is.
// Refuses: texts that are not saved.
import { basename, normalize } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { ownStamp, placeOf, readEntry, writeEntry } from './cache-folder.ts';
import { dependencyOnParts, dependencyOnText, isUnchanged, type Dependency, type Reading } from './dependencies.ts';
import { importersOf } from './importers.ts';
import { hashOf, hashOfFile, listingAround } from './project-listing.ts';
import { mayHaveLayers } from './relevance.ts';
import type { Resolution } from './resolution.ts';
import { hashOfCode, type UsedParts } from './used-parts.ts';

export interface TextQuestion {
  readonly file: string;
  readonly text: string;
  /** Of the text, if somebody has it: the text is then not asked for where the hash will do. */
  readonly textHash?: string;
  readonly language: Language;
  /** Whatever else the result depends on: the user's library models. */
  readonly settings: unknown;
}

export interface CacheQuestion extends TextQuestion, Reading {
  /** How imports are resolved, if not by the layout alone. */
  readonly resolution?: Resolution;
}

/** What went into a result beside the text of its file. */
export interface Ingredients {
  /** The files that the analysis asked for, and what it used of them. */
  readonly dependencies: ReadonlyMap<string, UsedParts>;
  /** What the importers showed of the file, by importer (`kept-views.ts`). */
  readonly views: ReadonlyMap<string, string>;
}

interface Entry {
  readonly key: string;
  /** Hashes of the file itself: of its text, and of its code where nothing was found that would have a place in it. */
  readonly text: string;
  readonly code: string | null;
  readonly dependencies: readonly Dependency[];
  readonly views: readonly (readonly [importer: string, digest: string])[];
  readonly result: unknown;
}

/**
 * The result that was kept for this question, or undefined.
 *
 * @param digestOf what an importer shows of the file now; null if that is not known
 */
export function keptResult(question: CacheQuestion, digestOf: (importer: string) => string | null): unknown {
  const place = placeOf(question.file, question.language, '');
  if (place === null) return undefined;
  try {
    const entry = readEntry(place) as Entry;
    if (entry.key === keyOfText(question)) return entry.result;
    return entry.key === keyOf(question) && isItself(entry, question) && entry.dependencies.every((dependency) => isUnchanged(dependency, question)) && entry.views.every(([importer, digest]) => digestOf(importer) === digest) ? entry.result : undefined;
  } catch {
    return undefined;
  }
}

function isItself({ text, code }: Entry, question: CacheQuestion): boolean {
  return hashOfText(question) === text || (code !== null && hashOfCode(question.text, question.language) === code);
}

export function keepResult(question: CacheQuestion, { dependencies, views }: Ingredients, result: unknown): void {
  const place = placeOf(question.file, question.language, '');
  if (place === null || hashOfFile(normalize(question.file), question.language) !== hashOfText(question)) return;
  const told = JSON.stringify(result);
  // A message or a witness that leads into another file tells a place in it.
  const on = (other: string, parts: UsedParts): Dependency => (told.includes(basename(other)) ? dependencyOnText(other, question) : dependencyOnParts(other, parts, question));
  const code = told === '[]' ? hashOfCode(question.text, question.language) : null;
  writeEntry(place, { key: keyOf(question), text: hashOfText(question), code, dependencies: [...dependencies].map(([other, parts]) => on(other, parts)), views: [...views], result } satisfies Entry);
}

/** Keeps that nothing is to be found in a text, whatever other files there are. */
export function keepNothing(question: TextQuestion): void {
  const place = placeOf(question.file, question.language, '');
  if (place === null || hashOfFile(normalize(question.file), question.language) !== hashOfText(question)) return;
  const key = keyOfText(question);
  try {
    if ((readEntry(place) as Entry).key === key) return;
  } catch {
    // There is none, or it is damaged.
  }
  writeEntry(place, { key, text: hashOfText(question), code: null, dependencies: [], views: [], result: [] } satisfies Entry);
}

function keyOf({ file, language, settings, resolution, libraries }: CacheQuestion): string {
  const { fingerprint } = listingAround(file, language);
  const importers = importersOf(file, language, resolution);
  return hashOf(JSON.stringify([ownStamp(), fingerprint, importers, settings, resolution?.key ?? '', language === 'typescript' && mayHaveLayers(file, libraries)]));
}

/** For a result that the text alone decides. */
function keyOfText(question: TextQuestion): string {
  return hashOf(JSON.stringify([ownStamp(), 'text', hashOfText(question), question.settings]));
}

function hashOfText(question: TextQuestion): string {
  return question.textHash ?? hashOf(question.text);
}
