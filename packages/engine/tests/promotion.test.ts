/**
 * Types of results, int32 that wraps around, and what becomes of booleans, against PyTorch (recorded by tools/engine_promotion.py).
 */
import { describe, expect, test } from 'vitest';
import { ones, tensor, type DType, type Nested, type Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

type Side = [DType, number];
const file = recorded<{
  pairs: { a: Side; b: Side; types: [DType, DType, DType] }[];
  numbers: { a: Side; number: number; types: [DType, DType] }[];
  wrap: Record<'a' | 'b' | 'add' | 'sub' | 'mul', number[]>;
  text: string;
  booleans: BooleanRow[];
}>('promotion');

const make = ([dtype, rank]: Side): Tensor => ones(new Array<number>(rank).fill(2), { dtype });

test.each(file.pairs)('$a and $b', ({ a, b, types }) => {
  const [x, y] = [make(a), make(b)];
  expect([x.mul(y).dtype, x.div(y).dtype, x.maximum(y).dtype]).toEqual(types);
});

test.each(file.numbers)('$a and the number $number', ({ a, number, types }) => {
  expect([make(a).mul(number).dtype, make(a).div(number).dtype]).toEqual(types);
});

test('int32 wraps around, and is printed with its type', () => {
  const [a, b] = [tensor(file.wrap.a, { dtype: 'int32' }), tensor(file.wrap.b, { dtype: 'int32' })];
  expect({ add: a.add(b).toArray(), sub: b.sub(a).toArray(), mul: a.mul(b).toArray() }).toEqual({ add: file.wrap.add, sub: file.wrap.sub, mul: file.wrap.mul });
  expect(String(tensor([1, -20], { dtype: 'int32' }))).toBe(file.text);
});

type Given = readonly [DType, unknown] | number | boolean;
interface BooleanRow {
  readonly op: string;
  readonly operands: readonly Given[];
  readonly type?: DType;
  readonly values?: unknown;
  readonly error?: string;
}

describe('booleans, and the operations of logic', () => {
  const text = (given: Given): string => (Array.isArray(given) ? `${given[0]} ${JSON.stringify(given[1])}` : String(given));
  /** To seven digits, what JSON has no number for as text. */
  const written = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(written);
    return typeof value !== 'number' ? value : Number.isFinite(value) ? Number(value.toPrecision(7)) : String(value);
  };

  test.each(file.booleans.map((row) => [`${row.op}(${row.operands.map(text).join(', ')})`, row] as const))('%s', (_name, { op, operands, type, values, error }) => {
    const [first, ...others] = operands.map((given) => (Array.isArray(given) ? tensor(given[1] as Nested, { dtype: given[0] as DType }) : given));
    const call = (): Tensor => (first as unknown as Record<string, (...given: unknown[]) => Tensor>)[op]!(...others);
    if (error !== undefined) return expect(call).toThrow(error);
    const result = call();
    expect(result.dtype).toBe(type);
    expect(written(result.toArray())).toEqual(written(values));
  });
});

test('a sum of booleans is stored as true, not as two', () => {
  const both = tensor([true, true]).add(tensor([true, false]));
  expect([both.sum().item(), both.eq(true).toArray(), both.to('float32').toArray()]).toEqual([2, [true, true], [1, 1]]);
});
