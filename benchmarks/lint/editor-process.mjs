// @ts-check
// The process that plays the server of an editor: reads what to do as JSON from standard input, lints texts with one ESLint object, and writes the
// answers as JSON to standard output.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { median } from './measure.mjs';

const { files, language, files500, keys } = /** @type {{ files: string[], language: string, files500: number, keys: number }} */ (JSON.parse(readFileSync(0, 'utf8')));
const eslint = new ESLint({ cwd: process.cwd(), overrideConfigFile: fileURLToPath(new URL('./eslint/modeguard.config.mjs', import.meta.url)) });
const mark = language === 'python' ? '#' : '//';

const candidates = files
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .map((item) => ({ ...item, lines: item.text.split('\n') }))
  // What says nothing about networks is not analysed at all, and would only make the figures better.
  .filter(({ text, lines }) => lines.length >= 425 && lines.length <= 575 && /\.(?:eval|train|backward|forward|call)\s*\(/u.test(text));
const step = Math.max(1, candidates.length / files500);
const chosen = Array.from({ length: Math.min(files500, candidates.length) }, (_, index) => /** @type {(typeof candidates)[number]} */ (candidates[Math.floor(index * step)]));

/** @param {string} text @param {string} file */
async function timed(text, file) {
  const start = performance.now();
  await eslint.lintText(text, { filePath: file });
  return performance.now() - start;
}

// Another file first: what is loaded once for all of them is no part of an answer.
if (files[0] !== undefined) await timed(readFileSync(files[0], 'utf8'), files[0]);
const answers = [];
for (const { file, text, lines } of chosen) {
  const opened = await timed(text, file);
  const middle = lines.findIndex((line, index) => index >= lines.length / 2 && line.trim() === '');
  /** @type {number[]} */
  const times = [];
  for (let key = 1; key <= keys; key += 1) times.push(await timed(lines.with(middle < 0 ? lines.length - 1 : middle, `${mark} ${'x'.repeat(key)}`).join('\n'), file));
  answers.push({ file, lines: lines.length, opened, median: median(times), slowest: Math.max(...times) });
}
process.stdout.write(JSON.stringify(answers));
