/**
 * Elementwise functions and copies by the compiled kernels.
 *
 * Guarantees: each returns null where no kernel applies (another type, or the reference backend), and the caller does it in plain
 * TypeScript. Operands may be any views; broadcasting costs no copy. Dimensions that lie one after the other in all operands
 * are merged, so that most calls are one plane of rows and columns.
 */
import { kernels } from '../backend/backend.ts';
import type { BinaryCode, UnaryCode } from '../backend/codes.ts';
import { NdArray } from './nd-array.ts';
import { broadcastShapes, sameShape, type Shape } from './shape.ts';

/** Strides of `array` under `shape`, 0 where it repeats. */
function stridesUnder(array: NdArray, shape: Shape): number[] {
  const added = shape.length - array.rank;
  return shape.map((size, dim) => (dim < added || (array.shape[dim - added] === 1 && size !== 1) ? 0 : array.strides[dim - added]!));
}

type Visit = (rows: number, columns: number, rowA: number, columnA: number, rowB: number, columnB: number, offsetA: number, offsetB: number, position: number) => void;

/** Calls `visit` for planes that cover `shape` in row-major order; `position` counts the elements before. */
export function forEachPlane(shape: Shape, stridesA: readonly number[], stridesB: readonly number[], visit: Visit): void {
  const sizes: number[] = [];
  const [a, b]: [number[], number[]] = [[], []];
  for (const [dim, size] of shape.entries()) {
    if (size === 0) return;
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && a[last] === stridesA[dim]! * size && b[last] === stridesB[dim]! * size) {
      sizes[last]! *= size;
      a[last] = stridesA[dim]!;
      b[last] = stridesB[dim]!;
    } else {
      sizes.push(size);
      a.push(stridesA[dim]!);
      b.push(stridesB[dim]!);
    }
  }
  while (sizes.length < 2) {
    sizes.unshift(1);
    a.unshift(0);
    b.unshift(0);
  }
  const outer = sizes.length - 2;
  const [rows, columns] = [sizes[outer]!, sizes[outer + 1]!];
  const index = new Array<number>(outer).fill(0);
  for (let [position, offsetA, offsetB] = [0, 0, 0]; ; position += rows * columns) {
    visit(rows, columns, a[outer]!, a[outer + 1]!, b[outer]!, b[outer + 1]!, offsetA, offsetB, position);
    let dim = outer - 1;
    for (; dim >= 0; dim--) {
      offsetA += a[dim]!;
      offsetB += b[dim]!;
      if (++index[dim]! < sizes[dim]!) break;
      offsetA -= a[dim]! * sizes[dim]!;
      offsetB -= b[dim]! * sizes[dim]!;
      index[dim] = 0;
    }
    if (dim < 0) return;
  }
}

export function compiledUnary(code: UnaryCode, x: NdArray, a = 0, b = 0): NdArray | null {
  const compiled = x.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return null;
  if (x.isContiguous()) {
    const out = NdArray.uninitialized('float32', x.shape);
    compiled.unary(code, x.address(), out.address(), out.numel, a, b);
    return out;
  }
  const out = compiledCopy(x)!;
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

/** A fresh contiguous array with the same elements. */
export function compiledCopy(x: NdArray): NdArray | null {
  const compiled = x.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return null;
  const out = NdArray.uninitialized('float32', x.shape);
  compiledAssign(out, x);
  return out;
}

/** Overwrites `target` with the elements of `source`, of the same shape and in other memory. */
export function compiledAssign(target: NdArray, source: NdArray): boolean {
  const compiled = target.dtype === 'float32' && source.dtype === 'float32' ? kernels() : null;
  if (compiled === null) return false;
  const [from, to] = [source.address(), target.address()];
  forEachPlane(source.shape, source.strides, target.strides, (rows, columns, fromRow, fromColumn, toRow, toColumn, offsetFrom, offsetTo) =>
    compiled.copy(rows, columns, from + offsetFrom * 4, fromRow, fromColumn, to + offsetTo * 4, toRow, toColumn),
  );
  return true;
}
