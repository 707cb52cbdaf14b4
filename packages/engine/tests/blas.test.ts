/**
 * Handing products to a BLAS library: what it is called with, against the kernels, and every refusal. The library is written here in TypeScript, on the same memory; where `koffi` and
 * a real one are installed, that one is run, too.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { randn, tensor } from '../src/index.ts';
import { useBlas, type ForeignFunctions } from '../src/backend/blas.ts';
import { linearMemory } from '../src/memory/linear-memory.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { matrixProduct } from '../src/tensor/matrix-product.ts';

afterEach(() => useBlas(null));

const base = 1n << 40n;
const calls: (number | bigint)[][] = [];
let threads = 0;

/** `cblas_sgemm` in row order. */
function sgemm(...given: readonly (number | bigint)[]): void {
  calls.push([...given]);
  const [, transA, transB, m, n, k, alpha, , lda, , ldb, beta, , ldc] = given.map(Number) as [number, number, number, number, number, number, number, number, number, number, number, number, number, number];
  const [a, b, c] = [given[7], given[9], given[12]].map((pointer) => Number((pointer as bigint) - base) / 4) as [number, number, number];
  const { f32 } = linearMemory();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += f32[a + (transA === 111 ? i * lda + p : p * lda + i)]! * f32[b + (transB === 111 ? p * ldb + j : j * ldb + p)]!;
      f32[c + i * ldc + j] = alpha * sum + (beta === 0 ? 0 : beta * f32[c + i * ldc + j]!);
    }
  }
}

function library(functions: Readonly<Record<string, (...given: readonly (number | bigint)[]) => unknown>>, names: readonly string[] = ['mine.so']): () => ForeignFunctions {
  return () => ({
    address: () => base,
    load: (name) => {
      if (!names.includes(name)) throw new Error(`${name}: cannot open shared object file`);
      return {
        func: (symbol) => {
          if (!(symbol in functions)) throw new Error(`Cannot find function '${symbol}'`);
          return functions[symbol]!;
        },
      };
    },
  });
}

const product = (a: NdArray, b: NdArray): readonly number[] => Array.from(matrixProduct(a, b).contiguousData());

function expectSame(a: NdArray, b: NdArray): void {
  useBlas(null);
  const wanted = product(a, b);
  useBlas({ library: 'mine.so' }, library({ cblas_sgemm: sgemm }));
  const got = product(a, b);
  for (const [at, value] of got.entries()) expect(Math.abs(value - wanted[at]!)).toBeLessThan(1e-3);
}

describe('products', () => {
  test('of all layouts equal those of the kernels', () => {
    const operand = (rows: number, columns: number, kind: number): NdArray => {
      const wide = randn(rows + 3, columns + 2).array.narrow(0, 1, rows).narrow(1, 2, columns);
      if (kind === 0) return wide;
      if (kind === 1) return randn(columns, rows).array.transpose(0, 1);
      return kind === 2 ? randn(1, columns).array.expand([rows, columns]) : randn(rows, 2 * columns).array.reshape([rows, columns, 2]).select(2, 1);
    };
    fc.assert(
      fc.property(fc.constantFrom(1, 40, 65), fc.constantFrom(1, 33, 64), fc.constantFrom(1, 37, 1100), fc.nat(3), fc.nat(3), (m, n, k, left, right) => {
        expectSame(operand(m, k, left), operand(k, n, right));
      }),
      { numRuns: 40 },
    );
  });

  test('large ones go to the library where they lie, small ones do not, and none after the end', () => {
    const [a, b] = [randn(64, 64), randn(64, 64)];
    expect(useBlas({ library: 'mine.so' }, library({ cblas_sgemm: sgemm }))).toEqual({ library: 'mine.so', symbol: 'cblas_sgemm' });
    calls.length = 0;
    a.matmul(b);
    expect(calls).toHaveLength(1);
    expect([calls[0]![7], calls[0]![9]]).toEqual([base + BigInt(a.array.address()), base + BigInt(b.array.address())]);
    tensor([[1, 2]]).matmul(tensor([[3], [4]]));
    useBlas(null);
    a.matmul(b);
    expect(calls).toHaveLength(1);
  });

  test('under the names that builds give the function, with its threads', () => {
    const found = useBlas({ library: 'mine.so', threads: 2 }, library({ scipy_cblas_sgemm64_: sgemm, scipy_openblas_set_num_threads64_: (count) => { threads = Number(count); } }));
    expect([found!.symbol, threads]).toEqual(['scipy_cblas_sgemm64_', 2]);
  });
});

describe('refusals', () => {
  test.each([
    ['a library that is not there', { library: 'other.so' }, library({ cblas_sgemm: sgemm }), /no BLAS library found; looked for other\.so\. Install one .* useBlas\(\{ library:/],
    ['none of the usual ones', {}, library({ cblas_sgemm: sgemm }), /no BLAS library found; looked for .*openblas/],
    ['a library of other things', { library: 'mine.so' }, library({ printf: sgemm }), /'mine\.so' is a library without cblas_sgemm/],
    ['threads that cannot be set', { library: 'mine.so', threads: 1 }, library({ cblas_sgemm: sgemm }), /does not let its number of threads be set/],
    ['half a thread', { library: 'mine.so', threads: 0.5 }, library({ cblas_sgemm: sgemm }), /Expected a positive number of threads, got 0\.5/],
  ] as const)('%s', (_name, options, koffi, message) => {
    expect(() => useBlas(options, koffi)).toThrow(message);
  });
});

test('without koffi or a library it says so; with both it multiplies', () => {
  let found: string | null = null;
  try {
    useBlas();
  } catch (error) {
    found = (error as Error).message;
  }
  if (found !== null) return expect(found).toMatch(/the package 'koffi', which calls the library, is not installed; run `npm install koffi`|no BLAS library found; looked for/);
  expect(tensor([[1, 2]]).expand(64, 2).matmul(randn(2, 512).mul(0).add(1)).sum().item()).toBe(64 * 512 * 3);
});
