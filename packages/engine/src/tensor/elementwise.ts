/**
 * Elementwise arithmetic on arrays with broadcasting: the loops below every elementwise operation and its gradient.
 *
 * Guarantees: results are fresh, contiguous, and rounded once to the output type. Operands may be any views.
 * This is the readable specification; a faster backend has to agree with it.
 */
import { binaryCode } from '../backend/codes.ts';
import { compiledAddInto, compiledBinary } from './compiled-elementwise.ts';
import { allocate, type DType, type TypedArray } from './dtype.ts';
import { NdArray } from './nd-array.ts';
import { broadcastShapes, numelOf, sameShape, type Shape } from './shape.ts';
import { resultType } from './promotion.ts';

export function mapArray(a: NdArray, fn: (x: number) => number, dtype: DType = a.dtype): NdArray {
  const source = a.contiguousData();
  const data = allocate(dtype, a.numel);
  for (let index = 0; index < data.length; index++) data[index] = fn(source[index]!);
  return NdArray.from(dtype, a.shape, data);
}

/** Values of `a` repeated to `shape`, row-major, and the bits of a position that count: none for a single value, which is not repeated. */
function spread(a: NdArray, shape: Shape): [TypedArray, number] {
  return a.numel === 1 ? [a.contiguousData(), 0] : [a.expand(shape).contiguousData(), -1];
}

export function combineArrays(a: NdArray, b: NdArray, fn: (x: number, y: number) => number, dtype: DType = resultType(a, b)): NdArray {
  const shape = broadcastShapes(a.shape, b.shape);
  const data = allocate(dtype, numelOf(shape));
  const [x, bitsX] = spread(a, shape);
  const [y, bitsY] = spread(b, shape);
  for (let index = 0; index < data.length; index++) data[index] = fn(x[index & bitsX]!, y[index & bitsY]!);
  return NdArray.from(dtype, shape, data);
}

/**
 * A comparison, as bool: `outcomes` has a bit for each way in which two numbers can stand: 1 where one is NaN, 2 for x > y, 4 for x < y, 8 for equal ones.
 * One loop for all of them, without a branch or a call: a function for each would be called for every element.
 */
export function compareArrays(a: NdArray, b: NdArray, outcomes: number): NdArray {
  const shape = broadcastShapes(a.shape, b.shape);
  const data = allocate('bool', numelOf(shape));
  const [x, bitsX] = spread(a, shape);
  const [y, bitsY] = spread(b, shape);
  for (let index = 0; index < data.length; index++) {
    const p = x[index & bitsX]!;
    const q = y[index & bitsY]!;
    data[index] = (outcomes >> (+(p >= q) + 2 * +(p <= q))) & 1;
  }
  return NdArray.from('bool', shape, data);
}

export function addArrays(a: NdArray, b: NdArray): NdArray {
  return compiledBinary(binaryCode.add, a, b) ?? combineArrays(a, b, (x, y) => x + y);
}

/** Adds `part` to the elements of `sum`, which must be contiguous and of the same shape and type; says whether it did. */
export function addInto(sum: NdArray, part: NdArray): boolean {
  if (sum.dtype !== part.dtype || !sameShape(sum.shape, part.shape) || !sum.isContiguous()) return false;
  sum.storage.version++;
  if (compiledAddInto(sum, part)) return true;
  const values = part.contiguousData();
  const { data } = sum.storage;
  for (let index = 0; index < values.length; index++) data[sum.offset + index]! += values[index]!;
  return true;
}

export function mulArrays(a: NdArray, b: NdArray): NdArray {
  return compiledBinary(binaryCode.mul, a, b) ?? combineArrays(a, b, (x, y) => x * y);
}

/** condition ? a : b, all three broadcast. */
export function chooseArrays(condition: NdArray, a: NdArray, b: NdArray): NdArray {
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  const dtype = resultType(a, b);
  const data = allocate(dtype, numelOf(shape));
  const [test, bitsTest] = spread(condition, shape);
  const [x, bitsX] = spread(a, shape);
  const [y, bitsY] = spread(b, shape);
  for (let index = 0; index < data.length; index++) data[index] = test[index & bitsTest] !== 0 ? x[index & bitsX]! : y[index & bitsY]!;
  return NdArray.from(dtype, shape, data);
}
