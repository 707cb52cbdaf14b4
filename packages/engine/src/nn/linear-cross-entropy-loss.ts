/**
 * A linear layer and the cross entropy of its logits in one. The same in both modes.
 *
 * Guarantees: state keys and initial values are PyTorch's (`linear.weight`, `linear.bias`, the class weights as the buffer `weight`). Refuses class weights and smoothing
 * that do not fit, with PyTorch's messages (2.13, executed).
 */
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import { linearCrossEntropy, type LinearCrossEntropyOptions } from './functional/linear-cross-entropy.ts';
import { ModelessLayer, pythonText, settingsText } from './layer.ts';
import { Linear } from './linear.ts';

export interface LinearCrossEntropySettings extends Omit<LinearCrossEntropyOptions, 'linearBias'> {
  /** Further dimensions of the logits, [N, C, ...outFeatures]. */
  readonly outFeatures?: Shape;
  readonly bias?: boolean;
}

export class LinearCrossEntropyLoss extends ModelessLayer {
  readonly numClasses: number;
  readonly outFeatures: Shape;
  readonly options: Omit<LinearCrossEntropyOptions, 'linearBias' | 'weight'>;
  linear: Linear;
  declare weight: Tensor | null;

  constructor(inFeatures: number, numClasses: number, settings: LinearCrossEntropySettings = {}) {
    super();
    const { outFeatures = [], bias = false, weight = null, ...options } = settings;
    const { labelSmoothing = 0 } = options;
    if (weight !== null && (weight.dim() !== 1 || weight.numel() !== numClasses)) throw new RuntimeError(`expected weight shape to be (${numClasses},), got ${pythonText(weight.shape)}`);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw new RuntimeError(`expected label_smoothing to be in range [0, 1], got ${labelSmoothing}`);
    this.numClasses = numClasses;
    this.outFeatures = outFeatures;
    this.options = options;
    this.registerBuffer('weight', weight);
    this.linear = new Linear(inFeatures, numClasses * numelOf(outFeatures), { bias });
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const shape = [this.numClasses, ...this.outFeatures];
    const { weight, bias } = this.linear;
    return linearCrossEntropy(input, weight.reshape([...shape, this.linear.inFeatures]), target, { ...this.options, linearBias: bias === null ? null : bias.reshape(shape), weight: this.weight });
  }

  protected override extraRepr(): string {
    const { reduction = 'mean', ignoreIndex = null, labelSmoothing = 0 } = this.options;
    const rest = { ignore_index: ignoreIndex, label_smoothing: labelSmoothing, options: null };
    const own = { in_features: this.linear.inFeatures, num_classes: this.numClasses, out_features: this.outFeatures, bias: this.linear.bias !== null };
    return `${settingsText(own)}, reduction=${reduction}, ${settingsText(rest)}`;
  }
}
