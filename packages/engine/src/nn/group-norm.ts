/**
 * Normalisations that are the same in both modes: by groups of channels, by the root of the mean square, by neighbouring channels.
 *
 * Guarantees: weights of ones and biases of zeros, unless switched off. Refuses channels that the groups do not divide.
 */
import { ones, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { groupNorm, localResponseNorm, rmsNorm } from './functional/norm.ts';
import { ModelessLayer, settingsText } from './layer.ts';
import { Parameter } from './parameter.ts';

export class GroupNorm extends ModelessLayer {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, options: { readonly eps?: number; readonly affine?: boolean; readonly bias?: boolean } = {}) {
    super();
    if (numChannels % numGroups !== 0) throw new ValueError(`num_channels (${numChannels}) must be divisible by num_groups (${numGroups})`);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = options.eps ?? 1e-5;
    this.affine = options.affine ?? true;
    this.weight = this.affine ? new Parameter(ones(numChannels)) : null;
    this.bias = this.affine && (options.bias ?? true) ? new Parameter(zeros(numChannels)) : null;
  }

  override forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, this.weight, this.bias, this.eps);
  }

  protected override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, ${settingsText({ eps: this.eps, affine: this.affine, bias: this.bias !== null })}`;
  }
}

export class RMSNorm extends ModelessLayer {
  readonly normalizedShape: Shape;
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;

  constructor(normalizedShape: number | Shape, options: { readonly eps?: number | null; readonly elementwiseAffine?: boolean } = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.eps = options.eps ?? null;
    this.elementwiseAffine = options.elementwiseAffine ?? true;
    this.weight = this.elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }

  protected override extraRepr(): string {
    return settingsText({ '': this.normalizedShape, eps: this.eps, elementwise_affine: this.elementwiseAffine }).slice(1);
  }
}

/** What the two normalisations by the neighbours' response have in common: their settings. */
export abstract class ResponseNorm extends ModelessLayer {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, options: { readonly alpha?: number; readonly beta?: number; readonly k?: number } = {}) {
    super();
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  protected override extraRepr(): string {
    return `${this.size}, ${settingsText({ alpha: this.alpha, beta: this.beta, k: this.k })}`;
  }
}

export class LocalResponseNorm extends ResponseNorm {
  override forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this);
  }
}
