/**
 * Convolution layers in one, two and three dimensions. The same in both modes.
 *
 * Guarantees: weight [O, C / groups, *kernel] and bias [O] with PyTorch's default initialisation (uniform, weight drawn first), so that a seeded layer equals
 * PyTorch's; `paddingMode` 'reflect', 'replicate' and 'circular' pad before the convolution. Refuses channels that groups do not divide.
 */
import { uniform } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import { convolve, type ConvOptions } from './functional/convolve.ts';
import { pad, type PaddingMode } from './functional/pad.ts';
import { perDimension, type Sizes } from './functional/spatial.ts';
import { ModelessLayer, pythonText } from './layer.ts';
import { Parameter } from './parameter.ts';

export interface ConvSettings extends ConvOptions {
  readonly bias?: boolean;
  readonly paddingMode?: 'zeros' | Exclude<PaddingMode, 'constant'>;
}

/** Weight and bias as PyTorch draws them: uniform in ±1/sqrt(fan in), computed as `kaiming_uniform_(a = sqrt(5))` computes it. */
export function drawWeights(shape: Shape, outputs: number, bias: boolean): { readonly weight: Parameter; readonly bias: Parameter | null } {
  const fanIn = numelOf(shape.slice(1));
  const bound = fanIn > 0 ? Math.sqrt(3) * (Math.sqrt(2 / (1 + 5)) / Math.sqrt(fanIn)) : 0;
  const biasBound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const weight = new Parameter(uniform(shape, -bound, bound));
  return { weight, bias: bias ? new Parameter(uniform([outputs], -biasBound, biasBound)) : null };
}

/** @throws ValueError for channels that `groups` does not divide */
export function checkGroups(inChannels: number, outChannels: number, groups: number): void {
  if (groups <= 0) throw new ValueError('groups must be a positive integer');
  if (inChannels % groups !== 0) throw new ValueError('in_channels must be divisible by groups');
  if (outChannels % groups !== 0) throw new ValueError('out_channels must be divisible by groups');
}


abstract class Convolution extends ModelessLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Shape;
  readonly stride: Shape;
  readonly padding: Shape | 'same' | 'valid';
  readonly dilation: Shape;
  readonly groups: number;
  readonly paddingMode: 'zeros' | Exclude<PaddingMode, 'constant'>;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvSettings = {}) {
    super();
    const rank = this.rank();
    const { padding = 0, groups = 1, paddingMode = 'zeros' } = settings;
    checkGroups(inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perDimension(kernelSize, rank, 'kernel_size');
    this.stride = perDimension(settings.stride ?? 1, rank, 'stride');
    this.padding = typeof padding === 'string' ? padding : perDimension(padding, rank, 'padding');
    this.dilation = perDimension(settings.dilation ?? 1, rank, 'dilation');
    this.groups = groups;
    this.paddingMode = paddingMode;
    if (typeof padding === 'string' && padding !== 'same' && padding !== 'valid') throw new ValueError(`Invalid padding string '${String(padding)}', should be one of {'same', 'valid'}`);
    if (padding === 'same' && this.stride.some((step) => step !== 1)) throw new ValueError('padding=\'same\' is not supported for strided convolutions');
    if (!['zeros', 'reflect', 'replicate', 'circular'].includes(paddingMode)) throw new ValueError(`padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${paddingMode}'`);
    const drawn = drawWeights([outChannels, inChannels / groups, ...this.kernelSize], outChannels, settings.bias ?? true);
    this.weight = drawn.weight;
    this.bias = drawn.bias;
  }

  /** How many spatial dimensions there are. */
  protected abstract rank(): 1 | 2 | 3;

  override forward(x: Tensor): Tensor {
    const { stride, dilation, groups } = this;
    const rank = this.rank();
    if (this.paddingMode === 'zeros') return convolve(rank, x, this.weight, this.bias, { stride, padding: this.padding, dilation, groups });
    return convolve(rank, pad(x, this.#surround(), this.paddingMode), this.weight, this.bias, { stride, dilation, groups });
  }

  /** Paddings as `pad` lists them, the last dimension first. */
  #surround(): number[] {
    return this.kernelSize.flatMap((size, dim) => {
      if (this.padding === 'valid') return [[0, 0]];
      const total = this.dilation[dim]! * (size - 1);
      const before = this.padding === 'same' ? Math.floor(total / 2) : this.padding[dim]!;
      return [[before, this.padding === 'same' ? total - before : before]];
    }).reverse().flat();
  }

  protected override extraRepr(): string {
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${pythonText(this.kernelSize)}, stride=${pythonText(this.stride)}`];
    if (typeof this.padding === 'string' || this.padding.some((size) => size !== 0)) parts.push(`padding=${typeof this.padding === 'string' ? this.padding : pythonText(this.padding)}`);
    if (this.dilation.some((step) => step !== 1)) parts.push(`dilation=${pythonText(this.dilation)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push('bias=False');
    if (this.paddingMode !== 'zeros') parts.push(`padding_mode=${this.paddingMode}`);
    return parts.join(', ');
  }
}

export class Conv1d extends Convolution { protected override rank(): 1 { return 1; } }
export class Conv2d extends Convolution { protected override rank(): 2 { return 2; } }
export class Conv3d extends Convolution { protected override rank(): 3 { return 3; } }
