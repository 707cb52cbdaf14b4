// @ts-check
// Runs a batch of generated programs on real PyTorch and writes what happened to fixtures/generated/torch.json: the witness that the
// engine, on which all generated programs run, means what PyTorch means.
//
//   node tools/record-generated.mjs [--python COMMAND]     (needs a Python with torch 2.x)
//
// The programs are not stored: they follow from the seed in the file. A line of events is stored once, and a program as numbers of lines.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { batch, BATCH } from '../fixtures/dist/generated/batch.js';
import { print } from '../fixtures/dist/generated/print.js';
import { happenings } from '../fixtures/dist/harness/twins.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } });

const sources = batch().map((program) => print(program).python);
const folder = mkdtempSync(join(tmpdir(), 'modeguard-programs-'));
try {
  const file = join(folder, 'programs.json');
  writeFileSync(file, JSON.stringify(sources));
  const output = execFileSync(/** @type {string} */ (options.python), [join(root, 'tools', 'record-truth.py'), '--programs', file], { encoding: 'utf8', maxBuffer: 1 << 30 });
  const { torch, events } = JSON.parse(output);
  /** @type {Map<string, number>} */
  const lines = new Map();
  const programs = sources.map((source, index) => ({
    sha256: createHash('sha256').update(source).digest('hex'),
    events: happenings(events[index]).map((line) => {
      if (!lines.has(line)) lines.set(line, lines.size);
      return lines.get(line);
    }),
  }));
  const rows = programs.map((program) => `    ${JSON.stringify(program)}`).join(',\n');
  const text = `{\n  "torch": ${JSON.stringify(torch)},\n  "seed": ${BATCH.seed},\n  "lines": ${JSON.stringify([...lines.keys()], null, 2).replaceAll('\n', '\n  ')},\n  "programs": [\n${rows}\n  ]\n}\n`;
  writeFileSync(join(root, 'fixtures', 'generated', 'torch.json'), text);
  console.log(`${programs.length} programs recorded on torch ${torch}: ${programs.reduce((sum, { events: all }) => sum + all.length, 0)} events`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
