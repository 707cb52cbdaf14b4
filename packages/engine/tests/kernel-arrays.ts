/**
 * What the tests of the kernels share: arrays of any layout, and runs on the reference and on a build to compare.
 */
import { expect } from 'vitest';
import { backend, setBackend, type BackendName } from '../src/index.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { numelOf, type Shape } from '../src/tensor/shape.ts';

export const initialBackend = backend().name;
/** The builds that this platform runs. */
export const builds: readonly BackendName[] = initialBackend === 'wasm-fused' ? ['wasm-fused', 'wasm-plain'] : ['wasm-plain'];

let seed = 1;
/** Uniform in [-1, 1). */
export function random(): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
  return seed / 2 ** 31;
}

export type Layout = (shape: Shape, value?: () => number) => NdArray;
const filled: Layout = (shape, value = random) => NdArray.from('float32', shape, Float32Array.from({ length: numelOf(shape) }, value));

/** Arrays of a shape (of two dimensions or more) with all kinds of strides. */
export const layouts: readonly Layout[] = [
  filled,
  (shape, value) => filled([...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!], value).transpose(-2, -1),
  (shape, value) => filled([...shape.slice(0, -1), shape.at(-1)! + 3], value).narrow(-1, 2, shape.at(-1)!),
  (shape, value) => filled([...shape, 2], value).select(-1, 1),
  (shape, value) => filled([...shape.slice(0, -1), 1], value).expand(shape),
  (shape, value) => filled([...shape.slice(0, -2), 1, shape.at(-1)!], value).expand(shape),
];

/** The same computation on the reference and on `build`. */
export function onBoth<T>(build: BackendName, compute: () => T): { readonly expected: T; readonly actual: T } {
  setBackend('reference');
  const expected = compute();
  setBackend(build);
  return { expected, actual: compute() };
}

export function expectSame(actual: NdArray | null | undefined, expected: NdArray | null | undefined, tolerance: number): void {
  expect(actual == null).toBe(expected == null);
  if (actual == null || expected == null) return;
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.dtype).toBe(expected.dtype);
  const [a, b] = [actual.contiguousData(), expected.contiguousData()];
  for (let index = 0; index < b.length; index++) {
    if (Object.is(a[index], b[index]) || (a[index] === 0 && b[index] === 0)) continue;
    const error = Math.abs(a[index]! - b[index]!);
    if (!(error <= tolerance * Math.max(1, Math.abs(b[index]!)))) expect.fail(`element ${index}: ${a[index]} is not ${b[index]} within ${tolerance}`);
  }
}
