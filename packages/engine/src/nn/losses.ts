/**
 * Losses as modules. The same in both modes.
 *
 * Guarantees: each calls the function of the same name with the options it was made with; weights are buffers, as in PyTorch.
 */
import type { Tensor } from '../ops/tensor.ts';
import { userWarning } from '../tensor/user-warning.ts';
import { ctcLoss, type CtcLossOptions } from './functional/ctc.ts';
import * as F from './functional/loss.ts';
import { ModelessLayer } from './layer.ts';

/** A loss of an input and a target, with the options of its function. */
abstract class Loss<O extends object> extends ModelessLayer {
  readonly options: O;
  declare weight: Tensor | null;
  declare posWeight: Tensor | null;

  constructor(options?: O) {
    super();
    const { weight, posWeight, ...rest } = (options ?? {}) as { weight?: Tensor | null; posWeight?: Tensor | null };
    this.options = rest as O;
    if (weight !== undefined) this.registerBuffer('weight', weight);
    if (posWeight !== undefined) this.registerBuffer('posWeight', posWeight, { key: 'pos_weight' });
  }

  /** The options with the buffers, which may have been loaded or replaced. */
  protected current(): O {
    return { ...this.options, weight: this.weight ?? null, posWeight: this.posWeight ?? null };
  }
}

export class MSELoss extends Loss<Exclude<NonNullable<Parameters<typeof F.mseLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mseLoss(input, target, this.current());
  }
}

export class L1Loss extends Loss<Exclude<NonNullable<Parameters<typeof F.l1Loss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1Loss(input, target, this.current());
  }
}

export class SmoothL1Loss extends Loss<Exclude<NonNullable<Parameters<typeof F.smoothL1Loss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(input, target, this.current());
  }
}

export class HuberLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.huberLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huberLoss(input, target, this.current());
  }
}

export class NLLLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.nllLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.nllLoss(input, target, this.current());
  }
}

/** The same for images, from when that was a class of its own. Warns, as PyTorch does. */
export class NLLLoss2d extends NLLLoss {
  constructor(...given: ConstructorParameters<typeof NLLLoss>) {
    userWarning('`NLLLoss2d` has been deprecated. Please use `NLLLoss` instead as a drop-in replacement and see https://pytorch.org/docs/main/nn.html#torch.nn.NLLLoss for more details.');
    super(...given);
  }
}

export class CrossEntropyLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.crossEntropy>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.crossEntropy(input, target, this.current());
  }
}

export class BCELoss extends Loss<Exclude<NonNullable<Parameters<typeof F.binaryCrossEntropy>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(input, target, this.current());
  }
}

export class BCEWithLogitsLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.binaryCrossEntropyWithLogits>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropyWithLogits(input, target, this.current());
  }
}

export class KLDivLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.klDiv>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.klDiv(input, target, this.current());
  }
}

export class PoissonNLLLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.poissonNllLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.poissonNllLoss(input, target, this.current());
  }
}

export class HingeEmbeddingLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.hingeEmbeddingLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(input, target, this.current());
  }
}

export class SoftMarginLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.softMarginLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(input, target, this.current());
  }
}

export class MultiMarginLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.multiMarginLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multiMarginLoss(input, target, this.current());
  }
}

export class MultiLabelMarginLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.multilabelMarginLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(input, target, this.current());
  }
}

export class MultiLabelSoftMarginLoss extends Loss<Exclude<NonNullable<Parameters<typeof F.multilabelSoftMarginLoss>[2]>, string>> {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(input, target, this.current());
  }
}

export class GaussianNLLLoss extends Loss<NonNullable<Parameters<typeof F.gaussianNllLoss>[3]>> {
  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    return F.gaussianNllLoss(input, target, variance, this.current());
  }
}

export class MarginRankingLoss extends Loss<NonNullable<Parameters<typeof F.marginRankingLoss>[3]>> {
  override forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(a, b, target, this.current());
  }
}

export class TripletMarginLoss extends Loss<NonNullable<Parameters<typeof F.tripletMarginLoss>[3]>> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginLoss(anchor, positive, negative, this.current());
  }
}

export class TripletMarginWithDistanceLoss extends Loss<NonNullable<Parameters<typeof F.tripletMarginWithDistanceLoss>[3]>> {
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, this.current());
  }
}

export class CosineEmbeddingLoss extends Loss<NonNullable<Parameters<typeof F.cosineEmbeddingLoss>[3]>> {
  override forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(a, b, target, this.current());
  }
}

export class CTCLoss extends Loss<CtcLossOptions> {
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[] | number, targetLengths: Tensor | readonly number[] | number): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}
