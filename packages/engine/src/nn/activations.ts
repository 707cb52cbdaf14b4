/**
 * Activation layers. The same in both modes, but for `RReLU`, which draws its slopes in training mode.
 *
 * Guarantees: settings and defaults are PyTorch's; `inplace` writes the result into the input.
 */
import { full } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import * as F from './functional/activation.ts';
import { ModelessLayer, settingsText } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export class Identity extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** A function that may write its result into its input. */
abstract class Activation extends ModelessLayer {
  readonly inplace: boolean;

  constructor(options: { readonly inplace?: boolean } = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }

  abstract override forward(x: Tensor): Tensor;

  /** The settings in front of `inplace`. */
  protected settings(): Readonly<Record<string, unknown>> {
    return {};
  }

  protected override extraRepr(): string {
    return settingsText({ ...this.settings(), ...(this.inplace ? { inplace: true } : {}) });
  }
}

export class ReLU extends Activation {
  override forward(x: Tensor): Tensor {
    return F.relu(x, this.inplace);
  }
}

export class ReLU6 extends Activation {
  override forward(x: Tensor): Tensor {
    return F.relu6(x, this.inplace);
  }
}

export class SELU extends Activation {
  override forward(x: Tensor): Tensor {
    return F.selu(x, this.inplace);
  }
}

export class SiLU extends Activation {
  override forward(x: Tensor): Tensor {
    return F.silu(x, this.inplace);
  }
}

export class Mish extends Activation {
  override forward(x: Tensor): Tensor {
    return F.mish(x, this.inplace);
  }
}

/** Prints no settings, as PyTorch's does not. */
export class Hardsigmoid extends Activation {
  override forward(x: Tensor): Tensor {
    return F.hardsigmoid(x, this.inplace);
  }

  protected override extraRepr(): string {
    return '';
  }
}

/** Prints no settings, as PyTorch's does not. */
export class Hardswish extends Activation {
  override forward(x: Tensor): Tensor {
    return F.hardswish(x, this.inplace);
  }

  protected override extraRepr(): string {
    return '';
  }
}

export class Sigmoid extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return F.sigmoid(x);
  }
}

export class Tanh extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return F.tanh(x);
  }
}

export class LogSigmoid extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return F.logsigmoid(x);
  }
}

export class Softsign extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return F.softsign(x);
  }
}

export class Tanhshrink extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    return F.tanhshrink(x);
  }
}

export class ELU extends Activation {
  readonly alpha: number;

  constructor(alpha = 1, options: { readonly inplace?: boolean } = {}) {
    super(options);
    this.alpha = alpha;
  }

  override forward(x: Tensor): Tensor {
    return F.elu(x, this.alpha, this.inplace);
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { alpha: this.alpha };
  }
}

export class CELU extends Activation {
  readonly alpha: number;

  constructor(alpha = 1, options: { readonly inplace?: boolean } = {}) {
    super(options);
    this.alpha = alpha;
  }

  override forward(x: Tensor): Tensor {
    return F.celu(x, this.alpha, this.inplace);
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { alpha: this.alpha };
  }
}

export class LeakyReLU extends Activation {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01, options: { readonly inplace?: boolean } = {}) {
    super(options);
    this.negativeSlope = negativeSlope;
  }

  override forward(x: Tensor): Tensor {
    return F.leakyRelu(x, this.negativeSlope, this.inplace);
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { negative_slope: this.negativeSlope };
  }
}

export class Hardtanh extends Activation {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(minVal = -1, maxVal = 1, options: { readonly inplace?: boolean } = {}) {
    super(options);
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  override forward(x: Tensor): Tensor {
    return F.hardtanh(x, this.minVal, this.maxVal, this.inplace);
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { min_val: this.minVal, max_val: this.maxVal };
  }
}

export class Threshold extends Activation {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number, options: { readonly inplace?: boolean } = {}) {
    super(options);
    this.threshold = threshold;
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return F.threshold(x, this.threshold, this.value, this.inplace);
  }

  protected override settings(): Readonly<Record<string, unknown>> {
    return { threshold: this.threshold, value: this.value };
  }
}

export class GELU extends ModelessLayer {
  readonly approximate: 'none' | 'tanh';

  constructor(options: { readonly approximate?: 'none' | 'tanh' } = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }

  override forward(x: Tensor): Tensor {
    return F.gelu(x, { approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return settingsText({ approximate: this.approximate });
  }
}

export class Softplus extends ModelessLayer {
  readonly beta: number;
  readonly threshold: number;

  constructor(beta = 1, threshold = 20) {
    super();
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    return F.softplus(x, this.beta, this.threshold);
  }

  protected override extraRepr(): string {
    return settingsText({ beta: this.beta, threshold: this.threshold });
  }
}

/** One slope, or one per channel, that is learned; 0.25 to begin with. */
export class PReLU extends ModelessLayer {
  readonly numParameters: number;
  weight: Parameter;

  constructor(numParameters = 1, init = 0.25) {
    super();
    this.numParameters = numParameters;
    this.weight = new Parameter(full([numParameters], init));
  }

  override forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }

  protected override extraRepr(): string {
    return settingsText({ num_parameters: this.numParameters });
  }
}

/** Slopes drawn from [lower, upper) in training mode, the middle in evaluation mode; always sensitive (mode inventory 1a). */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(lower = 1 / 8, upper = 1 / 3, options: { readonly inplace?: boolean } = {}) {
    super();
    this.lower = lower;
    this.upper = upper;
    this.inplace = options.inplace ?? false;
  }

  override forward(x: Tensor): Tensor {
    return F.rrelu(x, this.lower, this.upper, this.training, this.inplace);
  }

  override isModeSensitive(): boolean {
    return true;
  }

  protected override extraRepr(): string {
    return settingsText({ lower: this.lower, upper: this.upper, ...(this.inplace ? { inplace: true } : {}) });
  }
}

export class Softshrink extends ModelessLayer {
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    this.lambda = lambda;
  }

  override forward(x: Tensor): Tensor {
    return F.softshrink(x, this.lambda);
  }

  protected override extraRepr(): string {
    return String(this.lambda);
  }
}

export class Hardshrink extends ModelessLayer {
  readonly lambda: number;

  constructor(lambda = 0.5) {
    super();
    this.lambda = lambda;
  }

  override forward(x: Tensor): Tensor {
    return F.hardshrink(x, this.lambda);
  }

  protected override extraRepr(): string {
    return String(this.lambda);
  }
}

/** A function along one dimension. */
abstract class AlongDimension extends ModelessLayer {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  protected override extraRepr(): string {
    return settingsText({ dim: this.dim });
  }
}

export class Softmax extends AlongDimension {
  override forward(x: Tensor): Tensor {
    return F.softmax(x, this.dim);
  }
}

export class Softmin extends AlongDimension {
  override forward(x: Tensor): Tensor {
    return F.softmin(x, this.dim);
  }
}

export class LogSoftmax extends AlongDimension {
  override forward(x: Tensor): Tensor {
    return F.logSoftmax(x, this.dim);
  }
}

/** Softmax over the channels of [N, C, H, W] or [C, H, W]. */
export class Softmax2d extends ModelessLayer {
  override forward(x: Tensor): Tensor {
    if (x.dim() !== 3 && x.dim() !== 4) throw new ValueError(`Softmax2d: expected input to be 3D or 4D, got ${x.dim()}D instead`);
    return F.softmax(x, -3);
  }
}

export class GLU extends AlongDimension {
  constructor(dim = -1) {
    super(dim);
  }

  override forward(x: Tensor): Tensor {
    return F.glu(x, this.dim);
  }
}
