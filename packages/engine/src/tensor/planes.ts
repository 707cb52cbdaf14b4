/**
 * Strided arrays as planes of rows and columns, which is what the kernels take.
 *
 * Guarantees: dimensions that lie one after the other in both operands are merged and those of size 1 left out, so that most arrays are one
 * plane; the planes come in row-major order. Nothing is visited for an empty shape.
 */
import type { Kernels } from '../backend/kernels.ts';
import type { Shape } from './shape.ts';

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

/** Copies elements between two addresses of float32 arrays of the same shape, each with its strides. */
export function copyElements({ copy }: Kernels, shape: Shape, from: number, stridesFrom: readonly number[], to: number, stridesTo: readonly number[]): void {
  forEachPlane(shape, stridesFrom, stridesTo, (rows, columns, fromRow, fromColumn, toRow, toColumn, offsetFrom, offsetTo) =>
    copy(rows, columns, from + offsetFrom * 4, fromRow, fromColumn, to + offsetTo * 4, toRow, toColumn),
  );
}
