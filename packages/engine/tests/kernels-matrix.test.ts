/**
 * The matrix product kernel against the reference, over sizes around the tiles, any strides and broadcast batches, in both builds.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { backend, setBackend, type BackendName } from '../src/index.ts';
import { matrixProduct } from '../src/tensor/matrix-product.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { numelOf, type Shape } from '../src/tensor/shape.ts';

const initial = backend().name;
afterAll(() => setBackend(initial));
const builds: readonly BackendName[] = initial === 'wasm-fused' ? ['wasm-fused', 'wasm-plain'] : ['wasm-plain'];

let seed = 1;
const random = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
  return seed / 2 ** 31;
};
const filled = (shape: Shape): NdArray => NdArray.from('float32', shape, Float32Array.from({ length: numelOf(shape) }, random));

/** The same shape seen through other strides. */
const layouts: readonly ((shape: Shape) => NdArray)[] = [
  filled,
  (shape) => filled([...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!]).transpose(-2, -1),
  (shape) => filled([...shape.slice(0, -1), shape.at(-1)! + 3]).narrow(-1, 2, shape.at(-1)!),
  (shape) => filled([...shape, 2]).select(-1, 1),
  (shape) => filled([...shape.slice(0, -1), 1]).expand(shape),
];

function expectSame(actual: NdArray, expected: NdArray, inner: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.contiguousData(), expected.contiguousData()];
  let worst = 0;
  for (let index = 0; index < b.length; index++) worst = Math.max(worst, Math.abs(a[index]! - b[index]!));
  expect(worst).toBeLessThanOrEqual(2e-6 * Math.sqrt(inner + 1));
}

describe.each(builds)('%s', (build) => {
  const layout = fc.constantFrom(...layouts);
  const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(96, 97, 256, 257, 515));

  test('equals the reference', () => {
    fc.assert(
      fc.property(size, size, size, layout, layout, (m, n, k, left, right) => {
        const [a, b] = [left([m, k]), right([k, n])];
        setBackend('reference');
        const expected = matrixProduct(a, b);
        setBackend(build);
        expectSame(matrixProduct(a, b), expected, k);
      }),
      { numRuns: 150 },
    );
  });

  test('equals the reference on batches that broadcast', () => {
    const batch = fc.constantFrom<[Shape, Shape]>([[2], [2]], [[3], []], [[], [3]], [[2, 1], [3]], [[1], [4]], [[0], [1]]);
    fc.assert(
      fc.property(batch, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), layout, layout, ([one, other], m, n, k, left, right) => {
        const [a, b] = [left([...one, m, k]), right([...other, k, n])];
        setBackend('reference');
        const expected = matrixProduct(a, b);
        setBackend(build);
        expectSame(matrixProduct(a, b), expected, k);
      }),
      { numRuns: 100 },
    );
  });
  test('is wide and deep enough for every block', () => {
    const [a, b] = [filled([100, 600]), filled([600, 1100])];
    setBackend('reference');
    const expected = matrixProduct(a, b);
    setBackend(build);
    expectSame(matrixProduct(a, b), expected, 600);
  });
});
