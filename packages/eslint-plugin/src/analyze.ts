// The pipeline on one page: source text, syntax tree, IR, observations. Rules turn observations into findings; ESLint, the
// command and the tests all come through here.
import { isAbsolute, normalize } from 'node:path';
import type ts from 'typescript';
import { lowerPython } from './frontends/python/lower.ts';
import { parsePython, type PythonTree } from './frontends/python/parse.ts';
import { listedStatements } from './frontends/typescript/listed-statements.ts';
import { lowerTypeScript } from './frontends/typescript/lower.ts';
import { parseTypeScript } from './frontends/typescript/parse.ts';
import type { Observations } from './interpret/observation.ts';
import type { Recorder } from './interpret/recorder.ts';
import type { Language, Module } from './ir/ir.ts';
import { librariesFor } from './libraries/read.ts';
import type { LibraryModel } from './libraries/schema.ts';
import { digestOfCaller, interpretAndKeep, viewOfCallers, type CallersView, type Setting } from './project/callers.ts';
import { FilesInSight, keepLowered, loweredBefore, sourceOf as sourceOfFile, type Lower } from './project/files.ts';
import { mentionsModes, runsNetworks } from './project/relevance.ts';
import { resolutionByLayout, type Resolution } from './project/resolution.ts';
import type { Ingredients } from './project/result-cache.ts';
import type { TypedProject } from './project/typed-project.ts';
import { isTestFile } from './project/test-file.ts';
import { LineIndex } from './source/line-index.ts';

export interface SourceInput {
  readonly file: string;
  readonly text: string;
  readonly language: Language;
  /** A tree that somebody made already, so that nothing is parsed twice. */
  readonly tree?: PythonTree | ts.SourceFile;
  /** What typed linting knows of the project: where imports lead, and the trees of their files. */
  readonly project?: TypedProject;
  /** Library models of the user's own. */
  readonly libraries?: readonly LibraryModel[];
  /** Set if what importers show may be taken from the disk, and is to be kept there. */
  readonly keepsViews?: boolean;
  /** The files whose texts show that running this one comes to nothing that has a mode (`project/apart.ts`), if somebody has looked and they do. */
  readonly withoutModes?: readonly string[] | null;
  /** Keeps the states of functions that somebody wants to see; what was found before is then not taken from memory. */
  readonly recorder?: Recorder;
}

/** Everything that a rule may look at. */
export interface Analysis {
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly module: Module;
  readonly observations: Observations;
  /** Holds if the file is a test: networks run there in the mode that is tested, and what comes out is looked at. */
  readonly isTest: boolean;
  /** Text and lines of this file or of one that it imports: a witness may lie there. */
  sourceOf(file: string): SourceOfFile;
  /** Where statements of TypeScript start that others may be written in front of. Looked for when somebody asks. */
  listedStatements(): ReadonlySet<number>;
  /** What of other files went into it. */
  readonly ingredients: Ingredients;
}

export interface SourceOfFile {
  readonly text: string;
  readonly lines: LineIndex;
}

export function analyze(input: SourceInput): Analysis {
  const { recorder = null } = input;
  const module = lowerOnce(input);
  const setting = settingOf(input);
  const { libraries } = setting;
  const files = new FilesInSight(module, libraries, setting.lower, null, setting.resolution);
  const own = recorder !== null || mentionsModes(module, input.text, libraries) ? guarded(() => interpretAndKeep(module, input.text, files, setting, input.withoutModes ?? null)) : undefined;
  const callers = isAbsolute(input.file) && module.funcs.length > 1 && (recorder !== null || runsNetworks(module, libraries)) ? guarded(() => viewOfCallers(module, input.text, setting)) : undefined;
  // What was run before, as somebody's importer, has asked for its files then.
  const seen = new Set([...files.seen(), ...(own?.seen ?? [])]);
  const ownObservations = own?.observations.get(normalize(module.file)) ?? NO_OBSERVATIONS;
  const lines = new LineIndex(input.text);
  const indexed = new Map<string, LineIndex>();
  const sourceOf = (file: string): SourceOfFile => {
    const text = file === input.file ? input.text : (files.textOf(file) ?? callers?.textOf(file) ?? (seen.has(normalize(file)) ? sourceOfFile(file, setting.lower)?.text : null) ?? null);
    if (file === input.file || text === null) return { text: input.text, lines };
    let index = indexed.get(file);
    if (index === undefined) indexed.set(file, (index = new LineIndex(text)));
    return { text, lines: index };
  };
  return { file: input.file, text: input.text, lines, module, observations: callers === undefined ? ownObservations : joined(ownObservations, callers), isTest: isTestFile(input.file, input.language), sourceOf, listedStatements: once(() => listedStatements(treeOf(input))), ingredients: { dependencies: new Map([...seen].map((file) => [file, own?.used.get(file) ?? new Set()])), views: callers?.digests ?? new Map() } };
}

/** What `importer` shows of the file now (`Ingredients`); null if its analysis fails. */
export function digestOfImporter(input: SourceInput, importer: string): string | null {
  return guarded(() => digestOfCaller(importer, input.file, settingOf(input))) ?? null;
}

/** What views that are kept on disk depend on beside the files that went into them. */
export function settingsOfViews(language: Language, libraries: readonly LibraryModel[] = [], resolution: Resolution = resolutionByLayout(language)): unknown {
  return [libraries, resolution.key];
}

function settingOf({ language, libraries, project, recorder, keepsViews = false }: SourceInput): Setting {
  const lowerOther: Lower = (file, text) => lower({ file, text, language, ...(project === undefined ? {} : { project }) });
  const resolution = project ?? resolutionByLayout(language);
  return { language, lower: lowerOther, libraries: librariesFor(language, libraries), settings: settingsOfViews(language, libraries, resolution), resolution, keepsViews, recorder: recorder ?? null };
}

/** No linted text may stop the linter: a fault of the analysis costs this file's findings, and shows when asked for. */
function guarded<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (process.env['MODEGUARD_DEBUG'] !== undefined) throw error;
    return undefined;
  }
}

/** A function that has callers in sight is judged by them, and no more by what unknown callers might do. */
function joined(own: Observations, callers: CallersView): Observations {
  const kept = own.forwards.filter((observation) => !callers.called.has(observation.root.nameSpan.start));
  // Whether a mode that a function leaves behind matters is for its callers to show.
  const unrestored = [...own.unrestored.filter((observation) => !callers.called.has(observation.where.func.nameSpan.start)), ...callers.observations.flatMap((seen) => seen.unrestored)];
  // What is wrong with a layer, or with how it is handled, is wrong for whichever caller.
  return { ...own, unrestored, forwards: [...kept, ...callers.observations.flatMap((seen) => seen.forwards)], layers: [...own.layers, ...callers.observations.flatMap((seen) => seen.layers)] };
}

/** A file that others import is lowered for them and for itself alike. */
function lowerOnce(input: SourceInput): Module {
  const known = isAbsolute(input.file) ? loweredBefore(input.file, input.text) : null;
  if (known?.file === input.file) return known;
  // Blocks in one another, thousands of them, are more than the stack holds: such a file is as good as empty.
  const module = guarded(() => lower(input)) ?? lower({ file: input.file, text: '', language: input.language });
  if (isAbsolute(input.file)) guarded(() => keepLowered(module, input.text));
  return module;
}

export function lower(input: SourceInput): Module {
  if (input.language === 'python') return lowerPython((input.tree as PythonTree | undefined) ?? parsePython(input.text), input.file);
  return lowerTypeScript(treeOf(input), input.file);
}

function treeOf(input: SourceInput): ts.SourceFile {
  return (input.tree as ts.SourceFile | undefined) ?? input.project?.treeOf(input.file, input.text) ?? parseTypeScript(input.text, input.file);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

const NO_OBSERVATIONS: Observations = { forwards: [], draws: [], scopes: [], restores: [], unrestored: [], layers: [] };
