/**
 * Embeddings as functions.
 *
 * Guarantees: `maxNorm` renormalises the looked-up rows of the table in place, in both modes and also under `noGrad` (mode inventory 1c, G14).
 * Refuses indices that are no integers or out of range, in PyTorch's wording.
 */
import { withoutRecording } from '../../autograd/grad-mode.ts';
import { applyNamed } from '../../ops/apply-named.ts';
import { embeddingRecords } from '../../ops/embedding-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { scalarTypeName } from '../../tensor/dtype.ts';
import { NotImplementedError, RuntimeError, ValueError } from '../../tensor/errors.ts';
import { NdArray } from '../../tensor/nd-array.ts';

export interface EmbeddingOptions {
  /** A row that gets no gradient; negative counts from the back. */
  readonly paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are scaled down in place. */
  readonly maxNorm?: number | null;
  readonly normType?: number;
}

export interface LookupOptions extends EmbeddingOptions {
  /** Divide the gradient of a row by how often it was picked. */
  readonly scaleGradByFreq?: boolean;
}

export interface EmbeddingBagOptions extends LookupOptions {
  /** Where each bag starts in one-dimensional input. */
  readonly offsets?: Tensor | null;
  readonly mode?: 'sum' | 'mean' | 'max';
  readonly perSampleWeights?: Tensor | null;
  /** The last offset is the end of the last bag. */
  readonly includeLastOffset?: boolean;
}

function paddingRow(paddingIdx: number | null | undefined, rows: number): number | null {
  if (paddingIdx == null) return null;
  if (paddingIdx >= rows || paddingIdx < -rows) throw new RangeError('Padding_idx must be within num_embeddings');
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}

function requireIndices(op: string, indices: Tensor): void {
  if (indices.dtype === 'int64' || indices.dtype === 'int32') return;
  throw new RuntimeError(
    `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${scalarTypeName[indices.dtype]}Tensor instead (while checking arguments for ${op})`,
  );
}

/** Scales rows that are longer than `maxNorm` to that length; 1e-7 keeps the quotient below it, as in ATen. */
function renormalize(weight: Tensor, indices: Tensor, maxNorm: number, normType: number): void {
  const [rows, width] = [weight.size(0), weight.size(1)];
  const values = Float64Array.from(weight.array.contiguousData());
  let changed = false;
  for (const row of new Set(indices.array.contiguousData())) {
    if (row < 0 || row >= rows) throw new RangeError(`index out of range in self: ${row} is no row of a table of ${rows}`);
    let sum = 0;
    for (let at = row * width; at < (row + 1) * width; at++) sum += Math.abs(values[at]!) ** normType;
    const norm = sum ** (1 / normType);
    if (norm <= maxNorm) continue;
    changed = true;
    for (let at = row * width; at < (row + 1) * width; at++) values[at]! *= maxNorm / (norm + 1e-7);
  }
  if (!changed) return;
  const renewed = weight.wrap(NdArray.from('float64', [rows, width], values).copy(weight.dtype), false);
  withoutRecording(() => weight.detach().copy_(renewed));
}

/** Rows of `weight` [rows, width] at `input` [*]: [*, width]. */
export function embedding(input: Tensor, weight: Tensor, options: LookupOptions = {}): Tensor {
  if (weight.dim() !== 2) throw new RuntimeError('\'weight\' must be 2-D');
  requireIndices('embedding', input);
  const paddingIdx = paddingRow(options.paddingIdx, weight.size(0));
  if (options.maxNorm != null) renormalize(weight, input, options.maxNorm, options.normType ?? 2);
  return applyNamed(embeddingRecords, 'embedding', [weight, input], { paddingIdx, scaleGradByFreq: options.scaleGradByFreq ?? false });
}

/** Sums, means or maxima of bags of rows: input [B, n], or [n] with the offsets of the bags; output [B, width]. */
export function embeddingBag(input: Tensor, weight: Tensor, options: EmbeddingBagOptions = {}): Tensor {
  const { offsets = null, mode = 'mean', perSampleWeights = null, includeLastOffset = false, scaleGradByFreq = false } = options;
  requireIndices('embedding_bag', input);
  if (!['sum', 'mean', 'max'].includes(mode)) throw new ValueError('mode has to be one of sum, mean or max');
  if (perSampleWeights !== null && mode !== 'sum') throw new NotImplementedError(`embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`);
  if (perSampleWeights !== null && perSampleWeights.numel() !== input.numel()) throw new ValueError(`embedding_bag: If per_sample_weights (${perSampleWeights.shape.join(', ')}) is not None, then it must have the same shape as the input (${input.shape.join(', ')})`);
  if (mode === 'max' && scaleGradByFreq) throw new ValueError('max mode does not support scaling the gradient by the frequency');
  let starts: number[];
  if (input.dim() === 2) {
    if (offsets !== null) throw new ValueError('if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type Tensor');
    starts = Array.from({ length: input.size(0) + 1 }, (_, bag) => bag * input.size(1));
  } else if (input.dim() === 1) {
    if (offsets === null) throw new ValueError('offsets has to be a 1D Tensor but got None');
    starts = Array.from(offsets.array.contiguousData());
    if (starts[0] !== 0) throw new RuntimeError(`offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}`);
    if (!includeLastOffset) starts.push(input.numel());
    if (starts.some((start, bag) => start > input.numel() || start < (starts[bag - 1] ?? 0))) throw new RuntimeError(`offsets must not decrease nor exceed the length of the input (${input.numel()}), but got [${starts.join(', ')}]`);
  } else throw new ValueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.dim()}`);
  const paddingIdx = paddingRow(options.paddingIdx, weight.size(0));
  if (options.maxNorm != null) renormalize(weight, input, options.maxNorm, options.normType ?? 2);
  const flat = input.reshape([input.numel()]);
  const inputs = perSampleWeights === null ? [weight, flat] : [weight, flat, perSampleWeights.reshape([flat.numel()])];
  return applyNamed(embeddingRecords, 'embeddingBag', inputs, { starts, mode, paddingIdx, scaleGradByFreq });
}

/** Rows of the identity matrix: int64 [*, numClasses], one more than the largest index if no number is given. */
export function oneHot(input: Tensor, numClasses = -1): Tensor {
  if (input.dtype !== 'int64') throw new RuntimeError('one_hot is only applicable to index tensor of type LongTensor.');
  const picks = input.array.contiguousData();
  let largest = -1;
  for (const pick of picks) largest = Math.max(largest, pick);
  if (Array.from(picks).some((pick) => pick < 0)) throw new RuntimeError('Class values must be non-negative.');
  if (numClasses !== -1 && largest >= numClasses) throw new RuntimeError('Class values must be smaller than num_classes.');
  const classes = numClasses === -1 ? largest + 1 : numClasses;
  const out = new Float64Array(picks.length * classes);
  for (let at = 0; at < picks.length; at++) out[at * classes + picks[at]!] = 1;
  return input.wrap(NdArray.from('int64', [...input.shape, classes], out));
}
