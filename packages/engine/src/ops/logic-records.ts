/**
 * Operations of logic: on truth values, elementwise, and on the bits of whole numbers.
 *
 * Guarantees: `logical…` take any types, everything but 0 being true, and give bool; `bitwise…` take booleans and whole numbers and give their common type, int64 as two's
 * complement of 64 bits. Refuses bits of floating numbers, in PyTorch's words (2.13, executed).
 */
import type { NotDifferentiable, OpRecord } from '../autograd/op-record.ts';
import { isFloating } from '../tensor/dtype.ts';
import { combineArrays, mapArray } from '../tensor/elementwise.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { resultType } from '../tensor/promotion.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { notImplemented } from './refuse-types.ts';

export interface LogicAttributes {
  readonly logicalAnd: None;
  readonly logicalOr: None;
  readonly logicalXor: None;
  readonly bitwiseAnd: None;
  readonly bitwiseOr: None;
  readonly bitwiseXor: None;
  readonly bitwiseNot: None;
}

const discrete: NotDifferentiable = { notDifferentiable: 'truth values and bits are not differentiable' };

function logical(value: (x: boolean, y: boolean) => boolean): OpRecord<None> {
  return { forward: ([x, y]) => combineArrays(x!, y!, (a, b) => Number(value(a !== 0, b !== 0)), 'bool'), gradient: discrete };
}

function requireWhole(kernel: string, ...arrays: readonly NdArray[]): void {
  const dtype = resultType(...arrays);
  if (isFloating(dtype)) throw notImplemented(kernel, dtype);
}

const fits = (x: number): boolean => x === (x | 0);

function bitwise(kernel: string, short: (x: number, y: number) => number, long: (x: bigint, y: bigint) => bigint): OpRecord<None> {
  return {
    forward: ([x, y]) => {
      requireWhole(kernel, x!, y!);
      return combineArrays(x!, y!, (a, b) => (fits(a) && fits(b) ? short(a, b) : Number(BigInt.asIntN(64, long(BigInt(a), BigInt(b))))), resultType(x!, y!));
    },
    gradient: discrete,
  };
}

export const logicRecords: Records<LogicAttributes> = {
  logicalAnd: logical((x, y) => x && y),
  logicalOr: logical((x, y) => x || y),
  logicalXor: logical((x, y) => x !== y),
  bitwiseAnd: bitwise('bitwise_and_cpu', (x, y) => x & y, (x, y) => x & y),
  bitwiseOr: bitwise('bitwise_or_cpu', (x, y) => x | y, (x, y) => x | y),
  bitwiseXor: bitwise('bitwise_xor_cpu', (x, y) => x ^ y, (x, y) => x ^ y),
  bitwiseNot: {
    forward: ([x]) => {
      requireWhole('bitwise_not_cpu', x!);
      return mapArray(x!, x!.dtype === 'bool' ? (value) => 1 - value : (value) => -value - 1);
    },
    gradient: discrete,
  },
};
