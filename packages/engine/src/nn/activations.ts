/**
 * Activation layers without parameters. The same in both modes.
 */
import type { Tensor } from '../ops/tensor.ts';
import { Module } from './module.ts';

/** A layer that is a function of its input and nothing else. */
abstract class Activation extends Module {
  protected abstract compute(x: Tensor): Tensor;

  override forward(x: Tensor): Tensor {
    return this.compute(x);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

export class Identity extends Activation {
  protected override compute(x: Tensor): Tensor {
    return x;
  }
}

export class ReLU extends Activation {
  protected override compute(x: Tensor): Tensor {
    return x.relu();
  }
}

export class Sigmoid extends Activation {
  protected override compute(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

export class Tanh extends Activation {
  protected override compute(x: Tensor): Tensor {
    return x.tanh();
  }
}

export class Softmax extends Activation {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  protected override compute(x: Tensor): Tensor {
    return x.softmax(this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
