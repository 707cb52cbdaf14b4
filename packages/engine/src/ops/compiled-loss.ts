/**
 * The losses by the compiled kernels that most models are trained with, besides that of classes.
 *
 * Guarantees: what `loss-records.ts` says. Null for other types than float32.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { binaryCode, unaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { bceWithLogitsLossRecord, l1LossRecord, mseLossRecord } from './loss-records.ts';
import type { None } from './op-attributes.ts';
import { over, type Compiled } from './with-compiled.ts';

const { add, sub, mul, absGradient } = binaryCode;

/** f of one array, then g of what f gave, if that is not null. */
const then = (array: NdArray | null, next: (array: NdArray) => NdArray | null): NdArray | null => {
  const result = array === null ? null : next(array);
  if (array !== null && result !== array) array.storage.free();
  return result;
};

/** A loss of x - y, and its gradient by x from the gradient that arrives and the difference; by y it is minus that. */
function ofDifference(value: (d: NdArray) => NdArray | null, slope: (grad: NdArray, d: NdArray) => NdArray | null): Compiled<None> {
  return {
    forward: ([x, y]) => then(compiledBinary(sub, x!, y!), value),
    gradient: (grad, { needs, shapes, input }) => {
      const part = then(compiledBinary(sub, input(0), input(1)), (d) => slope(grad, d));
      if (part === null) return null;
      return [needs[0] ? sumToShape(part, shapes[0]!) : null, needs[1] ? sumToShape(compiledUnary(unaryCode.neg, part)!, shapes[1]!) : null];
    },
  };
}

export const mseLossOp: OpRecord<None> = /* @__PURE__ */ over(mseLossRecord, /* @__PURE__ */ ofDifference(
  (d) => compiledUnary(unaryCode.square, d),
  (grad, d) => then(compiledBinary(mul, d, grad), (part) => compiledUnary(unaryCode.affine, part, 2, 0)),
));

export const l1LossOp: OpRecord<None> = /* @__PURE__ */ over(l1LossRecord, /* @__PURE__ */ ofDifference(
  (d) => compiledUnary(unaryCode.abs, d),
  (grad, d) => compiledBinary(absGradient, grad, d),
));

export const bceWithLogitsLossOp: OpRecord<None> = /* @__PURE__ */ over(bceWithLogitsLossRecord, {
  // (1 - y) x + log(1 + e^-x)
  forward: ([x, y]) => {
    const left = then(compiledUnary(unaryCode.affine, y!, -1, 1), (rest) => compiledBinary(mul, rest, x!));
    const right = left === null ? null : then(compiledUnary(unaryCode.neg, x!), (negative) => compiledUnary(unaryCode.softplus, negative));
    return right === null ? null : then(left, (part) => then(right, (other) => compiledBinary(add, part, other)));
  },
  gradient: (grad, { needs, shapes, input }) => {
    const [x, y] = [input(0), input(1)];
    const byX = then(then(compiledUnary(unaryCode.sigmoid, x), (s) => compiledBinary(sub, s, y)), (slope) => compiledBinary(mul, slope, grad));
    if (byX === null) return null;
    return [needs[0] ? sumToShape(byX, shapes[0]!) : null, needs[1] ? sumToShape(then(compiledUnary(unaryCode.neg, x), (negative) => compiledBinary(mul, negative, grad))!, shapes[1]!) : null];
  },
});
