/**
 * Normalisations, each as one operation with its affine part: batch, layer, group, RMS and local response.
 *
 * Guarantees: sums in double precision, variances biased (mode inventory 1d; PyTorch 2.13, executed). `batchNorm` leaves the mean and
 * variance that it used in `attributes.statistics`, from where the caller moves the running ones. Inputs are x, then weight, then
 * bias, the last two only if there are any. With m elements in a group, y = (x - mean) / sqrt(var + eps) and h = gradient * weight:
 * dx = (h - mean(h) - y * mean(h * y)) / sqrt(var + eps).
 */
import type { GradientContext, OpRecord } from '../autograd/op-record.ts';
import { allocate, type TypedArray } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { Records } from './records.ts';
import { floatingKernel } from './refuse-types.ts';

/** One mean and one biased variance per group, filled in by the forward computation. */
export interface Statistics {
  mean: Float64Array;
  variance: Float64Array;
}

export interface NormAttributes {
  /** Groups are channels (dimension 1). With `given` statistics the batch's own are not looked at. */
  readonly batchNorm: { readonly eps: number; readonly given: Statistics | null; readonly statistics: Statistics };
  /** Groups are what the last `dims` dimensions hold; weight and bias have their shape. */
  readonly layerNorm: { readonly eps: number; readonly dims: number; readonly statistics: Statistics };
  /** Groups are runs of channels; weight and bias are per channel. */
  readonly groupNorm: { readonly eps: number; readonly groups: number; readonly statistics: Statistics };
  readonly rmsNorm: { readonly eps: number; readonly dims: number };
  readonly localResponseNorm: { readonly size: number; readonly alpha: number; readonly beta: number; readonly k: number };
}

export function emptyStatistics(): Statistics {
  return { mean: new Float64Array(0), variance: new Float64Array(0) };
}

/** How the row-major elements of x fall into groups and onto weights: x is runs of `run` elements, run r in group and at weight as told. */
interface Layout {
  readonly run: number;
  readonly runs: number;
  readonly groups: number;
  groupOf(run: number): number;
  /** Index of the weight of the first element of a run; the others have the same one, or follow if `spread`. */
  weightOf(run: number): number;
  readonly spread: boolean;
}

function channelLayout(shape: Shape): Layout {
  const channels = shape[1]!;
  const runs = shape[0]! * channels;
  return { run: numelOf(shape.slice(2)), runs, groups: channels, groupOf: (run) => run % channels, weightOf: (run) => run % channels, spread: false };
}

function rowLayout(shape: Shape, dims: number): Layout {
  const run = numelOf(shape.slice(shape.length - dims));
  const runs = numelOf(shape.slice(0, shape.length - dims));
  return { run, runs, groups: runs, groupOf: (at) => at, weightOf: () => 0, spread: true };
}

function groupLayout(shape: Shape, groups: number): Layout {
  const channels = shape[1]!;
  const each = channels / groups;
  return { run: numelOf(shape.slice(2)), runs: shape[0]! * channels, groups: shape[0]! * groups, groupOf: (run) => Math.floor(run / each), weightOf: (run) => run % channels, spread: false };
}

function measure(x: ArrayLike<number>, layout: Layout): Statistics {
  const { run, runs, groups } = layout;
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  const count = (runs / groups) * run;
  for (let at = 0, index = 0; at < runs; at++) {
    let sum = 0;
    for (const end = index + run; index < end; index++) sum += x[index]!;
    mean[layout.groupOf(at)]! += sum;
  }
  for (let group = 0; group < groups; group++) mean[group]! /= count;
  for (let at = 0, index = 0; at < runs; at++) {
    const group = layout.groupOf(at);
    const centre = mean[group]!;
    let squares = 0;
    for (const end = index + run; index < end; index++) squares += (x[index]! - centre) ** 2;
    variance[group]! += squares;
  }
  for (let group = 0; group < groups; group++) variance[group]! /= count;
  return { mean, variance };
}

const inverseOf = (variance: Float64Array, eps: number): Float64Array => variance.map((value) => 1 / Math.sqrt(value + eps));

function normalize(inputs: readonly NdArray[], layout: Layout, { mean, variance }: Statistics, eps: number): NdArray {
  const x = inputs[0]!;
  const source = x.contiguousData();
  const weight = inputs[1]?.contiguousData();
  const bias = inputs[2]?.contiguousData();
  const inverse = inverseOf(variance, eps);
  const out = allocate(x.dtype, source.length);
  const step = layout.spread ? 1 : 0;
  for (let at = 0, index = 0; at < layout.runs; at++) {
    const group = layout.groupOf(at);
    const [centre, scale] = [mean[group]!, inverse[group]!];
    let w = layout.weightOf(at);
    for (const end = index + layout.run; index < end; index++, w += step) {
      const y = (source[index]! - centre) * scale;
      out[index] = weight === undefined ? y : y * weight[w]! + (bias === undefined ? 0 : bias[w]!);
    }
  }
  return NdArray.from(x.dtype, x.shape, out);
}

/** Gradients of x, weight and bias. With `fixed` statistics they are constants to x. */
function differentiate(grad: NdArray, context: GradientContext<unknown>, layout: Layout, { mean, variance }: Statistics, eps: number, fixed: boolean): (NdArray | null)[] {
  const { needs, shapes } = context;
  const g = grad.contiguousData();
  const affine = shapes.length > 1;
  const x = needs[1] || (needs[0] && !fixed) ? context.input(0).contiguousData() : undefined;
  const weight = needs[0] && affine ? context.input(1).contiguousData() : undefined;
  const inverse = inverseOf(variance, eps);
  const size = affine ? numelOf(shapes[1]!) : 0;
  const [ofWeight, ofBias] = [new Float64Array(size), new Float64Array(size)];
  const [sums, products] = [new Float64Array(layout.groups), new Float64Array(layout.groups)];
  const step = layout.spread ? 1 : 0;
  for (let at = 0, index = 0; at < layout.runs; at++) {
    const group = layout.groupOf(at);
    const [centre, scale] = [mean[group]!, inverse[group]!];
    let w = layout.weightOf(at);
    let sum = 0;
    let product = 0;
    for (const end = index + layout.run; index < end; index++, w += step) {
      const y = x === undefined ? 0 : (x[index]! - centre) * scale;
      const h = weight === undefined ? g[index]! : g[index]! * weight[w]!;
      sum += h;
      product += h * y;
      if (size > 0) {
        ofWeight[w]! += g[index]! * y;
        ofBias[w]! += g[index]!;
      }
    }
    sums[group]! += sum;
    products[group]! += product;
  }
  const gradients: (NdArray | null)[] = [needs[0] ? NdArray.from(grad.dtype, shapes[0]!, ofInput()) : null];
  for (const [index, values] of [ofWeight, ofBias].entries()) {
    if (shapes.length > index + 1) gradients.push(needs[index + 1] ? NdArray.from('float64', shapes[index + 1]!, values).copy(grad.dtype) : null);
  }
  return gradients;

  function ofInput(): TypedArray {
    const out = allocate(grad.dtype, g.length);
    const count = (layout.runs / layout.groups) * layout.run;
    for (let at = 0, index = 0; at < layout.runs; at++) {
      const group = layout.groupOf(at);
      const [centre, scale] = [mean[group]!, inverse[group]!];
      const [meanH, meanHY] = fixed ? [0, 0] : [sums[group]! / count, products[group]! / count];
      let w = layout.weightOf(at);
      for (const end = index + layout.run; index < end; index++, w += step) {
        const h = weight === undefined ? g[index]! : g[index]! * weight[w]!;
        out[index] = (x === undefined || fixed ? h : h - meanH - (x[index]! - centre) * scale * meanHY) * scale;
      }
    }
    return out;
  }
}

function saves(needs: readonly boolean[]): { readonly inputs: readonly number[] } {
  return { inputs: [0, ...(needs[0] && needs.length > 1 ? [1] : [])] };
}

/** A normalisation by the statistics of its own input. */
function byOwnStatistics<A extends { readonly eps: number; readonly statistics: Statistics }>(layoutOf: (shape: Shape, attributes: A) => Layout): OpRecord<A> {
  return {
    forward: (inputs, attributes) => {
      const layout = layoutOf(inputs[0]!.shape, attributes);
      Object.assign(attributes.statistics, measure(inputs[0]!.contiguousData(), layout));
      return normalize(inputs, layout, attributes.statistics, attributes.eps);
    },
    gradient: {
      saves,
      of: (grad, context) => differentiate(grad, context, layoutOf(context.shapes[0]!, context.attributes), context.attributes.statistics, context.attributes.eps, false),
    },
  };
}

/** Rows of the last `dims` dimensions with the root of their mean square. */
function eachRow(shape: Shape, dims: number, x: ArrayLike<number>, eps: number, visit: (start: number, length: number, inverse: number) => void): void {
  const length = numelOf(shape.slice(shape.length - dims));
  for (let start = 0; start < x.length; start += length) {
    let squares = 0;
    for (let index = start; index < start + length; index++) squares += x[index]! * x[index]!;
    visit(start, length, 1 / Math.sqrt(squares / length + eps));
  }
}

/** Calls `visit` with the sum of squares of the channels around every element. */
function eachNeighbourhood(shape: Shape, size: number, x: ArrayLike<number>, visit: (index: number, mean: number) => void): void {
  const channels = shape[1]!;
  const area = numelOf(shape.slice(2));
  // As PyTorch pads: size / 2 channels in front, (size - 1) / 2 behind, and divides by `size` at the border, too.
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  for (let index = 0; index < x.length; index++) {
    const channel = Math.floor(index / area) % channels;
    let squares = 0;
    for (let other = Math.max(channel - before, 0); other <= Math.min(channel + after, channels - 1); other++) squares += x[index + (other - channel) * area]! ** 2;
    visit(index, squares / size);
  }
}

export const batchNormRecord: OpRecord<NormAttributes['batchNorm']> = /* @__PURE__ */ floatingKernel('batch_norm', {
  forward: (inputs, { eps, given, statistics }) => {
    const layout = channelLayout(inputs[0]!.shape);
    Object.assign(statistics, given ?? measure(inputs[0]!.contiguousData(), layout));
    return normalize(inputs, layout, statistics, eps);
  },
  gradient: {
    saves: (needs) => saves(needs),
    of: (grad, context) => {
      const { eps, given, statistics } = context.attributes;
      return differentiate(grad, context, channelLayout(context.shapes[0]!), statistics, eps, given !== null);
    },
  },
});

export const layerNormRecord: OpRecord<NormAttributes['layerNorm']> = /* @__PURE__ */ floatingKernel('LayerNormKernelImpl', /* @__PURE__ */ byOwnStatistics((shape, { dims }) => rowLayout(shape, dims)));

export const groupNormRecord: OpRecord<NormAttributes['groupNorm']> = /* @__PURE__ */ floatingKernel('GroupNormKernelImpl', /* @__PURE__ */ byOwnStatistics((shape, { groups }) => groupLayout(shape, groups)));

export const rmsNormRecord: OpRecord<NormAttributes['rmsNorm']> = /* @__PURE__ */ floatingKernel('rms_norm', {
  forward: ([x, weight], { eps, dims }) => {
    const source = x!.contiguousData();
    const scale = weight?.contiguousData();
    const out = allocate(x!.dtype, source.length);
    eachRow(x!.shape, dims, source, eps, (start, length, inverse) => {
      for (let index = 0; index < length; index++) out[start + index] = source[start + index]! * inverse * (scale === undefined ? 1 : scale[index]!);
    });
    return NdArray.from(x!.dtype, x!.shape, out);
  },
  gradient: {
    saves: (needs) => ({ inputs: [0, ...(needs[0] && needs.length > 1 ? [1] : [])] }),
    // With r = 1 / root and h = gradient * weight: dx = r * (h - x * r^2 * mean(h * x)).
    of: (grad, { attributes: { eps, dims }, needs, shapes, input }) => {
      const [g, x] = [grad.contiguousData(), input(0).contiguousData()];
      const scale = needs[0] && shapes.length > 1 ? input(1).contiguousData() : undefined;
      const out = allocate(grad.dtype, g.length);
      const ofWeight = new Float64Array(numelOf(shapes[0]!.slice(shapes[0]!.length - dims)));
      eachRow(shapes[0]!, dims, x, eps, (start, length, inverse) => {
        let product = 0;
        for (let index = 0; index < length; index++) {
          product += g[start + index]! * (scale === undefined ? 1 : scale[index]!) * x[start + index]!;
          ofWeight[index]! += g[start + index]! * x[start + index]! * inverse;
        }
        const pull = (product / length) * inverse * inverse;
        for (let index = 0; index < length; index++) out[start + index] = inverse * (g[start + index]! * (scale === undefined ? 1 : scale[index]!) - x[start + index]! * pull);
      });
      const gradients: (NdArray | null)[] = [needs[0] ? NdArray.from(grad.dtype, shapes[0]!, out) : null];
      if (shapes.length > 1) gradients.push(needs[1] ? NdArray.from('float64', shapes[1]!, ofWeight).copy(grad.dtype) : null);
      return gradients;
    },
  },
});

export const localResponseNormRecord: OpRecord<NormAttributes['localResponseNorm']> = {
  forward: ([x], { size, alpha, beta, k }) => {
    const source = x!.contiguousData();
    const out = allocate(x!.dtype, source.length);
    eachNeighbourhood(x!.shape, size, source, (index, mean) => (out[index] = source[index]! / (k + alpha * mean) ** beta));
    return NdArray.from(x!.dtype, x!.shape, out);
  },
  gradient: {
    saves: () => ({ inputs: [0] }),
    // y_i = x_i d_i^-beta, d_i = k + alpha / size * sum of x_j^2: dx_j = g_j d_j^-beta - 2 alpha beta / size * x_j * sum over i near j of g_i x_i d_i^(-beta - 1).
    of: (grad, { attributes: { size, alpha, beta, k }, shapes, input }) => {
      const [g, x] = [grad.contiguousData(), input(0).contiguousData()];
      const [shape, channels, area] = [shapes[0]!, shapes[0]![1]!, numelOf(shapes[0]!.slice(2))];
      const out = new Float64Array(g.length);
      const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
      eachNeighbourhood(shape, size, x, (index, mean) => {
        const base = k + alpha * mean;
        out[index]! += g[index]! * base ** -beta;
        const pull = ((2 * alpha * beta) / size) * g[index]! * x[index]! * base ** (-beta - 1);
        const channel = Math.floor(index / area) % channels;
        for (let other = Math.max(channel - before, 0); other <= Math.min(channel + after, channels - 1); other++) {
          const at = index + (other - channel) * area;
          out[at]! -= x[at]! * pull;
        }
      });
      return [NdArray.from('float64', shape, out).copy(grad.dtype)];
    },
  },
};

export const normRecords: Records<NormAttributes> = {
  batchNorm: batchNormRecord,
  layerNorm: layerNormRecord,
  groupNorm: groupNormRecord,
  rmsNorm: rmsNormRecord,
  localResponseNorm: localResponseNormRecord,
};
