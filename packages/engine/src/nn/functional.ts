/**
 * Layers as functions, with PyTorch's defaults.
 *
 * Guarantees: `F.dropout(x)` drops, because its `training` defaults to true and knows no module: that is PyTorch's trap and
 * it is kept (mode inventory 2, executed). Refuses arguments of the wrong type as PyTorch does, also in evaluation mode.
 */
import { applyNamed } from '../ops/apply-named.ts';
import { Tensor } from '../ops/tensor.ts';
import { defaultGenerator } from '../random/default-generator.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { formatSize, numelOf, sameShape, type Shape } from '../tensor/shape.ts';
import { activeTrace } from '../trace/trace.ts';

export type LossReduction = 'mean' | 'sum' | 'none';

/** Python's name of the type of a wrong argument, for PyTorch's messages. */
function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  return typeof value === 'string' ? 'str' : typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : typeof value === 'object' ? value.constructor.name : typeof value;
}

/**
 * Zeroes each element with probability `p` and scales the others by 1 / (1 - p), if `training`; otherwise returns `x` itself.
 * p = 1 gives zeros without drawing. Note the second parameter: `dropout(x, this.training)` means p = 1 in training.
 * @throws ValueError for p outside [0, 1], TypeError for a `training` that is no boolean
 */
export function dropout(x: Tensor, p = 0.5, training = true): Tensor {
  const rate = Number(p);
  if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${rate}`);
  if (typeof training !== 'boolean') throw new TypeError(`dropout(): argument 'train' (position 3) must be bool, not ${pythonType(training)}`);
  if (!training || rate === 0) return x;
  if (rate === 1) return x.mul(0);
  const mask = NdArray.filled(x.dtype, x.shape, 0);
  const keep = 1 - rate;
  const { data } = mask.storage;
  for (let index = 0; index < data.length; index++) data[index] = defaultGenerator.uniform53() < keep ? 1 / keep : 0;
  activeTrace()?.random('dropout');
  return applyNamed('dropout', [x], { mask });
}

export const relu = (x: Tensor): Tensor => x.relu();
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
export const tanh = (x: Tensor): Tensor => x.tanh();
export const softmax = (x: Tensor, dim: number): Tensor => x.softmax(dim);
export const logSoftmax = (x: Tensor, dim: number): Tensor => x.logSoftmax(dim);

/** x @ weight^T + bias; weight is [out, in], x [..., in]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const inputs = weight.size(1);
  if (x.shape.at(-1) !== inputs) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${numelOf(x.shape.slice(0, -1))}x${x.shape.at(-1) ?? 1} and ${inputs}x${weight.size(0)}): input ${formatSize(x.shape)}, weight ${formatSize(weight.shape)}`);
  }
  const product = x.matmul(weight.t());
  return bias === null ? product : product.add(bias);
}

function perChannel(values: Tensor, rank: number): Tensor {
  return values.reshape([1, values.numel(), ...new Array<number>(Math.max(rank - 2, 0)).fill(1)]);
}

export interface BatchNormOptions {
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  readonly training?: boolean;
  readonly momentum?: number;
  readonly eps?: number;
}

/**
 * Batch normalisation over all dimensions but 1. With `training` (default false) by the batch's mean and biased variance, and
 * the running statistics, if given, move by `momentum` towards the mean and the unbiased variance, in place.
 * @throws ValueError for one value per channel in training, RuntimeError for statistics of the wrong size or missing
 */
export function batchNorm(x: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, options: BatchNormOptions = {}): Tensor {
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  const channels = x.size(1);
  for (const [name, values] of [['running_mean', runningMean], ['running_var', runningVar], ['weight', weight], ['bias', bias]] as const) {
    if (values === null && !training && name.startsWith('running')) throw new RuntimeError(`${name} must be defined in evaluation mode`);
    if (values !== null && values.numel() !== channels) throw new RuntimeError(`${name} should contain ${channels} elements not ${values.numel()}`);
  }
  const dims = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
  const count = numelOf(dims.map((dim) => x.shape[dim]!));
  let out: Tensor;
  if (training) {
    if (count === 1) throw new ValueError(`Expected more than 1 value per channel when training, got input size ${formatSize(x.shape)}`);
    out = x.standardize(dims, eps);
    // A bare tensor over the same values: statistics derive from no call, and no gradient flows into them.
    if (count > 0) moveStatistics(x.wrap(x.array, x.isInference()), dims, runningMean, runningVar, momentum);
  } else {
    const inverse = runningVar!.add(eps).sqrt().pow(-1);
    out = x.sub(perChannel(runningMean!, x.dim())).mul(perChannel(inverse, x.dim()));
  }
  if (weight !== null) out = out.mul(perChannel(weight, x.dim()));
  return bias === null ? out : out.add(perChannel(bias, x.dim()));
}

function moveStatistics(x: Tensor, dims: readonly number[], mean: Tensor | null, variance: Tensor | null, momentum: number): void {
  mean?.mul_(1 - momentum).add_(x.mean(dims).mul(momentum));
  variance?.mul_(1 - momentum).add_(x.var(dims).mul(momentum));
}

/** Normalisation over the last dimensions, which must be `normalizedShape`. The same in both modes. */
export function layerNorm(x: Tensor, normalizedShape: Shape, weight: Tensor | null = null, bias: Tensor | null = null, eps = 1e-5): Tensor {
  const rank = normalizedShape.length;
  if (!sameShape(x.shape.slice(-rank), normalizedShape)) {
    throw new RuntimeError(`Given normalized_shape=[${normalizedShape.join(', ')}], expected input with shape [*, ${normalizedShape.join(', ')}], but got input of size[${x.shape.join(', ')}]`);
  }
  let out = x.standardize(normalizedShape.map((_, index) => x.dim() - rank + index), eps);
  if (weight !== null) out = out.mul(weight);
  return bias === null ? out : out.add(bias);
}

function reduce(loss: Tensor, reduction: LossReduction): Tensor {
  switch (reduction) {
    case 'mean':
      return loss.mean();
    case 'sum':
      return loss.sum();
    case 'none':
      return loss;
    default:
      throw new ValueError(`${String(reduction satisfies never)} is not a valid value for reduction`);
  }
}

/** (input - target)^2, averaged. */
export function mseLoss(input: Tensor, target: Tensor, reduction: LossReduction = 'mean'): Tensor {
  return reduce(input.sub(target).square(), reduction);
}

/**
 * Cross entropy of logits [N, C] (or [C]). `target` holds class indices [N] (whole numbers of any type, since JavaScript cannot
 * tell 1 from 1.0) or, in the shape of the logits, class probabilities.
 * @throws RuntimeError for sizes that do not fit, RangeError for a class out of bounds
 */
export function crossEntropy(input: Tensor, target: Tensor, reduction: LossReduction = 'mean'): Tensor {
  const classDim = input.dim() === 1 ? 0 : 1;
  const logs = input.logSoftmax(classDim);
  if (sameShape(input.shape, target.shape)) {
    const losses = logs.mul(target).sum(classDim).neg();
    return reduction === 'mean' && input.dim() > 1 ? losses.sum().div(numelOf(losses.shape)) : reduce(losses, reduction);
  }
  if (input.dim() > 2 || target.dim() !== input.dim() - 1 || (input.dim() === 2 && target.size(0) !== input.size(0))) {
    throw new RuntimeError(`Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0] ?? 1}): input ${formatSize(input.shape)}, target ${formatSize(target.shape)}`);
  }
  const classes = target.to('int64');
  const count = input.size(classDim);
  for (const index of classes.array.contiguousData()) if (index < 0 || index >= count) throw new RangeError(`Target ${index} is out of bounds.`);
  return reduce(logs.gather(classDim, classes.unsqueeze(classDim)).squeeze(classDim).neg(), reduction);
}

/** Binary cross entropy of logits, in the form that does not overflow. */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, reduction: LossReduction = 'mean'): Tensor {
  if (!sameShape(input.shape, target.shape)) throw new ValueError(`Target size (${formatSize(target.shape)}) must be the same as input size (${formatSize(input.shape)})`);
  return reduce(input.softplus().sub(input.mul(target)), reduction);
}
