/**
 * Sorting, comparing and picking against the plainest code that says what they are: a stable sort by a comparison, and one element after the other.
 */
import { describe, expect, test } from 'vitest';
import { sortedOrder } from '../src/ops/sorted-order.ts';
import type { TypedArray } from '../src/tensor/dtype.ts';
import { manualSeed, randint, randn, tensor, where, type Tensor } from '../src/index.ts';

/** NaN is larger than everything, 0 and -0 are equal. */
function ascending(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a < b ? -1 : Number(a > b);
}

function plainOrder(row: readonly number[], descending: boolean): number[] {
  return row.map((_, at) => at).sort((a, b) => (descending ? ascending(row[b]!, row[a]!) : ascending(row[a]!, row[b]!)));
}

const special = [NaN, -NaN, 0, -0, Infinity, -Infinity, 1e-45, -1e-45, 5e-324, -5e-324, 3.4e38, -3.4e38, 1, -1, 1 + 2 ** -23];
const draw = (count: number, values: (at: number) => number): number[] => Array.from({ length: count }, (_, at) => values(at));

const kinds: readonly (readonly [string, (values: number[]) => TypedArray, (count: number) => number[]])[] = [
  ['float32', (values) => Float32Array.from(values), (count) => [...randn(count).toArray() as number[], ...special].slice(-count)],
  ['float64', (values) => Float64Array.from(values), (count) => [...randn(count, { dtype: 'float64' }).toArray() as number[], ...special].slice(-count)],
  ['int64', (values) => Float64Array.from(values), (count) => draw(count, (at) => (at % 7 === 0 ? -1 : 1) * (2 ** (at % 53) + at))],
  ['int32', (values) => Int32Array.from(values), (count) => draw(count, (at) => Math.imul(at + 1, 0x9e3779b1))],
  ['bool', (values) => Uint8Array.from(values), (count) => randint(0, 2, [count]).toArray() as number[]],
];

describe.each(kinds)('the order of %s', (_, array, values) => {
  // Around the lengths at which the way of sorting changes: 64 and 8192.
  test.each([1, 2, 15, 63, 64, 65, 300, 8191, 8193])('of rows of %i, whole and the first few, up and down', (count) => {
    manualSeed(count);
    const rows = count > 1000 ? 1 : 3;
    const data = array(draw(rows, () => 0).flatMap(() => values(count)));
    for (const descending of [false, true]) {
      const plain = draw(rows, (row) => row).map((row) => plainOrder([...data.subarray(row * count, (row + 1) * count)], descending));
      for (const first of new Set([0, 1, Math.ceil(count / 3), count])) {
        expect([...sortedOrder(data, count, descending, first)]).toEqual(plain.flatMap((order) => order.slice(0, first)));
      }
    }
  });
});

test('rows may be empty, and a topk of nothing is nothing', () => {
  expect(tensor([[], []]).sort().indices.shape).toEqual([2, 0]);
  expect(tensor([3, 1, 2]).topk(0).values.shape).toEqual([0]);
  expect(tensor(5).topk(1).indices.toArray()).toBe(0);
});

test('topk keeps the shape of the other dimensions, along any of them', () => {
  const x = tensor([[3, 1], [9, 8], [5, 7]]);
  const { values, indices } = x.topk(2, 0);
  expect(values.toArray()).toEqual([[9, 8], [5, 7]]);
  expect(indices.toArray()).toEqual([[1, 1], [2, 2]]);
  expect(x.topk(1, 1, false).values.toArray()).toEqual([[1], [8], [5]]);
});

test('the gradient of sorted values goes back to where they were', () => {
  const x = tensor([2, 3, 1], { requiresGrad: true });
  x.sort().values.mul(tensor([1, 10, 100])).sum().backward();
  expect(x.grad!.toArray()).toEqual([10, 100, 1]);
});

const comparisons = {
  eq: (a: number, b: number) => a === b, ne: (a: number, b: number) => a !== b, gt: (a: number, b: number) => a > b,
  lt: (a: number, b: number) => a < b, ge: (a: number, b: number) => a >= b, le: (a: number, b: number) => a <= b,
};

describe.each(Object.keys(comparisons) as (keyof typeof comparisons)[])('%s', (name) => {
  const sides = [NaN, -0, 0, 1, -Infinity, Infinity, 2.5];
  test.each(['float32', 'float64'] as const)('of %s is that of JavaScript, NaN included, broadcast and transposed', (dtype) => {
    const x = tensor(sides, { dtype });
    const outer = x.unsqueeze(1)[name](x);
    const wanted = sides.map((a) => sides.map((b) => comparisons[name](a, b)));
    expect(outer.toArray()).toEqual(wanted);
    expect(x.unsqueeze(1).expand(7, 7)[name](x.expand(7, 7)).toArray()).toEqual(wanted);
    expect(x[name](1).toArray()).toEqual(sides.map((a) => comparisons[name](a, 1)));
    expect(x.narrow(0, 0, 0)[name](tensor(1)).shape).toEqual([0]);
  });
});

describe('where and maskedFill', () => {
  const mask = tensor([[true, false, true], [false, false, true]]);
  const x = (): Tensor => tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true });
  test('take single values, rows and views on either side', () => {
    expect(where(mask, x(), 0).toArray()).toEqual([[1, 0, 3], [0, 0, 6]]);
    expect(where(mask, 7, x()).toArray()).toEqual([[7, 2, 7], [4, 5, 7]]);
    expect(where(mask, tensor([10, 20, 30]), tensor([[-1], [-2]])).toArray()).toEqual([[10, -1, 30], [-2, -2, 30]]);
    expect(where(mask.transpose(0, 1), x().transpose(0, 1), 0).toArray()).toEqual([[1, 0], [0, 0], [3, 6]]);
    expect(where(tensor(true), tensor([1, 2]), tensor([[3], [4]])).toArray()).toEqual([[1, 2], [1, 2]]);
    expect(x().maskedFill(mask.select(0, 0), 9).toArray()).toEqual([[9, 2, 9], [9, 5, 9]]);
  });
  test('pass gradients to what was taken, infinite ones not as NaN to the rest', () => {
    const [a, b] = [x(), tensor(2, { requiresGrad: true })];
    where(mask, a, b).mul(Infinity).sum().backward();
    expect(a.grad!.toArray()).toEqual([[Infinity, 0, Infinity], [0, 0, Infinity]]);
    expect(b.grad!.toArray()).toBe(Infinity);
    const filled = x();
    filled.maskedFill(mask, 9).mul(3).sum().backward();
    expect(filled.grad!.toArray()).toEqual([[0, 3, 0], [3, 3, 0]]);
  });
});

test('gather reads views where they lie', () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  const at = tensor([[1, 0], [1, 1]], { dtype: 'int64' });
  expect(x.transpose(0, 1).narrow(0, 1, 2).gather(1, at).toArray()).toEqual([[5, 2], [6, 6]]);
  expect(tensor(3).gather(0, tensor(0, { dtype: 'int64' })).toArray()).toBe(3);
  expect(() => x.gather(1, tensor([[3], [0]], { dtype: 'int64' }))).toThrow('index 3 is out of bounds for dimension 1 with size 3');
});

test('what is finite, infinite and no number', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = tensor([1, Infinity, -Infinity, NaN, -0], { dtype });
    expect([x.isfinite(), x.isinf(), x.isnan()].map((answer) => Array.from(answer.toTypedArray(), Number))).toEqual([[1, 0, 0, 0, 1], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0]]);
  }
});
