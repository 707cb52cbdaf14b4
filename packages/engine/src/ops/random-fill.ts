/**
 * Random draws that overwrite a tensor: PyTorch's in-place distributions, as functions because a module is initialised by them.
 *
 * Guarantees: the draws of `Generator`, in PyTorch's order for contiguous tensors, counted as an in-place write and told to the trace; a
 * gradient does not go past them. Refuses, in PyTorch's wording: parameters outside the distribution's range, tensors that hold no fractions, and
 * (as every in-place write) a leaf that requires gradients, outside `noGrad`.
 *
 * Worked example: `manualSeed(0); uniform_(zeros(2), -1, 1)` is [-0.0075, 0.5364].
 */
import { defaultGenerator } from '../random/default-generator.ts';
import { fillBernoulli, fillExponential, fillNormal, fillUniform, type FloatArray } from '../random/fill.ts';
import type { Generator } from '../random/generator.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { activeTrace } from '../trace/trace.ts';
import { notImplemented } from './refuse-types.ts';
import { Tensor } from './tensor.ts';

interface FillOptions {
  readonly generator?: Generator;
}

function overwrite<T extends Tensor>(op: string, target: T, options: FillOptions, fill: (generator: Generator, data: FloatArray) => void): T {
  const { dtype } = target;
  if (dtype !== 'float32' && dtype !== 'float64') throw notImplemented(op, dtype);
  const data = dtype === 'float64' ? new Float64Array(target.numel()) : new Float32Array(target.numel());
  fill(options.generator ?? defaultGenerator, data);
  activeTrace?.random(op);
  return target.copy_(new Tensor(NdArray.from(dtype, target.shape, data), { inference: false }));
}

/** Uniform in [from, to). */
export function uniform_<T extends Tensor>(target: T, from = 0, to = 1, options: FillOptions = {}): T {
  if (!(from <= to)) throw new RuntimeError(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`);
  return overwrite('uniform_', target, options, (generator, data) => fillUniform(generator, data, from, to));
}

/** Normal of the given mean and standard deviation. */
export function normal_<T extends Tensor>(target: T, mean = 0, std = 1, options: FillOptions = {}): T {
  if (!(std >= 0)) throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}`);
  return overwrite('normal_', target, options, (generator, data) => fillNormal(generator, data, mean, std));
}

/** Exponential of rate `lambda`. */
export function exponential_<T extends Tensor>(target: T, lambda = 1, options: FillOptions = {}): T {
  if (!(lambda > 0)) throw new RuntimeError(`exponential_ expects lambda > 0.0, but found lambda=${lambda}`);
  return overwrite('exponential_', target, options, (generator, data) => fillExponential(generator, data, lambda));
}

/** 1 with probability `p`, else 0. Which elements is the portable kernel's choice, not that of a PyTorch built with MKL. */
export function bernoulli_<T extends Tensor>(target: T, p = 0.5, options: FillOptions = {}): T {
  if (!(p >= 0 && p <= 1)) throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  return overwrite('bernoulli_', target, options, (generator, data) => fillBernoulli(generator, data, p));
}
