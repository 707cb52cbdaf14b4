/**
 * A tensor that a module registers as its parameter when it is assigned to a field.
 *
 * Guarantees: requires gradients unless told not to; shares the memory of the tensor it is made of; results of operations on
 * it are plain tensors. Prints as `Parameter containing:` and the tensor.
 */
import { Tensor } from '../ops/tensor.ts';

export class Parameter extends Tensor {
  constructor(data: Tensor, options: { readonly requiresGrad?: boolean } = {}) {
    super(data.array, { inference: data.isInference() });
    this.requiresGrad_(options.requiresGrad ?? true);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}
