// @ts-check
// Time by the size of the tree: modeguard, cold and with nothing changed, over sub-trees each of which contains the one before, twice as many files. They are
// taken in several orders of the repositories, or of the folders of the only one: some cost a hundred times what others do, and in a single order the time would
// say where these come, and not how it grows. The exponent is fitted to all orders together.
// The start of the command is measured alone and taken off before the exponent is fitted: it would hide the growth of what is small. Fitted and plotted is
// the time of the processors, where it can be known: what passes on the clock depends on what else the machine does, and on how many of them it has.
import { modeguardCommand } from '../contenders.mjs';
import { exponentOf, plot } from '../plot.mjs';
import { grouped, secondsText, table } from '../report.mjs';
import { measureInRounds } from '../rounds.mjs';
import { layOut, shuffled, subTree } from '../trees.mjs';

export const title = 'Growth with the size of the project';

const orders = [1, 2, 3];

/** @typedef {{ order: number, files: number, lines: number, cold: number, warm: number, used: number, usedWarm: number }} Size */

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
    for (const order of orders) {
      const ordered = shuffled(tree, order);
      for (const count of counts.filter((number) => number <= tree.files.length)) {
        const part = await subTree(ordered, count, scratch);
        const [row] = await measureInRounds(part, [modeguardCommand], { ...settings, upTo: 'warm' });
        if (row?.cold != null && row.warm !== null) sizes.push({ order, files: count, lines: part.lines, cold: row.cold, warm: row.warm, used: row.processorSeconds ?? row.cold, usedWarm: row.warmProcessorSeconds ?? row.warm });
      }
    }
    series.push({ name, start, startUsed, sizes });
  }
  const marks = ['o', 'x', '+'];
  const points = (/** @type {(typeof series)[number]} */ { sizes, startUsed }) => sizes.map(({ lines, used }) => ({ size: lines, seconds: used - startUsed }));
  return [
    `Sub-trees, each of which contains the one before, in ${orders.length} orders of repositories or folders. Medians. The exponent is that of the lines, fitted to the processor times of the cold runs of all orders, without the start of the command: 1 is linear.`,
    ...series.map((one) =>
      [
        `**${labels[one.name] ?? one.name}** (tree \`${one.name}\`): start ${secondsText(one.start)} (${secondsText(one.startUsed)} of processor time), exponent ${exponentOf(points(one)).toFixed(2)}; of each order ${orders.map((order) => exponentOf(points({ ...one, sizes: one.sizes.filter((size) => size.order === order) })).toFixed(2)).join(', ')}.`,
        table(
          ['order', 'files', 'lines', 'cold', 'processor time, cold', 'nothing changed', 'processor time, nothing changed', 'lines for each second of processor time, cold'],
          one.sizes.map(({ order, files, lines, cold, warm, used, usedWarm }) => [String(order), grouped(files), grouped(lines), secondsText(cold), secondsText(used), secondsText(warm), secondsText(usedWarm), grouped(Math.round(lines / (used - one.startUsed)))]),
        ),
      ].join('\n\n'),
    ),
    `Processor time of the cold runs, without the start, by lines, both scales logarithmic:\n\n\`\`\`text\n${plot(series.map((one, index) => ({ mark: marks[index] ?? '*', label: labels[one.name] ?? one.name, points: points(one) })), 'lines')}\n\`\`\``,
  ].join('\n\n');
}
