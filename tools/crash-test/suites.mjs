// @ts-check
// The test suites of CPython and of the TypeScript compiler: programs that together hold every construct of their language, written by those who made it.
// Guarantees that a folder under its final name is whole (it is made elsewhere and renamed), that it lies outside of this tree, and that nothing of it is
// run. Only the folders with programs are fetched, at one tag.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultCache } from '../ecosystem/checkout.mjs';
import { Problem } from '../ecosystem/problem.mjs';
import { makeWhole, urlOf } from '../ecosystem/whole-folder.mjs';

/**
 * @typedef {object} Suite
 * @property {string} repository
 * @property {string} tag
 * @property {string} folder The programs, below the root of the repository.
 */

/** @type {readonly Suite[]} */
export const suites = [
  { repository: 'python/cpython', tag: 'v3.14.0', folder: 'Lib/test' },
  { repository: 'microsoft/TypeScript', tag: 'v6.0.3', folder: 'tests/cases' },
];

export const suiteCache = () => join(dirname(defaultCache()), 'modeguard-suites');

/** Where the programs of a suite lie once they are fetched. @param {string} cache @param {Suite} suite */
export function folderOf(cache, { repository, tag, folder }) {
  return join(cache, ...repository.split('/'), tag, ...folder.split('/'));
}

/** @param {Suite} suite @param {{ cache: string, source: string, say: (line: string) => void }} options `source` comes before `owner/name`: a URL prefix or a folder. */
export async function fetchSuite(suite, { cache, source, say }) {
  const { repository, tag, folder } = suite;
  const target = join(cache, ...repository.split('/'), tag);
  if (existsSync(folderOf(cache, suite))) {
    say(`${repository} ${tag}: already there`);
    return;
  }
  await makeWhole(target, async (git, made) => {
    // Without the contents of files at first: the histories of these repositories weigh gigabytes, and the folders that are wanted some tens of megabytes.
    // No templates: they can bring hooks of the user's.
    await git(['clone', '--quiet', '--depth=1', '--filter=blob:none', '--no-checkout', '--template=', `--branch=${tag}`, urlOf(source, repository), '.'], `Check the network (or --source), and that ${repository} has the tag ${tag}.`);
    await git(['sparse-checkout', 'set', '--no-cone', `/${folder}/`], 'git 2.27 or newer is needed.');
    await git(['-c', 'core.autocrlf=false', 'checkout', '--quiet'], `Check the space on the disk of ${cache}.`);
    if (!existsSync(join(made, ...folder.split('/')))) throw new Problem(`${repository} ${tag} has no folder ${folder}.`);
  });
  say(`${repository} ${tag}: fetched ${folder}`);
}
