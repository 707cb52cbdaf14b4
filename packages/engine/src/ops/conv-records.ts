/**
 * Convolution and transposed convolution in one, two and three dimensions, each as one operation with groups and bias.
 *
 * Guarantees: both are the three products of one bilinear form (output from input and weight, input from output and weight, weight from both),
 * computed as columns times a matrix. Shapes: `conv` input [N, C, *in], weight [O, C / groups, *kernel], bias [O]; `convTranspose` input
 * [N, C, *in], weight [C, O / groups, *kernel]. The caller has checked them.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate } from '../tensor/dtype.ts';
import { combineArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumArray } from '../tensor/reduce.ts';
import { numelOf } from '../tensor/shape.ts';
import { gatherColumns, scatterColumns, windowTable, type Windows } from './windows.ts';

interface Convolution {
  /** From the larger side to the smaller one: `input` is the input of `conv` and the output of `convTranspose`. */
  readonly windows: Windows;
  readonly groups: number;
}

export interface ConvAttributes {
  readonly conv: Convolution;
  readonly convTranspose: Convolution;
}

/** [N, C, *in] as [N, groups, C / groups * kernel elements, output elements]. */
function columnsOf(x: NdArray, { windows, groups }: Convolution): NdArray {
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const table = windowTable(windows);
  const columns = allocate(x.dtype, batch * channels * table.length);
  gatherColumns(x.contiguousData(), batch * channels, windows, table, columns);
  return NdArray.from(x.dtype, [batch, groups, (channels / groups) * numelOf(windows.kernel), numelOf(windows.output)], columns);
}

/** [first, rest, *kernel] as [groups, first / groups, rest * kernel elements]. */
function grouped(weight: NdArray, groups: number): NdArray {
  return weight.reshape([groups, weight.shape[0]! / groups, numelOf(weight.shape.slice(1))]);
}

/** [N, channels, *spatial] as [N, groups, channels / groups, spatial elements]. */
function groupedChannels(x: NdArray, groups: number): NdArray {
  return x.reshape([x.shape[0]!, groups, x.shape[1]! / groups, numelOf(x.shape.slice(2))]);
}

function small(x: NdArray, weight: NdArray, convolution: Convolution): NdArray {
  const { windows, groups } = convolution;
  const product = matrixProduct(grouped(weight, groups), columnsOf(x, convolution));
  return product.reshape([x.shape[0]!, weight.shape[0]!, ...windows.output]);
}

function large(y: NdArray, weight: NdArray, convolution: Convolution): NdArray {
  const { windows, groups } = convolution;
  const columns = matrixProduct(grouped(weight, groups).transpose(-2, -1), groupedChannels(y, groups));
  const [batch, channels] = [y.shape[0]!, weight.shape[1]! * groups];
  const out = allocate(y.dtype, batch * channels * numelOf(windows.input));
  scatterColumns(columns.contiguousData(), batch * channels, windows, windowTable(windows), out);
  return NdArray.from(y.dtype, [batch, channels, ...windows.input], out);
}

/** The weight's gradient: products summed over the batch, which is folded into the inner dimension of one matrix product. */
function between(x: NdArray, y: NdArray, shape: readonly number[], convolution: Convolution): NdArray {
  const columns = columnsOf(x, convolution);
  const [batch, groups, rows, area] = columns.shape as [number, number, number, number];
  const right = columns.permute([1, 0, 3, 2]).reshape([groups, batch * area, rows]);
  const left = groupedChannels(y, groups).permute([1, 2, 0, 3]).reshape([groups, shape[0]! / groups, batch * area]);
  return matrixProduct(left, right).reshape(shape);
}

function addBias(y: NdArray, bias: NdArray | undefined): NdArray {
  return bias === undefined ? y : combineArrays(y, bias.reshape([bias.numel, ...new Array<number>(y.rank - 2).fill(1)]), (value, shift) => value + shift);
}

function biasGradient(grad: NdArray): NdArray {
  return sumArray(grad, grad.shape.map((_, dim) => dim).filter((dim) => dim !== 1), false);
}

function record(
  forward: (x: NdArray, weight: NdArray, convolution: Convolution) => NdArray,
  ofInput: (grad: NdArray, weight: NdArray, convolution: Convolution) => NdArray,
  ofWeight: (x: NdArray, grad: NdArray, shape: readonly number[], convolution: Convolution) => NdArray,
): OpRecord<Convolution> {
  return {
    forward: ([x, weight, bias], convolution) => addBias(forward(x!, weight!, convolution), bias),
    gradient: {
      saves: (needs) => ({ inputs: [...(needs[1] ? [0] : []), ...(needs[0] ? [1] : [])] }),
      of: (grad, { attributes, needs, shapes, input }) => [
        needs[0] ? ofInput(grad, input(1), attributes) : null,
        needs[1] ? ofWeight(input(0), grad, shapes[1]!, attributes) : null,
        needs[2] ? biasGradient(grad) : null,
      ],
    },
  };
}

export const convRecord = /* @__PURE__ */ record(small, large, between);
export const convTransposeRecord = /* @__PURE__ */ record(large, small, (x, grad, shape, convolution) => between(grad, x, shape, convolution));
