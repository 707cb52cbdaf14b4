// @ts-check
// A folder that git fills. Guarantees that it is whole under its final name: it is made beside it and renamed, and nothing is left of one that failed.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem, reasonOf } from './problem.mjs';
import { complaintOf, runGit } from './process.mjs';

/** What comes before `owner/name`. */
export const defaultSource = 'https://github.com/';

/** @param {string} source a URL prefix or a folder @param {string} repository */
export function urlOf(source, repository) {
  return `${source.endsWith('/') ? source : `${source}/`}${repository}`;
}

/**
 * @param {string} target
 * @param {(git: (args: string[], hint: string) => Promise<void>, made: string) => Promise<void>} fill Runs git in the folder that is being made; the hint says
 *   what to look at if a call fails.
 * @param {AbortSignal} [signal]
 */
export async function makeWhole(target, fill, signal) {
  const made = makeTemporary(dirname(target));
  try {
    await fill(async (args, hint) => {
      const outcome = await runGit(args, { cwd: made, signal });
      if (outcome.code !== 0) throw new Problem(`\`git ${args.filter((arg) => !arg.startsWith('-')).join(' ')}\` failed:\n${complaintOf(outcome)}\n${hint}`);
    }, made);
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function makeTemporary(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    return mkdtempSync(join(folder, '.partial-'));
  } catch (error) {
    throw new Problem(`Cannot write to the cache: ${reasonOf(error)}\nChoose another folder with --cache DIR.`);
  }
}
