// @ts-check
// The findings file: what one version of modeguard reported over the pinned repositories. Guarantees one order whatever the
// order of the runs, and no path of the machine: two files of the same version differ in `seconds` only.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem, reasonOf } from './problem.mjs';
import { readJson } from './repositories.mjs';

/**
 * @typedef {object} EcosystemFinding
 * @property {string} path Relative to the repository, with forward slashes.
 * @property {number} line
 * @property {number} column
 * @property {string} rule Without prefix.
 * @property {'definite' | 'possible'} certainty `recommended` reports what is definite, `strict` also what is possible.
 * @property {string} message
 * @property {string} source The line it is on, trimmed and cut.
 *
 * @typedef {object} FileTrouble
 * @property {string} path
 * @property {string} reason
 *
 * @typedef {object} RepositoryRun
 * @property {string} repository
 * @property {string} commit
 * @property {'done' | 'failed' | 'timeout' | 'missing'} state Only `done` has findings; `missing` was not fetched.
 * @property {string | null} problem Why it is not done.
 * @property {number} files Source files, as far as their names tell.
 * @property {number} seconds
 * @property {FileTrouble[]} crashes Files that modeguard failed on.
 * @property {FileTrouble[]} skipped Files that cannot be parsed.
 * @property {EcosystemFinding[]} findings
 *
 * @typedef {object} Version
 * @property {string} version
 * @property {string | null} commit
 * @property {boolean} modified Whether the tree differed from the commit.
 *
 * @typedef {object} EcosystemRun
 * @property {typeof formatVersion} format
 * @property {Version} modeguard
 * @property {RepositoryRun[]} repositories
 */

const formatVersion = /** @type {const} */ (1);

/** @param {Version} modeguard @param {readonly RepositoryRun[]} repositories @returns {EcosystemRun} */
export function makeRun(modeguard, repositories) {
  const sorted = repositories.map((run) => ({ ...run, crashes: run.crashes.toSorted(byPath), skipped: run.skipped.toSorted(byPath), findings: run.findings.toSorted(inReadingOrder) }));
  return { format: formatVersion, modeguard, repositories: sorted.sort((one, other) => compareText(one.repository, other.repository)) };
}

/** @param {string} file @param {EcosystemRun} run */
export function writeRun(file, run) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
  } catch (error) {
    throw new Problem(`Cannot write ${file}: ${reasonOf(error)}`);
  }
}

/** @param {string} file @returns {EcosystemRun} */
export function readRun(file) {
  const run = readJson(file);
  const fault = faultOf(run);
  if (fault !== null) throw new Problem(`${file}: ${fault}. Make the file with \`node tools/ecosystem/ecosystem.mjs run --output ${file}\`.`);
  return /** @type {EcosystemRun} */ (run);
}

/** What is wrong with it, or `null`. @param {unknown} run */
function faultOf(run) {
  if (!isRecord(run) || !('format' in run)) return 'this is not a findings file';
  if (run['format'] !== formatVersion) return `it has format ${JSON.stringify(run['format'])}, but this tool reads format ${formatVersion}`;
  const { modeguard, repositories } = run;
  if (!isRecord(modeguard) || typeof modeguard['version'] !== 'string') return 'it does not say which `modeguard` made it';
  if (!Array.isArray(repositories)) return '`repositories` is not a list';
  for (const [index, one] of repositories.entries()) {
    const place = `\`repositories[${index}]\``;
    if (!isRecord(one) || typeof one['repository'] !== 'string' || typeof one['commit'] !== 'string' || typeof one['state'] !== 'string') return `${place} has no repository, commit or state`;
    if (typeof one['seconds'] !== 'number' || typeof one['files'] !== 'number') return `${place} has no seconds or files`;
    for (const list of ['crashes', 'skipped', 'findings']) if (!Array.isArray(one[list])) return `${place} has no list of ${list}`;
    const wrong = /** @type {unknown[]} */ (one['findings']).findIndex((finding) => !isFinding(finding));
    if (wrong !== -1) return `${place}.findings[${wrong}] is not a finding`;
    if (![.../** @type {unknown[]} */ (one['crashes']), .../** @type {unknown[]} */ (one['skipped'])].every((item) => isRecord(item) && typeof item['path'] === 'string' && typeof item['reason'] === 'string')) return `${place}: a crashed or skipped file has no path or reason`;
  }
  return null;
}

/** @param {unknown} value */
function isFinding(value) {
  if (!isRecord(value) || typeof value['line'] !== 'number' || typeof value['column'] !== 'number') return false;
  if (value['certainty'] !== 'definite' && value['certainty'] !== 'possible') return false;
  return ['path', 'rule', 'message', 'source'].every((key) => typeof value[key] === 'string');
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {EcosystemFinding} one @param {EcosystemFinding} other */
export function inReadingOrder(one, other) {
  return compareText(one.path, other.path) || one.line - other.line || one.column - other.column || compareText(one.rule, other.rule) || compareText(one.message, other.message);
}

/** @param {FileTrouble} one @param {FileTrouble} other */
function byPath(one, other) {
  return compareText(one.path, other.path);
}

/** By code units, the same in every locale. @param {string} one @param {string} other */
export function compareText(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
