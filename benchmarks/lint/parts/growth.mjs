// @ts-check
// Time by the size of the tree: modeguard, cold and with nothing changed, over sub-trees each of which contains the one before, twice as many files.
// The start of the command is measured alone and taken off before the exponent is fitted: it would hide the growth of what is small. Fitted and plotted is
// the time of the processors, where it can be known: what passes on the clock depends on what else the machine does, and on how many of them it has.
import { modeguardCommand } from '../contenders.mjs';
import { exponentOf, plot } from '../plot.mjs';
import { grouped, secondsText, table } from '../report.mjs';
import { measureInRounds } from '../rounds.mjs';
import { layOut, subTree } from '../trees.mjs';

export const title = 'Growth with the size of the project';

/** @typedef {{ files: number, lines: number, cold: number, warm: number, used: number, usedWarm: number }} Size */

const labels = /** @type {Readonly<Record<string, string>>} */ ({ python: 'many Python projects', 'python-small': 'many Python projects', 'one-project': 'one Python project', tfjs: 'one TypeScript project' });

/** @param {boolean} short */
export const treeNames = (short) => [short ? 'python-small' : 'python', 'one-project', 'tfjs'];

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  const counts = options.short ? [32, 64, 128, 256] : [64, 128, 256, 512, 1024];
  const settings = /** @type {const} */ ({ rounds: options.rounds, timeoutSeconds: options.timeoutSeconds, say });
  /** @type {{ name: string, start: number, startUsed: number, sizes: Size[] }[]} */
  const series = [];
  for (const name of treeNames(options.short)) {
    const tree = await layOut(name, { checkoutOf, into: scratch });
    const [alone] = await measureInRounds(await subTree(tree, 1, scratch), [modeguardCommand], { ...settings, upTo: 'cold' });
    const start = alone?.cold ?? 0;
    const startUsed = alone?.processorSeconds ?? start;
    /** @type {Size[]} */
    const sizes = [];
    for (const count of counts.filter((number) => number <= tree.files.length)) {
      const part = await subTree(tree, count, scratch);
      const [row] = await measureInRounds(part, [modeguardCommand], { ...settings, upTo: 'warm' });
      if (row?.cold != null && row.warm !== null) sizes.push({ files: count, lines: part.lines, cold: row.cold, warm: row.warm, used: row.processorSeconds ?? row.cold, usedWarm: row.warmProcessorSeconds ?? row.warm });
    }
    series.push({ name, start, startUsed, sizes });
  }
  const marks = ['o', 'x', '+'];
  const points = (/** @type {(typeof series)[number]} */ { sizes, startUsed }) => sizes.map(({ lines, used }) => ({ size: lines, seconds: used - startUsed }));
  return [
    'Sub-trees, each of which contains the one before. Medians. The exponent is that of the lines, fitted to the processor times of the cold runs without the start of the command: 1 is linear.',
    ...series.map((one) =>
      [
        `**${labels[one.name] ?? one.name}** (tree \`${one.name}\`): start ${secondsText(one.start)} (${secondsText(one.startUsed)} of processor time), exponent ${exponentOf(points(one)).toFixed(2)}.`,
        table(
          ['files', 'lines', 'cold', 'processor time, cold', 'nothing changed', 'processor time, nothing changed', 'lines for each second of processor time, cold'],
          one.sizes.map(({ files, lines, cold, warm, used, usedWarm }) => [grouped(files), grouped(lines), secondsText(cold), secondsText(used), secondsText(warm), secondsText(usedWarm), grouped(Math.round(lines / (used - one.startUsed)))]),
        ),
      ].join('\n\n'),
    ),
    `Processor time of the cold runs, without the start, by lines, both scales logarithmic:\n\n\`\`\`text\n${plot(series.map((one, index) => ({ mark: marks[index] ?? '*', label: labels[one.name] ?? one.name, points: points(one) })), 'lines')}\n\`\`\``,
  ].join('\n\n');
}
