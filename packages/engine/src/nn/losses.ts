/**
 * Losses as modules. The same in both modes.
 */
import type { Tensor } from '../ops/tensor.ts';
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss, type LossReduction } from './functional.ts';
import { Module } from './module.ts';

/** A module of two tensors that reduces to a scalar unless told not to. */
abstract class Loss extends Module {
  readonly reduction: LossReduction;

  constructor(options: { readonly reduction?: LossReduction } = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
  }

  protected abstract compute(input: Tensor, target: Tensor): Tensor;

  override forward(input: Tensor, target: Tensor): Tensor {
    return this.compute(input, target);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

export class MSELoss extends Loss {
  protected override compute(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.reduction);
  }
}

export class CrossEntropyLoss extends Loss {
  protected override compute(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.reduction);
  }
}

export class BCEWithLogitsLoss extends Loss {
  protected override compute(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.reduction);
  }
}
