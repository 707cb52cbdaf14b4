// @ts-check
// How long an answer takes while somebody types: files of about 500 lines in a project that is known, their text changed in memory and linted by one
// object of ESLint's that stays alive, as the server of an editor does it. It runs in a process of its own, once for each tree.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modeguardCommand } from '../contenders.mjs';
import { measure } from '../measure.mjs';
import { table } from '../report.mjs';
import { layOut } from '../trees.mjs';

export const title = 'An answer in the editor';
/** @param {boolean} short */
export const treeNames = (short) => (short ? ['python-small', 'deepbox'] : ['python', 'one-project', 'deepbox', 'torchlette', 'tfjs']);

/** @typedef {{ file: string, lines: number, opened: number, median: number, slowest: number }} Answer Times in milliseconds. */

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  /** @type {string[][]} */
  const rows = [];
  for (const name of treeNames(options.short)) {
    const tree = await layOut(name, { checkoutOf, into: scratch });
    // The project is known: it has been linted once.
    const [command, ...args] = modeguardCommand.command();
    await measure(command, args, { cwd: tree.folder, timeoutSeconds: options.timeoutSeconds });
    const process_ = spawnSync(process.execPath, [fileURLToPath(new URL('../editor-process.mjs', import.meta.url))], { cwd: tree.folder, input: JSON.stringify({ files: tree.files.map((file) => join(tree.folder, file)), language: tree.language, files500: options.short ? 4 : 10, keys: 10 * options.rounds }), encoding: 'utf8', maxBuffer: 1e8 });
    if (process_.status !== 0) {
      say(`${name}: ${process_.stderr.trim()}`);
      rows.push([name, `failed: ${process_.stderr.trim().split('\n').at(-1) ?? ''}`, '', '', '', '']);
      continue;
    }
    const answers = /** @type {Answer[]} */ (JSON.parse(process_.stdout));
    say(`${name}: ${answers.length} files`);
    for (const { file, lines, opened, median, slowest } of answers) rows.push([name, file.slice(tree.folder.length + 1), String(lines), ...[opened, median, slowest].map((time) => `${time.toFixed(0)} ms`)]);
  }
  return ['Each file is opened once, and then a comment in the middle of it grows by a character for each key. Parsing by ESLint is part of the times.', table(['tree', 'file', 'lines', 'opened', 'a key, median', 'a key, slowest'], rows)].join('\n\n');
}
