/**
 * Normalisations as functions, with PyTorch's defaults and checks (mode inventory 1d and 2, PyTorch 2.13, executed).
 *
 * Guarantees: `batchNorm` defaults to evaluation, `instanceNorm` to the statistics of the input. Running statistics move in
 * place, also under `noGrad` and `inferenceMode`.
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { batchNormOp, layerNormOp } from '../../ops/compiled-norm.ts';
import { ones } from '../../ops/creation.ts';
import { emptyStatistics, groupNormRecord, localResponseNormRecord, rmsNormRecord, type Statistics } from '../../ops/norm-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { NdArray } from '../../tensor/nd-array.ts';
import { formatSize, numelOf, sameShape, type Shape } from '../../tensor/shape.ts';

/** x, and weight and bias if there are any: a bias alone gets ones beside it. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): readonly Tensor[] {
  if (bias === null) return weight === null ? [x] : [x, weight];
  return [x, weight ?? ones([...bias.shape], { dtype: bias.dtype }), bias];
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
  const count = numelOf(x.shape) / (channels || 1);
  if (training && count === 1) throw new ValueError(`Expected more than 1 value per channel when training, got input size ${formatSize(x.shape)}`);
  for (const [name, values] of [['running_mean', runningMean], ['running_var', runningVar], ['weight', weight], ['bias', bias]] as const) {
    if (values === null && !training && name.startsWith('running')) throw new RuntimeError(`${name} must be defined in evaluation mode`);
    if (values !== null && values.numel() !== channels) throw new RuntimeError(`${name} should contain ${channels} elements not ${values.numel()}`);
  }
  const statistics = emptyStatistics();
  const given: Statistics | null = training ? null : { mean: Float64Array.from(runningMean!.array.contiguousData()), variance: Float64Array.from(runningVar!.array.contiguousData()) };
  const out = applyOp('batchNorm', batchNormOp, affine(x, weight, bias), { eps, given, statistics });
  if (training && count > 0) {
    move(runningMean, statistics.mean, 1, momentum);
    move(runningVar, statistics.variance, count / (count - 1), momentum);
  }
  return out;
}

/** running = (1 - momentum) * running + momentum * scale * fresh, in place. */
function move(running: Tensor | null, fresh: Float64Array, scale: number, momentum: number): void {
  if (running === null) return;
  const step = NdArray.from('float64', [fresh.length], fresh.map((value) => momentum * scale * value));
  // A bare tensor: statistics derive from no call, and no gradient flows into them.
  running.mul_(1 - momentum).add_(running.wrap(step.copy(running.dtype), false));
}

export interface InstanceNormOptions {
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  readonly useInputStats?: boolean;
  readonly momentum?: number;
  readonly eps?: number;
}

/**
 * Normalisation of every channel of every instance of [N, C, *spatial] over its spatial dimensions; running statistics move towards the
 * means over the batch of the instances' means and unbiased variances.
 * @throws ValueError for one spatial element, RuntimeError without statistics where `useInputStats` is false
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { runningMean = null, runningVar = null, weight = null, bias = null, useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  const [batch, channels] = [x.size(0), x.size(1)];
  const area = numelOf(x.shape.slice(2));
  if (useInputStats && area === 1) throw new ValueError(`Expected more than 1 spatial element when training, got input size ${formatSize(x.shape)}`);
  if (!useInputStats) {
    if (runningMean === null || runningVar === null) throw new RuntimeError('Expected running_mean and running_var to be defined when use_input_stats is false');
    return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
  }
  const statistics = emptyStatistics();
  const grouped = x.reshape([1, batch * channels, ...x.shape.slice(2)]);
  const repeated = (values: Tensor | null): Tensor | null => (values === null ? null : values.expand(batch, channels).reshape(batch * channels));
  const out = applyOp('batchNorm', batchNormOp, affine(grouped, repeated(weight), repeated(bias)), { eps, given: null, statistics });
  if (numelOf(x.shape) > 0) {
    const perChannel = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: channels }, (_, channel) => {
        let sum = 0;
        for (let index = channel; index < values.length; index += channels) sum += values[index]!;
        return sum / batch;
      });
    move(runningMean, perChannel(statistics.mean), 1, momentum);
    move(runningVar, perChannel(statistics.variance), area / (area - 1), momentum);
  }
  return out.reshape(x.shape);
}

function checkNormalized(x: Tensor, normalizedShape: Shape, weight: Tensor | null, bias: Tensor | null): void {
  const shape = `[${normalizedShape.join(', ')}]`;
  if (normalizedShape.length === 0) throw new RuntimeError(`Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []`);
  for (const [name, values] of [['weight', weight], ['bias', bias]] as const) {
    if (values !== null && !sameShape(values.shape, normalizedShape)) {
      throw new RuntimeError(`Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape [${values.shape.join(', ')}] and normalized_shape = ${shape}`);
    }
  }
  if (!sameShape(x.shape.slice(-normalizedShape.length), normalizedShape)) {
    throw new RuntimeError(`Given normalized_shape=${shape}, expected input with shape [*, ${normalizedShape.join(', ')}], but got input of size[${x.shape.join(', ')}]`);
  }
}

/** Normalisation over the last dimensions, which must be `normalizedShape`. The same in both modes. */
export function layerNorm(x: Tensor, normalizedShape: Shape, weight: Tensor | null = null, bias: Tensor | null = null, eps = 1e-5): Tensor {
  checkNormalized(x, normalizedShape, weight, bias);
  return applyOp('layerNorm', layerNormOp, affine(x, weight, bias), { eps, dims: normalizedShape.length, statistics: emptyStatistics() });
}

/** x / sqrt(mean of x^2 over the last dimensions + eps) * weight; `eps` defaults to the machine epsilon of the type. */
export function rmsNorm(x: Tensor, normalizedShape: Shape, weight: Tensor | null = null, eps: number | null = null): Tensor {
  checkNormalized(x, normalizedShape, weight, null);
  return applyOp('rmsNorm', rmsNormRecord, affine(x, weight, null), { eps: eps ?? (x.dtype === 'float64' ? Number.EPSILON : 2 ** -23), dims: normalizedShape.length });
}

/** Normalisation of runs of `numGroups` equal parts of the channels of [N, C, *] over each part and its positions; weight and bias are [C]. */
export function groupNorm(x: Tensor, numGroups: number, weight: Tensor | null = null, bias: Tensor | null = null, eps = 1e-5): Tensor {
  if (x.dim() < 2) throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${x.dim()}`);
  const [batch, channels] = [x.size(0), x.size(1)];
  if (channels % numGroups !== 0) {
    throw new RuntimeError(`Expected number of channels in input to be divisible by num_groups, but got input of shape [${x.shape.join(', ')}] and num_groups=${numGroups}`);
  }
  if ((batch * channels * numelOf(x.shape.slice(2))) / numGroups === 1) {
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${formatSize([(batch * channels) / numGroups, numGroups, ...x.shape.slice(2)])}`);
  }
  for (const [name, values] of [['weight', weight], ['bias', bias]] as const) {
    if (values !== null && (values.dim() !== 1 || values.numel() !== channels)) {
      throw new RuntimeError(`Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape [${values.shape.join(', ')}] and input of shape [${x.shape.join(', ')}]`);
    }
  }
  return applyOp('groupNorm', groupNormRecord, affine(x, weight, bias), { eps, groups: numGroups, statistics: emptyStatistics() });
}

/** x / (k + alpha * mean of x^2 over `size` neighbouring channels)^beta, for [N, C, *]. */
export function localResponseNorm(x: Tensor, size: number, options: { readonly alpha?: number; readonly beta?: number; readonly k?: number } = {}): Tensor {
  if (x.dim() < 3) throw new ValueError(`Expected 3D or higher dimensionality input (got ${x.dim()} dimensions)`);
  return applyOp('localResponseNorm', localResponseNormRecord, [x], { size, alpha: options.alpha ?? 1e-4, beta: options.beta ?? 0.75, k: options.k ?? 1 });
}
