// Files of TypeScript and JavaScript that nothing with a mode can come to, told by texts: neither the file itself, nor one that it imports, nor one whose calls it
// is judged by, has anything of a library with modes, sets a mode or names one. Most files of a program that runs a network somewhere are such files.
//
// Guarantees: of a file that is apart, the analysis would find nothing. What counts as a source in the lowered file (`mode-sources.ts`) counts here by its spelling, and what cannot be
// read off the text (`require` that is handed on, a library that is, a name with escapes) counts, too. Refuses: to look at more than MAX_LOOKED_AT files, and
// whatever is no file on disk.
// Example: `import * as tf from '@tensorflow/tfjs'; export const f = (x) => tf.tidy(() => tf.square(x));` is apart, unless a file that imports it has `tf.layers`.
import { readFileSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import type { Libraries } from '../libraries/read.ts';
import { importersOf } from './importers.ts';
import { leadsToModes, namesThatCount } from './mode-sources.ts';
import { packageNameOf } from './package-name.ts';
import { listedFile, scriptSpecifiers, type ListedFile } from './project-listing.ts';
import { escaped, everyMatchIsInComment, isBesideWithoutLayers, isInComment, mayHaveLayers, showsNoCalls } from './relevance.ts';
import { resolutionByLayout, resolved, type Resolution } from './resolution.ts';

const MAX_LOOKED_AT = 64;

/** What texts show of a file. */
export interface ShownByTexts {
  /** The other files whose texts show that running it comes to nothing that has a mode; null if they do not. */
  readonly running: readonly string[] | null;
  /** Those whose texts show that nothing is to be found in it, whoever imports it. */
  readonly all: readonly string[] | null;
}

export function shownByTexts(file: string, text: string, libraries: Libraries, resolution: Resolution = resolutionByLayout('typescript')): ShownByTexts {
  if (isBesideWithoutLayers(text, libraries) && !mayHaveLayers(file, libraries)) return { running: null, all: [] };
  const running = filesWithoutModes(file, text, libraries, resolution);
  if (running === null || showsNoCalls(text, libraries)) return { running, all: running };
  const own = normalize(file);
  return { running, all: closure(new Set([own, ...running, ...importersOf(own, 'typescript', resolution).files]), own, libraries, resolution) };
}

/** The files whose texts show that running `file` comes to nothing that has a mode: all that it may import. Null if it may come to something. */
export function filesWithoutModes(file: string, text: string, libraries: Libraries, resolution: Resolution): readonly string[] | null {
  if (!isAbsolute(file) || mayBeSource(file, text, libraries)) return null;
  const own = normalize(file);
  return closure(new Set([own, ...targetsOf(own, scriptSpecifiers(text), libraries, resolution)]), own, libraries, resolution);
}

/** The files of `seen` but for `own`, of which it is known, and all that they import; null if one of them may be a source, or if they are too many. */
function closure(seen: Set<string>, own: string, libraries: Libraries, resolution: Resolution): readonly string[] | null {
  for (const other of seen) {
    if (seen.size > MAX_LOOKED_AT) return null;
    const item = other === own ? null : listedFile(other, 'typescript');
    // What cannot be read, or is too large, is in nobody's sight.
    if (item === null) continue;
    if (isSource(item, libraries)) return null;
    for (const target of targetsOf(other, item.specifiers, libraries, resolution)) seen.add(target);
  }
  seen.delete(own);
  return [...seen];
}

function targetsOf(file: string, specifiers: readonly string[], libraries: Libraries, resolution: Resolution): readonly string[] {
  return specifiers.flatMap((specifier) => (specifier.startsWith('.') || !libraries.knows(specifier) ? (resolved(resolution, file, specifier) ?? []) : []));
}

const sources = new WeakMap<Libraries, WeakMap<ListedFile, boolean>>();

function isSource(item: ListedFile, libraries: Libraries): boolean {
  let known = sources.get(libraries);
  if (known === undefined) sources.set(libraries, (known = new WeakMap()));
  let answer = known.get(item);
  if (answer === undefined) known.set(item, (answer = mayBeSource(item.file, readFileSync(item.file, 'utf8'), libraries)));
  return answer;
}

/** An import whose specifier is no plain text, or not where one is looked for. */
const UNREADABLE = /\b(?:from|import|require)\s*\(?\s*(?:\/[*/]|`|(['"])[^'"\n]*\\)|\bimport\s*\.(?!\s*meta\b)|\brequire\s*(?:<|\?\.)/g;
const ESCAPE = /\\[ux]/;
const IMPORT = /(\bfrom|\bimport|\brequire)\s*\(?\s*(['"])((?:(?!\2)[^\\\n])+)\2/g;

/** Holds unless the text shows that the file is no source (`isModeSource`). */
export function mayBeSource(file: string, text: string, libraries: Libraries): boolean {
  if (ESCAPE.test(text) || !everyMatchIsInComment(text, UNREADABLE) || !everyMatchIsInComment(text, wordsOf(libraries))) return true;
  const packageName = isAbsolute(file) ? packageNameOf(file) : null;
  if (packageName !== null && libraries.models.some(({ own }) => own?.packages.includes(packageName) === true)) return true;
  for (const { 1: keyword, 3: from, index } of text.matchAll(IMPORT)) {
    if (from!.startsWith('.') || !leadsToModes(libraries, from!) || isInComment(text, index)) continue;
    if (keyword !== 'from' || mayGiveModes(text, index, from!, libraries)) return true;
  }
  return false;
}

const NAMED = /^\s+(?:type\s+)?\{([^{}]*)\}\s*$/;
const WHOLE = /^\s+(?:type\s+)?\*\s*as\s+([\w$]+)\s*$/;
const NAME = /^(?:type\s+)?([\w$]+)(?:\s+as\s+[\w$]+)?$/;

/** Holds unless what the declaration that ends with `from` at `end` imports is computed with alone. */
function mayGiveModes(text: string, end: number, from: string, libraries: Libraries): boolean {
  const start = text.lastIndexOf('import', end);
  const clause = start < 0 ? '' : text.slice(start + 'import'.length, end);
  const names = NAMED.exec(clause)?.[1];
  if (names !== undefined) return names.split(',').some((part) => part.trim() !== '' && mayBeOf(from, NAME.exec(part.trim())?.[1], libraries));
  const whole = WHOLE.exec(clause)?.[1];
  if (whole === undefined) return true;
  const name = escaped(whole);
  for (const { index, 1: part } of text.matchAll(new RegExp(`(?<![\\w$])${name}(?![\\w$])(?:\\s*\\.\\s*([\\w$]+))?`, 'g'))) {
    if (index > start && index < end) continue;
    if (mayBeOf(from, part, libraries) && !isInComment(text, index)) return true;
  }
  return false;
}

/** @param name of a part; none where nobody knows which is taken */
function mayBeOf(from: string, name: string | undefined, libraries: Libraries): boolean {
  return name === undefined || name === 'default' || leadsToModes(libraries, `${from}.${name}`);
}

const words = new WeakMap<Libraries, RegExp>();

function wordsOf(libraries: Libraries): RegExp {
  let sought = words.get(libraries);
  if (sought === undefined) words.set(libraries, (sought = new RegExp(`(?<![\\w$])(?:${namesThatCount(libraries).map(escaped).join('|')})(?![\\w$])`, 'g')));
  return sought;
}
