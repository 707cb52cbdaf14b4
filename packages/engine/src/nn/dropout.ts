/**
 * The six dropouts: random zeros (or SELU's saturation value) in training mode, nothing in evaluation mode.
 *
 * Guarantees: in evaluation mode the same tensor object comes back; p = 1 gives zeros without a draw; `inplace` writes the input in training mode, and
 * the two alpha dropouts take it and ignore it (mode inventory 1a and B05, executed).
 * Refuses p outside [0, 1] at construction and, as p may be assigned later, at every call.
 */
import type { Tensor } from '../ops/tensor.ts';
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout, requireRate } from './functional/dropout.ts';
import { Module } from './module.ts';

abstract class DropoutLayer extends Module {
  p: number;
  inplace: boolean;

  constructor(p = 0.5, options: { readonly inplace?: boolean } = {}) {
    super();
    requireRate(p);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  protected abstract drop(x: Tensor): Tensor;

  /** Beside `isModeSensitive`, whose answer speaks for this forward. */
  override forward(x: Tensor): Tensor {
    return this.drop(x);
  }

  override isModeSensitive(): boolean {
    return this.p > 0;
  }

  protected override extraRepr(): string {
    return `p=${this.p}, inplace=${this.inplace ? 'True' : 'False'}`;
  }
}

export class Dropout extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return dropout(x, this.p, this.training, this.inplace);
  }
}

export class Dropout1d extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return dropout1d(x, this.p, this.training, this.inplace);
  }
}

export class Dropout2d extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return dropout2d(x, this.p, this.training, this.inplace);
  }
}

export class Dropout3d extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return dropout3d(x, this.p, this.training, this.inplace);
  }
}

export class AlphaDropout extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.training);
  }
}

export class FeatureAlphaDropout extends DropoutLayer {
  protected override drop(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, this.training);
  }
}
