/**
 * Pooling as functions: maximum, average, power average, adaptive, fractional, and the partial inverse of the maximum.
 *
 * Guarantees: PyTorch's shapes, defaults and checks (2.13, executed). Input [N, C, *in] or, without a batch, [C, *in]. `fractionalMaxPool` draws
 * its windows in both modes unless they are given (mode inventory 1c).
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { rand } from '../../ops/creation.ts';
import { stack } from '../../ops/joining.ts';
import { avgPoolRecord, cellsOf, maxPoolIndicesRecord, maxPoolRecord, maxUnpoolRecord, type Cells } from '../../ops/pool-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { numelOf, type Shape } from '../../tensor/shape.ts';
import { batched, perDimension, type Sizes } from './spatial.ts';

export interface MaxPoolOptions {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
  readonly dilation?: Sizes;
  readonly ceilMode?: boolean;
}

export interface AvgPoolOptions {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
  readonly divisorOverride?: number | null;
}

type Range = readonly number[];

/** How many windows fit; with `ceilMode` the last may hang over, but must start inside the input or the padding before it. */
function pooledSize(size: number, kernel: number, stride: number, padding: number, dilation: number, ceilMode: boolean): number {
  const span = size + 2 * padding - dilation * (kernel - 1) - 1;
  const count = Math.floor((span + (ceilMode ? stride - 1 : 0)) / stride) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}

interface Fixed {
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: Shape;
  readonly dilation: Shape;
  readonly output: Shape;
}

function fixedWindows(input: Shape, kernelSize: Sizes, options: MaxPoolOptions): Fixed {
  const rank = input.length;
  const kernel = perDimension(kernelSize, rank, 'kernel_size');
  const stride = options.stride == null ? kernel : perDimension(options.stride, rank, 'stride');
  const padding = perDimension(options.padding ?? 0, rank, 'padding');
  const dilation = perDimension(options.dilation ?? 1, rank, 'dilation');
  if (stride.some((step) => step <= 0)) throw new RuntimeError('stride should not be zero');
  if (padding.some((size, dim) => size > (dilation[dim]! * (kernel[dim]! - 1) + 1) / 2)) {
    throw new RuntimeError(`pad should be at most half of effective kernel size, but got pad=${padding[0]}, kernel_size=${kernel[0]} and dilation=${dilation[0]}`);
  }
  const output = input.map((size, dim) => pooledSize(size, kernel[dim]!, stride[dim]!, padding[dim]!, dilation[dim]!, options.ceilMode ?? false));
  if (output.some((size) => size < 1)) {
    const sizes = (shape: Shape): string => `(${shape.join('x')})`;
    throw new RuntimeError(`Given input size: ${sizes(input)}. Calculated output size: ${sizes(output)}. Output size is too small`);
  }
  return { kernel, stride, padding, dilation, output };
}

function fixedCells(input: Shape, { kernel, stride, padding, dilation, output }: Fixed): Cells {
  return cellsOf(input, input.map((size, dim) => Array.from({ length: output[dim]! }, (_, at): Range => {
    const start = at * stride[dim]! - padding[dim]!;
    return Array.from({ length: kernel[dim]! }, (_unused, index) => start + index * dilation[dim]!).filter((position) => position >= 0 && position < size);
  })));
}

/** [start, end) of the window `at` of `output` adaptive ones. */
function adaptiveRange(at: number, output: number, size: number): Range {
  const start = Math.floor((at * size) / output);
  const end = Math.ceil(((at + 1) * size) / output);
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function adaptiveCells(x: Tensor, outputSize: Sizes | readonly (number | null)[], rank: number): Cells {
  const input = x.shape.slice(-rank);
  const wanted = typeof outputSize === 'number' ? new Array<number>(rank).fill(outputSize) : outputSize;
  if (wanted.length !== rank) throw new ValueError('Input dimension should be at least ' + (wanted.length + 1));
  return cellsOf(input, input.map((size, dim) => {
    const output = wanted[dim] ?? size;
    return Array.from({ length: output }, (_, at) => adaptiveRange(at, output, size));
  }));
}

function cellSizes(cells: Cells): Float64Array {
  return Float64Array.from({ length: cells.starts.length - 1 }, (_, at) => cells.starts[at + 1]! - cells.starts[at]!);
}

type Pair = readonly [Tensor, Tensor];

function maxOver(x: Tensor, cells: Cells): readonly [Tensor] {
  return [applyOp('maxPool', maxPoolRecord, [x], { cells })];
}

function maxAndIndices(x: Tensor, cells: Cells): Pair {
  return [maxOver(x, cells)[0], applyOp('maxPoolIndices', maxPoolIndicesRecord, [x], { cells })];
}

function maxPooled<T extends readonly Tensor[]>(rank: number, input: Tensor, kernelSize: Sizes, options: MaxPoolOptions, pool: (x: Tensor, cells: Cells) => T): T {
  return batched(input, rank, `max_pool${rank}d`, (x) => pool(x, fixedCells(x.shape.slice(2), fixedWindows(x.shape.slice(2), kernelSize, options))));
}

export const maxPool1d = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor => maxPooled(1, input, kernelSize, options, maxOver)[0];
export const maxPool2d = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor => maxPooled(2, input, kernelSize, options, maxOver)[0];
export const maxPool3d = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor => maxPooled(3, input, kernelSize, options, maxOver)[0];
/** The maxima and where they are, int64, row-major within each channel. */
export const maxPool1dWithIndices = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Pair => maxPooled(1, input, kernelSize, options, maxAndIndices);
export const maxPool2dWithIndices = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Pair => maxPooled(2, input, kernelSize, options, maxAndIndices);
export const maxPool3dWithIndices = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Pair => maxPooled(3, input, kernelSize, options, maxAndIndices);

function avgPooled(rank: number, input: Tensor, kernelSize: Sizes, options: AvgPoolOptions): Tensor {
  const { ceilMode = false, countIncludePad = true, divisorOverride = null } = options;
  if (divisorOverride === 0) throw new RuntimeError('divisor must be not zero');
  return batched(input, rank, `avg_pool${rank}d`, (x) => {
    const size = x.shape.slice(2);
    const windows = fixedWindows(size, kernelSize, { ...options, ceilMode });
    if (rank === 3 && size.some((length, dim) => length < windows.kernel[dim]!)) {
      const named = (letters: string, sizes: Shape): string => sizes.map((part, dim) => `${letters.slice(0, -3)}${letters.at(dim - 3)}: ${part}`).join(' ');
      throw new RuntimeError(`input image (${named('THW', size)}) smaller than kernel size (${named('kTHW', windows.kernel)})`);
    }
    const cells = fixedCells(size, windows);
    let divisors = cellSizes(cells);
    if (divisorOverride !== null) divisors = divisors.fill(divisorOverride);
    else if (countIncludePad) {
      // The part of each window that lies in the input or its padding.
      divisors = cellSizes(cellsOf(size, size.map((length, dim) => Array.from({ length: windows.output[dim]! }, (_, at): Range => {
        const start = at * windows.stride[dim]! - windows.padding[dim]!;
        return new Array<number>(Math.min(start + windows.kernel[dim]!, length + windows.padding[dim]!) - start).fill(0);
      }))));
    }
    return [applyOp('avgPool', avgPoolRecord, [x], { cells, divisors })];
  })[0]!;
}

export const avgPool1d = (input: Tensor, kernelSize: Sizes, options: Omit<AvgPoolOptions, 'divisorOverride'> = {}): Tensor => avgPooled(1, input, kernelSize, options);
export const avgPool2d = (input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor => avgPooled(2, input, kernelSize, options);
export const avgPool3d = (input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor => avgPooled(3, input, kernelSize, options);

/** One size for all dimensions, or one for each, where null keeps the size of the input. */
export type OutputSize = number | readonly (number | null)[];

function adaptiveMax(rank: number, input: Tensor, outputSize: OutputSize): Pair {
  return batched(input, rank, `adaptive_max_pool${rank}d`, (x) => maxAndIndices(x, adaptiveCells(x, outputSize, rank)));
}

function adaptiveAverage(rank: number, input: Tensor, outputSize: OutputSize): Tensor {
  return batched(input, rank, `adaptive_avg_pool${rank}d`, (x) => {
    const cells = adaptiveCells(x, outputSize, rank);
    return [applyOp('avgPool', avgPoolRecord, [x], { cells, divisors: cellSizes(cells) })];
  })[0]!;
}

export const adaptiveAvgPool1d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveAverage(1, input, outputSize);
export const adaptiveAvgPool2d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveAverage(2, input, outputSize);
export const adaptiveAvgPool3d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveAverage(3, input, outputSize);
export const adaptiveMaxPool1d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveMax(1, input, outputSize)[0];
export const adaptiveMaxPool2d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveMax(2, input, outputSize)[0];
export const adaptiveMaxPool3d = (input: Tensor, outputSize: OutputSize): Tensor => adaptiveMax(3, input, outputSize)[0];
export const adaptiveMaxPool1dWithIndices = (input: Tensor, outputSize: OutputSize): Pair => adaptiveMax(1, input, outputSize);
export const adaptiveMaxPool2dWithIndices = (input: Tensor, outputSize: OutputSize): Pair => adaptiveMax(2, input, outputSize);
export const adaptiveMaxPool3dWithIndices = (input: Tensor, outputSize: OutputSize): Pair => adaptiveMax(3, input, outputSize);

export interface LPPoolOptions {
  readonly stride?: Sizes | null;
  readonly ceilMode?: boolean;
}

/** (sum of x^p over the window)^(1/p), by way of the average as PyTorch computes it; for p = Infinity the largest absolute value, for -Infinity the smallest. */
function powerPooled(rank: number, input: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions): Tensor {
  if (Math.abs(normType) === Infinity) {
    const sign = Math.sign(normType);
    return maxPooled(rank, input.abs().mul(sign), kernelSize, { stride: options.stride ?? null, ceilMode: options.ceilMode ?? false }, maxOver)[0].mul(sign);
  }
  const average = avgPooled(rank, input.pow(normType), kernelSize, { stride: options.stride ?? null, padding: 0, ceilMode: options.ceilMode ?? false });
  const sign = average.gt(0).to(average.dtype).sub(average.lt(0).to(average.dtype));
  return sign.mul(average.abs().relu()).mul(numelOf(perDimension(kernelSize, rank, 'kernel_size'))).pow(1 / normType);
}

export const lpPool1d = (input: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions = {}): Tensor => powerPooled(1, input, normType, kernelSize, options);
export const lpPool2d = (input: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions = {}): Tensor => powerPooled(2, input, normType, kernelSize, options);
export const lpPool3d = (input: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions = {}): Tensor => powerPooled(3, input, normType, kernelSize, options);

export interface MaxUnpoolOptions {
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
  readonly outputSize?: Shape | null;
}

function unpooled(rank: number, input: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions): Tensor {
  if (indices.dtype !== 'int64') throw new RuntimeError(`elements in indices should be type int64 but got: ${indices.dtype}`);
  const kernel = perDimension(kernelSize, rank, 'kernel_size');
  const stride = options.stride == null ? kernel : perDimension(options.stride, rank, 'stride');
  const padding = perDimension(options.padding ?? 0, rank, 'padding');
  const usual = input.shape.slice(-rank).map((size, dim) => (size - 1) * stride[dim]! + kernel[dim]! - 2 * padding[dim]!);
  const size = options.outputSize == null ? usual : options.outputSize.slice(-rank);
  for (const [dim, length] of size.entries()) {
    const [low, high] = [usual[dim]! - stride[dim]!, usual[dim]! + stride[dim]!];
    if (!(low < length && length < high)) throw new ValueError(`invalid output_size "[${size.join(', ')}]" (dim ${dim} must be between ${low} and ${high})`);
  }
  return applyOp('maxUnpool', maxUnpoolRecord, [input, indices], { size });
}

/** Puts pooled maxima back where they came from, zeros elsewhere. */
export const maxUnpool1d = (input: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions = {}): Tensor => unpooled(1, input, indices, kernelSize, options);
export const maxUnpool2d = (input: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions = {}): Tensor => unpooled(2, input, indices, kernelSize, options);
export const maxUnpool3d = (input: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions = {}): Tensor => unpooled(3, input, indices, kernelSize, options);

export interface FractionalMaxPoolOptions {
  readonly outputSize?: Sizes | null;
  /** Output as a part of the input, each in (0, 1); give either this or `outputSize`. */
  readonly outputRatio?: Sizes | null;
  /** Uniform numbers [N, C, rank] that place the windows; drawn if missing. */
  readonly randomSamples?: Tensor | null;
}

/** Window starts after Graham 2014, as ATen's `generate_intervals`. */
function fractionalStarts(sample: number, input: number, output: number, pool: number): number[] {
  const alpha = output > 1 ? (input - pool) / (output - 1) : 0;
  return Array.from({ length: output }, (_, at) => (at === output - 1 ? input - pool : Math.trunc((at + sample) * alpha) - Math.trunc(sample * alpha)));
}

function fractionalPooled(rank: number, input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions): Pair {
  const { outputSize = null, outputRatio = null } = options;
  if (outputSize === null && outputRatio === null) throw new ValueError(`fractional_max_pool${rank}d requires specifying either an output_size or an output_ratio`);
  return batched(input, rank, `fractional_max_pool${rank}d`, (x) => {
    const [batch, channels] = [x.size(0), x.size(1)];
    const size = x.shape.slice(2);
    const kernel = perDimension(kernelSize, rank, 'kernel_size');
    const output = outputSize === null ? perDimension(outputRatio!, rank, 'output_ratio').map((ratio, dim) => Math.trunc(size[dim]! * ratio)) : perDimension(outputSize, rank, 'output_size');
    const [called, sides] = rank === 2 ? ['fractional_max_pool2d', ['height', 'width']] as const : ['fractional_max_pool3d_out', ['time', 'height', 'width']] as const;
    for (const [dim, length] of size.entries()) {
      // In three dimensions PyTorch wants one element more than the windows need.
      if (output[dim]! + kernel[dim]! - 1 > length - (rank - 2)) throw new RuntimeError(`${called}(): pool ${sides[dim]} ${kernel[dim]} too large relative to input ${sides[dim]} ${length}`);
    }
    const samples = (options.randomSamples ?? rand(batch, channels, rank)).array.contiguousData();
    // Each channel has windows of its own; what is pooled one by one is put together as PyTorch lays it out.
    const parts = Array.from({ length: batch * channels }, (_, channel) => {
      // In two dimensions the samples name the last one first, in three they do not (ATen's FractionalMaxPool2d.cpp and 3d.cpp).
      const covered = size.map((length, dim) =>
        fractionalStarts(samples[channel * rank + (rank === 2 ? 1 - dim : dim)]!, length, output[dim]!, kernel[dim]!).map((start) => Array.from({ length: kernel[dim]! }, (_unused, index) => start + index)),
      );
      return maxAndIndices(x.select(0, Math.floor(channel / channels)).select(0, channel % channels), cellsOf(size, covered));
    });
    const join = (which: 0 | 1): Tensor => stack(parts.map((part) => part[which])).reshape([batch, channels, ...output]);
    return [join(0), join(1)] as const;
  });
}

export const fractionalMaxPool2d = (input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions = {}): Tensor => fractionalPooled(2, input, kernelSize, options)[0];
export const fractionalMaxPool3d = (input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions = {}): Tensor => fractionalPooled(3, input, kernelSize, options)[0];
export const fractionalMaxPool2dWithIndices = (input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions = {}): Pair => fractionalPooled(2, input, kernelSize, options);
export const fractionalMaxPool3dWithIndices = (input: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions = {}): Pair => fractionalPooled(3, input, kernelSize, options);
