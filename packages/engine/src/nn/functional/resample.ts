/**
 * Resampling, shuffling between channels and space, and windows as columns.
 *
 * Guarantees: PyTorch's coordinates (2.13, executed): 'nearest' takes floor(i * in / out), 'nearest-exact' floor((i + 0.5) * in / out), 'linear', 'bilinear',
 * 'trilinear' and 'bicubic' (with a = -0.75) use pixel centres, or corners with `alignCorners`; 'area' averages. Input [N, C, *in].
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { cubicWeights } from '../../ops/cubic.ts';
import { foldRecord, resampleRecord, unfoldRecord, type Taps } from '../../ops/spatial-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { convolutionWindows, type Windows } from '../../ops/windows.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { numelOf, type Shape } from '../../tensor/shape.ts';
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './pool.ts';
import { batched, perDimension, type Sizes } from './spatial.ts';

export type InterpolationMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'trilinear' | 'bicubic' | 'area';

export interface InterpolateOptions {
  readonly size?: Sizes | null;
  readonly scaleFactor?: Sizes | null;
  readonly mode?: InterpolationMode;
  readonly alignCorners?: boolean | null;
  /** Computes coordinates from the sizes instead of from the factor given. */
  readonly recomputeScaleFactor?: boolean;
}

/** The neighbours of one output position and their weights. */
function neighbours(at: number, size: number, scale: number, mode: InterpolationMode, alignCorners: boolean): readonly (readonly [number, number])[] {
  const inside = (position: number): number => Math.min(Math.max(position, 0), size - 1);
  if (mode === 'nearest') return [[inside(Math.floor(at * scale)), 1]];
  if (mode === 'nearest-exact') return [[inside(Math.floor((at + 0.5) * scale)), 1]];
  const centre = alignCorners ? at * scale : (at + 0.5) * scale - 0.5;
  if (mode === 'bicubic') {
    const first = Math.floor(centre);
    return cubicWeights(centre - first).map((weight, index) => [inside(first - 1 + index), weight] as const);
  }
  const clipped = Math.max(centre, 0);
  const first = inside(Math.floor(clipped));
  const share = Math.min(clipped - first, 1);
  return [[first, 1 - share], [inside(first + 1), share]];
}

const rankOf: Readonly<Partial<Record<InterpolationMode, number>>> = { linear: 1, bilinear: 2, trilinear: 3, bicubic: 2 };

export function interpolate(x: Tensor, options: InterpolateOptions = {}): Tensor {
  const { size = null, scaleFactor = null, mode = 'nearest', alignCorners = null, recomputeScaleFactor = false } = options;
  const rank = x.dim() - 2;
  if (rank < 1 || rank > 3) throw new RuntimeError(`Input Error: Only 3D, 4D and 5D input Tensors supported (got ${x.dim()}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`);
  if (alignCorners !== null && rankOf[mode] === undefined) throw new ValueError('align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear');
  if (rankOf[mode] !== undefined && rankOf[mode] !== rank) throw new RuntimeError(`Got ${x.dim()}D input, but ${mode} mode needs ${rankOf[mode]! + 2}D input`);
  if (size !== null && scaleFactor !== null) throw new ValueError('only one of size or scale_factor should be defined');
  if (size === null && scaleFactor === null) throw new ValueError('either size or scale_factor should be defined');
  const input = x.shape.slice(2);
  const factors = scaleFactor === null ? null : perDimension(scaleFactor, rank, 'scale_factor');
  const output = factors === null ? perDimension(size!, rank, 'size') : input.map((length, dim) => Math.floor(length * factors[dim]!));
  if (output.some((length) => length < 1)) throw new RuntimeError(`Input and output sizes should be greater than 0, but got input (${input.join(', ')}) and output (${output.join(', ')})`);
  if (mode === 'area') return [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d][rank - 1]!(x, output);
  const corners = alignCorners ?? false;
  const steps = input.map((length, index): Taps => {
    const wanted = output[index]!;
    const scale = corners ? (wanted > 1 ? (length - 1) / (wanted - 1) : 0) : factors !== null && !recomputeScaleFactor ? 1 / factors[index]! : length / wanted;
    const table = Array.from({ length: wanted }, (_, at) => neighbours(at, length, scale, mode, corners));
    return {
      dim: index + 2,
      taps: table[0]!.length,
      source: Int32Array.from(table.flatMap((row) => row.map(([position]) => position))),
      weight: Float64Array.from(table.flatMap((row) => row.map(([, weight]) => weight))),
    };
  });
  return applyOp('resample', resampleRecord, [x], { steps });
}

/** [*, C r^2, H, W] to [*, C, H r, W r]. */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  const r = upscaleFactor;
  if (x.dim() < 3) throw new RuntimeError(`pixel_shuffle expects input to have at least 3 dimensions, but got input with ${x.dim()} dimension(s)`);
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  if (channels % (r * r) !== 0) throw new RuntimeError(`pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${r * r}`);
  const lead = x.shape.slice(0, -3);
  const out = channels / (r * r);
  return x.reshape(-1, out, r, r, height, width).permute(0, 1, 4, 2, 5, 3).reshape([...lead, out, height * r, width * r]);
}

/** [*, C, H r, W r] to [*, C r^2, H, W]. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  const r = downscaleFactor;
  if (x.dim() < 3) throw new RuntimeError(`pixel_unshuffle expects input to have at least 3 dimensions, but got input with ${x.dim()} dimension(s)`);
  const [channels, height, width] = x.shape.slice(-3) as [number, number, number];
  if (height % r !== 0) throw new RuntimeError(`pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=${height} is not divisible by ${r}`);
  if (width % r !== 0) throw new RuntimeError(`pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=${width} is not divisible by ${r}`);
  return x.reshape(-1, channels, height / r, r, width / r, r).permute(0, 1, 3, 5, 2, 4).reshape([...x.shape.slice(0, -3), channels * r * r, height / r, width / r]);
}

/** Deals the channels of [N, C, *] out to `groups` in turn. */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  const [batch, channels] = [x.size(0), x.size(1)];
  if (channels % groups !== 0) throw new RuntimeError(`Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`);
  return x.reshape([batch, groups, channels / groups, numelOf(x.shape.slice(2))]).transpose(1, 2).reshape(x.shape);
}

export interface UnfoldOptions {
  readonly dilation?: Sizes;
  readonly padding?: Sizes;
  readonly stride?: Sizes;
}

function columnWindows(input: Shape, kernelSize: Sizes, options: UnfoldOptions): Windows {
  const each = (sizes: Sizes | undefined, name: string, usual: number): Shape => perDimension(sizes ?? usual, 2, name);
  return convolutionWindows(input, perDimension(kernelSize, 2, 'kernel_size'), each(options.stride, 'stride', 1), each(options.padding, 'padding', 0), each(options.dilation, 'dilation', 1));
}

/** Windows of [N, C, H, W] as columns [N, C * kernel elements, windows]. */
export function unfold(x: Tensor, kernelSize: Sizes, options: UnfoldOptions = {}): Tensor {
  return batched(x, 2, 'unfold', (part) => [applyOp('unfold', unfoldRecord, [part], { windows: columnWindows(part.shape.slice(2), kernelSize, options) })])[0]!;
}

/** Adds columns [N, C * kernel elements, windows] (or without N) back onto [N, C, *outputSize]. */
export function fold(x: Tensor, outputSize: Sizes, kernelSize: Sizes, options: UnfoldOptions = {}): Tensor {
  return batched(x, 1, 'fold', (part) => {
    const windows = columnWindows(perDimension(outputSize, 2, 'output_size'), kernelSize, options);
    const elements = numelOf(windows.kernel);
    if (part.size(1) % elements !== 0) throw new RuntimeError(`Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${part.size(1)} and kernel_size=(${windows.kernel.join(', ')}).`);
    const blocks = numelOf(windows.output);
    if (part.size(2) !== blocks) {
      throw new RuntimeError(`Given output_size=(${windows.input.join(', ')}), kernel_size=(${windows.kernel.join(', ')}), dilation=(${windows.dilation.join(', ')}), padding=(${windows.padding.join(', ')}), stride=(${windows.stride.join(', ')}), expected size of input's dimension 2 to match the calculated number of sliding blocks ${windows.output.join(' * ')} = ${blocks}, but got input.size(2)=${part.size(2)}.`);
    }
    return [applyOp('fold', foldRecord, [part], { windows })];
  })[0]!;
}
