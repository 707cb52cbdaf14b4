/**
 * The layer that makes several dimensions of one. The same in both modes.
 */
import '../ops/indexing-methods.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { Shape } from '../tensor/shape.ts';
import { ModelessLayer, settingsText } from './layer.ts';

export class Unflatten extends ModelessLayer {
  readonly dim: number;
  readonly unflattenedSize: Shape;

  constructor(dim: number, unflattenedSize: Shape) {
    super();
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  override forward(x: Tensor): Tensor {
    return x.unflatten(this.dim, this.unflattenedSize);
  }

  protected override extraRepr(): string {
    return settingsText({ dim: this.dim, unflattened_size: this.unflattenedSize });
  }
}
