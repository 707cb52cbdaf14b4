// What a file shows of those that it imports, kept on disk: which of their functions it calls, and whether anything was seen in them.
//
// Guarantees: a view is given back only if the file, what was used of those that it looks into, the set of files of the project, the library models and modeguard
// itself are what they were. Of an importer that shows nothing in a file, which is the common case, nothing more is needed to lint that file, so that it
// need not be analysed again because another of its imports has changed. Refuses: to keep observations; where there are some, the importer is
// analysed. Its *digest* then changes with every character of what went into it, because observations tell places.
//
// Worked example: `train.py` imports `nets.py` and `paths.py`, runs the networks of the one and only calls `join_all` of the other. An edit in `nets.py` has `train.py`
// analysed again for `nets.py`; for `paths.py` it shows what it showed before, a call of `join_all`, and what was found in `paths.py` stays.
import type { Func, Module } from '../ir/ir.ts';
import { qualifiedName } from '../ir/qualified-name.ts';
import { ownStamp, placeOf, readEntry, writeEntry } from './cache-folder.ts';
import { dependencyOnParts, isUnchanged, type Dependency, type Reading } from './dependencies.ts';
import { hashOf, hashOfFile, listingAround } from './project-listing.ts';
import type { UsedParts } from './used-parts.ts';

export interface ViewQuestion extends Reading {
  /** Whatever else a view depends on: the user's library models, and how imports are resolved. */
  readonly settings: unknown;
}

/** What one file shows of another. */
export interface View {
  /** Functions of the other that it calls, by name (`namesOfFuncs`). */
  readonly called: readonly string[];
  /** Holds if something was seen in the other. */
  readonly isObserved: boolean;
}

/** All that one file shows, and the files that went into that, itself among them. */
export interface Views {
  /** What the analysis of the importer took. */
  readonly steps: number;
  readonly of: ReadonlyMap<string, View>;
  readonly from: ReadonlyMap<string, UsedParts>;
}

interface Entry {
  readonly key: string;
  readonly steps: number;
  readonly from: readonly Dependency[];
  readonly of: Readonly<Record<string, View>>;
}

/** What is known of an importer: what it shows of each file, and the files that went into that. */
export interface KnownViews extends Pick<Entry, 'steps' | 'of'> {
  readonly from: readonly string[];
}

const KIND = '.view';
/** What an importer shows of a file of which it has nothing to say. */
export const NOTHING_SEEN: View = { called: [], isObserved: false };

/** @param importer a saved file */
export function keepViews(question: ViewQuestion, importer: string, { steps, of, from }: Views): void {
  const place = placeOf(importer, question.language, KIND);
  if (place === null) return;
  writeEntry(place, { key: keyOf(question, importer), steps, from: [...from].map(([file, parts]) => dependencyOnParts(file, parts, question)), of: Object.fromEntries(of) } satisfies Entry);
}

/** What `importer` is known to show; null if that is not known. */
export function keptViews(question: ViewQuestion, importer: string): KnownViews | null {
  const place = placeOf(importer, question.language, KIND);
  if (place === null) return null;
  try {
    const { key, steps, from, of } = readEntry(place) as Entry;
    return key === keyOf(question, importer) && from.every((dependency) => isUnchanged(dependency, question)) ? { steps, of, from: from.map((dependency) => dependency.file) } : null;
  } catch {
    return null;
  }
}

/** The same as long as a file is shown the same. */
export function digestOf({ called, isObserved }: View, from: Iterable<string>, { language }: ViewQuestion): string {
  return hashOf(JSON.stringify([[...called].sort(), isObserved ? [...from].map((file) => [file, hashOfFile(file, language)]) : null]));
}

/** The digest of what an importer is known to show of `file`; null if that is not known. */
export function digestOfKnown(question: ViewQuestion, known: KnownViews | null, file: string): string | null {
  return known === null ? null : digestOf(known.of[file] ?? NOTHING_SEEN, known.from, question);
}

function keyOf({ language, settings }: ViewQuestion, importer: string): string {
  return hashOf(JSON.stringify([ownStamp(), listingAround(importer, language).fingerprint, settings]));
}

const names = new WeakMap<Module, ReadonlyMap<Func, string>>();

/** A name for each function, made of those around it: the same after an edit elsewhere in the file. */
export function namesOfFuncs(module: Module): ReadonlyMap<Func, string> {
  let known = names.get(module);
  if (known === undefined) names.set(module, (known = named(module)));
  return known;
}

function named(module: Module): ReadonlyMap<Func, string> {
  const counts = new Map<string, number>();
  return new Map(
    module.funcs.map((func): [Func, string] => {
      const name = qualifiedName(module, func);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return [func, count === 1 ? name : `${name} ${count}`];
    }),
  );
}
