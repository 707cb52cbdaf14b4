// Lowers and verifies every TypeScript and JavaScript file below the given folders, and says what failed.
//
//     node tools/build.mjs
//     node packages/eslint-plugin/tests/frontends/typescript/crash.mjs [--cut N] [--seed S] [--slow MS] DIR...
//
// A failure is an exception of the parser or the lowering, IR that breaks a promise of ir.ts, or a text that the parser read
// without an error and that the lowering gave up on (an empty module in the place of its functions). `--cut N` also cuts N
// random files at a random place each, or takes a piece out of their middle; the seed makes the choice repeatable. Files that
// take longer than `--slow` milliseconds (2000) are listed. The exit code is 1 if anything failed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lowerTypeScript } from '../../../dist/frontends/typescript/lower.js';
import { parseTypeScript, syntaxErrorsOf } from '../../../dist/frontends/typescript/parse.js';
import { verifyModule } from '../../../dist/ir/verify.js';

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { cut: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' }, slow: { type: 'string', default: '2000' } },
});
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && SOURCE.test(entry.name)) yield path;
  }
}

/** A small generator of pseudo-random numbers in [0, 1) (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const count = { files: 0, bytes: 0, funcs: 0, syntaxErrors: 0, opaque: new Map(), failures: 0, parsing: 0, lowering: 0 };

function check(path, text) {
  count.files += 1;
  count.bytes += text.length;
  const problems = [];
  let spent = 0;
  try {
    const started = performance.now();
    const sourceFile = parseTypeScript(text, path);
    const parsed = performance.now();
    const errors = syntaxErrorsOf(sourceFile);
    const module = lowerTypeScript(sourceFile, path);
    spent = performance.now() - parsed;
    count.parsing += parsed - started;
    count.lowering += spent;
    count.funcs += module.funcs.length;
    if (errors.length > 0) count.syntaxErrors += 1;
    if (module.syntaxErrors.length !== errors.length) problems.push('the lowering gave up');
    problems.push(...verifyModule(module).slice(0, 3));
    for (const func of module.funcs) {
      for (const block of func.blocks) {
        for (const instr of block.instrs) if (instr.kind === 'opaque') count.opaque.set(instr.construct, (count.opaque.get(instr.construct) ?? 0) + 1);
      }
    }
  } catch (error) {
    problems.push(String(error?.stack ?? error).split('\n').slice(0, 4).join(' | '));
  }
  for (const problem of problems) console.log(`FAILED ${path}: ${problem}`);
  if (problems.length > 0) count.failures += 1;
  if (spent > Number(options.slow)) console.log(`slow ${path}: ${(spent / 1000).toFixed(1)} s to lower ${text.length} characters`);
}

const started = performance.now();
const paths = folders.flatMap((folder) => (statSync(folder).isDirectory() ? [...filesBelow(folder)] : [folder]));
for (const path of paths) check(path, readFileSync(path, 'utf8'));

const next = random(Number(options.seed));
for (let i = 0; i < Number(options.cut) && paths.length > 0; i += 1) {
  const path = paths[Math.floor(next() * paths.length)];
  const text = readFileSync(path, 'utf8');
  const [a, b] = [Math.floor(next() * text.length), Math.floor(next() * text.length)].sort((x, y) => x - y);
  check(path, next() < 0.5 ? text.slice(0, b) : text.slice(0, a) + text.slice(b));
}

const names = [...count.opaque].sort(([, a], [, b]) => b - a);
console.log(`opaque: ${names.slice(0, 40).map(([name, times]) => `${name} ${times}`).join(', ')}${names.length > 40 ? ', ...' : ''}`);
console.log(`${count.files} texts, ${(count.bytes / 1e6).toFixed(1)} MB, ${count.funcs} functions, ${count.syntaxErrors} texts with syntax errors, ${count.failures} failed`);
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s: parsing ${(count.parsing / 1000).toFixed(1)} s, lowering ${(count.lowering / 1000).toFixed(1)} s`);
process.exitCode = count.failures > 0 ? 1 : 0;
