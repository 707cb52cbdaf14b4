/**
 * Transposed convolution layers in one, two and three dimensions. The same in both modes.
 *
 * Guarantees: weight [C, O / groups, *kernel] and bias [O] with PyTorch's default initialisation. Refuses channels that groups do not divide.
 */
import type { Tensor } from '../ops/tensor.ts';
import type { Shape } from '../tensor/shape.ts';
import { checkGroups, drawWeights } from './conv.ts';
import { convTranspose1d, convTranspose2d, convTranspose3d, type ConvTransposeOptions } from './functional/conv.ts';
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

  constructor(rank: number, inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings) {
    super();
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

  protected abstract convolve(x: Tensor, options: ConvTransposeOptions): Tensor;

  override forward(x: Tensor): Tensor {
    const { stride, padding, outputPadding, dilation, groups } = this;
    return this.convolve(x, { stride, padding, outputPadding, dilation, groups });
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

export class ConvTranspose1d extends TransposedConvolution {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(1, inChannels, outChannels, kernelSize, settings);
  }

  protected override convolve(x: Tensor, options: ConvTransposeOptions): Tensor {
    return convTranspose1d(x, this.weight, this.bias, options);
  }
}

export class ConvTranspose2d extends TransposedConvolution {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(2, inChannels, outChannels, kernelSize, settings);
  }

  protected override convolve(x: Tensor, options: ConvTransposeOptions): Tensor {
    return convTranspose2d(x, this.weight, this.bias, options);
  }
}

export class ConvTranspose3d extends TransposedConvolution {
  constructor(inChannels: number, outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(3, inChannels, outChannels, kernelSize, settings);
  }

  protected override convolve(x: Tensor, options: ConvTransposeOptions): Tensor {
    return convTranspose3d(x, this.weight, this.bias, options);
  }
}
