// @ts-check
// Where the time of the analysis goes: parsing and lowering alone beside the whole of it, in this process, on one thread, without what is kept on disk.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyze, lower } from '../../../packages/eslint-plugin/dist/analyze.js';
import { RULES } from '../../../packages/eslint-plugin/dist/rules/registry.js';
import { median } from '../measure.mjs';
import { grouped, secondsText, table } from '../report.mjs';
import { layOut } from '../trees.mjs';

export const title = 'Parsing alone beside the whole analysis';
/** @param {boolean} short */
export const treeNames = (short) => (short ? ['python-small', 'deepbox'] : ['python', 'deepbox', 'torchlette', 'tfjs']);

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  /** @type {string[][]} */
  const rows = [];
  for (const name of treeNames(options.short)) {
    const tree = await layOut(name, { checkoutOf, into: scratch });
    const inputs = tree.files.map((file) => ({ file: join(tree.folder, file), text: readFileSync(join(tree.folder, file), 'utf8'), language: tree.language }));
    /** @type {number[]} */
    const parsing = [];
    /** @type {number[]} */
    const whole = [];
    for (let round = 0; round < options.rounds; round += 1) {
      parsing.push(timed(() => inputs.forEach((input) => lower(input))));
      whole.push(timed(() => inputs.forEach((input) => judge(analyze(input)))));
      say(`${name}, round ${round + 1}: ${secondsText(whole.at(-1) ?? null)}`);
    }
    rows.push([name, grouped(inputs.length), grouped(tree.lines), secondsText(median(parsing)), secondsText(median(whole)), `${(median(whole) / median(parsing)).toFixed(1)} x`]);
  }
  return ['One thread. Lowered files and callers that an earlier round has seen stay in memory; the rest is done again. Medians.', table(['tree', 'files', 'lines', 'parse and lower', 'whole analysis', 'ratio'], rows)].join('\n\n');
}

/** @param {import('../../../packages/eslint-plugin/dist/analyze.js').Analysis} analysis */
function judge(analysis) {
  for (const rule of RULES) rule.judge(analysis);
}

/** @param {() => void} action */
function timed(action) {
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}
