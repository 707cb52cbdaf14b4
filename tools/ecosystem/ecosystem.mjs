// @ts-check
// The ecosystem diff: what a change of modeguard does to real code. Runs two versions over a pinned list of public
// repositories and prints the difference of their findings as Markdown. See --help; nothing that is fetched is committed or run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fetchAll, isFetched } from './checkout.mjs';
import { reportMarkdown } from './markdown.mjs';
import { readOptions, usage } from './options.mjs';
import { Problem, reasonOf } from './problem.mjs';
import { chooseRepositories, readRepositories } from './repositories.mjs';
import { makeRun, readRun, writeRun } from './results.mjs';
import { build, runRepository, versionOf } from './run.mjs';
import { resolveRevision, withBuiltRevision } from './worktree.mjs';

/**
 * @typedef {import('./options.mjs').Options} Options
 * @typedef {import('./repositories.mjs').Pinned} Pinned
 * @typedef {import('./results.mjs').EcosystemRun} EcosystemRun
 * @typedef {import('./results.mjs').RepositoryRun} RepositoryRun
 */

const done = 0;
const incomplete = 1;
const failed = 2;
const commentLimit = 65_536;

const interruption = new AbortController();
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(name, () => interruption.abort(new Problem('Interrupted.')));
const { signal } = interruption;

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string[]} argv @returns {Promise<number>} The exit code. */
async function perform(argv) {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(usage);
    return done;
  }
  switch (options.command) {
    case 'fetch':
      return (await fetchAll(chosen(options), { cache: options.cache, source: options.mirror, say, signal })) === 0 ? done : incomplete;
    case 'run':
      return performRun(options);
    case 'diff': {
      const [before = '', after = ''] = options.args;
      return report(options, readRun(before), readRun(after));
    }
    default:
      return performCompare(options);
  }
}

/** @param {Options} options */
function chosen({ repositories, only }) {
  return chooseRepositories(readRepositories(repositories), only);
}

/** Said before anything is built, which takes minutes. @param {Options} options */
async function chosenAndFetched(options) {
  const repositories = chosen(options);
  for (const pinned of repositories) if (await isFetched(options.cache, pinned)) return repositories;
  throw new Problem(`None of the repositories is in ${options.cache} at its pinned commit. Run \`node tools/ecosystem/ecosystem.mjs fetch\` first, with the same --cache and --only.`);
}

/** @param {Options} options */
async function performRun(options) {
  const repositories = await chosenAndFetched(options);
  if (options.build) await build(options.modeguard, options.modeguard, signal);
  const [run] = await runTrees([options.modeguard], repositories, options);
  if (run === undefined || options.output === null) throw new Error('`run` made no run');
  writeRun(options.output, run);
  return isComplete(run) ? done : incomplete;
}

/** @param {Options} options */
async function performCompare(options) {
  const [baseName = '', headName] = options.args;
  const base = await resolveRevision(options.modeguard, baseName);
  const head = headName === undefined ? null : await resolveRevision(options.modeguard, headName);
  const repositories = await chosenAndFetched(options);
  return withBuiltRevision(options.modeguard, base, signal, async (baseTree) => {
    if (head !== null) return withBuiltRevision(options.modeguard, head, signal, (headTree) => compareTrees(baseTree, headTree));
    await build(options.modeguard, 'The working tree', signal);
    return compareTrees(baseTree, options.modeguard);
  });

  /** @param {string} baseTree @param {string} headTree */
  async function compareTrees(baseTree, headTree) {
    const [before, after] = await runTrees([baseTree, headTree], repositories, options);
    if (before === undefined || after === undefined) throw new Error('`compare` made no two runs');
    return report(options, before, after);
  }
}

/**
 * Every tree over a repository before the next repository, so that the load of the machine is about the same for both.
 * @param {readonly string[]} trees @param {readonly Pinned[]} repositories @param {Options} options @returns {Promise<EcosystemRun[]>}
 */
async function runTrees(trees, repositories, { cache, timeoutSeconds }) {
  const versions = await Promise.all(trees.map(versionOf));
  /** @type {RepositoryRun[][]} */
  const records = trees.map(() => []);
  for (const [index, pinned] of repositories.entries()) {
    for (const [which, tree] of trees.entries()) {
      const record = await runRepository(tree, pinned, { cache, timeoutSeconds, signal });
      records[which]?.push(record);
      const side = trees.length === 1 ? '' : which === 0 ? ' (before)' : ' (after)';
      say(`[${index + 1}/${repositories.length}] ${pinned.repository}${side}: ${describe(record)}`);
    }
  }
  return versions.map((version, which) => makeRun(version, records[which] ?? []));
}

/** @param {RepositoryRun} record */
function describe({ state, problem, findings, crashes, seconds }) {
  if (state !== 'done') return `${state.toUpperCase()}: ${problem}`;
  const definite = findings.filter(({ certainty }) => certainty === 'definite').length;
  return `${definite} definite, ${findings.length - definite} possible, ${seconds.toFixed(1)} s${crashes.length === 0 ? '' : `, FAILED on ${crashes.length} files`}`;
}

/** @param {Options} options @param {EcosystemRun} before @param {EcosystemRun} after */
function report({ output }, before, after) {
  const markdown = reportMarkdown(before, after);
  if (output === null) process.stdout.write(markdown);
  else writeText(output, markdown);
  if (markdown.length > commentLimit) say(`The report has ${markdown.length} characters, a comment on GitHub at most ${commentLimit}: attach it as a file.`);
  return isComplete(before) && isComplete(after) ? done : incomplete;
}

/** @param {string} file @param {string} text */
function writeText(file, text) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new Problem(`Cannot write ${file}: ${reasonOf(error)}`);
  }
}

/** @param {EcosystemRun} run */
function isComplete({ repositories }) {
  return repositories.every(({ state, crashes }) => state === 'done' && crashes.length === 0);
}

try {
  process.exitCode = await perform(process.argv.slice(2));
} catch (error) {
  process.exitCode = failed;
  if (error instanceof Problem) say(`ecosystem: ${error.message}`);
  else throw error;
}
