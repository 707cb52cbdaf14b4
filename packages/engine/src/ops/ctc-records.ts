/**
 * The loss of connectionist temporal classification: minus the logarithm of the probability of all paths that spell the target.
 *
 * Guarantees: the forward and backward variables of Graves et al. 2006, "Connectionist temporal classification", section 4.1, in logarithms and double precision. The
 * gradient is PyTorch's (2.13, `aten/native/LossCTC.cpp`; executed): the one of the loss as a function of what went into the logarithm of a softmax, so that it is right for
 * logarithms of probabilities and for them only.
 */
import { allocate } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import type { Records } from './records.ts';

export interface CtcAttributes {
  /** Input: logarithms of probabilities [T, N, C]; output [N]. One target, and one number of valid times, for each of N. */
  readonly ctcLoss: { readonly targets: readonly (readonly number[])[]; readonly lengths: readonly number[]; readonly blank: number; readonly zeroInfinity: boolean };
}

type Logarithms = (time: number, label: number) => number;

function logSum(...terms: readonly number[]): number {
  const most = Math.max(...terms);
  return most === -Infinity ? -Infinity : most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

/** The target with blanks between, before and after. */
function spread(target: readonly number[], blank: number): readonly number[] {
  return [blank, ...target.flatMap((label) => [label, blank])];
}

/** [time][position]: the probability of all beginnings of paths that are at a position of `labels` at a time. */
function beginnings(at: Logarithms, labels: readonly number[], length: number): readonly (readonly number[])[] {
  const rows: number[][] = [];
  for (let time = 0; time < length; time++) {
    const before = rows[time - 1];
    rows.push(
      labels.map((label, position) => {
        if (before === undefined) return position < 2 ? at(0, label) : -Infinity;
        const skips = position > 1 && label !== labels[position - 2];
        return at(time, label) + logSum(before[position]!, position > 0 ? before[position - 1]! : -Infinity, skips ? before[position - 2]! : -Infinity);
      }),
    );
  }
  return rows;
}

function lossOf(at: Logarithms, labels: readonly number[], length: number): number {
  if (length === 0) return labels.length === 1 ? 0 : Infinity;
  const last = beginnings(at, labels, length)[length - 1]!;
  return -logSum(...last.slice(-2));
}

const strided = (x: NdArray): { readonly data: ArrayLike<number>; readonly offset: (time: number, sample: number) => number } => {
  const [, batch, classes] = x.shape as [number, number, number];
  return { data: x.contiguousData(), offset: (time, sample) => (time * batch + sample) * classes };
};

export const ctcRecords: Records<CtcAttributes> = {
  ctcLoss: {
    forward: ([x], { targets, lengths, blank, zeroInfinity }) => {
      const { data, offset } = strided(x!);
      const out = allocate(x!.dtype, targets.length);
      for (const [sample, target] of targets.entries()) {
        const loss = lossOf((time, label) => data[offset(time, sample) + label]!, spread(target, blank), lengths[sample]!);
        out[sample] = zeroInfinity && loss === Infinity ? 0 : loss;
      }
      return NdArray.from(x!.dtype, [targets.length], out);
    },
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes: { targets, lengths, blank, zeroInfinity }, input }) => {
        const x = input(0);
        const classes = x.shape[2]!;
        const { data, offset } = strided(x);
        const arriving = grad.contiguousData();
        const out = allocate(x.dtype, x.numel);
        for (const [sample, target] of targets.entries()) {
          const length = lengths[sample]!;
          const labels = spread(target, blank);
          const at: Logarithms = (time, label) => data[offset(time, sample) + label]!;
          const loss = lossOf(at, labels, length);
          if (zeroInfinity && loss === Infinity) continue;
          const from = beginnings(at, labels, length);
          // Endings are the beginnings of the reversed target in reversed time.
          const to = beginnings((time, label) => at(length - 1 - time, label), labels.toReversed(), length);
          for (let time = 0; time < length; time++) {
            const joined = new Array<number>(classes).fill(-Infinity);
            for (const [position, label] of labels.entries()) joined[label] = logSum(joined[label]!, from[time]![position]! + to[length - 1 - time]![labels.length - 1 - position]!);
            for (let label = 0; label < classes; label++) {
              const log = at(time, label);
              out[offset(time, sample) + label] = (Math.exp(log) - Math.exp(joined[label]! + loss - log)) * arriving[sample]!;
            }
          }
        }
        return [NdArray.from(x.dtype, x.shape, out)];
      },
    },
  },
};
