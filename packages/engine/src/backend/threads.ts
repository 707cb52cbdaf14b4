/**
 * How many threads the compiled kernels use.
 *
 * Guarantees: the same results with any number, bit for bit; calls stay synchronous. A file of its own, so that a program that never asks for
 * threads does not carry what runs them.
 */
import { linearMemory, mostThreads } from '../memory/linear-memory.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { kernels, overlay } from './backend.ts';
import type { Kernels, SequenceKernels } from './kernels.ts';
import { splitKernels } from './split-kernels.ts';
import { Team } from './team.ts';

/**
 * How many threads compute at once, from now on, the calling one included: 1 at the start, at most 8.
 * @throws RuntimeError for less than 1 or a fraction, or for more than 1 without shared memory
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RuntimeError(`Expected a positive number of threads, got ${count}`);
  if (kernels() !== null && count > 1 && !linearMemory().shared) {
    throw new RuntimeError('setNumThreads: threads need shared memory; in a browser, serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp');
  }
  const size = Math.min(count, mostThreads);
  overlay('threads', size === 1 ? null : (laid, modules) => {
    // Those for sequences are called once they are there.
    const single = laid as Kernels & SequenceKernels;
    const team = new Team(size, single, modules);
    return { kernels: splitKernels(single, team), get threads() { return team.size; }, dismiss: () => team.dismiss() };
  });
}
