/**
 * Sums, largest elements and softmax by the compiled kernels.
 *
 * Guarantees: null where no kernel applies. Sums accumulate in double precision along each run of adjacent dimensions and are
 * rounded to float32 between runs: [N, C, L] over N and L is a sum over L, then one over N.
 */
import { kernels } from '../backend/backend.ts';
import type { Kernels } from '../backend/kernels.ts';
import { NdArray } from './nd-array.ts';
import { numelOf, type Shape } from './shape.ts';

/** `scale` times the sum over `dims` (ascending order is not needed), the shape as the caller wants it. */
export function compiledSum(a: NdArray, dims: readonly number[], shape: Shape, scale = 1): NdArray | null {
  const compiled = a.dtype === 'float32' && a.numel > 0 && dims.length > 0 ? kernels() : null;
  if (compiled === null) return null;
  const reduced = new Set(dims);
  let current = a.contiguous();
  // Adjacent dimensions of the same fate, as sizes.
  const groups: { size: number; readonly reduced: boolean }[] = [];
  for (const [dim, size] of a.shape.entries()) {
    const last = groups.at(-1);
    if (last !== undefined && last.reduced === reduced.has(dim)) last.size *= size;
    else groups.push({ size, reduced: reduced.has(dim) });
  }
  const runs = groups.filter((group) => group.reduced).length;
  let left = runs;
  for (let at = groups.length - 1; at >= 0; at--) {
    const group = groups[at]!;
    if (!group.reduced) continue;
    left--;
    const outer = numelOf(groups.slice(0, at).map(({ size }) => size));
    const inner = numelOf(groups.slice(at + 1).map(({ size, reduced: gone }) => (gone ? 1 : size)));
    const out = NdArray.uninitialized('float32', left === 0 ? shape : [outer * inner]);
    const [from, to] = [current.address(), out.address()];
    const by = left === 0 ? scale : 1;
    if (inner === 1) compiled.sumRows(from, outer, group.size, by, to);
    else for (let part = 0; part < outer; part++) compiled.sumColumns(from + part * group.size * inner * 4, group.size, inner, inner, by, to + part * inner * 4);
    if (current !== a && current.storage !== a.storage) current.storage.free();
    current = out;
  }
  return current;
}

type RowKernel = (kernels: Kernels, x: number, rows: number, columns: number, out: number) => void;

/** A function along `dim` that the kernels have for rows. */
export function compiledRows(x: NdArray, dim: number, run: RowKernel): NdArray | null {
  const compiled = x.dtype === 'float32' && x.rank > 0 && x.numel > 0 ? kernels() : null;
  if (compiled === null) return null;
  const last = x.rank - 1;
  const rows = dim === last ? x.contiguous() : x.transpose(dim, last).contiguous();
  const columns = rows.shape[last]!;
  const out = NdArray.uninitialized('float32', rows.shape);
  run(compiled, rows.address(), rows.numel / columns, columns, out.address());
  return dim === last ? out : out.transpose(dim, last).contiguous();
}

type GradientKernel = (kernels: Kernels, grad: number, y: number, rows: number, columns: number, out: number) => void;

/** The same for a gradient, by the gradient that arrives and the output. */
export function compiledRowGradients(grad: NdArray, y: NdArray, dim: number, run: GradientKernel): NdArray | null {
  const compiled = y.dtype === 'float32' && grad.dtype === 'float32' && y.rank > 0 && y.numel > 0 ? kernels() : null;
  if (compiled === null) return null;
  const last = y.rank - 1;
  const line = (array: NdArray): NdArray => (dim === last ? array : array.transpose(dim, last)).contiguous();
  const [grads, values] = [line(grad), line(y)];
  const columns = values.shape[last]!;
  const out = NdArray.uninitialized('float32', values.shape);
  run(compiled, grads.address(), values.address(), values.numel / columns, columns, out.address());
  return dim === last ? out : out.transpose(dim, last).contiguous();
}
