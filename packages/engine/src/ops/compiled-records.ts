/**
 * Which operations the compiled kernels do, and how: laid over the reference records by name.
 *
 * Guarantees: an entry replaces arithmetic only: what is saved, which gradients exist and every refusal stay those of the record,
 * which also does whatever an entry declines by returning null (another type than float32, the reference backend).
 *
 * Worked example: `relu` on float32 runs the kernel `relu` forward and `reluGradient` on the saved output backward.
 */
import type { GradientContext, OpRecord } from '../autograd/op-record.ts';
import { binaryCode, unaryCode, type BinaryCode, type UnaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import { compiledRowGradients, compiledRows, compiledSum } from '../tensor/compiled-reduce.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { reducedShape, sumToShape } from '../tensor/reduce.ts';
import { numelOf } from '../tensor/shape.ts';
import { compiledAttention } from './compiled-attention.ts';
import { compiledConv, compiledConvTranspose } from './compiled-conv.ts';
import { compiledLstm } from './compiled-lstm.ts';
import { compiledBatchNorm, compiledLayerNorm } from './compiled-norm.ts';
import type { None, OpAttributes, Reduction } from './op-attributes.ts';

type Gradients = readonly (NdArray | null)[];

export interface Compiled<A> {
  readonly forward: (inputs: readonly NdArray[], attributes: A) => NdArray | null;
  readonly gradient?: (grad: NdArray, context: GradientContext<A>) => Gradients | null;
}

/** `record` with `compiled` tried first. */
export function withCompiled<A>(record: OpRecord<A>, compiled: Compiled<A> | undefined): OpRecord<A> {
  if (compiled === undefined) return record;
  const { gradient } = record;
  return {
    ...record,
    forward: (inputs, attributes) => compiled.forward(inputs, attributes) ?? record.forward(inputs, attributes),
    gradient:
      'notDifferentiable' in gradient || compiled.gradient === undefined
        ? gradient
        : { saves: gradient.saves, of: (grad, context) => compiled.gradient!(grad, context) ?? gradient.of(grad, context) },
  };
}

function unary(code: UnaryCode, gradient: { readonly ofInput: BinaryCode } | { readonly ofOutput: BinaryCode }): Compiled<None> {
  return {
    forward: ([x]) => compiledUnary(code, x!),
    gradient: (grad, context) => {
      const part = 'ofInput' in gradient ? compiledBinary(gradient.ofInput, grad, context.input(0)) : compiledBinary(gradient.ofOutput, grad, context.output());
      return part === null ? null : [part];
    },
  };
}

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

export const compiledRecords: { readonly [K in keyof OpAttributes]?: Compiled<OpAttributes[K]> } = {
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
  maximum: binary(binaryCode.maximum),
  minimum: binary(binaryCode.minimum),
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
  exp: unary(unaryCode.exp, { ofOutput: binaryCode.mul }),
  log: unary(unaryCode.log, { ofInput: binaryCode.div }),
  sqrt: unary(unaryCode.sqrt, { ofOutput: binaryCode.sqrtGradient }),
  abs: unary(unaryCode.abs, { ofInput: binaryCode.absGradient }),
  relu: unary(unaryCode.relu, { ofOutput: binaryCode.reluGradient }),
  sigmoid: unary(unaryCode.sigmoid, { ofOutput: binaryCode.sigmoidGradient }),
  tanh: unary(unaryCode.tanh, { ofOutput: binaryCode.tanhGradient }),
  softplus: unary(unaryCode.softplus, { ofInput: binaryCode.softplusGradient }),
  clamp: { forward: ([x], { min, max }) => (min <= max ? compiledUnary(unaryCode.clamp, x!, min, max) : null) },
  mean,
  softmax: {
    forward: ([x], { dim }) => compiledRows(x!, dim, (kernels, from, rows, columns, to) => kernels.softmaxRows(from, rows, columns, to)),
    gradient: (grad, { attributes, output }) => {
      const part = compiledRowGradients(grad, output(), attributes.dim, (kernels, g, y, rows, columns, to) => kernels.softmaxGradientRows(g, y, rows, columns, to));
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
  recurrent: { forward: compiledLstm },
  scaledDotProductAttention: compiledAttention,
  conv: compiledConv,
  convTranspose: compiledConvTranspose,
  batchNorm: compiledBatchNorm,
  layerNorm: compiledLayerNorm,
  gelu: {
    forward: ([x], { approximate }) => (approximate === 'none' ? compiledUnary(unaryCode.gelu, x!) : null),
    gradient: (grad, { attributes: { approximate }, input }) => {
      const part = approximate === 'none' ? compiledBinary(binaryCode.geluGradient, grad, input(0)) : null;
      return part === null ? null : [part];
    },
  },
  silu: unary(unaryCode.silu, { ofInput: binaryCode.siluGradient }),
};
