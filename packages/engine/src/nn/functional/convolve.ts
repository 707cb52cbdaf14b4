/**
 * Convolutions and transposed convolutions over any number of spatial dimensions: what the functions and the layers share.
 *
 * Guarantees: PyTorch's shapes, defaults and checks (2.13, executed). Input [N, C, *in] or, without a batch, [C, *in].
 * 'same' pads so that the output is as long as the input, one more behind than in front where the total is odd; it refuses strides.
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { convOp, convTransposeOp } from '../../ops/compiled-conv.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { convolutionWindows } from '../../ops/windows.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import { batched, perDimension, type Sizes } from './spatial.ts';

export interface ConvOptions {
  readonly stride?: Sizes;
  readonly padding?: Sizes | 'same' | 'valid';
  readonly dilation?: Sizes;
  readonly groups?: number;
}

export interface ConvTransposeOptions {
  readonly stride?: Sizes;
  readonly padding?: Sizes;
  readonly outputPadding?: Sizes;
  readonly dilation?: Sizes;
  readonly groups?: number;
}

const list = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** What both kinds refuse; `channels` is how many the weight expects and `outputs` how many it makes. */
function check(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number, transposed: boolean, channels: number, outputs: number): void {
  const start = `Given ${transposed ? 'transposed=1' : `groups=${groups}`}, weight of size ${list(weight.shape)}, expected `;
  if (!(groups > 0)) throw new RuntimeError('non-positive groups is not supported');
  if (weight.dim() !== x.dim()) throw new RuntimeError(`Expected ${x.dim()}-dimensional weight for ${x.dim()}-dimensional input ${list(x.shape)}, but got weight of size ${list(weight.shape)} instead`);
  if (weight.size(0) % groups !== 0) {
    throw new RuntimeError(`Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size ${list(weight.shape)} instead`);
  }
  if (x.size(1) !== channels) throw new RuntimeError(`${start}input${list(x.shape)} to have ${channels} channels, but got ${x.size(1)} channels instead`);
  if (bias !== null && (bias.dim() !== 1 || bias.numel() !== outputs)) {
    throw new RuntimeError(`Given ${transposed ? 'transposed=1, ' : ''}weight of size ${list(weight.shape)}, expected bias to be 1-dimensional with ${outputs} elements, but got bias of size ${list(bias.shape)} instead`);
  }
}

function checkPositive(stride: readonly number[], dilation: readonly number[]): void {
  if (stride.some((step) => step <= 0)) throw new RuntimeError('non-positive stride is not supported');
  if (dilation.some((step) => step <= 0)) throw new RuntimeError('dilation should be greater than zero');
}

export function convolve(rank: number, input: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions): Tensor {
  const [stride, dilation] = [perDimension(options.stride ?? 1, rank, 'stride'), perDimension(options.dilation ?? 1, rank, 'dilation')];
  const { groups = 1, padding = 0 } = options;
  checkPositive(stride, dilation);
  return batched(input, rank, `conv${rank}d`, (x) => {
    check(x, weight, bias, groups, false, (weight.size(1) ?? 0) * groups, weight.size(0));
    const kernel = weight.shape.slice(2);
    if (padding === 'same' && stride.some((step) => step !== 1)) throw new RuntimeError('padding=\'same\' is not supported for strided convolutions');
    const totals = kernel.map((size, dim) => dilation[dim]! * (size - 1));
    const before = padding === 'same' ? totals.map((total) => Math.floor(total / 2)) : padding === 'valid' ? totals.map(() => 0) : perDimension(padding, rank, 'padding');
    const after = padding === 'same' ? totals.map((total, dim) => total - before[dim]!) : before;
    if (before.some((size) => size < 0)) throw new RuntimeError('negative padding is not supported');
    const windows = convolutionWindows(x.shape.slice(2), kernel, stride, before, dilation, after);
    return [applyOp('conv', convOp, bias === null ? [x, weight] : [x, weight, bias], { windows, groups })];
  })[0]!;
}

export function convolveTransposed(rank: number, input: Tensor, weight: Tensor, bias: Tensor | null, options: ConvTransposeOptions): Tensor {
  const [stride, dilation] = [perDimension(options.stride ?? 1, rank, 'stride'), perDimension(options.dilation ?? 1, rank, 'dilation')];
  const [padding, extra] = [perDimension(options.padding ?? 0, rank, 'padding'), perDimension(options.outputPadding ?? 0, rank, 'output_padding')];
  const { groups = 1 } = options;
  checkPositive(stride, dilation);
  return batched(input, rank, `conv_transpose${rank}d`, (x) => {
    check(x, weight, bias, groups, true, weight.size(0), (weight.size(1) ?? 0) * groups);
    if (extra.some((size, dim) => size >= stride[dim]! && size >= dilation[dim]!)) {
      throw new RuntimeError(`output padding must be smaller than either stride or dilation, but got output_padding: ${list(extra)} stride: ${list(stride)} dilation: ${list(dilation)}`);
    }
    const kernel = weight.shape.slice(2);
    const small = x.shape.slice(2);
    const large = small.map((size, dim) => (size - 1) * stride[dim]! - 2 * padding[dim]! + dilation[dim]! * (kernel[dim]! - 1) + extra[dim]! + 1);
    if (large.some((size) => size <= 0)) {
      throw new RuntimeError(`Given input size per channel: (${small.join(' x ')}). Calculated output size per channel: (${large.join(' x ')}). Output size is too small`);
    }
    const windows = { input: large, output: small, kernel, stride, padding, dilation };
    return [applyOp('convTranspose', convTransposeOp, bias === null ? [x, weight] : [x, weight, bias], { windows, groups })];
  })[0]!;
}
