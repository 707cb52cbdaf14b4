/**
 * A fully connected layer: x @ weight^T + bias.
 *
 * Guarantees: weight [out, in] and bias [out] with PyTorch's default initialisation (uniform in ±1/sqrt(in), weight drawn first), so that a
 * seeded layer equals PyTorch's. The same in both modes.
 */
import { Tensor } from '../ops/tensor.ts';
import { uniform } from '../ops/creation.ts';
import { linear } from './functional.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: { readonly bias?: boolean } = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    // kaiming_uniform_(a = sqrt(5)): gain sqrt(1/3), so that bound = sqrt(3) * gain / sqrt(in), computed as PyTorch computes it.
    const weightBound = Math.sqrt(3) * (Math.sqrt(2 / (1 + 5)) / Math.sqrt(inFeatures));
    const biasBound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    this.weight = new Parameter(uniform([outFeatures, inFeatures], -weightBound, weightBound));
    this.bias = (options.bias ?? true) ? new Parameter(uniform([outFeatures], -biasBound, biasBound)) : null;
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override isModeSensitive(): boolean {
    return false;
  }

  protected override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${this.bias === null ? 'False' : 'True'}`;
  }
}
