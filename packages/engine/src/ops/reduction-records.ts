/**
 * Reductions, and the operations that normalise along dimensions.
 *
 * Guarantees: sums accumulate in double precision. `amax` over equal maxima shares its gradient evenly, as PyTorch's.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { allocate, floatingOf, isFloating, scalarTypeName, type TypedArray } from '../tensor/dtype.ts';
import { combineArrays, mapArray, mulArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { reduceArray, reducedShape, sumArray, foldSum } from '../tensor/reduce.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { OpAttributes, Reduction } from './op-attributes.ts';
import { floatingKernel } from './refuse-types.ts';

type Records<K extends keyof OpAttributes> = { readonly [Name in K]: OpRecord<OpAttributes[Name]> };

/** A reduced array, its dropped dimensions put back as 1 and repeated. */
function restore(reduced: NdArray, shape: Shape, { dims }: Reduction): NdArray {
  return reduced.reshape(reducedShape(shape, dims, true)).expand(shape);
}

/** The dimensions over which something is chosen have elements to choose from. `all`: none was named. */
function requireElements(name: string, shape: Shape, dims: readonly number[], all: boolean, Unnamed: new (message: string) => Error): void {
  if (all && numelOf(shape) === 0) throw new Unnamed(`${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`);
  const empty = dims.find((dim) => shape[dim] === 0);
  if (empty !== undefined) throw new RangeError(`${name}(): Expected reduction dim ${empty} to have non-zero size.`);
}

function extremum(better: (candidate: number, best: number) => boolean, name: string): OpRecord<Reduction> {
  return {
    forward: ([x], { dims, keepdim }) => {
      requireElements(name, x!.shape, dims, dims.length === x!.rank, RuntimeError);
      return reduceArray(x!, dims, keepdim, x!.dtype, (data, start, count) => {
        let best = data[start]!;
        for (let index = start + 1; index < start + count; index++) if (better(data[index]!, best) || Number.isNaN(data[index]!)) best = data[index]!;
        return best;
      });
    },
    gradient: {
      saves: () => ({ inputs: [0], output: true }),
      of: (grad, { attributes, shapes, input, output }) => {
        const hits = combineArrays(input(0), restore(output(), shapes[0]!, attributes), (x, best) => (x === best || (x !== x && best !== best) ? 1 : 0), grad.dtype);
        const share = combineArrays(grad.reshape(reducedShape(shapes[0]!, attributes.dims, true)), sumArray(hits, attributes.dims, true), (g, count) => g / count);
        return [mulArrays(hits, share)];
      },
    },
  };
}

function indexOf(better: (candidate: number, best: number) => boolean, name: string): OpRecord<{ readonly dim: number | null; readonly keepdim: boolean }> {
  return {
    forward: ([x], { dim, keepdim }) => {
      requireElements(name, x!.shape, dim === null || x!.rank === 0 ? [] : [dim], dim === null, RangeError);
      const flat = dim === null ? x!.reshape([-1]) : x!;
      const dims = flat.rank === 0 ? [] : [dim ?? 0];
      return reduceArray(flat, dims, dim === null ? false : keepdim, 'int64', (data, start, count) => {
        let best = 0;
        for (let index = 1; index < count; index++) {
          // A NaN counts as better than any number, the first as the best.
          const top = data[start + best]!;
          const candidate = data[start + index]!;
          if (better(candidate, top) || (candidate !== candidate && top === top)) best = index;
        }
        return best;
      });
    },
    gradient: { notDifferentiable: 'an index is no smooth function of the values' },
  };
}

/** Runs `each` on every row along `dim`, from one contiguous array to another. */
function alongRows(x: NdArray, dim: number, dtype: NdArray['dtype'], each: (source: ArrayLike<number>, target: TypedArray, start: number, count: number) => void): NdArray {
  if (x.rank === 0) return alongRows(x.reshape([1]), 0, dtype, each).reshape([]);
  const last = x.rank - 1;
  const moved = x.transpose(dim, last);
  const source = moved.contiguousData();
  const target = allocate(dtype, source.length);
  const count = moved.shape[last]!;
  for (let start = 0; start < source.length; start += count) each(source, target, start, count);
  return NdArray.from(dtype, moved.shape, target).transpose(dim, last).contiguous();
}

function largest(source: ArrayLike<number>, start: number, count: number): number {
  let best = -Infinity;
  for (let index = start; index < start + count; index++) best = Math.max(best, source[index]!);
  return best;
}

function meanOf(x: NdArray, dims: readonly number[], keepdim: boolean): NdArray {
  return reduceArray(x, dims, keepdim, x.dtype, (data, start, count) => foldSum(data, start, count) / count);
}

const subtract = (a: NdArray, b: NdArray): NdArray => combineArrays(a, b, (x, y) => x - y);

export const reductionRecords: Records<'sum' | 'mean' | 'amax' | 'amin' | 'argmax' | 'argmin' | 'softmax' | 'logSoftmax'> = {
  sum: {
    forward: ([x], { dims, keepdim }) => sumArray(x!, dims, keepdim),
    gradient: { saves: () => ({}), of: (grad, { attributes, shapes }) => [restore(grad, shapes[0]!, attributes)] },
  },
  mean: {
    forward: ([x], { dims, keepdim }) => {
      if (!isFloating(x!.dtype)) {
        throw new RuntimeError(`mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${scalarTypeName[x!.dtype]}`);
      }
      return meanOf(x!, dims, keepdim);
    },
    gradient: {
      saves: () => ({}),
      of: (grad, { attributes, shapes }) => {
        const count = numelOf(attributes.dims.map((dim) => shapes[0]![dim]!));
        return [restore(mapArray(grad, (g) => g / count), shapes[0]!, attributes)];
      },
    },
  },
  amax: extremum((candidate, best) => candidate > best, 'amax'),
  amin: extremum((candidate, best) => candidate < best, 'amin'),
  argmax: indexOf((candidate, best) => candidate > best, 'argmax'),
  argmin: indexOf((candidate, best) => candidate < best, 'argmin'),
  softmax: floatingKernel('softmax_lastdim_kernel_impl', {
    forward: ([x], { dim }) =>
      alongRows(x!, dim, floatingOf(x!.dtype), (source, target, start, count) => {
        const top = largest(source, start, count);
        let sum = 0;
        for (let index = start; index < start + count; index++) sum += Math.exp(source[index]! - top);
        for (let index = start; index < start + count; index++) target[index] = Math.exp(source[index]! - top) / sum;
      }),
    gradient: {
      saves: () => ({ output: true }),
      // y * (g - sum(g * y))
      of: (grad, { attributes, output }) => {
        const y = output();
        const dims = y.rank === 0 ? [] : [attributes.dim];
        return [mulArrays(y, subtract(grad, sumArray(mulArrays(grad, y), dims, true)))];
      },
    },
  }),
  logSoftmax: floatingKernel('log_softmax_lastdim_kernel_impl', {
    forward: ([x], { dim }) =>
      alongRows(x!, dim, floatingOf(x!.dtype), (source, target, start, count) => {
        const top = largest(source, start, count);
        let sum = 0;
        for (let index = start; index < start + count; index++) sum += Math.exp(source[index]! - top);
        const shift = top + Math.log(sum);
        for (let index = start; index < start + count; index++) target[index] = source[index]! - shift;
      }),
    gradient: {
      saves: () => ({ output: true }),
      // g - softmax * sum(g)
      of: (grad, { attributes, output }) => {
        const y = output();
        const dims = y.rank === 0 ? [] : [attributes.dim];
        return [subtract(grad, mulArrays(mapArray(y, Math.exp), sumArray(grad, dims, true)))];
      },
    },
  }),
};
