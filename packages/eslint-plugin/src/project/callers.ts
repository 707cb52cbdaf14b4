// What the callers of a file say about it: the analyses of the files that import it, as far as they look into it.
//
// A function whose network arrives from outside is judged by its call sites in the project. The importers are analysed as they are when
// they are linted themselves, and what they showed of other files is kept, so that linting a whole project costs one analysis per file.
// What is kept is used while none of the files that went into it has changed. The text that is being linted counts before the one on disk:
// in an editor the two differ.
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, normalize } from 'node:path';
import { askNearestFirst } from '../interpret/imports.ts';
import { interpret, type Interpretation } from '../interpret/interpret.ts';
import type { Observations } from '../interpret/observation.ts';
import type { Recorder } from '../interpret/recorder.ts';
import type { Module } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import { FilesInSight, type Lower, type SourceText } from './files.ts';
import { importersOf } from './importers.ts';
import { isModeSource } from './mode-sources.ts';
import { mentionsModes } from './relevance.ts';
import { resolutionByLayout, type Resolution } from './resolution.ts';

const MAX_KEPT = 600;
/** Steps of analyses of callers that an editor can wait for at every key: less than a tenth of a second. */
const MAX_AT_A_KEY = 12_000;

/** What the callers in sight showed of one file. */
export interface CallersView {
  readonly observations: readonly Observations[];
  /** Functions that have a caller in sight, by the start of their names; empty if some callers are out of sight. */
  readonly called: ReadonlySet<number>;
  /** All files that the callers' analyses looked into. */
  readonly files: readonly string[];
  /** The files that are not in sight of the analysed one itself, for messages that speak of them. */
  textOf(file: string): string | null;
}

/** What an analysis of a file looked into, without what it saw there. */
export interface Reach {
  /** The files that it showed something of, by their normal names. */
  readonly files: readonly string[];
  /** What it took. */
  readonly steps: number;
}

/** What an earlier run has noted of a file, and the other files that this depends on; null if it has not, or they have changed. */
export type KnownReach = (file: string) => { readonly reach: Reach; readonly dependencies: readonly string[] } | null;

/** While what went into it is what it was. */
interface Lasting {
  readonly libraries: Libraries;
  /** How its imports were resolved: the key of that resolution. */
  readonly resolution: string;
  readonly stamps: readonly (readonly [file: string, stamp: string])[];
}

interface Kept extends Interpretation, Lasting {}

const kept = new Map<string, Kept>();
const reaches = new Map<string, Reach & Lasting>();

/** Analyses `module`; what it shows, also of other files, is kept if its text is the one on disk. */
export function interpretAndKeep(module: Module, text: string, libraries: Libraries, files: FilesInSight, recorder: Recorder | null = null, resolution: Resolution = resolutionByLayout(module.language)): Interpretation {
  // What was kept has no states to show.
  if (recorder !== null) return normalized(interpret(module, libraries, files, recorder));
  const run = (): Interpretation => (isAboutModes({ module, text }, null, libraries, files) ? interpret(module, libraries, files) : NOTHING);
  if (!isAbsolute(module.file) || !isOnDisk(module.file, text)) return normalized(run());
  const file = normalize(module.file);
  return keptOf(file, libraries, resolution) ?? keep(file, run(), libraries, files, resolution);
}

/** What the callers of `module` show of it. */
export function viewOfCallers(module: Module, text: string, libraries: Libraries, lower: Lower, recorder: Recorder | null = null, resolution: Resolution = resolutionByLayout(module.language), known: KnownReach = () => null): CallersView {
  const file = normalize(module.file);
  const { files: importers, complete } = importersOf(file, module.language, resolution);
  const saved = importers.length > 0 && isOnDisk(file, text);
  const look = (importer: string, unsaved: SourceText | null): Kept | null => viewOf(importer, file, unsaved, libraries, lower, recorder, resolution);
  const { asked, skipped } = saved ? { asked: importers, skipped: false } : askedAtAKey(importers, file, (importer) => keptReach(importer, libraries, resolution, known), (importer) => look(importer, null));
  const views = asked.flatMap((importer) => look(importer, saved ? null : { module, text }) ?? []);
  const called = new Set<number>();
  if (complete && !skipped && views.length === asked.length) for (const view of views) for (const start of view.entered.get(file) ?? []) called.add(start);
  const files = [...new Set(views.flatMap((view) => view.stamps.map(([path]) => path)))];
  return {
    observations: views.flatMap((view) => view.observations.get(file) ?? []),
    called,
    files,
    textOf: (other) => (files.includes(other) ? readText(other) : null),
  };
}

/**
 * The callers that are asked again at every key in an editor: those that looked into this file before, while there is time for them; what takes long is
 * asked again when the file is saved. Of whom nothing is known is asked about what is saved, once, some at each key.
 */
function askedAtAKey(importers: readonly string[], file: string, known: (importer: string) => Reach | null, look: (importer: string) => Interpretation | null): { readonly asked: readonly string[]; readonly skipped: boolean } {
  const asked: string[] = [];
  let skipped = false;
  let left = MAX_AT_A_KEY;
  for (const importer of importers) {
    let reach = known(importer);
    if (reach === null && left > 0) {
      const seen = look(importer);
      reach = seen === null ? null : reachOf(seen);
      left -= reach?.steps ?? 0;
    }
    if (reach !== null && !reach.files.includes(file)) continue;
    if (reach === null || reach.steps > left) skipped = true;
    else {
      asked.push(importer);
      left -= reach.steps;
    }
  }
  return { asked, skipped };
}

export function reachOf({ observations, steps }: Interpretation): Reach {
  return { files: [...observations.keys()], steps };
}

/** What is known of an importer without looking: from this process, or noted by an earlier run. */
function keptReach(importer: string, libraries: Libraries, resolution: Resolution, known: KnownReach): Reach | null {
  const here = keptOf(importer, libraries, resolution);
  if (here !== null) return reachOf(here);
  const before = reaches.get(importer);
  if (before !== undefined && isCurrent(before, libraries, resolution)) return before;
  const noted = known(importer);
  if (noted === null) return null;
  reaches.set(importer, { ...noted.reach, libraries, resolution: resolution.key, stamps: stampsOf([importer, ...noted.dependencies]) });
  return noted.reach;
}

function viewOf(importer: string, file: string, unsaved: SourceText | null, libraries: Libraries, lower: Lower, recorder: Recorder | null, resolution: Resolution): Kept | null {
  const known = unsaved === null && recorder === null ? keptOf(importer, libraries, resolution) : null;
  if (known !== null) return known;
  const text = readText(importer);
  if (text === null) return null;
  let module: Module;
  try {
    module = lower(importer, text);
  } catch {
    return null;
  }
  const files = new FilesInSight(module, libraries, lower, unsaved === null ? null : { file, module: unsaved.module }, resolution);
  const result = recorder === null && !isAboutModes({ module, text }, unsaved, libraries, files) ? NOTHING : interpret(module, libraries, files, recorder);
  return keep(importer, result, libraries, files, resolution, unsaved === null);
}

const NOTHING: Interpretation = { observations: new Map(), entered: new Map(), steps: 0 };

/** Whether any file that the analysis of `main` would look into is. Without one, no network comes into it. */
function isAboutModes(main: SourceText, unsaved: SourceText | null, libraries: Libraries, files: FilesInSight): boolean {
  askNearestFirst(main.module, files);
  const all = [main, ...(unsaved === null ? [] : [unsaved]), ...files.sources()];
  return all.some(({ module, text }) => mentionsModes(module, text, libraries)) && all.some(({ module }) => isModeSource(module, libraries));
}

function keptOf(file: string, libraries: Libraries, resolution: Resolution): Kept | null {
  const known = kept.get(file);
  return known !== undefined && isCurrent(known, libraries, resolution) ? known : null;
}

function isCurrent(known: Lasting, libraries: Libraries, resolution: Resolution): boolean {
  return known.libraries === libraries && known.resolution === resolution.key && known.stamps.every(([path, stamp]) => stampOf(path) === stamp);
}

function keep(file: string, result: Interpretation, libraries: Libraries, files: FilesInSight, resolution: Resolution, forLater = true): Kept {
  const item: Kept = { ...normalized(result), libraries, resolution: resolution.key, stamps: stampsOf([file, ...files.seen()]) };
  if (!forLater) return item;
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value!);
  kept.delete(file);
  kept.set(file, item);
  return item;
}

/** Files by their normal names: the linter that asks may spell them in another way. */
function normalized({ observations, entered, steps }: Interpretation): Interpretation {
  return { observations: new Map([...observations].map(([file, item]) => [normalize(file), item])), entered: new Map([...entered].map(([file, item]) => [normalize(file), item])), steps };
}

function stampsOf(files: readonly string[]): Lasting['stamps'] {
  return files.map((file) => [file, stampOf(file)]);
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size}`;
}

function isOnDisk(file: string, text: string): boolean {
  const onDisk = readText(file);
  return onDisk === text || onDisk === `\uFEFF${text}`;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
