/**
 * The elementwise operations: each with its value and its derivative side by side.
 *
 * Guarantees: broadcasting operands get gradients of their own shape. Derivatives at kinks are PyTorch's (relu and abs: 0 at 0;
 * clamp: 1 at the bounds). PyTorch 2.13 `derivatives.yaml`.
 */
import type { Gradient, NotDifferentiable, OpRecord } from '../autograd/op-record.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { floatingOf, isFloating, type DType } from '../tensor/dtype.ts';
import { combineArrays, compareArrays, mapArray, mulArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { resultType } from '../tensor/promotion.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { logistic, logOnePlusExp } from './logistic.ts';
import type { None, OpAttributes } from './op-attributes.ts';
import { floatingKernel, notImplemented, refusingBool } from './refuse-types.ts';

type Records<K extends keyof OpAttributes> = { readonly [Name in K]: OpRecord<OpAttributes[Name]> };

/** An operation on one tensor whose derivative is a function of its input or of its output. */
function unary(
  value: (x: number) => number,
  derivative: { readonly ofInput: (x: number) => number } | { readonly ofOutput: (y: number) => number },
  typeOf: (dtype: DType) => DType = floatingOf,
): OpRecord<None> {
  const gradient: Gradient<None> =
    'ofInput' in derivative
      ? { saves: () => ({ inputs: [0] }), of: (grad, context) => [combineArrays(grad, context.input(0), (g, x) => g * derivative.ofInput(x))] }
      : { saves: () => ({ output: true }), of: (grad, context) => [combineArrays(grad, context.output(), (g, y) => g * derivative.ofOutput(y))] };
  return { forward: ([x]) => mapArray(x!, value, typeOf(x!.dtype)), gradient };
}

type Partial2 = (grad: NdArray, read: (index: number) => NdArray) => NdArray;

/** Arithmetic of int32, which wraps around: a product of doubles would lose the low bits. */
const multiply = (x: NdArray, y: NdArray, dtype: DType): NdArray => combineArrays(x, y, dtype === 'int32' ? Math.imul : (a, b) => a * b, dtype);

/** PyTorch subtracts no booleans. */
export function refuseBooleans(x: NdArray, y: NdArray): void {
  const booleans = [x, y].filter(({ dtype }) => dtype === 'bool').length;
  if (booleans === 2) throw new RuntimeError('Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.');
  if (booleans === 1) throw new RuntimeError(`Subtraction, the \`-\` operator, with a bool tensor is not supported. ${invert}`);
}
const invert = 'If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.';

/** An operation on two tensors; `reads` lists the inputs that each of the two partial derivatives needs. */
export function binary(
  value: (x: number, y: number) => number,
  partials: readonly [Partial2, Partial2],
  reads: readonly [readonly number[], readonly number[]],
  typeOf: (dtype: DType) => DType = (dtype) => dtype,
): OpRecord<None> {
  return {
    forward: ([x, y]) => combineArrays(x!, y!, value, typeOf(resultType(x!, y!))),
    gradient: {
      saves: (needs) => ({ inputs: [...(needs[0] ? reads[0] : []), ...(needs[1] ? reads[1] : [])] }),
      of: (grad, context) =>
        partials.map((partial, index) =>
          context.needs[index] ? sumToShape(partial(grad, (input) => context.input(input)), context.shapes[index]!) : null,
        ),
    },
  };
}

/** `record` with a value that depends on the type of the result. */
function typed(valueOf: (dtype: DType) => (x: number, y: number) => number, record: OpRecord<None>): OpRecord<None> {
  return {
    ...record,
    forward: ([x, y]) => {
      const dtype = resultType(x!, y!);
      return combineArrays(x!, y!, valueOf(dtype), dtype);
    },
  };
}

/** Among whole numbers what is below 1 is 0. */
const powerOf = (dtype: DType) => (isFloating(dtype) ? (x: number, y: number) => x ** y : (x: number, y: number) => (x === 0 && y < 0 ? 0 : Math.trunc(x ** y)));

const negate = (grad: NdArray): NdArray => mapArray(grad, (g) => -g);

const comparison: NotDifferentiable = { notDifferentiable: 'a comparison is constant almost everywhere' };

function compare(outcomes: number): OpRecord<None> {
  return { forward: ([x, y]) => compareArrays(x!, y!, outcomes), gradient: comparison };
}

export const binaryRecords: Records<'add' | 'sub' | 'mul' | 'div' | 'pow'> = {
  add: typed((dtype) => (dtype === 'bool' ? Math.max : (a, b) => a + b), binary((x, y) => x + y, [(grad) => grad, (grad) => grad], [[], []])),
  sub: {
    ...binary((x, y) => x - y, [(grad) => grad, negate], [[], []]),
    forward: ([x, y]) => {
      refuseBooleans(x!, y!);
      return combineArrays(x!, y!, (a, b) => a - b, resultType(x!, y!));
    },
  },
  mul: {
    ...binary((x, y) => x * y, [(grad, read) => mulArrays(grad, read(1)), (grad, read) => mulArrays(grad, read(0))], [[1], [0]]),
    forward: ([x, y]) => multiply(x!, y!, resultType(x!, y!)),
  },
  div: binary(
    (x, y) => x / y,
    [
      (grad, read) => combineArrays(grad, read(1), (g, y) => g / y),
      (grad, read) => combineArrays(grad, combineArrays(read(0), read(1), (x, y) => -x / (y * y)), (g, slope) => g * slope),
    ],
    [[1], [0, 1]],
    floatingOf,
  ),
  pow: refusingBool(notImplemented('pow'), typed(powerOf, binary(
    (x, y) => x ** y,
    [
      (grad, read) => mulArrays(grad, combineArrays(read(0), read(1), (x, y) => (y === 0 ? 0 : y * x ** (y - 1)))),
      (grad, read) => mulArrays(grad, combineArrays(read(0), read(1), (x, y) => (x === 0 && y >= 0 ? 0 : x ** y * Math.log(x)))),
    ],
    [[0, 1], [0, 1]],
  ))),
};

/** A bound is a number: one with a fraction makes whole numbers float32, and any makes booleans whole numbers. */
function clampedType(dtype: DType, bounds: readonly number[]): DType {
  if (bounds.some((bound) => Number.isFinite(bound) && !Number.isInteger(bound))) return floatingOf(dtype);
  return dtype === 'bool' ? 'int64' : dtype;
}

export const unaryRecords: Records<
  'neg' | 'exp' | 'log' | 'sqrt' | 'abs' | 'relu' | 'sigmoid' | 'tanh' | 'softplus' | 'clamp' | 'to' | 'clone'
> = {
  neg: refusingBool(`Negation, the \`-\` operator, on a bool tensor is not supported. ${invert}`, { forward: ([x]) => mapArray(x!, (value) => -value), gradient: { saves: () => ({}), of: (grad) => [negate(grad)] } }),
  exp: unary(Math.exp, { ofOutput: (y) => y }),
  log: unary(Math.log, { ofInput: (x) => 1 / x }),
  sqrt: unary(Math.sqrt, { ofOutput: (y) => 0.5 / y }),
  abs: refusingBool(notImplemented('abs_cpu'), unary(Math.abs, { ofInput: Math.sign }, (dtype) => dtype)),
  // Not Math.max: a NaN must stay NaN, and so it does here.
  relu: refusingBool('Boolean inputs not supported for relu', {
    forward: ([x]) => mapArray(x!, (value) => (value < 0 ? 0 : value)),
    // Nothing flows where the result is 0, not even a gradient that is NaN: the power of an empty sum has one.
    gradient: { saves: () => ({ output: true }), of: (grad, context) => [combineArrays(grad, context.output(), (g, y) => (y <= 0 ? 0 : g))] },
  }),
  sigmoid: unary(logistic, { ofOutput: (y) => y * (1 - y) }),
  tanh: unary(Math.tanh, { ofOutput: (y) => 1 - y * y }),
  softplus: floatingKernel('softplus_cpu', unary(logOnePlusExp, { ofInput: logistic })),
  clamp: {
    forward: ([x], { min, max }) => mapArray(x!, (value) => (Number.isNaN(value) ? value : Math.min(Math.max(value, min), max)), clampedType(x!.dtype, [min, max])),
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, context) => {
        const { min, max } = context.attributes;
        return [combineArrays(grad, context.input(0), (g, x) => (x >= min && x <= max ? g : 0))];
      },
    },
  },
  to: { forward: ([x], { dtype }) => x!.copy(dtype), gradient: { saves: () => ({}), of: (grad) => [grad] } },
  clone: { forward: ([x]) => x!.copy(), gradient: { saves: () => ({}), of: (grad) => [grad] } },
};

export const comparisonRecords: Records<'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le'> = {
  eq: compare(8),
  ne: compare(7),
  gt: compare(2),
  lt: compare(4),
  ge: compare(10),
  le: compare(12),
};
