// @ts-check
// Runs the analysis over the test suites of CPython and of the TypeScript compiler, and over any other folder: nothing may throw, and the IR must keep its
// promises. The suites are fetched into a cache outside of this tree, never committed and never run. Needs a build before (`npm run setup`).
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem, reasonOf } from '../ecosystem/problem.mjs';
import { defaultSource } from '../ecosystem/whole-folder.mjs';
import { damaged, randomBelow } from './damage.mjs';
import { isProgram } from './programs.mjs';
import { fetchSuite, folderOf, suiteCache, suites } from './suites.mjs';

const usage = `Usage: node tools/crash-test/crash-test.mjs fetch [options]
       node tools/crash-test/crash-test.mjs run [options] [FOLDER ...]

fetch   the test suites: ${suites.map(({ repository, tag, folder }) => `${repository} ${tag} ${folder}`).join(', ')}
run     parses, lowers and verifies every program below the folders (without any, the suites)

Options:
  --cache DIR       where the suites lie; default ${suiteCache()}
  --source PREFIX   what comes before owner/name: a URL or a folder; default ${defaultSource}
  --interpret N     also interpret N programs, chosen at random, with all rules; default 400
  --cut N           also damage N programs, four times each; default 300
  --seed S          of the choice; default 1

Exit code: 0 if nothing failed, 1 if something did, 2 for a mistake of the caller.
`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`crash-test: ${error.message}\n`);
  process.exitCode = 2;
}

/** @param {string[]} argv */
async function main(argv) {
  const { values, positionals } = parse(argv);
  const [command, ...folders] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const cache = resolve(values.cache ?? suiteCache());
  const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
  switch (command) {
    case 'fetch':
      for (const suite of suites) await fetchSuite(suite, { cache, source: values.source ?? defaultSource, say });
      return 0;
    case 'run':
      return run(folders.length > 0 ? folders : suites.map((suite) => folderOf(cache, suite)), { interpret: count(values.interpret, 'interpret', 400), cut: count(values.cut, 'cut', 300), seed: count(values.seed, 'seed', 1) }, say);
    default:
      throw new Problem(`There is no command '${command}'. There are fetch and run; --help says what they do.`);
  }
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({ args: argv, allowPositionals: true, options: { cache: { type: 'string' }, source: { type: 'string' }, interpret: { type: 'string' }, cut: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new Problem(reasonOf(error));
  }
}

/** @param {string | undefined} typed @param {string} name @param {number} fallback */
function count(typed, name, fallback) {
  if (typed === undefined) return fallback;
  if (!/^\d+$/.test(typed)) throw new Problem(`--${name} takes a number, not '${typed}'.`);
  return Number(typed);
}

/** @param {readonly string[]} folders @param {{ interpret: number, cut: number, seed: number }} options @param {(line: string) => void} say */
async function run(folders, options, say) {
  const programs = folders.map((folder) => /** @type {const} */ ([folder, programsBelow(folder)]));
  // The analysis takes its time to load: a mistake is said before.
  const { Checks } = await import('./check.mjs');
  let failures = 0;
  for (const [folder, files] of programs) {
    const checks = new Checks(say);
    const random = randomBelow(options.seed);
    const chosen = new Set(Array.from({ length: Math.min(options.interpret, files.length) }, () => files[random(files.length)]));
    const start = performance.now();
    for (const file of files) checks.check(file, readFileSync(file, 'utf8'), { interpret: chosen.has(file) });
    for (let i = 0; i < options.cut && files.length > 0; i += 1) {
      const file = files[random(files.length)] ?? '';
      // Each costs an analysis: a quarter of them is enough.
      for (const [damage, text] of damaged(readFileSync(file, 'utf8'), random)) checks.check(file, text, { interpret: i % 4 === 0, damage });
    }
    say(`${folder}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    for (const line of checks.report()) say(`  ${line}`);
    failures += checks.failures;
  }
  return failures === 0 ? 0 : 1;
}

/** @param {string} folder @returns {readonly string[]} */
function programsBelow(folder) {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Problem(`There is no folder ${folder}. Run \`node tools/crash-test/crash-test.mjs fetch\` first, or name one.`);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && isProgram(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
