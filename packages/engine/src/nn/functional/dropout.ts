/**
 * The six dropouts as functions.
 *
 * Guarantees: the defaults are PyTorch's, and so are their traps (mode inventory 2, executed): `dropout` and the channelwise ones drop unless told
 * `training = false`, `alphaDropout` and `featureAlphaDropout` do nothing unless told `training = true`. The second parameter is p:
 * `dropout(x, this.training)` zeroes everything in training. In evaluation, or for p = 0, `x` itself comes back; p = 1 gives zeros without a draw.
 * Refuses p outside [0, 1] also in evaluation, and a `training` that is no boolean.
 */
import { applyInPlace, applyOp } from '../../autograd/apply-op.ts';
import { dropoutRecord } from '../../ops/choice-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { NdArray } from '../../tensor/nd-array.ts';
import type { Shape } from '../../tensor/shape.ts';
import { dropoutMask } from './dropout-mask.ts';

/** Python's name of the type of a wrong argument, for PyTorch's messages. */
function pythonType(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  return typeof value === 'string' ? 'str' : typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : typeof value === 'object' ? value.constructor.name : typeof value;
}

/** @throws ValueError for what is no probability */
export function requireRate(rate: number): void {
  if (!(rate >= 0 && rate <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${rate}`);
}

function check(op: string, p: unknown, training: unknown): number {
  const rate = Number(p);
  requireRate(rate);
  if (typeof training !== 'boolean') throw new TypeError(`${op}(): argument 'train' (position 3) must be bool, not ${pythonType(training)}`);
  return rate;
}

/** Multiplies by a mask of 0 and 1 / (1 - p) that has the given shape and broadcasts. */
function drop(op: string, x: Tensor, p: number, shape: Shape, inplace: boolean): Tensor {
  if (p === 0) return x;
  if (p === 1) return inplace ? x.mul_(0) : x.mul(0);
  const mask = dropoutMask(op, shape, x.dtype, p);
  return inplace ? applyInPlace('dropout', dropoutRecord, x, [], { mask }) : applyOp('dropout', dropoutRecord, [x], { mask });
}

/**
 * Zeroes each element with probability `p` and scales the others by 1 / (1 - p), if `training`.
 * @throws ValueError for p outside [0, 1], TypeError for a `training` that is no boolean
 */
export function dropout(x: Tensor, p = 0.5, training = true, inplace = false): Tensor {
  const rate = check('dropout', p, training);
  return training ? drop('dropout', x, rate, x.shape, inplace) : x;
}

/** One number per sample and channel, whatever the spatial dimensions. */
function channelwise(shape: Shape): Shape {
  if (shape.length < 2) throw new RuntimeError('Feature dropout requires at least 2 dimensions in the input');
  return shape.map((size, dim) => (dim < 2 ? size : 1));
}

/** Channels of x, which has a batch dimension if its rank is `batchedRank`. */
function dropChannels(op: string, x: Tensor, p: number, training: boolean, inplace: boolean, batchedRank: number | null): Tensor {
  const rate = check('feature_dropout', p, training);
  if (!training) return x;
  // Without a batch the first dimension holds the channels.
  const shape = batchedRank !== null && x.dim() !== batchedRank ? x.shape.map((size, dim) => (dim < 1 ? size : 1)) : channelwise(x.shape);
  return drop(op, x, rate, shape, inplace);
}

/** Zeroes whole channels of [N, C, L] or [C, L]. */
export function dropout1d(x: Tensor, p = 0.5, training = true, inplace = false): Tensor {
  check('feature_dropout', p, true);
  if (x.dim() !== 2 && x.dim() !== 3) {
    throw new RuntimeError(`dropout1d: Expected 2D or 3D input, but received a ${x.dim()}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`);
  }
  return dropChannels('dropout1d', x, p, training, inplace, 3);
}

/** Zeroes whole channels of [N, C, H, W]. As in PyTorch 2.13, three dimensions are taken for [N, C, L], not for [C, H, W]. */
export function dropout2d(x: Tensor, p = 0.5, training = true, inplace = false): Tensor {
  return dropChannels('dropout2d', x, p, training, inplace, null);
}

/** Zeroes whole channels of [N, C, D, H, W] or [C, D, H, W]. */
export function dropout3d(x: Tensor, p = 0.5, training = true, inplace = false): Tensor {
  return dropChannels('dropout3d', x, p, training, inplace, 5);
}

const saturation = 1.7580993408473766;

/**
 * Sets elements to SELU's saturation value and keeps mean and variance: dropped = -a * saturation + b, kept = a * x + b, with
 * a = ((1 + saturation^2 p)(1 - p))^-1/2 and b = saturation * a * p. Klambauer et al. 2017, section 3.
 */
function alphaDrop(op: string, x: Tensor, p: number, shape: Shape, inplace: boolean): Tensor {
  if (p === 0) return x;
  if (p === 1) return inplace ? x.mul_(0) : x.mul(0);
  const a = 1 / Math.sqrt((1 + saturation * saturation * p) * (1 - p));
  const kept = dropoutMask(op, shape, x.dtype, p).contiguousData();
  const [mask, shift] = [new Float64Array(kept.length), new Float64Array(kept.length)];
  for (let at = 0; at < kept.length; at++) {
    const keeps = kept[at] === 0 ? 0 : 1;
    mask[at] = keeps * a;
    shift[at] = (keeps - 1) * saturation * a + saturation * a * p;
  }
  const array = (values: Float64Array): NdArray => NdArray.from('float64', shape, values).copy(x.dtype);
  const offset = x.wrap(array(shift), false);
  const attributes = { mask: array(mask) };
  return inplace ? applyInPlace('dropout', dropoutRecord, x, [], attributes).add_(offset) : applyOp('dropout', dropoutRecord, [x], attributes).add(offset);
}

/** Alpha dropout, elementwise. Note the default: without `training = true` it does nothing. */
export function alphaDropout(x: Tensor, p = 0.5, training = false, inplace = false): Tensor {
  const rate = check('alpha_dropout', p, training);
  return training ? alphaDrop('alphaDropout', x, rate, x.shape, inplace) : x;
}

/** Alpha dropout of whole channels. Note the default: without `training = true` it does nothing. */
export function featureAlphaDropout(x: Tensor, p = 0.5, training = false, inplace = false): Tensor {
  const rate = check('feature_alpha_dropout', p, training);
  return training ? alphaDrop('featureAlphaDropout', x, rate, channelwise(x.shape), inplace) : x;
}

