// @ts-check
// What one more statement costs, file by file: files spread over the whole tree, each edited by itself in a project that is known, and all of it linted again. The
// median says little of a file that many others run.
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../../tools/ecosystem/problem.mjs';
import { modeguardCommand } from '../contenders.mjs';
import { withEdit } from '../edits.mjs';
import { measure, median } from '../measure.mjs';
import { secondsText, table } from '../report.mjs';
import { layOut } from '../trees.mjs';

export const title = 'One file edited, file by file';
/** @param {boolean} short */
export const treeNames = (short) => [short ? 'python-small' : 'python'];

/** Files for each round, and how many of the slowest are named. */
const FILES = 50;
const NAMED = 8;

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  const [name = ''] = treeNames(options.short);
  const tree = await layOut(name, { checkoutOf, into: scratch });
  // Of other files the text alone shows that there is nothing to find.
  const about = tree.files.filter((file) => /\bforward\b|\.eval\(|\.train\(/u.test(readFileSync(join(tree.folder, file), 'utf8')));
  const count = Math.min(about.length, (options.short ? FILES / 2 : FILES) * options.rounds);
  const chosen = Array.from({ length: count }, (_, at) => about[Math.floor(((at + 0.5) * about.length) / count)] ?? '');
  const lint = async () => {
    const [command, ...args] = modeguardCommand.command();
    const { seconds, code, said } = await measure(command, args, { cwd: tree.folder, timeoutSeconds: options.timeoutSeconds });
    if (code === null || !modeguardCommand.ended(code)) throw new Problem(`modeguard did not end well: ${said.trim().split('\n').at(-1) ?? ''}`);
    return seconds;
  };
  say(`${name}: linting all of ${tree.files.length} files, so that they are known`);
  await lint();
  // Each edit meets what was known before all of them.
  const projects = new Set(tree.files.map((file) => file.split(/[\\/]/u)[0] ?? ''));
  const folders = [...projects].flatMap((project) => modeguardCommand.keeps.map((kept) => join(tree.folder, project, kept))).filter((folder) => existsSync(folder));
  const known = folders.map((folder, at) => /** @type {const} */ ([folder, join(scratch, `known-${at}`)]));
  for (const [folder, copy] of known) cpSync(folder, copy, { recursive: true });
  /** @type {{ file: string, seconds: number }[]} */
  const times = [];
  for (const file of chosen) {
    times.push({ file, seconds: await withEdit(join(tree.folder, file), lint) });
    for (const [folder, copy] of known) {
      rmSync(folder, { recursive: true });
      cpSync(copy, folder, { recursive: true });
    }
    if (times.length % 10 === 0) say(`${name}: ${times.length} of ${count} files edited`);
  }
  times.sort((a, b) => b.seconds - a.seconds);
  const all = times.map(({ seconds }) => seconds);
  return [
    `${count} of the ${about.length} files that are about networks, of ${tree.files.length} in the tree, spread evenly over it. The start of the command is part of the times.`,
    `Median ${secondsText(median(all))}; nine in ten take ${secondsText(all[Math.floor(all.length / 10)] ?? NaN)} or less; ${all.filter((seconds) => seconds < 3).length} of ${count} files under 3 s. The slowest:`,
    table(['file', 'time'], times.slice(0, NAMED).map(({ file, seconds }) => [file, secondsText(seconds)])),
  ].join('\n\n');
}
