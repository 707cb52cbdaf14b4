/**
 * Further elementwise mathematics, and reductions that are more than a sum.
 *
 * Guarantees: derivatives are PyTorch's (2.13, `derivatives.yaml`): 0 for rounding and signs, that of `prod` without dividing by the factors, so that
 * zeros are right. `round` goes to even at ties. `remainder` has the sign of the divisor, as Python's `%`.
 */
import type { Gradient, OpRecord } from '../autograd/op-record.ts';
import { floatingOf, isFloating, type DType } from '../tensor/dtype.ts';
import { combineArrays, compareArrays, mapArray, mulArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { resultType } from '../tensor/promotion.ts';
import { reduceArray, reducedShape, sumToShape } from '../tensor/reduce.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { AlongDim, None, Reduction } from './op-attributes.ts';
import type { Records } from './records.ts';
import { floatingKernel, notImplemented, onlyFloating, refusingBool } from './refuse-types.ts';
import { erf } from './special-functions.ts';

export interface MathAttributes {
  readonly sin: None;
  readonly cos: None;
  readonly tan: None;
  readonly asin: None;
  readonly acos: None;
  readonly atan: None;
  readonly sinh: None;
  readonly cosh: None;
  readonly erf: None;
  readonly log1p: None;
  readonly log2: None;
  readonly log10: None;
  readonly expm1: None;
  readonly rsqrt: None;
  /** The root of a variance, whose derivative at 0 is taken to be 0. */
  readonly std: None;
  readonly reciprocal: None;
  readonly sign: None;
  readonly floor: None;
  readonly ceil: None;
  readonly round: None;
  readonly trunc: None;
  readonly remainder: None;
  readonly lerp: None;
  readonly isnan: None;
  readonly isinf: None;
  readonly isfinite: None;
  readonly logicalNot: None;
  readonly prod: Reduction;
  /** Of `count - correction` degrees of freedom. */
  readonly variance: Reduction & { readonly correction: number };
  readonly logsumexp: Reduction;
  /** (sum of |x|^p)^(1/p), the largest for Infinity, the number of non-zeros for 0. */
  readonly vectorNorm: Reduction & { readonly p: number };
  readonly all: Reduction;
  readonly any: Reduction;
  readonly cumsum: AlongDim;
  readonly cumprod: AlongDim;
}

/** The same where the derivative is a function of the value, which is saved in the place of the input, as PyTorch does. */
function smoothByOutput(value: (x: number) => number, derivative: (y: number) => number): OpRecord<None> {
  return {
    forward: ([x]) => mapArray(x!, value, floatingOf(x!.dtype)),
    gradient: { saves: () => ({ output: true }), of: (grad, { output }) => [combineArrays(grad, output(), (g, y) => g * derivative(y), grad.dtype)] },
  };
}

function smooth(value: (x: number) => number, derivative: (x: number) => number): OpRecord<None> {
  return {
    forward: ([x]) => mapArray(x!, value, floatingOf(x!.dtype)),
    gradient: { saves: () => ({ inputs: [0] }), of: (grad, { input }) => [combineArrays(grad, input(0), (g, x) => g * derivative(x), grad.dtype)] },
  };
}

const flat: Gradient<None> = { saves: () => ({}), of: (grad) => [mapArray(grad, () => 0)] };

/** A function that is constant almost everywhere. */
function step(value: (x: number) => number): OpRecord<None> {
  return { forward: ([x]) => (isFloating(x!.dtype) ? mapArray(x!, value) : x!.copy()), gradient: flat };
}

function test(holds: (x: NdArray) => NdArray): OpRecord<None> {
  return { forward: ([x]) => holds(x!), gradient: { notDifferentiable: 'a test is constant almost everywhere' } };
}

function roundToEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** A reduced array, its dropped dimensions put back as 1. */
function restored(reduced: NdArray, shape: Shape, { dims }: Reduction): NdArray {
  return reduced.reshape(reducedShape(shape, dims, true));
}

function quantifier(start: number, fold: (soFar: boolean, value: boolean) => boolean): OpRecord<Reduction> {
  return {
    forward: ([x], { dims, keepdim }) =>
      reduceArray(x!, dims, keepdim, 'bool', (data, from, count) => {
        let result = start === 1;
        for (let index = from; index < from + count; index++) result = fold(result, data[index] !== 0);
        return result ? 1 : 0;
      }),
    gradient: { notDifferentiable: 'a test is constant almost everywhere' },
  };
}

/** Runs over rows along `dim` of arrays of one shape, in double precision. */
function alongRows(inputs: readonly NdArray[], dim: number, dtype: DType, each: (rows: readonly ArrayLike<number>[], out: Float64Array, start: number, count: number) => void): NdArray {
  const first = inputs[0]!;
  if (first.rank === 0) return alongRows(inputs.map((part) => part.reshape([1])), 0, dtype, each).reshape([]);
  const last = first.rank - 1;
  const moved = inputs.map((part) => part.transpose(dim, last));
  const rows = moved.map((part) => part.contiguousData());
  const count = first.shape[dim]!;
  const out = new Float64Array(first.numel);
  for (let start = 0; start < out.length; start += count) each(rows, out, start, count);
  return NdArray.from('float64', moved[0]!.shape, out).transpose(dim, last).copy(dtype);
}

const countedType = (dtype: DType): DType => (isFloating(dtype) ? dtype : 'int64');

export const mathRecords: Records<MathAttributes> = {
  sin: smooth(Math.sin, Math.cos),
  cos: smooth(Math.cos, (x) => -Math.sin(x)),
  tan: smoothByOutput(Math.tan, (y) => 1 + y * y),
  asin: smooth(Math.asin, (x) => 1 / Math.sqrt(1 - x * x)),
  acos: smooth(Math.acos, (x) => -1 / Math.sqrt(1 - x * x)),
  atan: smooth(Math.atan, (x) => 1 / (1 + x * x)),
  sinh: smooth(Math.sinh, Math.cosh),
  cosh: smooth(Math.cosh, Math.sinh),
  erf: smooth(erf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)),
  log1p: smooth(Math.log1p, (x) => 1 / (1 + x)),
  log2: smooth(Math.log2, (x) => 1 / (x * Math.LN2)),
  log10: smooth(Math.log10, (x) => 1 / (x * Math.LN10)),
  expm1: smoothByOutput(Math.expm1, (y) => y + 1),
  rsqrt: smoothByOutput((x) => 1 / Math.sqrt(x), (y) => -0.5 * y * y * y),
  std: smoothByOutput(Math.sqrt, (y) => (y === 0 ? 0 : 0.5 / y)),
  reciprocal: smoothByOutput((x) => 1 / x, (y) => -y * y),
  sign: { forward: ([x]) => mapArray(x!, (value) => (value > 0 ? 1 : value < 0 ? -1 : 0)), gradient: flat },
  floor: refusingBool(notImplemented('floor_vml_cpu'), step(Math.floor)),
  ceil: refusingBool(notImplemented('ceil_vml_cpu'), step(Math.ceil)),
  round: refusingBool(notImplemented('round_vml_cpu'), step(roundToEven)),
  trunc: refusingBool(notImplemented('trunc_vml_cpu'), step(Math.trunc)),
  remainder: refusingBool(notImplemented('remainder_cpu'), {
    forward: ([x, y]) => {
      if (!isFloating(resultType(x!, y!)) && y!.contiguousData().includes(0)) throw new RuntimeError('ZeroDivisionError');
      // By the rest of a division, which is exact; a - b * floor(a / b) is not.
      return combineArrays(x!, y!, (a, b) => {
        const rest = a % b;
        return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
      });
    },
    gradient: {
      saves: (needs) => ({ inputs: needs[1] ? [0, 1] : [] }),
      of: (grad, { needs, shapes, input }) => [
        needs[0] ? sumToShape(grad, shapes[0]!) : null,
        needs[1] ? sumToShape(mulArrays(grad, combineArrays(input(0), input(1), (a, b) => -Math.floor(a / b))), shapes[1]!) : null,
      ],
    },
  }),
  // start + weight * (end - start)
  lerp: floatingKernel('lerp_kernel_scalar', {
    forward: ([start, end, weight]) => combineArrays(start!, mulArrays(weight!, combineArrays(end!, start!, (e, s) => e - s)), (s, part) => s + part),
    gradient: {
      saves: () => ({ inputs: [0, 1, 2] }),
      of: (grad, { needs, shapes, input }) => [
        needs[0] ? sumToShape(combineArrays(grad, input(2), (g, w) => g * (1 - w)), shapes[0]!) : null,
        needs[1] ? sumToShape(mulArrays(grad, input(2)), shapes[1]!) : null,
        needs[2] ? sumToShape(mulArrays(grad, combineArrays(input(1), input(0), (e, s) => e - s)), shapes[2]!) : null,
      ],
    },
  }),
  isnan: test((x) => compareArrays(x, x, 1)),
  isinf: test((x) => mapArray(x, (value) => Number(value === Infinity || value === -Infinity), 'bool')),
  isfinite: test((x) => mapArray(x, (value) => Number(Number.isFinite(value)), 'bool')),
  logicalNot: test((x) => compareArrays(x, NdArray.filled(x.dtype, [], 0), 8)),
  prod: {
    forward: ([x], { dims, keepdim }) =>
      reduceArray(x!, dims, keepdim, countedType(x!.dtype), (data, start, count) => {
        let product = 1;
        for (let index = start; index < start + count; index++) product *= data[index]!;
        return product;
      }),
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes, shapes, input }) => {
        // The product of all others: what stands before times what stands behind.
        const kept = shapes[0]!.map((_, dim) => dim).filter((dim) => !attributes.dims.includes(dim));
        const order = [...kept, ...attributes.dims];
        const moved = input(0).permute(order);
        const data = moved.contiguousData();
        const count = numelOf(attributes.dims.map((dim) => shapes[0]![dim]!));
        const others = new Float64Array(data.length);
        for (let start = 0; start < data.length; start += count) {
          let before = 1;
          for (let index = start; index < start + count; index++) {
            others[index] = before;
            before *= data[index]!;
          }
          let behind = 1;
          for (let index = start + count - 1; index >= start; index--) {
            others[index]! *= behind;
            behind *= data[index]!;
          }
        }
        const back = NdArray.from('float64', moved.shape, others).permute(shapes[0]!.map((_, dim) => order.indexOf(dim)));
        return [combineArrays(restored(grad, shapes[0]!, attributes), back, (g, rest) => g * rest, grad.dtype)];
      },
    },
  },
  variance: onlyFloating(() => 'std and var only support floating point and complex dtypes', {
    forward: ([x], { dims, keepdim, correction }) =>
      reduceArray(x!, dims, keepdim, x!.dtype, (data, start, count) => {
        let sum = 0;
        for (let index = start; index < start + count; index++) sum += data[index]!;
        const mean = sum / count;
        let squares = 0;
        for (let index = start; index < start + count; index++) squares += (data[index]! - mean) ** 2;
        return squares / Math.max(count - correction, 0);
      }),
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes, shapes, input }) => {
        const { dims, correction } = attributes;
        const count = numelOf(dims.map((dim) => shapes[0]![dim]!));
        const mean = reduceArray(input(0), dims, true, 'float64', (data, start, length) => {
          let sum = 0;
          for (let index = start; index < start + length; index++) sum += data[index]!;
          return sum / length;
        });
        const centred = combineArrays(input(0), mean, (x, m) => ((x - m) * 2) / Math.max(count - correction, 0), 'float64');
        return [combineArrays(centred, restored(grad, shapes[0]!, attributes), (c, g) => c * g, grad.dtype)];
      },
    },
  }),
  logsumexp: {
    forward: ([x], { dims, keepdim }) =>
      reduceArray(x!, dims, keepdim, floatingOf(x!.dtype), (data, start, count) => {
        let top = -Infinity;
        for (let index = start; index < start + count; index++) top = Math.max(top, data[index]!);
        if (!Number.isFinite(top)) return top;
        let sum = 0;
        for (let index = start; index < start + count; index++) sum += Math.exp(data[index]! - top);
        return top + Math.log(sum);
      }),
    gradient: {
      saves: () => ({ inputs: [0], output: true }),
      of: (grad, { attributes, shapes, input, output }) => {
        const share = combineArrays(input(0), restored(output(), shapes[0]!, attributes), (x, total) => Math.exp(x - total));
        return [mulArrays(share, restored(grad, shapes[0]!, attributes))];
      },
    },
  },
  vectorNorm: onlyFloating((type) => `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${type}`, {
    forward: ([x], { dims, keepdim, p }) =>
      reduceArray(x!, dims, keepdim, floatingOf(x!.dtype), (data, start, count) => {
        let result = p === -Infinity ? Infinity : 0;
        for (let index = start; index < start + count; index++) {
          const size = Math.abs(data[index]!);
          if (p === Infinity) result = Math.max(result, size);
          else if (p === -Infinity) result = Math.min(result, size);
          else if (p === 0) result += size === 0 ? 0 : 1;
          else if (p === 1) result += size;
          else if (p === 2) result += size * size;
          else result += size ** p;
        }
        if (p === 0 || p === 1 || Math.abs(p) === Infinity) return result;
        return p === 2 ? Math.sqrt(result) : result ** (1 / p);
      }),
    gradient: {
      saves: () => ({ inputs: [0], output: true }),
      of: (grad, { attributes, shapes, input, output }) => {
        const { p, dims } = attributes;
        const x = input(0);
        const norm = restored(output(), shapes[0]!, attributes);
        const g = restored(grad, shapes[0]!, attributes);
        if (Math.abs(p) === Infinity) {
          // Equal largest elements share the gradient evenly.
          const hits = combineArrays(x, norm, (value, size) => (Math.abs(value) === size ? 1 : 0), 'float64');
          const count = reduceArray(hits, dims, true, 'float64', (data, start, length) => {
            let sum = 0;
            for (let index = start; index < start + length; index++) sum += data[index]!;
            return sum;
          });
          const share = combineArrays(combineArrays(hits, count, (hit, n) => hit / n), x, (part, value) => part * Math.sign(value), 'float64');
          return [combineArrays(share, g, (part, value) => part * value, grad.dtype)];
        }
        // sign(x) |x|^(p-1) norm^(1-p), and 0 where the norm is 0
        const slope = combineArrays(x, norm, (value, size) => (p === 0 || size === 0 || value === 0 ? 0 : Math.sign(value) * Math.abs(value) ** (p - 1) * size ** (1 - p)), 'float64');
        return [combineArrays(slope, g, (part, value) => part * value, grad.dtype)];
      },
    },
  }),
  all: quantifier(1, (soFar, value) => soFar && value),
  any: quantifier(0, (soFar, value) => soFar || value),
  cumsum: {
    forward: ([x], { dim }) =>
      alongRows([x!], dim, countedType(x!.dtype), ([row], out, start, count) => {
        let sum = 0;
        for (let index = start; index < start + count; index++) out[index] = sum += row![index]!;
      }),
    gradient: {
      saves: () => ({}),
      of: (grad, { attributes: { dim } }) => [
        alongRows([grad], dim, grad.dtype, ([row], out, start, count) => {
          let sum = 0;
          for (let index = start + count - 1; index >= start; index--) out[index] = sum += row![index]!;
        }),
      ],
    },
  },
  cumprod: {
    forward: ([x], { dim }) =>
      alongRows([x!], dim, countedType(x!.dtype), ([row], out, start, count) => {
        let product = 1;
        for (let index = start; index < start + count; index++) out[index] = product *= row![index]!;
      }),
    gradient: {
      saves: () => ({ inputs: [0] }),
      // dx_i: the sum over j >= i of g_j times the product of all x up to j but x_i; quadratic in the length, right for zeros.
      of: (grad, { attributes: { dim }, input }) => [
        alongRows([grad, input(0)], dim, grad.dtype, ([g, x], out, start, count) => {
          let before = 1;
          for (let index = start; index < start + count; index++) {
            let product = before;
            let sum = 0;
            for (let later = index; later < start + count; later++) {
              if (later > index) product *= x![later]!;
              sum += g![later]! * product;
            }
            out[index] = sum;
            before *= x![index]!;
          }
        }),
      ],
    },
  },
};
