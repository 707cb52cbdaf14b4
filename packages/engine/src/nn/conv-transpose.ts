/**
 * Transposed convolution layers in one, two and three dimensions. The same in both modes.
 *
 * Guarantees: weight [C, O / groups, *kernel] and bias [O] with PyTorch's default initialisation. Refuses channels that groups do not divide.
 */
import type { Tensor } from '../ops/tensor.ts';
import type { Shape } from '../tensor/shape.ts';
import { checkGroups, drawWeights } from './conv.ts';
import { convolveTransposed, type ConvTransposeOptions } from './functional/convolve.ts';
import { perDimension, type Sizes } from './functional/spatial.ts';
import { ModelessLayer, pythonText } from './layer.ts';
import type { Parameter } from './parameter.ts';

export interface ConvTransposeSettings extends ConvTransposeOptions {
  readonly bias?: boolean;
}

abstract class TransposedConvolution extends ModelessLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Shape;
  readonly stride: Shape;
  readonly padding: Shape;
  readonly outputPadding: Shape;
  readonly dilation: Shape;
  readonly groups: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super();
    const rank = this.rank();
    const { groups = 1 } = settings;
    checkGroups(inChannels, outChannels, groups);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = perDimension(kernelSize, rank, 'kernel_size');
    this.stride = perDimension(settings.stride ?? 1, rank, 'stride');
    this.padding = perDimension(settings.padding ?? 0, rank, 'padding');
    this.outputPadding = perDimension(settings.outputPadding ?? 0, rank, 'output_padding');
    this.dilation = perDimension(settings.dilation ?? 1, rank, 'dilation');
    this.groups = groups;
    const drawn = drawWeights([inChannels, outChannels / groups, ...this.kernelSize], outChannels, settings.bias ?? true);
    this.weight = drawn.weight;
    this.bias = drawn.bias;
  }

  /** How many spatial dimensions there are. */
  protected abstract rank(): 1 | 2 | 3;

  override forward(x: Tensor): Tensor {
    const { stride, padding, outputPadding, dilation, groups } = this;
    return convolveTransposed(this.rank(), x, this.weight, this.bias, { stride, padding, outputPadding, dilation, groups });
  }

  protected override extraRepr(): string {
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${pythonText(this.kernelSize)}, stride=${pythonText(this.stride)}`];
    if (this.padding.some((size) => size !== 0)) parts.push(`padding=${pythonText(this.padding)}`);
    if (this.dilation.some((step) => step !== 1)) parts.push(`dilation=${pythonText(this.dilation)}`);
    if (this.outputPadding.some((size) => size !== 0)) parts.push(`output_padding=${pythonText(this.outputPadding)}`);
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push('bias=False');
    return parts.join(', ');
  }
}

export class ConvTranspose1d extends TransposedConvolution { protected override rank(): 1 { return 1; } }
export class ConvTranspose2d extends TransposedConvolution { protected override rank(): 2 { return 2; } }
export class ConvTranspose3d extends TransposedConvolution { protected override rank(): 3 { return 3; } }
