/**
 * Layer normalisation over the last dimensions. The same in both modes.
 *
 * Guarantees: weight of ones and bias of zeros in the normalised shape, unless switched off. Refuses input that ends otherwise.
 */
import { ones, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { Shape } from '../tensor/shape.ts';
import { layerNorm } from './functional.ts';
import { ModelessLayer, settingsText } from './layer.ts';
import { Parameter } from './parameter.ts';

export class LayerNorm extends ModelessLayer {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: { readonly eps?: number; readonly elementwiseAffine?: boolean; readonly bias?: boolean } = {}) {
    super();
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
    this.eps = options.eps ?? 1e-5;
    this.elementwiseAffine = options.elementwiseAffine ?? true;
    this.weight = this.elementwiseAffine ? new Parameter(ones(this.normalizedShape)) : null;
    this.bias = this.elementwiseAffine && (options.bias ?? true) ? new Parameter(zeros(this.normalizedShape)) : null;
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  protected override extraRepr(): string {
    return settingsText({ '': this.normalizedShape, eps: this.eps, elementwise_affine: this.elementwiseAffine, bias: this.bias !== null }).slice(1);
  }
}
