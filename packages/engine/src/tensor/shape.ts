/**
 * Shapes: counting, broadcasting and dimension arithmetic.
 *
 * Guarantees: every function is pure, and every refusal names the shapes involved in PyTorch's wording
 * (PyTorch 2.13, executed). Refuses negative sizes, dimensions out of range and shapes that do not broadcast.
 */
import { RuntimeError } from './errors.ts';

export type Shape = readonly number[];

export function numelOf(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Row-major strides, in elements. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step;
    step *= shape[dim]!;
  }
  return strides;
}

/** `torch.Size([2, 3])`: how PyTorch writes a shape, and how every message here does. */
export function formatSize(shape: Shape): string {
  return `torch.Size([${shape.join(', ')}])`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, dim) => size === b[dim]);
}

/** A dimension counted from the front. A 0-dimensional tensor accepts 0 and -1, as in PyTorch. */
export function normalizeDim(dim: number, rank: number): number {
  const span = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -span || dim >= span) {
    throw new RangeError(`Dimension out of range (expected to be in range of [${-span}, ${span - 1}], but got ${dim})`);
  }
  return dim < 0 ? dim + span : dim;
}

/** Several dimensions, each once; `undefined` means all of them. */
export function normalizeDims(dims: number | readonly number[] | undefined, rank: number): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, dim) => dim);
  const wanted = (typeof dims === 'number' ? [dims] : dims).map((dim) => normalizeDim(dim, rank));
  for (const [index, dim] of wanted.entries()) {
    if (wanted.indexOf(dim) !== index) throw new RuntimeError(`dim ${dim} appears multiple times in the list of dims`);
  }
  return rank === 0 ? [] : wanted;
}

/** Dimensions to reduce: as PyTorch's reductions, an empty list means all of them. */
export function reducedDims(dims: number | readonly number[] | undefined, rank: number): number[] {
  return normalizeDims((dims as readonly number[] | undefined)?.length === 0 ? undefined : dims, rank);
}

/** The common shape of two operands, sizes aligned from the last dimension. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let dim = rank - 1; dim >= 0; dim--) {
    const sizeA = a[dim - rank + a.length] ?? 1;
    const sizeB = b[dim - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RuntimeError(`The size of tensor a (${sizeA}) must match the size of tensor b (${sizeB}) at non-singleton dimension ${dim}`);
    }
    shape[dim] = sizeA === 1 ? sizeB : sizeA;
  }
  return shape;
}

/** The target of a reshape with one size possibly left open as -1. */
export function inferShape(wanted: Shape, count: number): Shape {
  const open = wanted.indexOf(-1);
  const known = numelOf(wanted.filter((size) => size !== -1));
  if (wanted.some((size) => size < -1 || !Number.isInteger(size))) throw new RuntimeError(`invalid shape dimension in [${wanted.join(', ')}]`);
  if (wanted.lastIndexOf(-1) !== open) throw new RuntimeError('only one dimension can be inferred');
  if (open >= 0 ? known === 0 || count % known !== 0 : known !== count) {
    throw new RuntimeError(`shape '[${wanted.join(', ')}]' is invalid for input of size ${count}`);
  }
  return open < 0 ? wanted : wanted.map((size) => (size === -1 ? count / known : size));
}
