/**
 * Activation functions, with PyTorch's names and defaults.
 *
 * Guarantees: each is the function of the same name in `torch.nn.functional` (2.13, executed). `inplace` writes the result into `x`. `rrelu` uses the
 * middle slope unless told `training = true` (mode inventory 2).
 */
import { applyInPlaceNamed, applyNamed } from '../../ops/apply-named.ts';
import { activationOps } from '../../ops/activation-ops.ts';
import type { ActivationAttributes } from '../../ops/activation-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { defaultGenerator } from '../../random/default-generator.ts';
import { allocate } from '../../tensor/dtype.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { NdArray } from '../../tensor/nd-array.ts';
import { normalizeDim } from '../../tensor/shape.ts';
import { activeTrace } from '../../trace/trace.ts';

function pointwise<K extends keyof ActivationAttributes>(op: K, x: Tensor, attributes: ActivationAttributes[K], inplace = false): Tensor {
  return inplace ? applyInPlaceNamed(activationOps, op, x, [], attributes) : applyNamed(activationOps, op, [x], attributes);
}

export const relu = (x: Tensor, inplace = false): Tensor => (inplace ? x.relu_() : x.relu());
export const sigmoid = (x: Tensor): Tensor => x.sigmoid();
export const tanh = (x: Tensor): Tensor => x.tanh();
export const softmax = (x: Tensor, dim: number): Tensor => x.softmax(dim);
export const softmin = (x: Tensor, dim: number): Tensor => x.neg().softmax(dim);
export const logSoftmax = (x: Tensor, dim: number): Tensor => x.logSoftmax(dim);

/** x limited to [minVal, maxVal]; outside and at the ends there is no gradient. */
export function hardtanh(x: Tensor, minVal = -1, maxVal = 1, inplace = false): Tensor {
  if (minVal > maxVal) throw new ValueError('min_val cannot be greater than max_val');
  return pointwise('hardtanh', x, { min: minVal, max: maxVal }, inplace);
}
export const relu6 = (x: Tensor, inplace = false): Tensor => hardtanh(x, 0, 6, inplace);

/** x where positive, alpha * (e^x - 1) elsewhere. */
export const elu = (x: Tensor, alpha = 1, inplace = false): Tensor => pointwise('elu', x, { alpha, scale: 1, inputScale: 1 }, inplace);
/** ELU with the constants of Klambauer et al. 2017. */
export const selu = (x: Tensor, inplace = false): Tensor => pointwise('elu', x, { alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1 }, inplace);
/** x where positive, alpha * (e^(x / alpha) - 1) elsewhere. */
export function celu(x: Tensor, alpha = 1, inplace = false): Tensor {
  if (alpha === 0) throw new RuntimeError('ZeroDivisionError: alpha cannot be 0 for CELU');
  return pointwise('elu', x, { alpha, scale: 1, inputScale: 1 / alpha }, inplace);
}
/** x times the normal distribution function of x, or its approximation by tanh. */
export function gelu(x: Tensor, options: { readonly approximate?: 'none' | 'tanh' } = {}): Tensor {
  const { approximate = 'none' } = options;
  if (approximate !== 'none' && approximate !== 'tanh') throw new RuntimeError('approximate argument must be either none or tanh.');
  return applyNamed(activationOps, 'gelu', [x], { approximate });
}
export const silu = (x: Tensor, inplace = false): Tensor => pointwise('silu', x, {}, inplace);
export const mish = (x: Tensor, inplace = false): Tensor => pointwise('mish', x, {}, inplace);
/** log(1 + e^(beta x)) / beta; x itself where beta * x is above the threshold. */
export const softplus = (x: Tensor, beta = 1, threshold = 20): Tensor => (beta === 1 && threshold === 20 ? x.softplus() : applyNamed(activationOps, 'scaledSoftplus', [x], { beta, threshold }));
export const softsign = (x: Tensor): Tensor => applyNamed(activationOps, 'softsign', [x], {});
export const hardsigmoid = (x: Tensor, inplace = false): Tensor => pointwise('hardsigmoid', x, {}, inplace);
export const hardswish = (x: Tensor, inplace = false): Tensor => pointwise('hardswish', x, {}, inplace);
export const leakyRelu = (x: Tensor, negativeSlope = 0.01, inplace = false): Tensor => pointwise('leakyRelu', x, { negativeSlope }, inplace);
export const logsigmoid = (x: Tensor): Tensor => applyNamed(activationOps, 'logsigmoid', [x], {});
/** `value` where x is not above `threshold`. */
export const threshold = (x: Tensor, limit: number, value: number, inplace = false): Tensor => pointwise('threshold', x, { threshold: limit, value }, inplace);
export const tanhshrink = (x: Tensor): Tensor => x.sub(x.tanh());
export function softshrink(x: Tensor, lambda = 0.5): Tensor {
  if (lambda < 0) throw new RuntimeError(`lambda must be greater or equal to 0, but found to be ${lambda}.`);
  return applyNamed(activationOps, 'softshrink', [x], { lambda });
}
export const hardshrink = (x: Tensor, lambda = 0.5): Tensor => applyNamed(activationOps, 'hardshrink', [x], { lambda });

/** x where positive, weight * x elsewhere; weight has one element, or one per channel (dimension 1). */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  const channels = x.dim() >= 2 ? x.size(1) : 1;
  if (weight.dim() > 1) throw new RuntimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.dim()}`);
  if (weight.numel() === 1) return applyNamed(activationOps, 'prelu', [x, weight.reshape([])], {});
  if (weight.numel() !== channels) throw new RuntimeError(`Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ${channels}.`);
  return applyNamed(activationOps, 'prelu', [x, weight.reshape([channels, ...new Array<number>(Math.max(x.dim() - 2, 0)).fill(1)])], {});
}

/** Leaky ReLU whose slope is drawn from [lower, upper) for each element that is not positive, if `training`; the middle otherwise. */
export function rrelu(x: Tensor, lower = 1 / 8, upper = 1 / 3, training = false, inplace = false): Tensor {
  if (lower > upper) throw new RuntimeError('Lower bound should be less than or equal to the upper bound');
  if (!training) return leakyRelu(x, (lower + upper) / 2, inplace);
  const values = x.array.contiguousData();
  const slopes = allocate(x.dtype, values.length);
  let drawn = false;
  for (let at = 0; at < slopes.length; at++) {
    const draws = values[at]! <= 0;
    drawn ||= draws;
    slopes[at] = draws ? defaultGenerator.uniform53() * (upper - lower) + lower : 1;
  }
  if (drawn) activeTrace?.random('rrelu');
  return pointwise('rrelu', x, { slopes: NdArray.from(x.dtype, x.shape, slopes) }, inplace);
}

/** The first half of a dimension times the sigmoid of the second. */
export function glu(x: Tensor, dim = -1): Tensor {
  if (x.dim() === 0) throw new RuntimeError('glu does not support 0-dimensional tensors');
  const at = normalizeDim(dim, x.dim());
  if (x.size(at) % 2 !== 0) throw new RuntimeError(`Halving dimension must be even, but dimension ${at} is size ${x.size(at)}`);
  return applyNamed(activationOps, 'glu', [x], { dim: at });
}
