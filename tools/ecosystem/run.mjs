// @ts-check
// One built version of modeguard over one repository. Guarantees a record for every repository, whatever happens: a crash, a
// run out of time and a repository that was not fetched are states of the record, never exceptions.
//
// One run with --strict is enough for both tiers: each finding says whether it is definite, and `recommended` reports just
// those. SARIF is asked for, not JSON, because it also names every file that could not be parsed or that modeguard failed on.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutOf, isFetched } from './checkout.mjs';
import { Problem, reasonOf } from './problem.mjs';
import { complaintOf, runGit, runProgram } from './process.mjs';

/**
 * @typedef {import('./repositories.mjs').Pinned} Pinned
 * @typedef {import('./results.mjs').EcosystemFinding} EcosystemFinding
 * @typedef {import('./results.mjs').FileTrouble} FileTrouble
 * @typedef {import('./results.mjs').RepositoryRun} RepositoryRun
 * @typedef {import('./results.mjs').Version} Version
 */

const rulePrefix = 'modeguard/';
/** Enough to recognise a line by; generated code has lines of megabytes. */
const sourceCharacters = 200;
const sourceName = /\.(?:py|[cm]?[jt]s|[jt]sx)$/iu;
const generatedName = /\.(?:min\.[cm]?js|d\.[cm]?ts)$/iu;

/** Installs and builds a tree of modeguard with its own set-up. @param {string} root @param {string} name What to call it in an error. @param {AbortSignal | undefined} signal */
export async function build(root, name, signal) {
  const outcome = await runProgram(process.execPath, [join(root, 'tools', 'setup.mjs')], { cwd: root, showOutput: true, signal });
  if (outcome.code !== 0) throw new Problem(`${name} could not be built: its \`node tools/setup.mjs\` ${outcome.startError ?? `ended with ${outcome.code === null ? 'a signal' : `exit code ${outcome.code}`}`}. What it said is above.`);
}

/** @param {string} root @returns {Promise<Version>} */
export async function versionOf(root) {
  const binary = binaryOf(root);
  if (!existsSync(binary)) throw new Problem(`modeguard is not built in ${root}: there is no ${binary}. Run \`node tools/setup.mjs\` there.`);
  const version = await runProgram(process.execPath, [binary, '--version']);
  if (version.code !== 0) throw new Problem(`modeguard does not start in ${root}: ${complaintOf(version)}`);
  const commit = await git(root, ['rev-parse', 'HEAD']);
  const changes = await git(root, ['status', '--porcelain']);
  return { version: version.stdout.trim(), commit: commit === null ? null : commit.trim(), modified: changes !== null && changes.trim() !== '' };
}

/**
 * @param {string} root The tree of modeguard. @param {Pinned} pinned
 * @param {{ cache: string, timeoutSeconds: number, signal?: AbortSignal | undefined }} options
 * @returns {Promise<RepositoryRun>}
 */
export async function runRepository(root, pinned, { cache, timeoutSeconds, signal }) {
  const folder = checkoutOf(cache, pinned);
  /** @type {RepositoryRun} */
  const record = { repository: pinned.repository, commit: pinned.commit, state: 'done', problem: null, files: 0, seconds: 0, crashes: [], skipped: [], findings: [] };
  if (!(await isFetched(cache, pinned))) return { ...record, state: 'missing', problem: 'It is not in the cache at the pinned commit; run `fetch`.' };
  record.files = await countSourceFiles(folder);

  const place = mkdtempSync(join(tmpdir(), 'modeguard-ecosystem-'));
  const reportFile = join(place, 'report.sarif');
  const hide = hidePaths(folder, root, place);
  try {
    const outcome = await runProgram(process.execPath, [binaryOf(root), '--strict', '--no-color', '--format', 'sarif', '--output-file', reportFile, '.'], {
      cwd: folder,
      // Without it a fault of the analysis silently costs the findings of the file.
      env: { ...process.env, MODEGUARD_DEBUG: '1' },
      timeoutSeconds,
      signal,
    });
    record.seconds = Math.round(outcome.seconds * 100) / 100;
    if (outcome.timedOut) return { ...record, state: 'timeout', problem: `It did not end within ${timeoutSeconds} seconds.` };
    if (!existsSync(reportFile)) return { ...record, state: 'failed', problem: hide(complaintOf(outcome)) };
    return { ...record, ...readReport(reportFile, folder, hide) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ...record, state: 'failed', problem: hide(`Its report cannot be read: ${reasonOf(error)}`) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @param {string} root */
function binaryOf(root) {
  return join(root, 'packages', 'cli', 'dist', 'bin.js');
}

/**
 * @typedef {{ artifactLocation: { uri: string }, region?: { startLine: number, startColumn: number } }} Place
 * @typedef {{ message: { text: string }, locations: { physicalLocation: Place }[] }} Noted
 */

/** @param {string} file @param {string} folder @param {(text: string) => string} hide */
function readReport(file, folder, hide) {
  const [run] = JSON.parse(readFileSync(file, 'utf8')).runs;
  /** @type {(Noted & { level: string })[]} */
  const notes = run.invocations[0].toolExecutionNotifications;
  /** @param {Noted} noted @returns {FileTrouble} */
  const trouble = ({ message, locations: [at] }) => ({ path: at === undefined ? '' : pathOf(at.physicalLocation), reason: hide(message.text) });
  const lineOf = createLineReader(folder);
  /** @param {Noted & { ruleId: string, properties: { certainty: 'definite' | 'possible' } }} result @returns {EcosystemFinding} */
  const finding = ({ ruleId, message, locations: [at], properties }) => {
    if (at === undefined) throw new Error(`a finding of ${ruleId} has no place`);
    const path = pathOf(at.physicalLocation);
    const { startLine: line = 1, startColumn: column = 1 } = at.physicalLocation.region ?? {};
    const rule = ruleId.startsWith(rulePrefix) ? ruleId.slice(rulePrefix.length) : ruleId;
    return { path, line, column, rule, certainty: properties.certainty, message: message.text, source: lineOf(path, line) };
  };
  return {
    findings: run.results.map(finding),
    crashes: notes.filter(({ level }) => level === 'error').map(trouble),
    skipped: notes.filter(({ level }) => level !== 'error').map(trouble),
  };
}

/** @param {Place} place */
function pathOf({ artifactLocation: { uri } }) {
  return uri.split('/').map(decodeURIComponent).join('/');
}

/** Findings come file by file, so that one file at a time is kept. @param {string} folder @returns {(path: string, line: number) => string} */
function createLineReader(folder) {
  let current = '';
  /** @type {string[]} */
  let lines = [];
  return (path, line) => {
    if (path !== current) {
      current = path;
      lines = readFileSync(join(folder, path), 'utf8').split(/\r\n|[\n\r\u2028\u2029]/u);
    }
    return (lines[line - 1] ?? '').trim().slice(0, sourceCharacters);
  };
}

/** What programs say of themselves names the folders they run in. @param {string} folder @param {string} root @param {string} place @returns {(text: string) => string} */
function hidePaths(folder, root, place) {
  const names = Object.entries({ [folder]: '.', [root]: '<modeguard>', [place]: '<temporary>' }).flatMap(([path, name]) =>
    [path, realpathSync(path)].flatMap((known) => [pathToFileURL(known).href, known].map((spelling) => /** @type {const} */ ([spelling, name]))),
  );
  return (text) => names.reduce((hidden, [spelling, name]) => hidden.replaceAll(spelling, name), text);
}

/** @param {string} folder */
async function countSourceFiles(folder) {
  const listed = await git(folder, ['ls-files', '-z']);
  return (listed ?? '').split('\0').filter((name) => sourceName.test(name) && !generatedName.test(name)).length;
}

/** Its output, or `null` if it failed. @param {string} folder @param {string[]} args */
async function git(folder, args) {
  const { code, stdout } = await runGit(args, { cwd: folder });
  return code === 0 ? stdout : null;
}
