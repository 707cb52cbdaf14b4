// What the rules find in the file that ESLint is linting: made once, shared by every rule, and taken from the disk where an earlier run has
// kept it. Rules run one after the other on the same `SourceCode`, so its identity is the key; nothing is kept in memory when ESLint
// drops it.
import type { TSESLint } from '@typescript-eslint/utils';
import type ts from 'typescript';
import { analyze, digestOfImporter, lower, type SourceInput } from '../analyze.ts';
import type { LibraryModel } from '../libraries/schema.ts';
import { requestFor } from '../debug/debug-request.ts';
import { NoSuchFunction, printFunctions } from '../debug/print-functions.ts';
import { mayReveal, recorderFor, reveal, type RevealMarker } from '../debug/reveal.ts';
import type { Recorder } from '../interpret/recorder.ts';
import { librariesFor } from '../libraries/read.ts';
import { shownByTexts } from '../project/apart.ts';
import { ConfigurationError } from '../project/configuration-error.ts';
import { projectLibraries, readLibraries } from '../project/own-libraries.ts';
import { readSource } from '../project/read-source.ts';
import { isBeside } from '../project/relevance.ts';
import { TypedProject } from '../project/typed-project.ts';
import { keepNothing, keepResult, keptResult, type CacheQuestion } from '../project/result-cache.ts';
import type { Finding } from '../report/finding.ts';
import { RULES } from '../rules/registry.ts';
import { LineIndex } from '../source/line-index.ts';
import { isCollecting } from './collect.ts';
import { PythonSourceCode } from './python-source-code.ts';

export interface FileFindings {
  readonly findings: readonly Finding[];
  /** Lines of this file, or of another that a witness leads to. */
  linesOf(file: string): LineIndex;
  /** What the analysis says at a marker; null in a text that has none. */
  readonly reveal: ((marker: RevealMarker) => string) | null;
}

interface Question extends CacheQuestion {
  readonly resolution?: TypedProject;
}

interface Settings {
  readonly libraries: readonly LibraryModel[];
  readonly cache: boolean;
}

const NO_SETTINGS: Settings = { libraries: [], cache: true };
const found = new WeakMap<object, FileFindings>();
const known = new WeakMap<object, Settings>();
const joined = new WeakMap<readonly LibraryModel[], WeakMap<readonly LibraryModel[], readonly LibraryModel[]>>();

export function findingsOf(context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>): FileFindings {
  const key = context.sourceCode as object;
  let result = found.get(key);
  if (result === undefined) found.set(key, (result = find(context)));
  return result;
}

function find(context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>): FileFindings {
  const settings = settingsOf(context.settings, context.cwd);
  const libraries = together(settings.libraries, projectLibraries(context.filename));
  const language = (context.sourceCode as unknown) instanceof PythonSourceCode ? 'python' : 'typescript';
  const { text } = context.sourceCode;
  const recorder = mayReveal(text) ? recorderFor(context.filename) : undefined;
  // Whoever looks for a fault of the analysis, or at its states, wants it to run.
  const runs = recorder !== undefined || process.env['MODEGUARD_DEBUG'] !== undefined;
  // Quicker than to look whether it is known that there is nothing to find.
  if (!runs && language === 'typescript' && isBeside(text, librariesFor(language, libraries))) {
    // For the command, which need not even parse it then; ESLint parses in any case, and looking into the text is quicker than looking up what is known of it.
    if (settings.cache && isCollecting()) keepNothing({ file: context.filename, text, language, settings: libraries });
    return { findings: [], linesOf: linesFrom({ file: context.filename, text }), reveal: null };
  }
  const project = typedProject(context.sourceCode);
  const question: Question = { file: context.filename, text, language, lower: (other, ofOther) => lower({ file: other, text: ofOther, language }), libraries: librariesFor(language, libraries), settings: libraries, ...(project === null ? {} : { resolution: project }) };
  const told = !runs && language === 'typescript' ? shownByTexts(context.filename, text, question.libraries, question.resolution) : null;
  if (told !== null && told.all !== null) {
    if (settings.cache && isCollecting()) keepResult(question, { dependencies: new Map(told.all.map((other) => [other, 'all'])), views: new Map() }, []);
    return { findings: [], linesOf: linesFrom(question), reveal: null };
  }
  const caches = settings.cache && !runs;
  const input: SourceInput = { ...inputOf(context, question, libraries, recorder, caches), withoutModes: told?.running ?? null };
  const kept = caches ? keptResult(question, (importer) => digestOfImporter(input, importer)) : undefined;
  if (Array.isArray(kept)) return { findings: kept as readonly Finding[], linesOf: linesFrom(question), reveal: null };
  printIfAsked(question, libraries, context.cwd);
  const analysis = analyze(input);
  const findings = RULES.flatMap((rule) => rule.judge(analysis));
  if (caches) keepResult(question, analysis.ingredients, findings);
  return { findings, linesOf: (file) => analysis.sourceOf(file).lines, reveal: recorder === undefined ? null : (marker) => reveal(analysis, recorder, marker) };
}

function inputOf(context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>, { file, text, language, resolution }: Question, libraries: readonly LibraryModel[], recorder: Recorder | undefined, keepsViews: boolean): SourceInput {
  const sourceCode: unknown = context.sourceCode;
  const input: SourceInput = { file, text, language, libraries, keepsViews, ...(recorder === undefined ? {} : { recorder }) };
  if (sourceCode instanceof PythonSourceCode) {
    return {
      ...input,
      // Parsed when somebody asks.
      get tree() {
        return sourceCode.tree;
      },
    };
  }
  return resolution === undefined ? input : { ...input, project: resolution };
}

/** With MODEGUARD_DEBUG set to a file or a function: its IR and states, on standard error, where a formatter's output does not mix with it. */
function printIfAsked({ file, text, language }: CacheQuestion, libraries: readonly LibraryModel[], folder: string): void {
  const request = requestFor(file, folder);
  if (request === null) return;
  try {
    process.stderr.write(printFunctions({ file, text, language, libraries }, request.functionName));
  } catch (error) {
    if (!(error instanceof NoSuchFunction)) throw error;
    // A function that was asked for in whichever file need not be in each.
    if (request.file !== '') process.stderr.write(`MODEGUARD_DEBUG: ${error.message}\n`);
  }
}

/** The compiler's program, if typed linting has made one. */
function typedProject(sourceCode: Readonly<TSESLint.SourceCode>): TypedProject | null {
  const program = sourceCode.parserServices?.program;
  return program == null ? null : TypedProject.of(program as unknown as ts.Program);
}

function linesFrom({ file, text }: Pick<CacheQuestion, 'file' | 'text'>): FileFindings['linesOf'] {
  const indexed = new Map<string, LineIndex>();
  return (other) => {
    let lines = indexed.get(other);
    if (lines === undefined) indexed.set(other, (lines = new LineIndex(other === file ? text : readSource(other))));
    return lines;
  };
}

/** Both lists in one array, the same for the same lists. */
function together(own: readonly LibraryModel[], ofProject: readonly LibraryModel[]): readonly LibraryModel[] {
  if (ofProject.length === 0) return own;
  if (own.length === 0) return ofProject;
  let byProject = joined.get(own);
  if (byProject === undefined) joined.set(own, (byProject = new WeakMap()));
  let both = byProject.get(ofProject);
  if (both === undefined) byProject.set(ofProject, (both = [...ofProject, ...own]));
  return both;
}

/** `settings.modeguard`: checked once per settings object. */
function settingsOf(settings: TSESLint.SharedConfigurationSettings, folder: string): Settings {
  const own: unknown = (settings as { modeguard?: unknown }).modeguard;
  if (own === undefined) return NO_SETTINGS;
  if (typeof own !== 'object' || own === null) throw new ConfigurationError(null, 'settings.modeguard must be an object, such as { libraries: [ … ] }.');
  let result = known.get(own);
  if (result !== undefined) return result;
  const unknownKey = Object.keys(own).find((name) => name !== 'libraries' && name !== 'cache');
  if (unknownKey !== undefined) throw new ConfigurationError(null, `settings.modeguard.${unknownKey} is not a setting; there are \`libraries\` and \`cache\`.`);
  const { libraries: list = [], cache = true } = own as { libraries?: unknown; cache?: unknown };
  if (typeof cache !== 'boolean') throw new ConfigurationError(null, 'settings.modeguard.cache must be true or false.');
  known.set(own, (result = { libraries: librariesOfSettings(list, folder), cache }));
  return result;
}

function librariesOfSettings(list: unknown, folder: string): readonly LibraryModel[] {
  try {
    return readLibraries(list, 'settings.modeguard.libraries', folder);
  } catch (error) {
    throw new ConfigurationError(null, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
