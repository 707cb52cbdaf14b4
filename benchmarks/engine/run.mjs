// @ts-check
// Our engine against the other tensor libraries of JavaScript, side by side in one run: interleaved rounds, medians, milliseconds and ratios.
//
//   npm run build && node benchmarks/engine/run.mjs [--rows matmul512,conv2d] [--peers tfjs-wasm,jax-js] [--rounds 3] [--threads 1]
//
// The first run installs the peers into benchmarks/engine/node_modules (about 350 MB; nothing of it is part of the workspace). Each
// contender is a process of its own and only one works at a time. All are given the same numbers and their results are compared; a row whose
// result differs is marked. What is read out, and what is not, is said at the top of each file in contenders/. PyTorch takes part where the
// environment variable PYTHON (or `python3`) is a Python that has it; else its figures come from pytorch-<version>.json, which pytorch.py records: they
// are of another run, and of the machine that the file names.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { multiplyAddPeak } from './peak.mjs';
import { problems } from './problems.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const millisecondsPerRound = 400;
/** A call that takes longer is measured in one round only. */
const slowCall = 2000;
/** Relative difference of results that still counts as the same computation. */
const tolerance = 1e-3;

/** @type {Readonly<Record<string, { readonly module: string, readonly options?: object }>>} */
const contenders = {
  engine: { module: './contenders/engine.mjs', options: { scopes: true } },
  'engine-unscoped': { module: './contenders/engine.mjs', options: { scopes: false } },
  'engine-blas': { module: './contenders/engine.mjs', options: { scopes: true, blas: true } },
  'tfjs-wasm': { module: './contenders/tfjs.mjs', options: { backend: 'wasm' } },
  'tfjs-cpu': { module: './contenders/tfjs.mjs', options: { backend: 'cpu' } },
  'js-pytorch': { module: './contenders/js-pytorch.mjs' },
  'jax-js': { module: './contenders/jax-js.mjs' },
  'onnxruntime-web': { module: './contenders/onnxruntime-web.mjs' },
  pytorch: { module: './contenders/pytorch.mjs' },
};

/** @param {string} message @returns {never} */
function usage(message) {
  console.error(`${message}\nUsage: node benchmarks/engine/run.mjs [--rows ${Object.keys(problems).slice(0, 2).join(',')},…] [--peers ${Object.keys(contenders).slice(1, 3).join(',')},…] [--rounds 3] [--threads 1]`);
  process.exit(2);
}

/** @param {string | undefined} given @param {readonly string[]} known @param {string} what */
function chosen(given, known, what) {
  if (given === undefined) return known;
  const names = given.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) usage(`Unknown ${what}: ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
  return names;
}

/** @param {string} given @param {string} name */
function positive(given, name) {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) usage(`--${name} takes a whole number from 1, got ${given}.`);
  return value;
}

/** @returns {{ values: { rows?: string, peers?: string, rounds: string, threads: string } }} */
function parse() {
  try {
    return parseArgs({ options: { rows: { type: 'string' }, peers: { type: 'string' }, rounds: { type: 'string', default: '3' }, threads: { type: 'string', default: '1' } } });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}
const { values } = parse();
const rows = chosen(values.rows, Object.keys(problems), 'row');
const peers = chosen(values.peers, Object.keys(contenders).slice(1), 'peer');
const rounds = positive(values.rounds, 'rounds');
const threads = positive(values.threads, 'threads');

if (!existsSync(join(here, '..', '..', 'packages', 'engine', 'dist', 'index.js'))) usage('The engine is not built; run `npm run build` first.');

/** Installs the peers that package.json names, unless all of those versions are there. */
function installPeers() {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const present = Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(here, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
  if (present) return;
  console.error('Installing the peers into benchmarks/engine/node_modules …');
  // Install scripts stay off: js-pytorch would build an OpenGL binding that its CPU device does not need.
  const done = spawnSync('npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error('The peers could not be installed.');
    process.exit(1);
  }
}
if (peers.some((name) => !name.startsWith('engine') && name !== 'pytorch')) installPeers();

/** @typedef {{ samples?: number[], probe?: number | null, differs?: string, missing?: string, ready?: { version: string, threads: number }, failed?: string }} Answer */

/** @param {string} name */
function start(name) {
  const { module, options } = /** @type {{ module: string, options?: object }} */ (contenders[name]);
  // Silent: some peers print warnings on every start.
  const child = fork(join(here, 'contender-process.mjs'), [JSON.stringify({ module, options: { ...options, threads } })], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  /** @returns {Promise<Answer>} */
  const answer = () =>
    new Promise((resolve) => {
      const ended = (/** @type {number | null} */ code) => resolve({ failed: `its process ended with code ${code}` });
      child.once('exit', ended);
      child.once('message', (/** @type {Answer} */ message) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
  return {
    name,
    opened: answer(),
    /** @param {string} row @returns {Promise<Answer>} */
    measure: (row) => {
      if (!child.connected) return Promise.resolve({ missing: 'its process has ended' });
      const pending = answer();
      child.send({ name: row, milliseconds: millisecondsPerRound });
      return pending;
    },
    stop: () => child.kill(),
  };
}

/** @param {readonly number[]} samples */
const median = (samples) => [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? NaN;
/** @param {number} value */
const figures = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2));

const peak = multiplyAddPeak();
const best = Math.max(peak.fused ?? 0, peak.separate ?? 0);

/** @type {{ torch: string, machine: string, milliseconds: Record<string, Record<string, { median: number, quickest: number }>> }[]} */
const recorded = readdirSync(here).filter((name) => /^pytorch-.*\.json$/u.test(name)).sort().map((name) => JSON.parse(readFileSync(join(here, name), 'utf8')));

const running = [];
/** @type {string[]} */
const absent = [];
for (const name of ['engine', ...peers]) {
  const contender = start(name);
  const opened = await contender.opened;
  if (opened.ready === undefined) {
    absent.push(`${name}: did not start: ${opened.failed}`);
    contender.stop();
  } else running.push({ ...contender, label: `${name} ${opened.ready.version}${opened.ready.threads === threads ? '' : ` (${opened.ready.threads} thread)`}` });
}

console.log(`Node ${process.versions.node} (V8 ${process.versions.v8}), ${cpus()[0]?.model ?? 'unknown processor'}, ${threads} thread(s); ${rounds} interleaved rounds, medians in milliseconds, in brackets the ratio to the engine's; a quickest call far below the median means that the machine was busy`);
console.log(`128-bit multiply-add peak of one thread: ${peak.fused === null ? 'no fused instruction' : `${peak.fused.toFixed(1)} GFLOP/s fused`}, ${peak.separate?.toFixed(1)} GFLOP/s multiply then add`);
console.log(`Contenders: ${running.map(({ label }) => label).join(', ')}`);
for (const { torch, machine } of recorded) console.log(`PyTorch ${torch}, recorded on ${machine}`);

for (const row of rows) {
  const problem = /** @type {import('./problems.mjs').Problem} */ (problems[row]);
  /** @type {Map<string, { samples: number[], probe: number | null, differs: string | null, missing: string | null }>} */
  const results = new Map(running.map(({ name }) => [name, { samples: [], probe: null, differs: null, missing: null }]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, measure } of running) {
      const result = /** @type {{ samples: number[], probe: number | null, differs: string | null, missing: string | null }} */ (results.get(name));
      if (result.missing !== null || (result.samples[0] ?? 0) > slowCall) continue;
      const answer = await measure(row);
      if (answer.samples === undefined) result.missing = answer.missing ?? answer.failed ?? 'no answer';
      else result.samples.push(...answer.samples);
      if (answer.probe !== undefined) result.probe = answer.probe;
      if (answer.differs !== undefined) result.differs = answer.differs;
    }
  }
  const engine = results.get('engine');
  const own = engine?.missing === null ? median(engine.samples) : null;
  const expected = [...results.values()].find(({ probe, differs }) => probe !== null && differs === null)?.probe ?? null;
  console.log(`\n${row}: ${problem.title}`);
  for (const [name, { samples, probe, differs, missing }] of results) {
    if (missing !== null) {
      console.log(`  ${name.padEnd(16)} cannot: ${missing}`);
      continue;
    }
    const time = median(samples);
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    const rate = problem.flops === undefined ? '' : `  ${(problem.flops / time / 1e6).toFixed(1)} GFLOP/s`;
    const share = name === 'engine' && row.startsWith('matmul') ? `, ${((100 * problem.flops) / time / 1e6 / (best * threads)).toFixed(0)} % of the peak` : '';
    const ratio = name === 'engine' || own === null ? '' : `  (${figures(time / own)}x)`;
    const other = probe !== null && expected !== null && Math.abs(probe - expected) > tolerance * Math.abs(expected);
    const note = other ? `  ${differs === null ? 'RESULT DIFFERS' : 'another result'}: ${probe} against ${expected}${differs === null ? '' : `, because ${differs}`}` : '';
    console.log(`  ${name.padEnd(16)} ${figures(time).padStart(8)} ms${ratio}, mean ${figures(mean)}, quickest ${figures(Math.min(...samples))}${rate}${share}${note}`);
  }
  for (const { torch, milliseconds } of results.has('pytorch') ? [] : recorded) {
    const times = milliseconds[String(threads)]?.[row];
    if (times !== undefined) console.log(`  ${`PyTorch ${torch.split('.', 2).join('.')}`.padEnd(16)} ${figures(times.median).padStart(8)} ms${own === null ? '' : `  (${figures(times.median / own)}x)`}, quickest ${figures(times.quickest)}`);
  }
}
for (const line of absent) console.log(`\n${line}`);
for (const { stop } of running) stop();
