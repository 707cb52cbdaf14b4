// @ts-check
// Where the repositories are: in the cache, fetched at the commits of repositories.json, or in a folder of checkouts that is there already.
//
// Guarantees: only the repositories that are asked for are fetched, and none twice; the commit of a fetched one is the pinned one. What is in a folder that
// was named is taken as it is. Nothing of a repository is ever run.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkoutOf, fetchAll } from '../../tools/ecosystem/checkout.mjs';
import { Problem } from '../../tools/ecosystem/problem.mjs';
import { readJson } from '../../tools/ecosystem/repositories.mjs';
import { defaultSource } from '../../tools/ecosystem/whole-folder.mjs';
import { placesOf } from './options.mjs';

const list = join(dirname(fileURLToPath(import.meta.url)), 'repositories.json');

/**
 * @param {readonly string[]} names @param {{ checkouts: string | null, cache: string, say: (line: string) => void }} options
 * @returns {Promise<(repository: string) => string>} The folder of a repository.
 */
export async function checkoutsOf(names, { checkouts, cache, say }) {
  /** @type {Map<string, string>} */
  const folders = new Map();
  if (checkouts !== null) {
    for (const name of names) {
      const place = placesOf(checkouts, name).find((path) => existsSync(path));
      if (place === undefined) throw new Problem(`${name} is not in ${checkouts}, neither as ${placesOf(checkouts, name).join(' nor as ')}. Put it there, or leave --checkouts out to have it fetched.`);
      folders.set(name, place);
    }
  } else {
    const wanted = pinned().filter(({ repository }) => names.includes(repository));
    const unknown = names.filter((name) => !wanted.some(({ repository }) => repository === name));
    if (unknown.length > 0) throw new Problem(`${unknown.join(', ')}: no commit is pinned in ${list}. Add it there.`);
    const failed = await fetchAll(wanted, { cache, source: defaultSource, say });
    if (failed > 0) throw new Problem(`${failed} of ${wanted.length} repositories could not be fetched; see above. --checkouts DIR takes them from a folder.`);
    for (const entry of wanted) folders.set(entry.repository, checkoutOf(cache, entry));
  }
  return (repository) => folders.get(repository) ?? '';
}

/** @returns {{ repository: string, commit: string, language: string, why: string }[]} */
function pinned() {
  const entries = readJson(list);
  if (!Array.isArray(entries)) throw new Problem(`${list}: expected a list of { repository, commit, … }.`);
  return entries.map((entry, index) => {
    const { repository, commit, kind } = /** @type {Record<string, unknown>} */ (entry ?? {});
    if (typeof repository !== 'string' || !/^[\w-]+\/(?!\.+$)[\w.-]+$/u.test(repository)) throw new Problem(`${list}: entry ${index + 1}: \`repository\` must be 'owner/name', not ${JSON.stringify(repository)}.`);
    if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/u.test(commit)) throw new Problem(`${list}: entry ${index + 1} (${repository}): \`commit\` must be 40 hexadecimal digits, not ${JSON.stringify(commit)}.`);
    return { repository, commit, language: 'any', why: String(kind) };
  });
}
