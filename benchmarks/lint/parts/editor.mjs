// @ts-check
// How long an answer takes while somebody types: files of about 500 lines in a project that is known, their text changed in memory and linted by one
// object of ESLint's that stays alive, as the server of an editor does it. It runs in a process of its own, once for each tree.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modeguardCommand } from '../contenders.mjs';
import { measure, median } from '../measure.mjs';
import { secondsText, table } from '../report.mjs';
import { layOut } from '../trees.mjs';

export const title = 'An answer in the editor';
/** @param {boolean} short */
export const treeNames = (short) => (short ? ['python-small', 'deepbox', 'torchlette'] : ['python-small', 'one-project', 'deepbox', 'torchlette', 'magenta', 'tfjs']);

/** @typedef {{ file: string, lines: number, opened: number, first: number, median: number, least: number, processor: number }} Answer Times in milliseconds. */

/** @param {import('../run.mjs').Bench} bench @returns {Promise<string>} */
export async function run({ options, checkoutOf, scratch, say }) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {number[]} */
  const all = [];
  for (const name of treeNames(options.short)) {
    const tree = await layOut(name, { checkoutOf, into: scratch });
    // The project is known: it has been linted once.
    say(`${name}: linting all of ${tree.files.length} files, so that they are known`);
    const [command, ...args] = modeguardCommand.command();
    const { seconds, timedOut } = await measure(command, args, { cwd: tree.folder, timeoutSeconds: options.timeoutSeconds });
    say(`${name}: ${timedOut ? 'not all of them within ' : ''}${secondsText(seconds)}`);
    const { code, said, wrote } = await edit({ files: tree.files.map((file) => join(tree.folder, file)), language: tree.language, most: options.short ? 4 : 10, keys: 10 * options.rounds }, tree.folder, say);
    if (code !== 0) {
      rows.push([name, `failed: ${said.trim().split('\n').at(-1) ?? ''}`, '', '', '', '', '', '']);
      continue;
    }
    const answers = /** @type {Answer[]} */ (JSON.parse(wrote));
    all.push(...answers.map((answer) => answer.median));
    for (const { file, lines, opened, first, median: middle, least, processor } of answers) rows.push([name, file.slice(tree.folder.length + 1), String(lines), ...[opened, first, middle, least, processor].map((time) => `${time.toFixed(0)} ms`)]);
  }
  return [
    'Each file is opened once, and then a statement in a function in the middle of it grows by a digit for each key. Parsing by ESLint is part of the times. At the first key the callers of the file are looked at which have not been looked at in this process.',
    `Median of the medians: ${median(all).toFixed(0)} ms; ${all.filter((time) => time < 150).length} of ${all.length} files under 150 ms.`,
    table(['tree', 'file', 'lines', 'opened', 'first key', 'a key, median', 'a key, fastest', 'processor time of a key, median'], rows),
  ].join('\n\n');
}

/** @param {object} task @param {string} folder @param {(line: string) => void} say @returns {Promise<{ code: number | null, said: string, wrote: string }>} */
function edit(task, folder, say) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('../editor-process.mjs', import.meta.url))], { cwd: folder, stdio: 'pipe' });
    let [said, wrote] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (wrote += text));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
      say(text.trimEnd());
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said, wrote }));
    child.stdin.end(JSON.stringify(task));
  });
}
