/**
 * The matrix product kernel against the reference, over sizes around the tiles, any strides and broadcast batches, in both builds.
 */
import fc from 'fast-check';
import { afterAll, describe, test } from 'vitest';
import { setBackend } from '../src/index.ts';
import { kernels } from '../src/backend/backend.ts';
import { scratchOf } from '../src/memory/linear-memory.ts';
import { addArrays } from '../src/tensor/elementwise.ts';
import { matrixProduct } from '../src/tensor/matrix-product.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import type { Shape } from '../src/tensor/shape.ts';
import { builds, expectSame, initialBackend, layouts, onBoth } from './kernel-arrays.ts';

afterAll(() => setBackend(initialBackend));
const tolerance = (inner: number): number => 2e-6 * Math.sqrt(inner + 1);

describe.each(builds)('%s', (build) => {
  const layout = fc.constantFrom(...layouts);
  const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(96, 97, 256, 257, 515));

  test('equals the reference', () => {
    fc.assert(
      fc.property(size, size, size, layout, layout, (m, n, k, left, right) => {
        const [a, b] = [left([m, k]), right([k, n])];
        const { actual, expected } = onBoth(build, () => matrixProduct(a, b));
        expectSame(actual, expected, tolerance(k));
      }),
      { numRuns: 150 },
    );
  });

  test('equals the reference on batches that broadcast', () => {
    const batch = fc.constantFrom<[Shape, Shape]>([[2], [2]], [[3], []], [[], [3]], [[2, 1], [3]], [[1], [4]], [[0], [1]]);
    fc.assert(
      fc.property(batch, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), layout, layout, ([one, other], m, n, k, left, right) => {
        const [a, b] = [left([...one, m, k]), right([...other, k, n])];
        const { actual, expected } = onBoth(build, () => matrixProduct(a, b));
        expectSame(actual, expected, tolerance(k));
      }),
      { numRuns: 100 },
    );
  });

  test('adds to C or a row to every row, also with the right side packed before, whole or in parts', () => {
    fc.assert(
      fc.property(size, size, fc.oneof(size, fc.constantFrom(700, 784)), layout, layout, fc.constantFrom('nothing', 'itself', 'a row'), (m, n, k, left, right, added) => {
        const [a, b, c, row] = [left([m, k]), right([k, n]), layouts[0]!([m, n]), layouts[0]!([1, n])];
        const { actual, expected } = onBoth(build, () => {
          const product = matrixProduct(a, b);
          return added === 'nothing' ? product : addArrays(product, added === 'itself' ? c : row);
        });
        const { gemm, packedLength, packRight, gemmPacked } = kernels()!;
        const panels = NdArray.uninitialized('float32', [packedLength(n, k)]);
        packRight(n, k, b.address(), b.strides[0]!, b.strides[1]!, panels.address());
        const [out, whole] = [c.copy(), c.copy()];
        const add = added === 'nothing' ? 0 : added === 'itself' ? 1 : row.address();
        gemm(m, n, k, a.address(), a.strides[0]!, a.strides[1]!, b.address(), b.strides[0]!, b.strides[1]!, whole.address(), n, add, scratchOf(0));
        expectSame(whole, expected, tolerance(k));
        const half = Math.min(n, 48);
        for (const [from, to] of [[0, half], [half, n]] as const) {
          gemmPacked(m, n, k, from, to, a.address(), a.strides[0]!, a.strides[1]!, panels.address(), out.address(), n, add, scratchOf(0));
        }
        expectSame(out, expected, tolerance(k));
        expectSame(actual, expected, tolerance(k));
      }),
      { numRuns: 100 },
    );
  });

  test('is wide and deep enough for every block', () => {
    const [a, b] = [layouts[0]!([100, 600]), layouts[0]!([600, 1200])];
    const { actual, expected } = onBoth(build, () => matrixProduct(a, b));
    expectSame(actual, expected, tolerance(600));
  });
});
