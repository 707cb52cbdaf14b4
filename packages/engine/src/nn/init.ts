/**
 * Initialisations: PyTorch's `torch.nn.init`, which overwrite a tensor outside of autograd.
 *
 * Guarantees: seeded, the values of PyTorch 2.13 for contiguous tensors: bit for bit where only uniform or normal draws are scaled (`uniform_`,
 * `normal_`, `xavier*`, `kaiming*`, `truncNormal_`), to 1e-5 for `orthogonal_` (decomposition of its own).
 * Refuses shapes without a fan, an unknown non-linearity, and `orthogonal_` and `eye_` of fewer dimensions than two, with ValueError.
 *
 * Worked example: `nn.init.kaimingUniform_(layer.weight, { nonlinearity: 'relu' })`.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { ValueError } from '../tensor/errors.ts';
import { numelOf } from '../tensor/shape.ts';
import { normal_ as drawNormal, uniform_ as drawUniform } from '../ops/random-fill.ts';
import { Tensor } from '../ops/tensor.ts';

export type Nonlinearity = 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'convTranspose1d' | 'convTranspose2d' | 'convTranspose3d' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';
export type FanMode = 'fanIn' | 'fanOut';

export function uniform_<T extends Tensor>(target: T, from = 0, to = 1): T {
  return withoutRecording(() => drawUniform(target, from, to));
}

export function normal_<T extends Tensor>(target: T, mean = 0, std = 1): T {
  return withoutRecording(() => drawNormal(target, mean, std));
}

export function constant_<T extends Tensor>(target: T, value: number): T {
  return withoutRecording(() => target.fill_(value));
}

export function ones_<T extends Tensor>(target: T): T {
  return constant_(target, 1);
}

export function zeros_<T extends Tensor>(target: T): T {
  return constant_(target, 0);
}

/** Overwrites with the values in row-major order, computed in float64. */
function write<T extends Tensor>(target: T, values: Float64Array): T {
  return withoutRecording(() => target.copy_(new Tensor(NdArray.from('float64', target.shape, values), { inference: false })));
}

/** 1 / 2 + erf(x / sqrt 2) / 2, the normal distribution function, by the series of erf, or its continued fraction in the tails. */
function normalDistribution(x: number): number {
  const size = Math.abs(x);
  let tail: number;
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let index = 1; Math.abs(term) > 1e-17 * sum; index++) {
      term *= (size * size) / (2 * index + 1);
      sum += term;
    }
    tail = 0.5 - (sum * Math.exp((-size * size) / 2)) / Math.sqrt(2 * Math.PI);
  } else {
    let fraction = size;
    for (let index = 60; index > 0; index--) fraction = size + index / fraction;
    tail = Math.exp((-size * size) / 2) / Math.sqrt(2 * Math.PI) / fraction;
  }
  return x < 0 ? tail : 1 - tail;
}

/**
 * Normal of the given mean and standard deviation, within [a, b]. By rejection, as PyTorch since 2.13: of normal draws where that keeps
 * more than three in ten, else of uniform draws held against the density.
 */
export function truncNormal_<T extends Tensor>(target: T, mean = 0, std = 1, a = -2, b = 2): T {
  const kept = normalDistribution((b - mean) / std) - normalDistribution((a - mean) / std);
  const count = target.numel();
  const scratch = (): Tensor => new Tensor(NdArray.filled(target.dtype, [count], 0), { inference: false });
  const uniforms = (from: number, to: number): ArrayLike<number> => uniform_(scratch(), from, to).array.contiguousData();
  const normals = (): ArrayLike<number> => normal_(scratch(), mean, std).array.contiguousData();
  const values = new Float64Array(count);
  const pending = new Set(values.keys());
  if (kept > 0.3) {
    const [low, high] = target.dtype === 'float32' ? [Math.fround(a), Math.fround(b)] : [a, b];
    while (pending.size > 0) {
      // All are drawn anew, and those that were in the range keep their first value.
      const drawn = normals();
      for (const index of pending) {
        values[index] = drawn[index]!;
        if (drawn[index]! >= low && drawn[index]! <= high) pending.delete(index);
      }
    }
  } else {
    const logPeak = -0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2;
    while (pending.size > 0) {
      const [candidates, accepted] = [uniforms(a, b), uniforms(0, 1)];
      for (const index of pending) {
        values[index] = candidates[index]!;
        if (Math.log(accepted[index]!) <= -0.5 * ((candidates[index]! - mean) / std) ** 2 - logPeak) pending.delete(index);
      }
    }
  }
  return write(target, values);
}

/** The identity matrix. */
export function eye_<T extends Tensor>(target: T): T {
  if (target.dim() !== 2) throw new ValueError('Only tensors with 2 dimensions are supported');
  const [rows, columns] = target.shape as [number, number];
  const values = new Float64Array(rows * columns);
  for (let index = 0; index < Math.min(rows, columns); index++) values[index * columns + index] = 1;
  return write(target, values);
}

/** How much a non-linearity shrinks its input, by PyTorch's table. @throws ValueError for an unknown one */
export function calculateGain(nonlinearity: Nonlinearity, parameter = 0.01): number {
  switch (nonlinearity) {
    case 'linear': case 'conv1d': case 'conv2d': case 'conv3d': case 'convTranspose1d': case 'convTranspose2d': case 'convTranspose3d': case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + parameter ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity satisfies never)}`);
  }
}

/** Inputs and outputs of one element of a weight [out, in, ...kernel]. */
function fans(target: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  if (target.dim() < 2) throw new ValueError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions');
  const field = numelOf(target.shape.slice(2));
  return { fanIn: target.shape[1]! * field, fanOut: target.shape[0]! * field };
}

export function xavierUniform_<T extends Tensor>(target: T, gain = 1): T {
  const { fanIn, fanOut } = fans(target);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(target, -bound, bound);
}

export function xavierNormal_<T extends Tensor>(target: T, gain = 1): T {
  const { fanIn, fanOut } = fans(target);
  return normal_(target, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

export interface KaimingOptions {
  /** The negative slope of the leaky ReLU that follows; 0 for a ReLU. */
  readonly a?: number;
  readonly mode?: FanMode;
  readonly nonlinearity?: Nonlinearity;
}

function kaimingStd(target: Tensor, { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' }: KaimingOptions): number {
  const fan = fans(target)[mode];
  if (fan === undefined) throw new ValueError(`Mode ${String(mode)} not supported, please use one of fanIn, fanOut`);
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

export function kaimingUniform_<T extends Tensor>(target: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd(target, options);
  return uniform_(target, -bound, bound);
}

export function kaimingNormal_<T extends Tensor>(target: T, options: KaimingOptions = {}): T {
  return normal_(target, 0, kaimingStd(target, options));
}

/**
 * Orthonormal rows or columns (whichever are fewer), times `gain`; dimensions from the second on count as one. By orthogonalising the columns of a
 * normal matrix one after the other, which leaves the signs that PyTorch chooses.
 */
export function orthogonal_<T extends Tensor>(target: T, gain = 1): T {
  if (target.dim() < 2) throw new ValueError('Only tensors with 2 or more dimensions are supported');
  const rows = target.shape[0]!;
  const columns = numelOf(target.shape.slice(1));
  if (rows * columns === 0) return target;
  const drawn = normal_(new Tensor(NdArray.filled('float32', [rows, columns], 0), { inference: false })).array.contiguousData();
  const [tall, wide] = [Math.max(rows, columns), Math.min(rows, columns)];
  const at = (row: number, column: number): number => (rows < columns ? column * columns + row : row * columns + column);
  // Gram-Schmidt, twice for each column: in float64 that is orthonormal to rounding, and its diagonal is positive by construction.
  const basis: Float64Array[] = [];
  for (let column = 0; column < wide; column++) {
    const vector = Float64Array.from({ length: tall }, (_, row) => drawn[at(row, column)]!);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const projection = vector.reduce((sum, value, row) => sum + value * other[row]!, 0);
        for (let row = 0; row < tall; row++) vector[row]! -= projection * other[row]!;
      }
    }
    const norm = Math.hypot(...vector);
    basis.push(vector.map((value) => value / norm));
  }
  const values = new Float64Array(rows * columns);
  for (const [column, vector] of basis.entries()) for (let row = 0; row < tall; row++) values[at(row, column)] = gain * vector[row]!;
  return write(target, values);
}
