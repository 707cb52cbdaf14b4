// What the analysis of a file found, kept on disk for the next run and for the other processes of this one.
//
// Guarantees: a result is given back only if the text of the file, the text of every file that went into it, the set of files of the
// project, its configuration, the library models and modeguard itself are what they were. Entries are written beside their place and moved there, so that several
// processes may write at once; a damaged entry, or a place that cannot be written, is as if there were none. Refuses: files outside of any
// project, and texts that are not saved.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '../ir/ir.ts';
import type { KnownReach, Reach } from './callers.ts';
import { importersOf } from './importers.ts';
import { hashOf, hashOfFile, listingAround, rootOf } from './project-listing.ts';
import type { Resolution } from './resolution.ts';

export interface CacheQuestion {
  readonly file: string;
  readonly text: string;
  readonly language: Language;
  /** Whatever else the result depends on: the user's library models. */
  readonly settings: unknown;
  /** How imports are resolved, if not by the layout alone. */
  readonly resolution?: Resolution;
}

interface Entry {
  readonly key: string;
  readonly dependencies: readonly (readonly [file: string, hash: string])[];
  readonly result: unknown;
  readonly reach: Reach | null;
}

/** The result that was kept for this question, or undefined. */
export function keptResult(question: CacheQuestion): unknown {
  return entryOf(question)?.result;
}

/** What `file`, as it is saved, showed of other files when it was run; the rest of the question is that of a file which it imports. */
export function knownReach(question: CacheQuestion): KnownReach {
  return (file) => {
    try {
      const entry = entryOf({ ...question, file, text: readFileSync(file, 'utf8') });
      return entry?.reach == null ? null : { reach: entry.reach, dependencies: entry.dependencies.map(([path]) => path) };
    } catch {
      return null;
    }
  };
}

function entryOf(question: CacheQuestion): Entry | undefined {
  const place = placeOf(question);
  if (place === null) return undefined;
  try {
    const entry = JSON.parse(readFileSync(place, 'utf8')) as Entry;
    if (entry.key === keyOfText(question)) return entry;
    return entry.key === keyOf(question) && entry.dependencies.every(([file, hash]) => hashOfFile(file, question.language) === hash) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** @param dependencies the other files that went into the result  @param reach what running the file showed of other files */
export function keepResult(question: CacheQuestion, dependencies: Iterable<string>, result: unknown, reach: Reach | null = null): void {
  const place = placeOf(question);
  if (place === null || hashOfFile(normalize(question.file), question.language) !== hashOf(question.text)) return;
  const entry: Entry = { key: keyOf(question), dependencies: [...new Set(dependencies)].map((file) => [file, hashOfFile(file, question.language)]), result, reach };
  write(place, entry);
}

/** Keeps that nothing is to be found in a text, whatever other files there are. */
export function keepNothing(question: CacheQuestion): void {
  const place = placeOf(question);
  if (place === null || hashOfFile(normalize(question.file), question.language) !== hashOf(question.text)) return;
  const key = keyOfText(question);
  try {
    if ((JSON.parse(readFileSync(place, 'utf8')) as Entry).key === key) return;
  } catch {
    // There is none, or it is damaged.
  }
  write(place, { key, dependencies: [], result: [], reach: null });
}

function write(place: string, entry: Entry): void {
  const draft = `${place}.${process.pid}.${drafts}`;
  drafts += 1;
  try {
    mkdirSync(dirname(place), { recursive: true });
    ignoreInGit(dirname(place));
    writeFileSync(draft, JSON.stringify(entry));
    renameSync(draft, place);
  } catch {
    // Somebody else's file system: the next run does the work again.
  }
}

let drafts = 0;

/** In the project's node_modules if it has one, else in a hidden folder at its root. */
function placeOf({ file, language }: CacheQuestion): string | null {
  const root = rootOf(dirname(file), language);
  if (root === null) return null;
  const folder = existsSync(join(root, 'node_modules')) ? join(root, 'node_modules', '.cache', 'modeguard') : join(root, '.modeguard_cache');
  return join(folder, `${hashOf(normalize(file))}.json`);
}

/** As other tools do it, so that no project has to list the folder. */
function ignoreInGit(folder: string): void {
  const file = join(folder, '.gitignore');
  if (!existsSync(file)) writeFileSync(file, '*\n');
}

function keyOf({ file, text, language, settings, resolution }: CacheQuestion): string {
  const { fingerprint } = listingAround(file, language);
  const importers = importersOf(file, language, resolution);
  return hashOf(JSON.stringify([ownStamp(), hashOf(text), fingerprint, importers, settings, resolution?.key ?? '']));
}

/** For a result that the text alone decides. */
function keyOfText({ text, settings }: CacheQuestion): string {
  return hashOf(JSON.stringify([ownStamp(), 'text', hashOf(text), settings]));
}

let stamp: string | null = null;

/** Changes with every file of modeguard itself: a result of another version is none. */
function ownStamp(): string {
  if (stamp !== null) return stamp;
  const folder = dirname(dirname(fileURLToPath(import.meta.url)));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  stamp = hashOf(JSON.stringify([process.version, ...files.map((name) => [name, statSync(join(folder, name)).size, statSync(join(folder, name)).mtimeMs])]));
  return stamp;
}
