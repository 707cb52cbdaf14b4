// @ts-check
// The cache of checkouts: one folder for each repository, at its pinned commit, outside this tree. Guarantees that a folder
// under its final name is whole (it is made elsewhere and renamed), and that one repository that cannot be had does not
// keep the others from being fetched. Nothing of a checkout is ever run.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Problem } from './problem.mjs';
import { runGit } from './process.mjs';
import { makeWhole, urlOf } from './whole-folder.mjs';

/** @typedef {import('./repositories.mjs').Pinned} Pinned */

export function defaultCache() {
  const configured = process.env['XDG_CACHE_HOME'];
  // The specification of XDG_CACHE_HOME: a relative path is to be ignored.
  return join(configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache'), 'modeguard-ecosystem');
}

/** @param {string} cache @param {Pinned} pinned */
export function checkoutOf(cache, { repository }) {
  return join(cache, ...repository.split('/'));
}

/** @param {string} cache @param {Pinned} pinned */
export async function isFetched(cache, pinned) {
  const folder = checkoutOf(cache, pinned);
  // Named, because git would otherwise look for a repository in the folders above.
  if (!existsSync(join(folder, '.git'))) return false;
  const { code, stdout } = await runGit([`--git-dir=${join(folder, '.git')}`, 'rev-parse', 'HEAD']);
  return code === 0 && stdout.trim() === pinned.commit;
}

/**
 * @param {readonly Pinned[]} repositories
 * @param {{ cache: string, source: string, say: (line: string) => void, signal?: AbortSignal | undefined }} options
 *   `source` comes before `owner/name`: a URL prefix or a folder.
 * @returns {Promise<number>} How many could not be fetched.
 */
export async function fetchAll(repositories, { cache, source, say, signal }) {
  let failed = 0;
  for (const [index, pinned] of repositories.entries()) {
    const label = `[${index + 1}/${repositories.length}] ${pinned.repository}`;
    if (await isFetched(cache, pinned)) {
      say(`${label}: already there`);
      continue;
    }
    try {
      await fetchOne(pinned, cache, source, signal);
      say(`${label}: fetched at ${pinned.commit.slice(0, 10)}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failed += 1;
      say(`${label}: FAILED\n  ${error.message.replaceAll('\n', '\n  ')}`);
    }
  }
  return failed;
}

/** @param {Pinned} pinned @param {string} cache @param {string} source @param {AbortSignal | undefined} signal */
async function fetchOne(pinned, cache, source, signal) {
  await makeWhole(checkoutOf(cache, pinned), async (git) => {
    // No templates: they can bring hooks of the user's, which have no business here.
    await git(['init', '--quiet', '--template='], `Check that ${cache} can be written to.`);
    await git(
      ['fetch', '--quiet', '--depth=1', '--no-tags', urlOf(source, pinned.repository), pinned.commit],
      `Check the network (or --mirror), and that ${pinned.repository} still has the commit; if it has not, pin another one in the list.`,
    );
    // Line ends as committed: a finding's place must not depend on the machine.
    await git(['-c', 'core.autocrlf=false', 'checkout', '--quiet', '--detach', pinned.commit], `Check the space on the disk of ${cache}.`);
  }, signal);
}
