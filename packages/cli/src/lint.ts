// Runs ESLint over a list of files, in batches, so that progress can be shown and memory does not grow with the repository. Files of which an
// earlier run has found that there is nothing to say are not looked at again; many files are shared out among worker threads.
// Nothing but our own rules runs, whatever comments in the linted code ask for. A rule that crashes costs one file, which is
// reported as a failure, a mistake in the project's settings once for all files that they are for; the other files of its batch are checked all the same. What is nested too deeply for ESLint is skipped, like what no parser reads.
import { dirname, isAbsolute, parse, relative, sep } from 'node:path';
import { collectFindings } from '@modeguard/eslint-plugin/collect';
import { ConfigurationError } from '@modeguard/eslint-plugin/configuration-error';
import { knownQuiet } from '@modeguard/eslint-plugin/known-quiet';
import { ESLint, type Linter } from 'eslint';
import { CollectedFindings, inReadingOrder, readResult, type ReportedFinding, type SkippedFile } from './findings.ts';
import { lintInWorkers } from './lint-in-workers.ts';
import { rulePrefix } from './plugin.ts';

const batchSize = 16;

export interface LintRequest {
  readonly cwd: string;
  /** Absolute. */
  readonly files: readonly string[];
  readonly configuration: readonly Linter.Config[];
  /** Without prefix; empty: every rule that the configuration switches on. */
  readonly onlyRules: readonly string[];
  readonly fix: boolean;
  /** Set if the configuration is that of the installed plugin, which every thread can load for itself and whose results are kept on disk. */
  readonly installed?: { readonly strict: boolean };
  readonly onProgress: (done: number) => void;
}

export interface LintOutcome {
  readonly findings: readonly ReportedFinding[];
  readonly skipped: readonly SkippedFile[];
  readonly failures: readonly { readonly file: string; readonly reason: string }[];
  /** Mistakes in the project's own settings, each with the file that they are in and how many files were not checked for it. */
  readonly misconfigured: readonly Misconfiguration[];
}

export interface Misconfiguration {
  readonly file: string;
  readonly reason: string;
  readonly unchecked: number;
}

export async function lint(request: LintRequest): Promise<LintOutcome> {
  if (request.installed === undefined) return lintHere(request);
  const quiet = knownQuiet(request.files);
  const files = request.files.filter((file) => !quiet.has(file));
  const rest: LintRequest = { ...request, files, onProgress: (done) => request.onProgress(quiet.size + done) };
  // What --fix writes, others would read: one after the other.
  return request.fix ? lintHere(rest) : lintInWorkers(rest, request.installed, lintHere);
}

/** Lints in this thread. */
export async function lintHere(request: LintRequest): Promise<LintOutcome> {
  const findings: ReportedFinding[] = [];
  const skipped: SkippedFile[] = [];
  const failures: { file: string; reason: string }[] = [];
  const misconfigured: Misconfiguration[] = [];
  let done = 0;

  for (const group of groupByBase(request.files, request.cwd)) {
    const eslint = createLinter(group.base, request);
    for (let start = 0; start < group.files.length; start += batchSize) {
      const batch = group.files.slice(start, start + batchSize);
      await lintBatch(eslint, batch);
      done += batch.length;
      request.onProgress(done);
    }
  }
  return { findings: findings.sort(inReadingOrder), skipped, failures, misconfigured: joinMisconfigured(misconfigured) };

  async function lintBatch(eslint: ESLint, batch: readonly string[]): Promise<void> {
    const collected = new CollectedFindings();
    try {
      const results = await collectFindings(collected.add, () => eslint.lintFiles([...batch]));
      if (request.fix) await ESLint.outputFixes(results);
      for (const result of results) {
        const read = readResult(result, collected);
        findings.push(...read.findings);
        skipped.push(...read.skipped);
      }
    } catch (error) {
      const [first] = batch;
      if (first === undefined) return;
      if (batch.length > 1) for (const file of batch) await lintBatch(eslint, [file]);
      else if (error instanceof ConfigurationError && error.place !== null) misconfigured.push({ file: error.place, reason: error.problem, unchecked: 1 });
      else if (isStackOverflow(error)) skipped.push({ file: first, line: 1, column: 1, reason: 'It is nested too deeply.' });
      else failures.push({ file: first, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Every mistake once, in the order of the files. */
export function joinMisconfigured(all: readonly Misconfiguration[]): Misconfiguration[] {
  const joined = new Map<string, Misconfiguration>();
  for (const one of all) {
    const key = `${one.file}\0${one.reason}`;
    joined.set(key, { ...one, unchecked: one.unchecked + (joined.get(key)?.unchecked ?? 0) });
  }
  return [...joined.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** ESLint goes down the tree of a program by calls: 20,000 methods chained to one another are more than the stack holds. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

function createLinter(base: string, request: LintRequest): ESLint {
  const only = new Set(request.onlyRules.map((name) => rulePrefix + name));
  const isOurs = (ruleId: string | null): boolean => ruleId !== null && (only.size === 0 ? ruleId.startsWith(rulePrefix) : only.has(ruleId));
  return new ESLint({
    cwd: base,
    overrideConfigFile: true,
    overrideConfig: [...request.configuration],
    // Names come from the file system: `[id].ts` is a file, not a pattern.
    globInputPaths: false,
    errorOnUnmatchedPattern: false,
    warnIgnored: false,
    ruleFilter: ({ ruleId }) => isOurs(ruleId),
    fix: request.fix ? (message) => isOurs(message.ruleId) : false,
  });
}

/**
 * ESLint checks no file outside its base directory. Files below the current directory have that one as their base; all
 * others the directory that they have in common, one for each drive.
 */
export function groupByBase(files: readonly string[], cwd: string): { base: string; files: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const key = isInside(file, cwd) ? '' : parse(file).root;
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups].map(([key, members]) => ({ base: key === '' ? cwd : commonDirectory(members), files: members }));
}

function isInside(file: string, directory: string): boolean {
  const path = relative(directory, file);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function commonDirectory(files: readonly string[]): string {
  let common = dirname(files[0] ?? '/');
  for (const file of files) while (!isInside(file, common)) common = dirname(common);
  return common;
}
