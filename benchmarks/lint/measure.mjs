// @ts-check
// Runs a command and says how long it took, how much of the processors it had, and how much memory at its peak.
//
// Guarantees: the time is that from the start of the process to its end; the memory is what the process and all of its descendants had resident at
// the same moment, the largest of the samples that are taken while it runs. A page that two processes share counts twice, and what comes
// and goes between two samples is not seen. The processor time is that of the same processes, in user and system mode, as of the last sample; it says
// what a tool costs on a machine that does other things beside. No process outlives its time limit, or this process. On Linux the system's own tables are read; elsewhere
// `ps` is asked for the memory, and what cannot be known (on Windows both) is null.
// Example: `await measure(process.execPath, ['-e', '0'], { cwd: '.', timeoutSeconds: 5 })` -> `{ seconds: 0.04, processorSeconds: 0.04, peakBytes: 4.1e7, code: 0, … }`.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const sampleMilliseconds = process.platform === 'linux' ? 20 : 200;
const keptCharacters = 4000;

/**
 * @typedef {object} Measurement
 * @property {number} seconds
 * @property {number | null} processorSeconds `null`: it cannot be known here.
 * @property {number | null} peakBytes `null`: it cannot be known here.
 * @property {number | null} code `null`: ended by a signal.
 * @property {boolean} timedOut
 * @property {string} said The end of what it said on standard error.
 */

/** @type {Set<number>} */
const running = new Set();

/** With its descendants. @param {number} pid */
function end(pid) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

process.once('exit', () => running.forEach(end));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(2));

/**
 * @param {string} command @param {readonly string[]} args @param {{ cwd: string, timeoutSeconds: number }} options
 * @returns {Promise<Measurement>} Rejects if the command cannot be started.
 */
export function measure(command, args, { cwd, timeoutSeconds }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    // A group of its own, so that its descendants can be ended with it.
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], detached: process.platform !== 'win32' });
    if (child.pid !== undefined) running.add(child.pid);
    let said = '';
    let timedOut = false;
    /** @type {number | null} */
    let peakBytes = null;
    /** @type {number | null} */
    let processorSeconds = null;
    const sampler = setInterval(() => {
      const sample = child.pid === undefined ? null : sampleOf(child.pid);
      if (sample === null) return;
      peakBytes = Math.max(peakBytes ?? 0, sample.bytes);
      if (sample.seconds !== null) processorSeconds = Math.max(processorSeconds ?? 0, sample.seconds);
    }, sampleMilliseconds);
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) end(child.pid);
    }, timeoutSeconds * 1000);
    const stop = () => {
      if (child.pid !== undefined) running.delete(child.pid);
      clearInterval(sampler);
      clearTimeout(timer);
    };
    child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-keptCharacters)));
    child.once('error', (error) => {
      stop();
      reject(error);
    });
    child.once('close', (code) => {
      stop();
      resolve({ seconds: (performance.now() - start) / 1000, processorSeconds, peakBytes, code, timedOut, said });
    });
  });
}

/** @typedef {{ readonly bytes: number, readonly seconds: number | null }} Sample */

/** @param {number} root @returns {Sample | null} */
function sampleOf(root) {
  if (process.platform === 'linux') return sampleOnLinux(root);
  if (process.platform === 'win32') return null;
  const { status, stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  if (status !== 0) return null;
  const rows = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/u).map(Number));
  const family = new Set([root]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [pid = 0, parent = 0] of rows) if (family.has(parent)) family.add(pid);
  }
  return { bytes: rows.reduce((sum, [pid = 0, , kibibytes = 0]) => sum + (family.has(pid) ? kibibytes * 1024 : 0), 0), seconds: null };
}

/** Of `proc(5)`: a tick is a hundredth of a second for whoever reads it. */
const ticksForEachSecond = 100;

/** @param {number} pid @returns {{ bytes: number, seconds: number }} */
function sampleOnLinux(pid) {
  try {
    const kibibytes = Number(/^VmRSS:\s*(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    // After the name, which may contain anything: user and system time of the process and of those of its children that have ended.
    const times = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /su, '').split(' ').slice(11, 15).map(Number);
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter((name) => name.trim() !== ''));
    const below = children.map((child) => sampleOnLinux(Number(child)));
    return {
      bytes: below.reduce((sum, { bytes }) => sum + bytes, kibibytes * 1024),
      seconds: below.reduce((sum, { seconds }) => sum + seconds, times.reduce((sum, ticks) => sum + ticks, 0) / ticksForEachSecond),
    };
  } catch {
    // It has ended between two looks.
    return { bytes: 0, seconds: 0 };
  }
}

/** The middle one, or the mean of the two in the middle. @param {readonly number[]} samples @returns {number} */
export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
