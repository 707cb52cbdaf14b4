/**
 * Elementwise functions by the compiled kernels.
 *
 * Guarantees: each returns null where no kernel applies (another type, or the reference backend), and the caller does it in plain
 * TypeScript. Operands may be any views; broadcasting costs no copy.
 */
import { kernels } from '../backend/backend.ts';
import type { BinaryCode, UnaryCode } from '../backend/codes.ts';
import { NdArray } from './nd-array.ts';
import { forEachPlane } from './planes.ts';
import { broadcastShapes, sameShape, type Shape } from './shape.ts';

/** Strides of `array` under `shape`, 0 where it repeats. */
function stridesUnder(array: NdArray, shape: Shape): number[] {
  const added = shape.length - array.rank;
  return shape.map((size, dim) => (dim < added || (array.shape[dim - added] === 1 && size !== 1) ? 0 : array.strides[dim - added]!));
}

export function compiledUnary(code: UnaryCode, x: NdArray, a = 0, b = 0): NdArray | null {
  const compiled = x.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return null;
  if (x.isContiguous()) {
    const out = NdArray.uninitialized('float32', x.shape);
    compiled.unary(code, x.address(), out.address(), out.numel, a, b);
    return out;
  }
  const out = x.copy();
  compiled.unary(code, out.address(), out.address(), out.numel, a, b);
  return out;
}

export function compiledBinary(code: BinaryCode, x: NdArray, y: NdArray): NdArray | null {
  const compiled = x.dtype === 'float32' && y.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return null;
  const same = sameShape(x.shape, y.shape);
  const shape = same ? x.shape : broadcastShapes(x.shape, y.shape);
  const out = NdArray.uninitialized('float32', shape);
  const [atX, atY, atOut] = [x.address(), y.address(), out.address()];
  if (x.isContiguous() && y.isContiguous()) {
    const count = out.numel;
    const [countX, countY] = [x.numel, y.numel];
    if ((countX === count || countX === 1) && (countY === count || countY === 1)) {
      compiled.binary(code, 1, count, atX, 0, countX === count ? 1 : 0, atY, 0, countY === count ? 1 : 0, atOut);
      return out;
    }
  }
  forEachPlane(shape, stridesUnder(x, shape), stridesUnder(y, shape), (rows, columns, rowX, columnX, rowY, columnY, offsetX, offsetY, position) =>
    compiled.binary(code, rows, columns, atX + offsetX * 4, rowX, columnX, atY + offsetY * 4, rowY, columnY, atOut + position * 4),
  );
  return out;
}

/** sum += part, in place; the caller has checked that the shapes agree and that `sum` is contiguous. */
export function compiledAddInto(sum: NdArray, part: NdArray): boolean {
  const compiled = sum.dtype === 'float32' && part.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return false;
  const [atSum, atPart] = [sum.address(), part.address()];
  if (part.isContiguous()) {
    compiled.binary(0, 1, sum.numel, atSum, 0, 1, atPart, 0, 1, atSum);
    return true;
  }
  forEachPlane(sum.shape, sum.strides, part.strides, (rows, columns, rowA, columnA, rowB, columnB, offsetA, offsetB) =>
    compiled.binary(0, rows, columns, atSum + offsetA * 4, rowA, columnA, atPart + offsetB * 4, rowB, columnB, atSum + offsetA * 4),
  );
  return true;
}
