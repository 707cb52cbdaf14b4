// @ts-check
// Time and memory over a tree of Python repositories: modeguard in its ways of being run, and the other tools, in the same rounds.
import { modeguardCommand, eslintWithPlugin, eslintWithPluginInTwo, pythonContenders } from '../contenders.mjs';
import { grouped, secondsText, toolTable } from '../report.mjs';
import { measureInRounds } from '../rounds.mjs';
import { layOut, subTree } from '../trees.mjs';

export const title = 'Python: time and memory';
/** @param {boolean} short */
export const treeNames = (short) => [short ? 'python-small' : 'python'];

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run(bench) {
  const { options, checkoutOf, scratch, say } = bench;
  const [name = ''] = treeNames(options.short);
  const tree = await layOut(name, { checkoutOf, into: scratch });
  const others = await pythonContenders({ cache: options.cache, pythons: options.pythons, say });
  const present = others.flatMap((other) => ('missing' in other ? [] : [other]));
  const absent = others.flatMap((other) => ('missing' in other ? [other] : []));
  const own = [modeguardCommand, eslintWithPlugin, eslintWithPluginInTwo];
  const rows = await measureInRounds(tree, [...own, ...present], { rounds: options.rounds, timeoutSeconds: options.timeoutSeconds, say });
  const one = await subTree(tree, 1, scratch);
  const starts = await measureInRounds(one, own, { rounds: options.rounds, timeoutSeconds: options.timeoutSeconds, say, upTo: 'cold' });
  return [
    `${grouped(tree.files.length)} files, ${grouped(tree.lines)} lines. Medians.`,
    toolTable(rows, absent),
    `Of these times the start alone, over a tree of one file, is: ${starts.map((row) => `${row.name} ${secondsText(row.cold)}`).join('; ')}.`,
  ].join('\n\n');
}
