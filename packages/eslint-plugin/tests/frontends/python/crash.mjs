// @ts-check
// Parses, lowers and verifies every .py file below the given directories, as written and cut up; needs a build before.
//
//     node packages/eslint-plugin/tests/frontends/python/crash.mjs [--cut=300] [--seed=1] DIRECTORY...
//
// `--cut=N` takes N of the files at random and gives four damaged versions of each: its beginning, its end, the file without
// its middle, and the file with a stray bracket, quote or break in it. A failure is an exception or a broken promise of the
// IR; the exit code says whether there was one. CPython's own sources are a good directory: its test suite holds every
// construct of its version.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lowerPython } from '../../../dist/frontends/python/lower.js';
import { parsePython } from '../../../dist/frontends/python/parse.js';
import { verifyModule } from '../../../dist/ir/verify.js';

const options = new Map(process.argv.slice(2).filter((arg) => arg.startsWith('--')).map((arg) => /** @type {[string, number]} */ ([arg.slice(2).split('=')[0], Number(arg.split('=')[1])])));
const directories = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
if (directories.length === 0) {
  console.error('Usage: node crash.mjs [--cut=300] [--seed=1] DIRECTORY...');
  process.exit(2);
}

/** @type {Map<string, number>} */
const opaque = new Map();
/** @type {{ file: string, ms: number }} */
let slowest = { file: '', ms: 0 };
let failures = 0;
let broken = 0;
let lines = 0;

/** @param {string} file @param {string} text @param {boolean} isWhole */
function check(file, text, isWhole) {
  const before = performance.now();
  try {
    const tree = parsePython(text);
    const module = lowerPython(tree, file);
    const problems = verifyModule(module);
    if (problems.length > 0) fail(file, `${problems.length} broken promises, first: ${problems[0]}`);
    if (!isWhole) return;
    lines += text.split('\n').length;
    if (tree.errors.length > 0) broken += 1;
    else for (const func of module.funcs) for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'opaque') opaque.set(instr.construct, (opaque.get(instr.construct) ?? 0) + 1);
    const ms = performance.now() - before;
    if (ms > slowest.ms) slowest = { file, ms };
  } catch (error) {
    fail(file, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** @param {string} file @param {string} message */
function fail(file, message) {
  failures += 1;
  console.log(`FAIL ${file}: ${message}`);
}

/** A small generator, so that a failure can be repeated. @param {number} seed */
function randomBelow(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
  };
}

const files = directories.flatMap((directory) => readdirSync(directory, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
  .map((entry) => join(entry.parentPath, entry.name)))
  .sort();
const start = performance.now();
for (const file of files) check(file, readFileSync(file, 'utf8'), true);
const seconds = (performance.now() - start) / 1000;
console.log(`${files.length} files, ${lines} lines, ${failures} failures, ${broken} with syntax errors, ${seconds.toFixed(1)} s; slowest: ${slowest.ms.toFixed(0)} ms, ${slowest.file}`);
console.log(`opaque: ${[...opaque].sort((a, b) => b[1] - a[1]).map(([construct, count]) => `${construct} ${count}`).join(', ') || 'none'}`);

const cuts = options.get('cut') ?? 0;
if (cuts > 0 && files.length > 0) {
  const random = randomBelow(options.get('seed') ?? 1);
  const strays = ['(', ')', '[', '{', '}', '"', "'", '"""', "f'", '\n', '\\', ':', '\u0000', '@', '*', '\ud800', '    ', '\t', 'match ', 'async '];
  const beforeCuts = failures;
  const cutStart = performance.now();
  for (let i = 0; i < cuts; i += 1) {
    const file = files[random(files.length)] ?? '';
    const text = readFileSync(file, 'utf8');
    const [first, second] = [random(text.length), random(text.length)].sort((a, b) => a - b);
    check(`${file} [0, ${first})`, text.slice(0, first), false);
    check(`${file} [${second}, end)`, text.slice(second), false);
    check(`${file} without [${first}, ${second})`, text.slice(0, first) + text.slice(second), false);
    const stray = strays[random(strays.length)] ?? '';
    check(`${file} with ${JSON.stringify(stray)} at ${first}`, text.slice(0, first) + stray + text.slice(first), false);
  }
  console.log(`${cuts * 4} damaged texts, ${failures - beforeCuts} failures, ${((performance.now() - cutStart) / 1000).toFixed(1)} s`);
}
process.exit(failures === 0 ? 0 : 1);
