// @ts-check
// What modeguard adds to typed linting: typescript-eslint's typed rules over a tree, with and without our plugin, in the same rounds. The packages
// that the repositories depend on are not installed: their types are unknown to both, and typed linting has the less to do for it, so that what is
// shown of our share is rather too much than too little. The one tree of which most is calls of a library is measured with its packages too.
import { typedLinting, typedLintingWithPlugin } from '../contenders.mjs';
import { grouped, megabytesText, secondsText, table } from '../report.mjs';
import { measureInRounds } from '../rounds.mjs';
import { layOut, withPackages } from '../trees.mjs';

export const title = 'TypeScript: what is added to typed linting';
/** @param {boolean} short */
export const treeNames = (short) => (short ? ['deepbox', 'magenta', 'magenta-installed'] : ['deepbox', 'torchlette', 'magenta', 'magenta-installed', 'tfjs']);

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  /** @type {string[][]} */
  const rows = [];
  for (const name of treeNames(options.short)) {
    const tree = await layOut(name, { checkoutOf, into: scratch });
    const missing = await withPackages(tree, { cache: options.cache, say });
    if (missing !== null) {
      rows.push([name, grouped(tree.files.length), grouped(tree.lines), missing, '', '', '', '', '', '']);
      continue;
    }
    const [without, together] = await measureInRounds(tree, [typedLinting, typedLintingWithPlugin], { rounds: options.rounds, timeoutSeconds: options.timeoutSeconds, say });
    const size = [name, grouped(tree.files.length), grouped(tree.lines)];
    if (without === undefined || together === undefined || without.cold === null || together.cold === null) {
      rows.push([...size, without?.failed ?? secondsText(without?.cold ?? null), together?.failed ?? secondsText(together?.cold ?? null), '', '', '', '', '']);
      continue;
    }
    rows.push([...size, secondsText(without.cold), secondsText(together.cold), added(without.cold, together.cold), added(without.processorSeconds, together.processorSeconds), added(without.cold, together.warm), added(without.cold, together.edited), `${megabytesText(without.peakBytes)}, ${megabytesText(together.peakBytes)}`]);
  }
  return [`Rules: \`recommendedTypeChecked\`, ${typedLinting.version}. Medians.`, table(['tree', 'files', 'lines', 'typed rules', 'with modeguard, cold', 'added', 'added, of processor time', 'added, nothing changed', 'added, one file edited', 'peak memory, without and with'], rows)].join('\n\n');
}

/** @param {number | null} before @param {number | null} after */
function added(before, after) {
  return before === null || after === null ? '–' : `${(100 * (after / before - 1)).toFixed(0)} %`;
}
