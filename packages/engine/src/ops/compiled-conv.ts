/**
 * Convolutions in one and two dimensions by the compiled kernels: image by image and group by group.
 *
 * Guarantees: the three products of `conv-records.ts` (output, input and weight, each from the other two) without copies of the patches beyond a
 * block that stays in the cache. Null for three dimensions, for more than 1008 output columns and for other types than float32.
 */
import type { GradientContext, OpRecord } from '../autograd/op-record.ts';
import { kernels } from '../backend/backend.ts';
import { binaryCode } from '../backend/codes.ts';
import type { Kernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumArray } from '../tensor/reduce.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import { convRecord, convTransposeRecord, type ConvAttributes } from './conv-records.ts';
import type { Records } from './records.ts';
import { over, type Compiled } from './with-compiled.ts';

type Convolution = ConvAttributes['conv'];

/** One number each for the vertical and the horizontal direction. */
function pair(values: Shape, vertical: number): readonly [number, number] {
  return values.length === 1 ? [vertical, values[0]!] : [values[0]!, values[1]!];
}

/** Elements of one group of one image on the larger side and on the smaller, and of one group of the weight. */
interface Sizes {
  readonly large: number;
  readonly small: number;
  readonly weight: number;
}

/** Tells the kernels of the convolution; null if they do not do it. `channels` are those of the larger side, `outChannels` of the smaller. */
function prepare(arrays: readonly NdArray[], { windows, groups }: Convolution, channels: number, outChannels: number): { readonly compiled: Kernels; readonly sizes: Sizes } | null {
  const { input, output, kernel, stride, padding, dilation } = windows;
  if (input.length > 2 || output.at(-1)! > 1008 || arrays.some((array) => array.dtype !== 'float32' || array.numel === 0)) return null;
  const compiled = kernels();
  if (compiled === null) return null;
  const [c, o] = [channels / groups, outChannels / groups];
  compiled.convShape(c, ...pair(input, 1), o, ...pair(kernel, 1), ...pair(stride, 1), ...pair(padding, 0), ...pair(dilation, 1), ...pair(output, 1));
  return { compiled, sizes: { large: c * numelOf(input) * 4, small: o * numelOf(output) * 4, weight: o * c * numelOf(kernel) * 4 } };
}

/** The smaller side from the larger one. */
function small(x: NdArray, weight: NdArray, convolution: Convolution): NdArray | null {
  const { windows, groups } = convolution;
  const prepared = prepare([x, weight], convolution, x.shape[1]!, weight.shape[0]!);
  if (prepared === null) return null;
  const { compiled, sizes } = prepared;
  const out = NdArray.uninitialized('float32', [x.shape[0]!, weight.shape[0]!, ...windows.output]);
  const [from, by, to] = [x.contiguous().address(), weight.contiguous().address(), out.address()];
  compiled.convForward(0, x.shape[0]! * groups, groups, from, sizes.large, by, sizes.weight, to, sizes.small, scratchOf(0));
  return out;
}

/** The larger side from the smaller one. */
function large(y: NdArray, weight: NdArray, convolution: Convolution): NdArray | null {
  const { windows, groups } = convolution;
  const channels = weight.shape[1]! * groups;
  const prepared = prepare([y, weight], convolution, channels, weight.shape[0]!);
  if (prepared === null) return null;
  const { compiled, sizes } = prepared;
  const out = NdArray.uninitialized('float32', [y.shape[0]!, channels, ...windows.input]);
  const [from, by, to] = [y.contiguous().address(), weight.contiguous().address(), out.address()];
  compiled.convInputGradient(0, y.shape[0]! * groups, groups, from, sizes.small, by, sizes.weight, to, sizes.large, scratchOf(0));
  return out;
}

/** The weight's gradient from both sides. */
function between(x: NdArray, y: NdArray, shape: Shape, convolution: Convolution): NdArray | null {
  const { groups } = convolution;
  const prepared = prepare([x, y], convolution, x.shape[1]!, shape[0]!);
  if (prepared === null) return null;
  const { compiled, sizes } = prepared;
  const out = NdArray.uninitialized('float32', shape);
  const [from, by, to] = [x.contiguous().address(), y.contiguous().address(), out.address()];
  compiled.fill(to, out.numel, 0);
  for (let part = 0; part < x.shape[0]! * groups; part++) {
    compiled.convWeightGradient(from + part * sizes.large, by + part * sizes.small, to + (part % groups) * sizes.weight, scratchOf(0));
  }
  return out;
}

/** Adds one number per channel to y, in place. */
function addBias(y: NdArray | null, bias: NdArray | undefined): NdArray | null {
  if (y === null || bias === undefined) return y;
  const compiled = kernels()!;
  const [batch, channels] = [y.shape[0]!, y.shape[1]!];
  const area = numelOf(y.shape.slice(2));
  const by = bias.contiguous().address();
  for (let image = 0; image < batch; image++) {
    const at = y.address() + image * channels * area * 4;
    compiled.binary(binaryCode.add, channels, area, at, area, 1, by, 1, 0, at);
  }
  return y;
}

type Product = (a: NdArray, weight: NdArray, convolution: Convolution) => NdArray | null;

function compiledConvolution(forward: Product, ofInput: Product, ofWeight: (x: NdArray, grad: NdArray, shape: Shape, convolution: Convolution) => NdArray | null): Compiled<Convolution> {
  return {
    forward: ([x, weight, bias], convolution) => (bias !== undefined && bias.dtype !== 'float32' ? null : addBias(forward(x!, weight!, convolution), bias)),
    gradient: (grad, { attributes, needs, shapes, input }: GradientContext<Convolution>) => {
      const byInput = needs[0] ? ofInput(grad, input(1), attributes) : null;
      const byWeight = needs[1] ? ofWeight(input(0), grad, shapes[1]!, attributes) : null;
      if ((needs[0] && byInput === null) || (needs[1] && byWeight === null)) return null;
      return [byInput, byWeight, needs[2] ? sumArray(grad, grad.shape.map((_, dim) => dim).filter((dim) => dim !== 1), false) : null];
    },
  };
}

export const convOp: OpRecord<ConvAttributes['conv']> = /* @__PURE__ */ over(convRecord, /* @__PURE__ */ compiledConvolution(small, large, between));
export const convTransposeOp: OpRecord<ConvAttributes['convTranspose']> = /* @__PURE__ */ over(
  convTransposeRecord,
  /* @__PURE__ */ compiledConvolution(large, small, (x, grad, shape, convolution) => between(grad, x, shape, convolution)),
);

export const convOps: Records<ConvAttributes> = { conv: convOp, convTranspose: convTransposeOp };
