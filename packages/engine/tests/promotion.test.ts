/**
 * Types of results, and int32 that wraps around, against PyTorch (recorded by tools/engine_promotion.py).
 */
import { expect, test } from 'vitest';
import { ones, tensor, type DType, type Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

type Side = [DType, number];
const file = recorded<{
  pairs: { a: Side; b: Side; types: [DType, DType, DType] }[];
  numbers: { a: Side; number: number; types: [DType, DType] }[];
  wrap: Record<'a' | 'b' | 'add' | 'sub' | 'mul', number[]>;
  text: string;
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
