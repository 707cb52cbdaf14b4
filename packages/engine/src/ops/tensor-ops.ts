/**
 * The operations that are methods of every tensor, as they are applied: the reference records with compiled kernels laid over those that have one.
 *
 * Guarantees: complete by its type: a name in `TensorOpAttributes` without a record is a compile error. The families that only functions
 * use (convolution, normalisation, pooling, …) are not here but with those functions, so that a program carries no more of them than it calls.
 *
 * Worked example: `relu` on float32 runs the kernel `relu` forward and `reluGradient` on the saved output backward.
 */
import { binaryCode, unaryCode, type BinaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import { compiledRowGradients, compiledRows, compiledSum } from '../tensor/compiled-reduce.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { reducedShape, sumToShape } from '../tensor/reduce.ts';
import { numelOf } from '../tensor/shape.ts';
import { compiledUnaryOp } from './compiled-unary.ts';
import { binaryRecords, comparisonRecords, unaryRecords } from './elementwise-records.ts';
import type { None, Reduction, TensorOpAttributes } from './op-attributes.ts';
import type { Records } from './records.ts';
import { reductionRecords } from './reduction-records.ts';
import { shapeRecords } from './shape-records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

function binary(code: BinaryCode, gradient?: Compiled<None>['gradient']): Compiled<None> {
  const forward: Compiled<None>['forward'] = ([x, y]) => compiledBinary(code, x!, y!);
  return gradient === undefined ? { forward } : { forward, gradient };
}

/** The exponent, if it is one number that kernels have a function for and that wants no gradient. */
function isSquare(exponent: NdArray): boolean {
  return exponent.numel === 1 && exponent.contiguousData()[0] === 2;
}

const mean: Compiled<Reduction> = {
  forward: ([x], { dims, keepdim }) => compiledSum(x!, dims, reducedShape(x!.shape, dims, keepdim), 1 / numelOf(dims.map((dim) => x!.shape[dim]!))),
  gradient: (grad, { attributes: { dims }, shapes }) => {
    const shape = shapes[0]!;
    const scaled = compiledUnary(unaryCode.affine, grad, 1 / numelOf(dims.map((dim) => shape[dim]!)), 0);
    return scaled === null ? null : [scaled.reshape(reducedShape(shape, dims, true)).expand(shape)];
  },
};

const compiled: { readonly [K in keyof TensorOpAttributes]?: Compiled<TensorOpAttributes[K]> } = {
  add: binary(binaryCode.add),
  sub: binary(binaryCode.sub, (grad, { needs, shapes }) => {
    const negated = needs[1] ? compiledUnary(unaryCode.neg, grad) : null;
    return needs[1] && negated === null ? null : [needs[0] ? sumToShape(grad, shapes[0]!) : null, negated === null ? null : sumToShape(negated, shapes[1]!)];
  }),
  mul: binary(binaryCode.mul),
  div: binary(binaryCode.div, (grad, { needs, shapes, input }) => {
    if (needs[1]) return null;
    const part = compiledBinary(binaryCode.div, grad, input(1));
    return part === null ? null : [sumToShape(part, shapes[0]!), null];
  }),
  pow: {
    forward: ([x, y]) => (isSquare(y!) && y!.rank <= x!.rank ? compiledUnary(unaryCode.square, x!) : null),
    gradient: (grad, { needs, input }) => {
      if (needs[1] || !isSquare(input(1)) || input(1).rank > input(0).rank) return null;
      const part = compiledBinary(binaryCode.squareGradient, grad, input(0));
      return part === null ? null : [part, null];
    },
  },
  neg: {
    forward: ([x]) => compiledUnary(unaryCode.neg, x!),
    gradient: (grad) => {
      const part = compiledUnary(unaryCode.neg, grad);
      return part === null ? null : [part];
    },
  },
  exp: compiledUnaryOp(unaryCode.exp, { ofOutput: binaryCode.mul }),
  log: compiledUnaryOp(unaryCode.log, { ofInput: binaryCode.div }),
  sqrt: compiledUnaryOp(unaryCode.sqrt, { ofOutput: binaryCode.sqrtGradient }),
  abs: compiledUnaryOp(unaryCode.abs, { ofInput: binaryCode.absGradient }),
  relu: compiledUnaryOp(unaryCode.relu, { ofOutput: binaryCode.reluGradient }),
  sigmoid: compiledUnaryOp(unaryCode.sigmoid, { ofOutput: binaryCode.sigmoidGradient }),
  tanh: compiledUnaryOp(unaryCode.tanh, { ofOutput: binaryCode.tanhGradient }),
  softplus: compiledUnaryOp(unaryCode.softplus, { ofInput: binaryCode.softplusGradient }),
  clamp: { forward: ([x], { min, max }) => (min <= max ? compiledUnary(unaryCode.clamp, x!, min, max) : null) },
  mean,
  softmax: {
    forward: ([x], { dim }) => compiledRows(x!, dim, (kernels, from, rows, columns, to) => kernels.softmaxRows(from, rows, columns, 1, to)),
    gradient: (grad, { attributes, output }) => {
      const part = compiledRowGradients(grad, output(), attributes.dim, (kernels, g, y, rows, columns, to) => kernels.softmaxGradientRows(g, y, rows, columns, 1, to));
      return part === null ? null : [part];
    },
  },
  logSoftmax: {
    forward: ([x], { dim }) => compiledRows(x!, dim, (kernels, from, rows, columns, to) => kernels.logSoftmaxRows(from, rows, columns, to)),
    gradient: (grad, { attributes, output }) => {
      const part = compiledRowGradients(grad, output(), attributes.dim, (kernels, g, y, rows, columns, to) => kernels.logSoftmaxGradientRows(g, y, rows, columns, to));
      return part === null ? null : [part];
    },
  },
};

export const tensorOps: Records<TensorOpAttributes> = /* @__PURE__ */ withCompiled<TensorOpAttributes>(
  { ...binaryRecords, ...unaryRecords, ...comparisonRecords, ...reductionRecords, ...shapeRecords },
  compiled,
);
