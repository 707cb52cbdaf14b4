// @ts-check
// How long the analysis of a tree takes, and where: parsing and lowering alone, then the whole of it, side by side in one run, median of several rounds
// after one to warm up. Usage: node benchmarks/lint.mjs [--rounds 5] <file or folder> …   (build first: npm run build)
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { analyze, lower } from '../packages/eslint-plugin/dist/analyze.js';
import { RULES } from '../packages/eslint-plugin/dist/rules/registry.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
if (positionals.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error('Usage: node benchmarks/lint.mjs [--rounds 5] <file or folder> …');
  process.exit(2);
}

/** @param {string} path @returns {string[]} */
function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : filesUnder(join(path, entry.name))));
}

const inputs = positionals
  .flatMap(filesUnder)
  .filter((file) => /\.(?:py|[cm]?[jt]sx?)$/.test(file) && !file.endsWith('.d.ts'))
  .map((file) => ({ file, text: readFileSync(file, 'utf8'), language: /** @type {'python' | 'typescript'} */ (file.endsWith('.py') ? 'python' : 'typescript') }));
const lines = inputs.reduce((sum, input) => sum + input.text.split('\n').length, 0);

let findings = 0;
const tasks = {
  'parse and lower': () => inputs.forEach((input) => lower(input)),
  'whole analysis': () => {
    findings = 0;
    for (const input of inputs) {
      const analysis = analyze(input);
      for (const rule of RULES) findings += rule.judge(analysis).filter((finding) => finding.certainty === 'definite').length;
    }
  },
};

/** @type {Record<string, number[]>} */
const times = {};
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, task] of Object.entries(tasks)) {
    const start = performance.now();
    task();
    if (round > 0) (times[name] ??= []).push(performance.now() - start);
  }
}

console.log(`${inputs.length} files, ${lines} lines, ${findings} definite findings; Node ${process.versions.node}, median of ${rounds} rounds`);
const medians = Object.entries(times).map(([name, all]) => /** @type {const} */ ([name, all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0]));
const base = medians[0]?.[1] ?? 1;
for (const [name, median] of medians) console.log(`${name.padEnd(18)}${(median / 1000).toFixed(2).padStart(8)} s${(lines / median).toFixed(0).padStart(8)} lines/ms${(median / base).toFixed(2).padStart(8)} x`);
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
