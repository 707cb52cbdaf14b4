/**
 * Batch and layer normalisation by the compiled kernels, forward and backward.
 *
 * Guarantees: the statistics that are left for the caller are doubles, as the reference leaves them. With the inverse deviation r, a
 * channel's output is x * (r * weight) + (bias - mean * r * weight), as PyTorch computes it, and its gradient a * g + b * x + c with
 * a = r * weight, b = -a * r² * sum(g (x - mean)) / m, c = -a * sum(g) / m - b * mean. Null for other types than float32.
 */
import { kernels } from '../backend/backend.ts';
import { sequenceKernels } from '../backend/sequence-kernels.ts';
import { linearMemory } from '../memory/linear-memory.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf } from '../tensor/shape.ts';
import { batchNormRecord, layerNormRecord, type NormAttributes, type Statistics } from './norm-records.ts';
import { over, type Compiled } from './with-compiled.ts';

/** `count` doubles in the linear memory for the time of one call. */
function doubles(...sources: (Float64Array | number)[]): NdArray[] {
  return sources.map((source) => {
    const array = NdArray.uninitialized('float64', [typeof source === 'number' ? source : source.length]);
    if (typeof source !== 'number') linearMemory().f64.set(source, array.address() / 8);
    return array;
  });
}

function readDoubles(array: NdArray): Float64Array {
  const at = array.address() / 8;
  return linearMemory().f64.slice(at, at + array.numel);
}

/** Floats of one function of the channel. */
function floats(count: number, value: (channel: number) => number): NdArray {
  const array = NdArray.uninitialized('float32', [count]);
  const at = array.address() / 4;
  const { f32 } = linearMemory();
  for (let channel = 0; channel < count; channel++) f32[at + channel] = value(channel);
  return array;
}

function release(...arrays: readonly NdArray[]): void {
  for (const array of arrays) array.storage.free();
}

const isFloat32 = (array: NdArray): boolean => array.dtype === 'float32';

function measure(x: NdArray): Statistics {
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const [means, variances] = doubles(channels, channels) as [NdArray, NdArray];
  kernels()!.channelStatistics(x.address(), batch, channels, numelOf(x.shape.slice(2)), means.address(), variances.address());
  const statistics = { mean: readDoubles(means), variance: readDoubles(variances) };
  release(means, variances);
  return statistics;
}

const inverses = (variance: Float64Array, eps: number): Float64Array => variance.map((value) => 1 / Math.sqrt(value + eps));

const compiledBatchNorm: Compiled<NormAttributes['batchNorm']> = {
  forward: (inputs, { eps, given, statistics }) => {
    const compiled = inputs.every(isFloat32) && inputs[0]!.numel > 0 ? kernels() : null;
    if (compiled === null) return null;
    const x = inputs[0]!.contiguous();
    const [batch, channels] = [x.shape[0]!, x.shape[1]!];
    const { mean, variance } = Object.assign(statistics, given ?? measure(x));
    const inverse = inverses(variance, eps);
    const weight = inputs[1]?.contiguousData().slice();
    const bias = inputs[2]?.contiguousData().slice();
    const scales = floats(channels, (channel) => inverse[channel]! * (weight?.[channel] ?? 1));
    const shifts = floats(channels, (channel) => (bias?.[channel] ?? 0) - mean[channel]! * inverse[channel]! * (weight?.[channel] ?? 1));
    const out = NdArray.uninitialized('float32', x.shape);
    compiled.scaleChannels(x.address(), out.address(), batch, channels, numelOf(x.shape.slice(2)), scales.address(), shifts.address());
    release(scales, shifts);
    return out;
  },
  gradient: (grad, { attributes: { eps, given, statistics }, needs, shapes, input }) => {
    const x = input(0).contiguous();
    const compiled = isFloat32(grad) && isFloat32(x) && x.numel > 0 ? kernels() : null;
    if (compiled === null) return null;
    const g = grad.contiguous();
    const [batch, channels, run] = [x.shape[0]!, x.shape[1]!, numelOf(x.shape.slice(2))];
    const { mean } = statistics;
    const inverse = inverses(statistics.variance, eps);
    const [means, sumsAt, productsAt] = doubles(mean, channels, channels) as [NdArray, NdArray, NdArray];
    compiled.channelGradientSums(g.address(), x.address(), batch, channels, run, means.address(), sumsAt.address(), productsAt.address());
    const [sums, products] = [readDoubles(sumsAt), readDoubles(productsAt)];
    release(means, sumsAt, productsAt);
    let dx: NdArray | null = null;
    if (needs[0]) {
      const weight = shapes.length > 1 ? input(1).contiguousData().slice() : null;
      const count = given === null ? batch * run : Infinity;
      const factor = (channel: number): number => inverse[channel]! * (weight?.[channel] ?? 1);
      const slope = (channel: number): number => (-factor(channel) * inverse[channel]! ** 2 * products[channel]!) / count;
      const [a, b, c] = [floats(channels, factor), floats(channels, slope), floats(channels, (channel) => (-factor(channel) * sums[channel]!) / count - slope(channel) * mean[channel]!)];
      dx = NdArray.uninitialized('float32', x.shape);
      compiled.combineChannels(g.address(), x.address(), dx.address(), batch, channels, run, a.address(), b.address(), c.address());
      release(a, b, c);
    }
    const affine = [needs[1] ? floats(channels, (channel) => products[channel]! * inverse[channel]!) : null, needs[2] ? floats(channels, (channel) => sums[channel]!) : null];
    return [dx, ...affine.slice(0, shapes.length - 1)];
  },
};

const compiledLayerNorm: Compiled<NormAttributes['layerNorm']> = {
  forward: (inputs, { eps, dims, statistics }) => {
    const compiled = inputs.every(isFloat32) && inputs[0]!.numel > 0 ? sequenceKernels() : null;
    if (compiled === null) return null;
    const x = inputs[0]!.contiguous();
    const columns = numelOf(x.shape.slice(x.rank - dims));
    const rows = x.numel / columns;
    const out = NdArray.uninitialized('float32', x.shape);
    const [means, variances] = doubles(rows, rows) as [NdArray, NdArray];
    const [weight, bias] = [inputs[1]?.contiguous().address() ?? 0, inputs[2]?.contiguous().address() ?? 0];
    compiled.layerNormRows(x.address(), out.address(), rows, columns, weight, bias, eps, means.address(), variances.address());
    Object.assign(statistics, { mean: readDoubles(means), variance: readDoubles(variances) });
    release(means, variances);
    return out;
  },
  gradient: (grad, { attributes: { eps, dims, statistics }, needs, shapes, input }) => {
    const x = input(0).contiguous();
    const compiled = isFloat32(grad) && isFloat32(x) && x.numel > 0 ? sequenceKernels() : null;
    if (compiled === null) return null;
    const g = grad.contiguous();
    const columns = numelOf(x.shape.slice(x.rank - dims));
    const gradients = shapes.map((shape, index) => (needs[index] ? NdArray.uninitialized('float32', shape) : null));
    for (const affine of gradients.slice(1)) if (affine !== null) compiled.fill(affine.address(), columns, 0);
    const weight = needs[0] && shapes.length > 1 ? input(1).contiguous().address() : 0;
    const [means, variances] = doubles(statistics.mean, statistics.variance) as [NdArray, NdArray];
    const [dx, dWeight, dBias] = gradients.map((array) => array?.address() ?? 0);
    compiled.layerNormGradientRows(g.address(), x.address(), dx ?? 0, x.numel / columns, columns, weight, eps, means.address(), variances.address(), dWeight ?? 0, dBias ?? 0);
    release(means, variances);
    return gradients;
  },
};

export const batchNormOp = /* @__PURE__ */ over(batchNormRecord, compiledBatchNorm);
export const layerNormOp = /* @__PURE__ */ over(layerNormRecord, compiledLayerNorm);
