/**
 * How tensors print themselves.
 *
 * Guarantees: importing this file makes every tensor print as PyTorch prints it (`tests/printing`, executed), as the package does and `@modeguard/engine/core` does not. Printing
 * reads values and tells the trace.
 *
 * Worked example: after `import './printing-methods.ts'` the text of `tensor([1, 2])` is `tensor([1., 2.])`.
 */
import { addMethods } from '../tensor/add-methods.ts';
import { formatArray } from '../tensor/format-array.ts';
import { activeTrace } from '../trace/trace.ts';
import { ApplyingTensor } from './applying-tensor.ts';
import { Tensor } from './tensor.ts';

abstract class PrintingMethods extends ApplyingTensor {
  override toString(): string {
    activeTrace?.read('toString', this);
    const suffix = this.gradFn !== null ? [`grad_fn=<${this.gradFn.name}>`] : this.requiresGrad ? ['requires_grad=True'] : [];
    return formatArray(this.array, suffix);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

addMethods(Tensor, PrintingMethods);
