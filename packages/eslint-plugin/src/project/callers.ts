// What the callers of a file say about it: the analyses of the files that import it, as far as they look into it.
//
// A function whose network arrives from outside is judged by its call sites in the project. The importers are analysed as they are when
// they are linted themselves, and what they showed of other files is kept, so that linting a whole project costs one analysis per file.
// What is kept is used while none of the files that went into it has changed; what is kept on disk (`kept-views.ts`), while nothing that was used of them has.
// The text that is being linted counts before the one on disk: in an editor the two differ.
import { statSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import { askNearestFirst } from '../interpret/imports.ts';
import { interpret, type Interpretation } from '../interpret/interpret.ts';
import type { Observations } from '../interpret/observation.ts';
import type { Recorder } from '../interpret/recorder.ts';
import type { Module } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import { filesWithoutModes } from './apart.ts';
import { FilesInSight, type SourceText } from './files.ts';
import { importersOf } from './importers.ts';
import { digestOf, keepViews, keptViews, namesOfFuncs, NOTHING_SEEN, type View, type ViewQuestion, type Views } from './kept-views.ts';
import { reachedWithoutModes } from './reach.ts';
import { readSource } from './read-source.ts';
import { mentionsModes } from './relevance.ts';
import type { Resolution } from './resolution.ts';
import { partOf, type UsedParts } from './used-parts.ts';

const MAX_KEPT = 600;
/** Steps of analyses of callers that an editor can wait for at every key: less than a tenth of a second. */
const MAX_AT_A_KEY = 12_000;

/** What the callers in sight showed of one file. */
export interface CallersView {
  readonly observations: readonly Observations[];
  /** Functions that have a caller in sight, by the start of their names; empty if some callers are out of sight. */
  readonly called: ReadonlySet<number>;
  /** By importer, a digest of what it showed (`kept-views.ts`). */
  readonly digests: ReadonlyMap<string, string>;
  /** The files that are not in sight of the analysed one itself, for messages that speak of them. */
  textOf(file: string): string | null;
}

/** How the files of a project are read and run. */
export interface Setting extends ViewQuestion {
  readonly resolution: Resolution;
  /** Holds if what importers show may be taken from the disk, and is to be kept there. */
  readonly keepsViews: boolean;
  readonly recorder: Recorder | null;
}

/** What running a file showed, with normal names of files: the linter that asks may spell them in another way. */
export interface Shown extends Omit<Interpretation, 'lookedInto'> {
  /** The other files that were asked for. */
  readonly seen: readonly string[];
  /** What was used of them. */
  readonly used: ReadonlyMap<string, UsedParts>;
  /** The functions that were entered, by names that outlive edits. */
  readonly calledNames: ReadonlyMap<string, readonly string[]>;
}

/** While what went into it is what it was. */
interface Lasting {
  readonly libraries: Libraries;
  /** How its imports were resolved: the key of that resolution. */
  readonly resolution: string;
  readonly stamps: readonly (readonly [file: string, stamp: string])[];
}

interface Kept extends Shown, Lasting {}

const kept = new Map<string, Kept>();
/** Of whom an earlier run has noted what they look into. */
const reaches = new Map<string, { readonly observed: ReadonlySet<string>; readonly steps: number } & Lasting>();

/**
 * Analyses `module`; what it shows, also of other files, is kept if its text is the one on disk.
 *
 * @param quiet the files whose texts show that nothing comes of it; null if they do not
 */
export function interpretAndKeep(module: Module, text: string, files: FilesInSight, setting: Setting, quiet: readonly string[] | null): Shown {
  const { libraries, recorder } = setting;
  // What was kept has no states to show.
  if (recorder !== null) return shown(interpret(module, libraries, files, recorder), files);
  const run = (): Shown => (quiet === null ? shown(withoutModes({ module, text }, null, libraries, files) ?? interpret(module, libraries, files), files) : nothingAfter(quiet));
  if (!isAbsolute(module.file) || !isOnDisk(module.file, text)) return run();
  const file = normalize(module.file);
  return keptOf(file, setting) ?? keep(file, run(), setting, true);
}

/** What one importer showed of a file. */
interface CallerView {
  readonly observations: Observations | null;
  readonly entered: ReadonlySet<number>;
  readonly digest: string;
  /** The files that went into it. */
  readonly files: readonly string[];
}

/** What the callers of `module` show of it. */
export function viewOfCallers(module: Module, text: string, setting: Setting): CallersView {
  const file = normalize(module.file);
  const { files: importers, complete } = importersOf(file, module.language, setting.resolution);
  const saved = importers.length > 0 && isOnDisk(file, text);
  const { asked, skipped } = saved ? { asked: importers, skipped: false } : askedAtAKey(importers, file, setting);
  const seen = asked.map((importer) => viewOf(importer, module, saved ? null : text, setting));
  const views = seen.filter((view) => view !== null);
  const called = new Set<number>();
  if (complete && !skipped && views.length === asked.length) for (const view of views) for (const start of view.entered) called.add(start);
  const files = new Set(views.flatMap((view) => view.files));
  return {
    observations: views.flatMap((view) => view.observations ?? []),
    called,
    digests: new Map(asked.map((importer, at) => [importer, seen[at]?.digest ?? UNREADABLE])),
    textOf: (other) => (files.has(other) ? readText(other) : null),
  };
}

/**
 * The callers that are asked again at every key in an editor: those that looked into this file before, while there is time for them; what takes long is
 * asked again when the file is saved. Of whom nothing is known is asked about what is saved, once, some at each key.
 */
function askedAtAKey(importers: readonly string[], file: string, setting: Setting): { readonly asked: readonly string[]; readonly skipped: boolean } {
  const asked: string[] = [];
  let skipped = false;
  let left = MAX_AT_A_KEY;
  for (const importer of importers) {
    let reach = reachKnown(importer, file, setting);
    if (reach === null && left > 0) {
      const seen = shownBy(importer, file, null, setting)?.kept ?? null;
      reach = seen === null ? null : { isObserved: seen.observations.has(file), steps: seen.steps };
      left -= reach?.steps ?? 0;
    }
    if (reach !== null && !reach.isObserved) continue;
    if (reach === null || reach.steps > left) skipped = true;
    else {
      asked.push(importer);
      left -= reach.steps;
    }
  }
  return { asked, skipped };
}

/** Whether an importer looks into a file, and what its analysis takes. */
interface Reach {
  readonly isObserved: boolean;
  readonly steps: number;
}

/** What is known of an importer without an analysis: from this process, or noted by an earlier run. */
function reachKnown(importer: string, file: string, setting: Setting): Reach | null {
  const here = keptOf(importer, setting);
  if (here !== null) return { isObserved: here.observations.has(file), steps: here.steps };
  const before = reaches.get(importer);
  if (before !== undefined && isCurrent(before, setting)) return { isObserved: before.observed.has(file), steps: before.steps };
  const noted = setting.keepsViews ? keptViews(setting, importer) : null;
  if (noted === null) return null;
  const observed = new Set(Object.entries(noted.of).flatMap(([path, view]) => (view.isObserved ? [path] : [])));
  reaches.set(importer, { observed, steps: noted.steps, ...lasting(noted.from, setting) });
  return { isObserved: observed.has(file), steps: noted.steps };
}

/** What an importer shows that cannot be analysed. */
const UNREADABLE = 'unreadable';

/** What `importer` shows of a saved file now, as a digest. */
export function digestOfCaller(importer: string, file: string, setting: Setting): string {
  const from = normalize(file);
  const shows = shownByKept(importer, from, setting) ?? shownBy(importer, from, null, setting);
  return shows === null ? UNREADABLE : digestOf(shows.view, shows.files, setting);
}

function viewOf(importer: string, module: Module, unsaved: string | null, setting: Setting): CallerView | null {
  const file = normalize(module.file);
  const before = unsaved === null ? shownByKept(importer, file, setting) : null;
  // Whether a kept view is one of nothing is known without an analysis.
  if (before !== null && !before.view.isObserved) {
    const names = new Set(before.view.called);
    const entered = new Set([...namesOfFuncs(module)].flatMap(([func, name]) => (names.has(name) ? [func.nameSpan.start] : [])));
    return { observations: null, entered, digest: digestOf(before.view, before.files, setting), files: before.files };
  }
  const now = shownBy(importer, file, unsaved === null ? null : { module, text: unsaved }, setting);
  if (now === null) return null;
  return { observations: now.kept.observations.get(file) ?? null, entered: now.kept.entered.get(file) ?? new Set(), digest: digestOf(now.view, now.files, setting), files: now.files };
}

/** What the disk knows of an importer that is not in memory. */
function shownByKept(importer: string, file: string, setting: Setting): { readonly view: View; readonly files: readonly string[] } | null {
  if (!setting.keepsViews || setting.recorder !== null || keptOf(importer, setting) !== null) return null;
  const known = keptViews(setting, importer);
  return known === null ? null : { view: known.of[file] ?? NOTHING_SEEN, files: known.from };
}

/** What an importer shows of `file`, from memory or by its analysis. */
function shownBy(importer: string, file: string, unsaved: SourceText | null, setting: Setting): { readonly kept: Kept; readonly view: View; readonly files: readonly string[] } | null {
  const known = (unsaved === null && setting.recorder === null ? keptOf(importer, setting) : null) ?? analysed(importer, file, unsaved, setting);
  return known === null ? null : { kept: known, view: viewIn(known, file), files: known.stamps.map(([path]) => path) };
}

function viewIn({ observations, calledNames }: Shown, file: string): View {
  return { called: calledNames.get(file) ?? [], isObserved: observations.has(file) };
}

function analysed(importer: string, file: string, unsaved: SourceText | null, setting: Setting): Kept | null {
  const { language, libraries, lower, recorder, resolution } = setting;
  const text = readText(importer);
  if (text === null) return null;
  const quiet = language === 'typescript' && unsaved === null && recorder === null ? filesWithoutModes(importer, text, libraries, resolution) : null;
  if (quiet !== null) return keep(importer, nothingAfter(quiet), setting, true);
  let module: Module;
  try {
    module = lower(importer, text);
  } catch {
    return null;
  }
  const files = new FilesInSight(module, libraries, lower, unsaved === null ? null : { file, module: unsaved.module }, resolution);
  const result = (recorder === null ? withoutModes({ module, text }, unsaved, libraries, files) : null) ?? interpret(module, libraries, files, recorder);
  return keep(importer, shown(result, files), setting, unsaved === null);
}

const NOTHING: Interpretation = { observations: new Map(), entered: new Map(), lookedInto: new Map(), steps: 0 };

/** What the analysis of a file shows of which the texts of these others tell that it comes to nothing that has a mode. It depends on all of each text. */
function nothingAfter(seen: readonly string[]): Shown {
  return { ...NOTHING, seen, used: new Map(seen.map((other) => [other, 'all'])), calledNames: new Map() };
}

/** What the analysis of `main` shows if it comes to nothing that has a mode: no network comes into it then. Null if it may. */
function withoutModes(main: SourceText, unsaved: SourceText | null, libraries: Libraries, files: FilesInSight): Interpretation | null {
  if (isOnlyIndex(main.module)) return NOTHING;
  askNearestFirst(main.module, files);
  const all = [main, ...(unsaved === null ? [] : [unsaved]), ...files.sources()];
  if (!all.some(({ module, text }) => mentionsModes(module, text, libraries))) return NOTHING;
  const reached = reachedWithoutModes(main.module, all.map(({ module }) => module), libraries);
  return reached === null ? null : { ...NOTHING, lookedInto: reached };
}

/** A file of TypeScript or JavaScript that hands on what others export, and calls nothing: what their statements do is seen where they are linted. */
function isOnlyIndex({ language, funcs, classes }: Module): boolean {
  return language === 'typescript' && funcs.length === 1 && classes.length === 0 && !funcs[0]!.blocks.some(({ instrs }) => instrs.some(({ kind }) => kind === 'call'));
}

function keptOf(file: string, setting: Setting): Kept | null {
  const known = kept.get(file);
  return known !== undefined && isCurrent(known, setting) ? known : null;
}

function isCurrent(known: Lasting, { libraries, resolution }: Setting): boolean {
  return known.libraries === libraries && known.resolution === resolution.key && known.stamps.every(([path, stamp]) => stampOf(path) === stamp);
}

function lasting(files: Iterable<string>, { libraries, resolution }: Setting): Lasting {
  return { libraries, resolution: resolution.key, stamps: [...files].map((path) => [path, stampOf(path)] as const) };
}

function keep(file: string, result: Shown, setting: Setting, isSaved: boolean): Kept {
  const item: Kept = { ...result, ...lasting([file, ...result.seen], setting) };
  if (!isSaved) return item;
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value!);
  kept.delete(file);
  kept.set(file, item);
  if (setting.keepsViews && setting.recorder === null) keepViews(setting, file, viewsIn(file, item));
  return item;
}

function viewsIn(file: string, item: Kept): Views {
  const others = new Set([...item.observations.keys(), ...item.calledNames.keys()]);
  others.delete(file);
  return {
    steps: item.steps,
    of: new Map([...others].map((other) => [other, viewIn(item, other)])),
    // Of a file that was only looked at no function was used; of the importer itself everything counts.
    from: new Map(item.stamps.map(([path], at) => [path, at === 0 ? 'all' : (item.used.get(path) ?? new Set())])),
  };
}

function shown({ observations, entered, lookedInto, steps }: Interpretation, files: FilesInSight): Shown {
  const used = [...lookedInto].map(([file, { module, funcs }]): [string, ReadonlySet<string>] => {
    const text = files.textOf(normalize(file)) ?? '';
    return [normalize(file), new Set([...funcs].flatMap((func) => partOf(module, text, func) ?? []))];
  });
  const calledNames = [...entered].map(([file, starts]): [string, readonly string[]] => {
    const module = lookedInto.get(file)?.module;
    return [normalize(file), module === undefined ? [] : [...namesOfFuncs(module)].flatMap(([func, name]) => (starts.has(func.nameSpan.start) ? [name] : []))];
  });
  return { observations: new Map([...observations].map(([file, item]) => [normalize(file), item])), entered: new Map([...entered].map(([file, item]) => [normalize(file), item])), seen: files.seen(), used: new Map(used), calledNames: new Map(calledNames), steps };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size}`;
}

function isOnDisk(file: string, text: string): boolean {
  return readText(file) === text;
}

function readText(file: string): string | null {
  try {
    return readSource(file);
  } catch {
    return null;
  }
}
