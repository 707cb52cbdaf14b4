// @ts-check
// Measures several tools on one tree, in interleaved rounds: each tool cold, again with nothing changed, and again with one file edited; or only the first
// of these.
//
// Guarantees: what a tool keeps is removed before its cold run and by nobody else; the tools take turns, so that a machine that slows down slows all of
// them; every round edits another file, the same one for each tool, and the file is put back. A tool that fails or runs out of time is a sentence in its
// row. A run that took longer than SLOW is not made again.
// "Cold" is said of what the tool itself keeps: the files are in the system's memory, for all tools alike.
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withEdit } from './edits.mjs';
import { measure, median } from './measure.mjs';

const SLOW = 240;

/**
 * @typedef {import('./contenders.mjs').Contender} Contender
 * @typedef {import('./trees.mjs').Tree} Tree
 * @typedef {import('./measure.mjs').Measurement} Measurement
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} version
 * @property {number} runs How many cold runs went into it.
 * @property {number | null} cold Seconds, medians.
 * @property {number | null} warm `null`: it keeps nothing.
 * @property {number | null} edited
 * @property {number | null} processorSeconds Of the cold runs, the median; so is the memory.
 * @property {number | null} warmProcessorSeconds
 * @property {number | null} editedProcessorSeconds
 * @property {number | null} peakBytes
 * @property {string | null} failed
 */

/**
 * @param {Tree} tree @param {readonly Contender[]} contenders
 * @param {{ rounds: number, timeoutSeconds: number, say: (line: string) => void, upTo?: 'cold' | 'warm' | 'edited' }} options
 * @returns {Promise<Row[]>}
 */
export async function measureInRounds(tree, contenders, { rounds, timeoutSeconds, say, upTo = 'edited' }) {
  const results = contenders.map((contender) => ({ contender, cold: /** @type {Measurement[]} */ ([]), warm: /** @type {Measurement[]} */ ([]), edited: /** @type {Measurement[]} */ ([]), failed: /** @type {string | null} */ (null) }));
  for (let round = 0; round < rounds; round += 1) {
    for (const result of results) {
      const { contender } = result;
      if (result.failed !== null || (result.cold[0]?.seconds ?? 0) > SLOW) continue;
      forget(tree.folder, contender.keeps);
      const cold = await run(result);
      if (cold === null) continue;
      result.cold.push(cold);
      say(`${tree.name}, round ${round + 1}: ${contender.name}: ${cold.seconds.toFixed(1)} s`);
      if (upTo === 'cold' || contender.keeps.length === 0) continue;
      const warm = await run(result);
      if (warm !== null) result.warm.push(warm);
      const edited = upTo === 'warm' ? null : await withEdit(editedFile(tree, round, rounds), () => run(result));
      if (edited !== null) result.edited.push(edited);
      // So that the next tool of this tree does not find its work done.
      forget(tree.folder, contender.keeps);
    }
  }
  return results.map(({ contender, cold, warm, edited, failed }) => ({
    name: contender.name,
    version: contender.version,
    runs: cold.length,
    cold: medianOf(cold, 'seconds'),
    warm: medianOf(warm, 'seconds'),
    edited: medianOf(edited, 'seconds'),
    processorSeconds: medianOf(cold, 'processorSeconds'),
    warmProcessorSeconds: medianOf(warm, 'processorSeconds'),
    editedProcessorSeconds: medianOf(edited, 'processorSeconds'),
    peakBytes: medianOf(cold, 'peakBytes'),
    failed,
  }));

  /** @param {(typeof results)[number]} result */
  async function run(result) {
    const [command, ...args] = result.contender.command(tree.files);
    const measured = await measure(command, args, { cwd: tree.folder, timeoutSeconds });
    if (measured.timedOut) result.failed = `did not end within ${timeoutSeconds} s`;
    else if (measured.code === null || !result.contender.ended(measured.code)) result.failed = `ended with ${measured.code === null ? 'a signal' : `exit code ${measured.code}`}: ${measured.said.trim().split('\n').at(-1) ?? ''}`;
    if (result.failed !== null) say(`${tree.name}: ${result.contender.name} ${result.failed}`);
    return result.failed === null ? measured : null;
  }
}

/** @param {readonly Measurement[]} measurements @param {'seconds' | 'processorSeconds' | 'peakBytes'} field */
function medianOf(measurements, field) {
  const samples = measurements.flatMap((measurement) => measurement[field] ?? []);
  return samples.length === 0 ? null : median(samples);
}

/** Removes the folders of these names, wherever in the tree they are. @param {string} folder @param {readonly string[]} names */
export function forget(folder, names) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === '.git') continue;
    if (names.includes(entry.name)) rmSync(join(folder, entry.name), { recursive: true });
    else forget(join(folder, entry.name), names);
  }
}

/** Files that are about networks, spread over the tree. @param {Tree} tree @param {number} round @param {number} rounds */
function editedFile(tree, round, rounds) {
  const about = tree.files.map((file) => join(tree.folder, file)).filter((file) => /\bforward\b|\.eval\(|\bclass \w+/u.test(readFileSync(file, 'utf8')));
  const file = about[Math.floor((about.length * (round + 1)) / (rounds + 1))];
  if (file === undefined) throw new RangeError(`the tree ${tree.name} has no file to edit`);
  return file;
}
