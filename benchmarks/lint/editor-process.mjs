// @ts-check
// The process that plays the server of an editor: reads what to do as JSON from standard input, lints texts with one ESLint object, and writes the
// answers as JSON to standard output; what it is at goes to standard error.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { withStatement } from './edits.mjs';
import { median } from './measure.mjs';

const { files, language, most, keys } = /** @type {{ files: string[], language: string, most: number, keys: number }} */ (JSON.parse(readFileSync(0, 'utf8')));
const eslint = new ESLint({ cwd: process.cwd(), overrideConfigFile: fileURLToPath(new URL('./eslint/modeguard.config.mjs', import.meta.url)) });
/** What says nothing about networks is hardly analysed at all, and would only make the figures better. */
const aboutNetworks = language === 'python' ? /^\s*(?:import|from)\s+torch\b/mu : /\.(?:eval|train|backward|forward|call|apply|predict|fit)\s*\(/u;

const candidates = files
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .map((item) => ({ ...item, lines: item.text.split('\n') }))
  .filter(({ text, lines }) => lines.length >= 400 && lines.length <= 600 && aboutNetworks.test(text));
const step = Math.max(1, candidates.length / most);
const chosen = Array.from({ length: Math.min(most, candidates.length) }, (_, index) => /** @type {(typeof candidates)[number]} */ (candidates[Math.floor(index * step)]));

/** Milliseconds that passed, and those of the processors: on a machine that does other things, the first say little. @param {string} text @param {string} file */
async function timed(text, file) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await eslint.lintText(text, { filePath: file });
  const { user, system } = process.cpuUsage(used);
  return { passed: performance.now() - start, processor: (user + system) / 1000 };
}

// Another file first: what is loaded once for all of them is no part of an answer.
if (files[0] !== undefined) await timed(readFileSync(files[0], 'utf8'), files[0]);
const answers = [];
for (const { file, text, lines } of chosen) {
  const opened = await timed(text, file);
  /** @type {{ passed: number, processor: number }[]} */
  const times = [];
  for (let key = 1; key <= keys; key += 1) times.push(await timed(withStatement(text, language === 'python', '1'.repeat(key)), file));
  const [passed, processor] = [times.map((time) => time.passed), times.map((time) => time.processor)];
  answers.push({ file, lines: lines.length, opened: opened.passed, first: passed[0] ?? NaN, median: median(passed), least: Math.min(...passed), processor: median(processor) });
  process.stderr.write(`${file}: ${median(passed).toFixed(0)} ms\n`);
}
process.stdout.write(JSON.stringify(answers));
