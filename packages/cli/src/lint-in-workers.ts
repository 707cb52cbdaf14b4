// Shares many files out among worker threads, each with an ESLint of its own.
//
// Guarantees: the findings are those of one thread, in reading order. Files that lie together are linted by the same thread as far as that is fair,
// because they look into each other, and what two threads look into is read and run twice. What a thread cannot do, for whatever reason, is done
// here: no file is lost with it.
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { inReadingOrder } from './findings.ts';
import { joinMisconfigured, type LintOutcome, type LintRequest } from './lint.ts';
import { OpenShares } from './open-shares.ts';

/** Below this many files for each thread, starting one costs more than it saves. */
const WORTH_A_THREAD = 96;
const MAX_THREADS = 8;

/** What a thread is told to do; `null`: to end. */
export interface Share {
  readonly files: readonly string[];
}

/** What every share has in common. */
export interface Assignment {
  readonly cwd: string;
  readonly strict: boolean;
  readonly onlyRules: readonly string[];
}

export async function lintInWorkers(request: LintRequest, { strict }: { readonly strict: boolean }, lintHere: (request: LintRequest) => Promise<LintOutcome>): Promise<LintOutcome> {
  const threads = Math.min(availableParallelism(), MAX_THREADS, Math.floor(request.files.length / WORTH_A_THREAD) + 1);
  if (threads < 2) return lintHere(request);
  const shares = new OpenShares(sharesOf(request.files, threads));
  const outcomes: LintOutcome[] = [];
  const left: string[] = [];
  let done = 0;

  const runThread = (): Promise<void> =>
    new Promise((resolve) => {
      const worker = new Worker(new URL('./lint-worker.js', import.meta.url), { workerData: { cwd: request.cwd, strict, onlyRules: request.onlyRules } satisfies Assignment });
      let share: readonly string[] = [];
      const take = shares.forThread();
      const handOut = (): void => {
        share = take() ?? [];
        worker.postMessage(share.length === 0 ? null : ({ files: share } satisfies Share));
      };
      worker.on('message', (outcome: LintOutcome) => {
        outcomes.push(outcome);
        done += share.length;
        share = [];
        request.onProgress(done);
        handOut();
      });
      worker.on('error', () => undefined);
      worker.on('exit', () => {
        left.push(...share);
        resolve();
      });
      handOut();
    });

  await Promise.all(Array.from({ length: threads }, runThread));
  left.push(...shares.takeAll());
  if (left.length > 0) outcomes.push(await lintHere({ ...request, files: left, onProgress: (more) => request.onProgress(done + more) }));
  return {
    findings: outcomes.flatMap((outcome) => outcome.findings).sort(inReadingOrder),
    skipped: outcomes.flatMap((outcome) => outcome.skipped).sort(byFileAndLine),
    failures: outcomes.flatMap((outcome) => outcome.failures).sort((a, b) => (a.file < b.file ? -1 : 1)),
    misconfigured: joinMisconfigured(outcomes.flatMap((outcome) => outcome.misconfigured)),
  };
}

function byFileAndLine(a: LintOutcome['skipped'][number], b: LintOutcome['skipped'][number]): number {
  return a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
}

/** What a thread takes at a time, as a part of what it has to do in all: the threads come to their ends within such a part of one another. */
const SHARES_OF_A_THREAD = 16;

/**
 * Folders of about equal weight, in the order of their paths. Files of one folder import each other, and who lints a file looks into those that import
 * it: a folder is split only where it outweighs a share.
 */
export function sharesOf(files: readonly string[], threads: number, weigh: (file: string) => number = sizeOf): (readonly string[])[] {
  const weighed = [...files].sort().map((file) => ({ file, parts: file.split(/[\\/]/), weight: weigh(file) }));
  type Weighed = (typeof weighed)[number];
  const weightOf = (group: readonly Weighed[]): number => group.reduce((sum, { weight }) => sum + weight, 0);
  const limit = weightOf(weighed) / (SHARES_OF_A_THREAD * threads);
  const split = (group: readonly Weighed[], depth: number): (readonly Weighed[])[] => {
    if (weightOf(group) <= limit || group.length <= 1) return [group];
    // Files that lie here and not in a folder below have the name null.
    const folders = new Map<string | null, Weighed[]>();
    for (const item of group) {
      const name = depth < item.parts.length - 1 ? item.parts[depth]! : null;
      const known = folders.get(name);
      if (known === undefined) folders.set(name, [item]);
      else known.push(item);
    }
    // Files that are all in one folder and too many for one share: by their order.
    if (folders.size === 1 && folders.has(null)) return [group.slice(0, group.length >> 1), group.slice(group.length >> 1)].flatMap((half) => split(half, depth));
    return merged([...folders.values()].flatMap((folder) => split(folder, depth + 1)));
  };
  /** Small neighbours go together. */
  const merged = (groups: readonly (readonly Weighed[])[]): (readonly Weighed[])[] => {
    const result: (readonly Weighed[])[] = [];
    for (const group of groups) {
      const last = result.at(-1);
      if (last !== undefined && weightOf(last) + weightOf(group) <= limit) result[result.length - 1] = [...last, ...group];
      else result.push(group);
    }
    return result;
  };
  return split(weighed, 0).map((group) => group.map(({ file }) => file));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
