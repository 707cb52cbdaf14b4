/**
 * The compiled kernels with those that layers for sequences bring along: a second module over the same memory, which a program without such layers does not carry.
 *
 * Guarantees: loaded on the first call, in the build that is in use; null while the records do the arithmetic.
 *
 * Worked example: `sequenceKernels()?.lstmStep(…)` in the operation behind `LSTM`.
 */
import { extendKernels, kernels } from './backend.ts';
import type { Kernels, SequenceKernels } from './kernels.ts';
import { loadKernels } from './load-kernels.ts';
import { sequenceBinary } from './sequence-binary.ts';

let there = false;

export function sequenceKernels(): (Kernels & SequenceKernels) | null {
  if (kernels() !== null && !there) {
    there = true;
    extendKernels((found) => {
      const { kernels: more, modules } = loadKernels(sequenceBinary, found.fusedMultiplyAdd)!;
      return { ...found, kernels: { ...found.kernels, ...more }, modules: [...found.modules, ...modules] };
    });
  }
  return kernels() as (Kernels & SequenceKernels) | null;
}
