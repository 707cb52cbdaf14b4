/**
 * Functions that make tensors: from values, filled, counted and random.
 *
 * Guarantees: random ones draw from the default generator (or the one given) in PyTorch's order and tell the trace. Types:
 * float32 by default, `arange`, `randint` and `randperm` int64, booleans bool. Refuses what the shape rules refuse.
 */
import type { DType } from '../tensor/dtype.ts';
import { isFloating } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { fromNested, type Nested } from '../tensor/nested.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import { defaultGenerator } from '../random/default-generator.ts';
import { fillBernoulli, fillNormal, fillUniform, type FloatArray } from '../random/fill.ts';
import type { Generator } from '../random/generator.ts';
import { activeTrace } from '../trace/trace.ts';
import { notImplemented } from './refuse-types.ts';
import { Tensor, type Operand } from './tensor.ts';

export interface TensorOptions {
  readonly dtype?: DType;
  readonly requiresGrad?: boolean;
}

export interface RandomOptions {
  /** float32 (the default) or float64. */
  readonly dtype?: 'float32' | 'float64';
  readonly requiresGrad?: boolean;
  readonly generator?: Generator;
}

type Sizes<O> = readonly (number | Shape | O)[];

function make(array: NdArray, options: TensorOptions): Tensor {
  return new Tensor(array).requiresGrad_(options.requiresGrad ?? false);
}

/** `zeros(2, 3)`, `zeros([2, 3])`, either followed by options. */
function split<O extends object>(sizes: Sizes<O>): { readonly shape: Shape; readonly options: Partial<O> } {
  const last = sizes.at(-1);
  const isOptions = typeof last === 'object' && !Array.isArray(last);
  return {
    shape: (isOptions ? sizes.slice(0, -1) : sizes).flat() as number[],
    options: isOptions ? (last as O) : {},
  };
}

/** A tensor of nested numbers or booleans. */
export function tensor(values: Nested, options: TensorOptions = {}): Tensor {
  return make(fromNested(values, options.dtype), options);
}

/** A number or boolean as a 0-dimensional tensor of the type that fits beside `other`. */
export function scalarTensor(value: number | boolean, other: Operand): Tensor {
  const beside = other instanceof Tensor ? other.dtype : 'float32';
  const whole = Number.isInteger(value);
  const dtype = typeof value === 'boolean' ? 'bool' : isFloating(beside) || (whole && beside !== 'bool') ? beside : whole ? 'int64' : 'float32';
  return new Tensor(NdArray.filled(dtype, [], Number(value)), { inference: false });
}

export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  return make(NdArray.filled(options.dtype ?? 'float32', shape, value), options);
}

export function zeros(...sizes: Sizes<TensorOptions>): Tensor {
  const { shape, options } = split<TensorOptions>(sizes);
  return full(shape, 0, options);
}

export function ones(...sizes: Sizes<TensorOptions>): Tensor {
  const { shape, options } = split<TensorOptions>(sizes);
  return full(shape, 1, options);
}

export function zerosLike(other: Tensor, options: TensorOptions = {}): Tensor {
  return full(other.shape, 0, { dtype: other.dtype, ...options });
}

export function onesLike(other: Tensor, options: TensorOptions = {}): Tensor {
  return full(other.shape, 1, { dtype: other.dtype, ...options });
}

/** `arange(end)`, `arange(start, end)`, `arange(start, end, step)`: int64 if all are whole, else float32. */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (step === 0) throw new RuntimeError('step must be nonzero');
  if ((to - from) * step < 0) throw new RuntimeError('upper bound and lower bound inconsistent with step sign');
  const count = Math.max(Math.ceil((to - from) / step), 0);
  const values = Array.from({ length: count }, (_, index) => from + index * step);
  const dtype = options.dtype ?? ([from, to, step].every(Number.isInteger) ? 'int64' : 'float32');
  return make(fromNested(values, dtype), options);
}

function random(op: string, shape: Shape, options: RandomOptions, fill: (generator: Generator, data: FloatArray) => void): Tensor {
  const dtype = options.dtype ?? 'float32';
  const data = dtype === 'float64' ? new Float64Array(numelOf(shape)) : new Float32Array(numelOf(shape));
  fill(options.generator ?? defaultGenerator, data);
  activeTrace?.random(op);
  return make(NdArray.from(dtype, shape, data), options.requiresGrad === undefined ? {} : { requiresGrad: options.requiresGrad });
}

/** Uniform in [0, 1). */
export function rand(...sizes: Sizes<RandomOptions>): Tensor {
  const { shape, options } = split<RandomOptions>(sizes);
  return random('rand', shape, options, (generator, data) => fillUniform(generator, data));
}

/** Standard normal. */
export function randn(...sizes: Sizes<RandomOptions>): Tensor {
  const { shape, options } = split<RandomOptions>(sizes);
  return random('randn', shape, options, (generator, data) => fillNormal(generator, data));
}

export function randLike(other: Tensor, options: RandomOptions = {}): Tensor {
  return random('randLike', other.shape, options, (generator, data) => fillUniform(generator, data));
}

export function randnLike(other: Tensor, options: RandomOptions = {}): Tensor {
  return random('randnLike', other.shape, options, (generator, data) => fillNormal(generator, data));
}

/** Uniform in [from, to), for initialisations. */
export function uniform(shape: Shape, from: number, to: number, options: RandomOptions = {}): Tensor {
  return random('uniform', shape, options, (generator, data) => fillUniform(generator, data, from, to));
}

/** 1 with the probability that `probabilities` holds in each place, else 0. */
export function bernoulli(probabilities: Tensor, options: { readonly generator?: Generator } = {}): Tensor {
  const { dtype } = probabilities;
  if (dtype !== 'float32' && dtype !== 'float64') throw notImplemented('bernoulli_tensor_cpu_self_', dtype);
  const given = probabilities.array.contiguousData() as FloatArray;
  for (const value of given) if (!(value >= 0 && value <= 1)) throw new RuntimeError('Expected p_in >= 0 && p_in <= 1 to be true, but got false.');
  return random('bernoulli', probabilities.shape, { ...options, dtype }, (generator, data) => fillBernoulli(generator, data, given));
}

/** Whole numbers in [low, high), int64. */
export function randint(low: number, high: number, shape: Shape, options: { readonly generator?: Generator } = {}): Tensor {
  if (!(low < high)) throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  const generator = options.generator ?? defaultGenerator;
  const data = Float64Array.from({ length: numelOf(shape) }, () => generator.integer(low, high));
  activeTrace?.random('randint');
  return new Tensor(NdArray.from('int64', shape, data));
}

/** The numbers 0 .. count-1 in random order, int64. */
export function randperm(count: number, options: { readonly generator?: Generator } = {}): Tensor {
  const generator = options.generator ?? defaultGenerator;
  const data = Float64Array.from({ length: count }, (_, index) => index);
  for (let index = 0; index < count - 1; index++) {
    const other = index + (generator.next32() % (count - index));
    [data[index], data[other]] = [data[other]!, data[index]!];
  }
  activeTrace?.random('randperm');
  return new Tensor(NdArray.from('int64', [count], data));
}
