/**
 * Reductions over dimensions.
 *
 * Guarantees: sums accumulate in double precision and round once. An empty sum is 0. Refuses nothing; the caller has
 * normalised the dimensions.
 */
import { allocate, type DType } from './dtype.ts';
import { compiledSum } from './compiled-reduce.ts';
import { NdArray } from './nd-array.ts';
import { numelOf, type Shape } from './shape.ts';

/** The shape that is left: reduced dimensions dropped, or kept as 1. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): Shape {
  return keepdim ? shape.map((size, dim) => (dims.includes(dim) ? 1 : size)) : shape.filter((_, dim) => !dims.includes(dim));
}

/** `fold` gets a row of the reduced elements, `count` long from `start`, and returns one number. */
export function reduceArray(
  a: NdArray,
  dims: readonly number[],
  keepdim: boolean,
  dtype: DType,
  fold: (data: ArrayLike<number>, start: number, count: number) => number,
): NdArray {
  const kept = a.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim));
  const data = a.permute([...kept, ...dims]).contiguousData();
  const count = numelOf(dims.map((dim) => a.shape[dim]!));
  const shape = reducedShape(a.shape, dims, keepdim);
  const out = allocate(dtype, numelOf(shape));
  for (let index = 0; index < out.length; index++) out[index] = fold(data, index * count, count);
  return NdArray.from(dtype, shape, out);
}

export function foldSum(data: ArrayLike<number>, start: number, count: number): number {
  let sum = 0;
  for (let index = start; index < start + count; index++) sum += data[index]!;
  return sum;
}

export function sumArray(a: NdArray, dims: readonly number[], keepdim: boolean): NdArray {
  return compiledSum(a, dims, reducedShape(a.shape, dims, keepdim)) ?? reduceArray(a, dims, keepdim, a.dtype === 'bool' || a.dtype === 'int32' ? 'int64' : a.dtype, foldSum);
}

/** Undoes a broadcast: sums the dimensions that were added or repeated. */
export function sumToShape(a: NdArray, shape: Shape): NdArray {
  const added = a.rank - shape.length;
  const dims = a.shape.map((_, dim) => dim).filter((dim) => dim < added || (shape[dim - added] === 1 && a.shape[dim] !== 1));
  return dims.length === 0 ? a : sumArray(a, dims, true).reshape(shape);
}
