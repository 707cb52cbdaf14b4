/**
 * Connectionist temporal classification, with PyTorch's arguments and defaults.
 *
 * Guarantees: `F.ctc_loss` of PyTorch 2.13 (executed); see `ops/ctc-records.ts` for what its gradient is. Refuses labels, lengths and shapes that do not fit.
 *
 * Worked example: `ctcLoss(x.logSoftmax(2), tensor([[1, 2]], { dtype: 'int64' }), [12], [2])` for x [12, 1, C].
 */
import { applyNamed } from '../../ops/apply-named.ts';
import { ctcRecords } from '../../ops/ctc-records.ts';
import { tensor } from '../../ops/creation.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { isFloating } from '../../tensor/dtype.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';

export interface CtcLossOptions {
  /** The label that stands for none. */
  readonly blank?: number;
  /** The mean is over the batch, of each loss divided by the length of its target. */
  readonly reduction?: 'none' | 'mean' | 'sum';
  /** Targets that no path spells count 0 instead of infinity. */
  readonly zeroInfinity?: boolean;
}

type Lengths = Tensor | readonly number[] | number;

const listOf = (lengths: Lengths): readonly number[] => (typeof lengths === 'number' ? [lengths] : Array.isArray(lengths) ? (lengths as readonly number[]) : Array.from((lengths as Tensor).array.contiguousData(), Number));

/** Targets [N, S], of which the first `lengths` count, or one after the other in one dimension. */
function targetsOf(targets: Tensor, lengths: readonly number[]): readonly (readonly number[])[] {
  const values = Array.from(targets.array.contiguousData(), Number);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (targets.dim() === 1) {
    if (values.length !== total) throw new RuntimeError(`Expected tensor to have size ${total} at dimension 0, but got size ${values.length} for argument #2 'targets' (while checking arguments for ctc_loss_allocate_outputs)`);
    let start = 0;
    return lengths.map((length) => values.slice(start, (start += length)));
  }
  const [batch, width] = [targets.size(0), targets.size(1)];
  const longest = Math.max(...lengths, 0);
  if (batch !== lengths.length) throw new RuntimeError(`Expected tensor to have size ${lengths.length} at dimension 0, but got size ${batch} for argument #2 'targets' (while checking arguments for ctc_loss_allocate_outputs)`);
  if (width < longest) throw new RuntimeError(`Expected tensor to have size at least ${longest} at dimension 1, but got size ${width} for argument #2 'targets' (while checking arguments for ctc_loss_allocate_outputs)`);
  return lengths.map((length, sample) => values.slice(sample * width, sample * width + length));
}

/**
 * Minus the logarithm of the probability that `logProbs` [T, N, C] (or [T, C]) give to `targets`, over all alignments.
 * @throws RuntimeError, ValueError for what does not fit
 */
export function ctcLoss(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths, options: CtcLossOptions = {}): Tensor {
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options;
  if (!['none', 'mean', 'sum'].includes(reduction)) throw new ValueError(`${String(reduction)} is not a valid value for reduction`);
  if (isFloating(targets.dtype)) throw new RuntimeError('targets must be integral');
  if (logProbs.dim() === 2) {
    const one = ctcLoss(logProbs.unsqueeze(1), targets, inputLengths, targetLengths, options);
    return reduction === 'none' ? one.squeeze(0) : one;
  }
  if (logProbs.dim() !== 3) throw new RuntimeError(`log_probs tensor should be of dimension 2 or 3, got ${logProbs.dim()}`);
  const [times, batch, classes] = [logProbs.size(0), logProbs.size(1), logProbs.size(2)];
  const [lengths, wanted] = [listOf(inputLengths), listOf(targetLengths)];
  if (blank < 0 || blank >= classes) throw new RuntimeError('blank must be in label range');
  if (lengths.length !== batch) throw new RuntimeError('input_lengths must be of size batch_size');
  if (wanted.length !== batch) throw new RuntimeError('target_lengths must be of size batch_size');
  const long = lengths.find((length) => length > times);
  if (long !== undefined) throw new RuntimeError(`Expected input_lengths to have value at most ${times}, but got value ${long} (while checking arguments for ctc_loss_allocate_outputs)`);
  if (Math.min(...lengths, ...wanted) < 0) throw new RuntimeError('ctc_loss: lengths must not be negative');
  const spelled = targetsOf(targets, wanted);
  const outside = spelled.flat().find((label) => label < 0 || label >= classes);
  if (outside !== undefined) throw new RuntimeError(`ctc_loss: the target ${outside} is no label; there are ${classes}`);
  const losses = applyNamed(ctcRecords, 'ctcLoss', [logProbs], { targets: spelled, lengths, blank, zeroInfinity });
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return losses.sum();
  return losses.div(tensor(wanted.map((length) => Math.max(length, 1)), { dtype: losses.dtype })).mean();
}
