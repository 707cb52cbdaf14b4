// @ts-check
// The list of public repositories that modeguard is tried on. Guarantees that every entry names a repository and a full
// commit, so that two runs see the same text; refuses anything else with the entry that is wrong.
import { readFileSync } from 'node:fs';
import { Problem, reasonOf } from './problem.mjs';

/**
 * @typedef {object} Pinned
 * @property {string} repository `owner/name` on GitHub.
 * @property {string} commit 40 hexadecimal digits.
 * @property {string} language
 * @property {string} why What this repository has that the others have not.
 */

const languages = ['python', 'javascript', 'typescript'];
// No name is a way out of the cache: `..` does not match.
const repositoryName = /^[A-Za-z0-9][\w-]*\/(?!\.+$)[\w.-]+$/u;

/** @param {string} file @returns {Pinned[]} In the order of the file. */
export function readRepositories(file) {
  const entries = readJson(file);
  if (!Array.isArray(entries) || entries.length === 0) throw new Problem(`${file}: expected a list of { repository, commit, language, why } with at least one entry.`);
  const seen = new Set();
  return entries.map((entry, index) => {
    const pinned = checkEntry(entry, `${file}: entry ${index + 1}`);
    if (seen.has(pinned.repository)) throw new Problem(`${file}: entry ${index + 1}: \`${pinned.repository}\` is listed twice; remove one.`);
    seen.add(pinned.repository);
    return pinned;
  });
}

/** @param {unknown} entry @param {string} place @returns {Pinned} */
function checkEntry(entry, place) {
  if (typeof entry !== 'object' || entry === null) throw new Problem(`${place}: expected an object { repository, commit, language, why }.`);
  const { repository, commit, language, why } = /** @type {Record<string, unknown>} */ (entry);
  if (typeof repository !== 'string' || !repositoryName.test(repository)) throw new Problem(`${place}: \`repository\` must be 'owner/name', not ${JSON.stringify(repository)}.`);
  if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/u.test(commit)) {
    throw new Problem(`${place} (${repository}): \`commit\` must be 40 hexadecimal digits, not ${JSON.stringify(commit)}. \`git ls-remote https://github.com/${repository} HEAD\` prints the newest.`);
  }
  if (typeof language !== 'string' || !languages.includes(language)) throw new Problem(`${place} (${repository}): \`language\` must be one of ${languages.join(', ')}, not ${JSON.stringify(language)}.`);
  if (typeof why !== 'string' || why.trim() === '') throw new Problem(`${place} (${repository}): \`why\` must say what the repository adds to the list.`);
  return { repository, commit, language, why };
}

/** @param {readonly Pinned[]} all @param {readonly string[]} only Empty: all of them. */
export function chooseRepositories(all, only) {
  for (const name of only) {
    if (!all.some(({ repository }) => repository === name)) throw new Problem(`--only ${name}: no such repository in the list. There are: ${all.map(({ repository }) => repository).join(', ')}.`);
  }
  return only.length === 0 ? [...all] : all.filter(({ repository }) => only.includes(repository));
}

/** @param {string} file @returns {unknown} */
export function readJson(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`Cannot read ${file}: ${reasonOf(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(`${file} is not valid JSON: ${reasonOf(error)}`);
  }
}
