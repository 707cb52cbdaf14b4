// The files that an analysed file imports, directly and through others, lowered and ready to be run.
//
// Guarantees: a file is read when it is asked for and again when it has changed on disk; a file that cannot be read or lowered is not in
// sight, and never an error. At most MAX_FILES are in sight, those that are asked for first, and no index of a large package:
// analysing a file must not cost what its project costs. Refuses: files of libraries that a model describes, and whatever is no file on disk (an unnamed editor buffer sees nothing).
import { statSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import type { ProjectFiles } from '../interpret/imports.ts';
import type { Module } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import { packageNameOf } from './package-name.ts';
import { listingAround } from './project-listing.ts';
import { readSource } from './read-source.ts';
import { resolutionByLayout, resolved, type Resolution } from './resolution.ts';

const MAX_FILES = 12;
/** A file with more imports is the index of a large package: following it would mean following all of that. */
const MAX_IMPORTS = 40;
/** Instructions outside of all functions: a file with more is a table of numbers, and would be run to its end, or to that of the budget, for each file that imports it. */
const MAX_STATEMENTS = 20_000;
/**
 * Characters of lowered files that are kept for the next analysis, those that were used last: neighbours import the same. Some 200,000 lines, which is more
 * than most projects have, so that linting a project lowers each file once. They take about 19 bytes each.
 */
const MAX_CACHED = 8_000_000;
const MAX_SIZE = 1_000_000;

/** Lowers the text of a file; may throw. */
export type Lower = (file: string, text: string) => Module;

export interface SourceText {
  readonly module: Module;
  readonly text: string;
}

interface Cached {
  /** Null for what cannot be in sight, which is to be known, too: large files are those that take long to lower. */
  readonly source: SourceText | null;
  readonly time: number;
  readonly size: number;
}

/** In the order of their last use. */
const cache = new Map<string, Cached>();
let cached = 0;

export class FilesInSight implements ProjectFiles {
  readonly #main: Module;
  readonly #mainFile: string;
  readonly #libraries: Libraries;
  readonly #lower: Lower;
  readonly #sources = new Map<string, SourceText | null>();
  readonly #resolved = new Map<Module, Map<string, string | null>>();

  readonly #unsaved: { readonly file: string; readonly module: Module } | null;
  readonly #resolution: Resolution;

  /** @param unsaved a file whose text in an editor is not the one on disk */
  constructor(main: Module, libraries: Libraries, lower: Lower, unsaved: { readonly file: string; readonly module: Module } | null = null, resolution: Resolution = resolutionByLayout(main.language)) {
    this.#main = main;
    this.#mainFile = normalize(main.file);
    this.#unsaved = unsaved;
    this.#resolution = resolution;
    this.#libraries = libraries;
    this.#lower = lower;
  }

  find(from: Module, specifier: string): Module | null {
    if (!isAbsolute(from.file) || specifier === '' || (!specifier.startsWith('.') && this.#libraries.knows(specifier))) return null;
    let known = this.#resolved.get(from);
    if (known === undefined) this.#resolved.set(from, (known = new Map()));
    let file = known.get(specifier);
    if (file === undefined) known.set(specifier, (file = resolved(this.#resolution, from.file, specifier, this.#fingerprint())));
    if (file === null) return null;
    if (file === this.#mainFile) return this.#main;
    if (file === this.#unsaved?.file) return this.#unsaved.module;
    return this.#source(file)?.module ?? null;
  }

  packageOf({ file }: Module): string | null {
    return this.#main.language === 'typescript' && isAbsolute(file) ? packageNameOf(file) : null;
  }

  /** The text of a file in sight, for messages that speak of it. */
  textOf(file: string): string | null {
    return this.#sources.get(file)?.text ?? null;
  }

  /** The files that were asked for and found. */
  seen(): readonly string[] {
    return [...this.#sources.keys()];
  }

  /** What of them is in sight. */
  sources(): readonly SourceText[] {
    return [...this.#sources.values()].filter((source) => source !== null);
  }

  /** Projects of Python are listed for their importers anyway, and search for each library in all folders. */
  #fingerprint(): string {
    return this.#main.language === 'python' ? listingAround(this.#main.file, 'python').fingerprint : '';
  }

  #source(file: string): SourceText | null {
    let source = this.#sources.get(file);
    if (source === undefined) {
      if (this.#sources.size >= MAX_FILES) return null;
      this.#sources.set(file, (source = read(file, this.#lower)));
    }
    return source;
  }
}

/** The file as it is on disk now, lowered; null if it cannot be. */
export function sourceOf(file: string, lower: Lower): SourceText | null {
  return read(file, lower);
}

/** The module of `file` if it was lowered before from the same text. */
export function loweredBefore(file: string, text: string): Module | null {
  const source = recalled(normalize(file))?.source;
  return source?.text === text ? source.module : null;
}

/** Keeps what a linted file was lowered to for those that import it, if its text is the one on disk. */
export function keepLowered(module: Module, text: string): void {
  const file = normalize(module.file);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > MAX_SIZE || readSource(file) !== text) return;
  remember(file, withinLimit({ module, text }), stat);
}

function remember(file: string, source: SourceText | null, { mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): void {
  forget(file);
  cache.set(file, { source, time: mtimeMs, size });
  cached += source?.text.length ?? 0;
  for (const oldest of cache.keys()) {
    if (cached <= MAX_CACHED || oldest === file) return;
    forget(oldest);
  }
}

function forget(file: string): void {
  cached -= cache.get(file)?.source?.text.length ?? 0;
  cache.delete(file);
}

/** What is cached of `file`, which is used now. */
function recalled(file: string): Cached | null {
  const known = cache.get(file) ?? null;
  if (known !== null) {
    cache.delete(file);
    cache.set(file, known);
  }
  return known;
}

function read(file: string, lower: Lower): SourceText | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > MAX_SIZE) return null;
  const known = recalled(file);
  if (known !== null && known.time === stat.mtimeMs && known.size === stat.size) return known.source;
  const source = lowered(file, lower);
  remember(file, source, stat);
  return source;
}

function lowered(file: string, lower: Lower): SourceText | null {
  try {
    const text = readSource(file);
    return withinLimit({ module: lower(file, text), text });
  } catch {
    return null;
  }
}

function withinLimit(source: SourceText): SourceText | null {
  const { blocks } = source.module.funcs[0]!;
  const imports = blocks.reduce((sum, block) => sum + block.instrs.filter((instr) => instr.kind === 'import').length, 0);
  const size = blocks.reduce((sum, block) => sum + block.instrs.length, 0);
  return imports > MAX_IMPORTS || size > MAX_STATEMENTS ? null : source;
}
