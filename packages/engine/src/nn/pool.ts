/**
 * Pooling layers. The same in both modes; the fractional ones draw their windows in both (mode inventory 1c).
 *
 * Guarantees: settings and defaults are PyTorch's; `returnIndices` makes a layer give [output, indices].
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import type { Shape } from '../tensor/shape.ts';
import * as F from './functional/pool.ts';
import type { Sizes } from './functional/spatial.ts';
import { ModelessLayer, settingsText } from './layer.ts';

interface WithIndices {
  readonly returnIndices?: boolean;
}

type Pooled = Tensor | readonly [Tensor, Tensor];
type MaxFunction = (x: Tensor, kernelSize: Sizes, options: F.MaxPoolOptions) => Tensor;
type MaxFunctionWithIndices = (x: Tensor, kernelSize: Sizes, options: F.MaxPoolOptions) => readonly [Tensor, Tensor];

abstract class MaxPool extends ModelessLayer {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;

  constructor(kernelSize: Sizes, settings: F.MaxPoolOptions & WithIndices = {}) {
    super();
    this.kernelSize = kernelSize;
    this.stride = settings.stride ?? kernelSize;
    this.padding = settings.padding ?? 0;
    this.dilation = settings.dilation ?? 1;
    this.returnIndices = settings.returnIndices ?? false;
    this.ceilMode = settings.ceilMode ?? false;
  }

  protected abstract functions(): readonly [MaxFunction, MaxFunctionWithIndices];

  override forward(x: Tensor): Pooled {
    const [plain, withIndices] = this.functions();
    return (this.returnIndices ? withIndices : plain)(x, this.kernelSize, this);
  }

  protected override extraRepr(): string {
    return settingsText({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding, dilation: this.dilation, ceil_mode: this.ceilMode });
  }
}

export class MaxPool1d extends MaxPool {
  protected override functions(): readonly [MaxFunction, MaxFunctionWithIndices] {
    return [F.maxPool1d, F.maxPool1dWithIndices];
  }
}

export class MaxPool2d extends MaxPool {
  protected override functions(): readonly [MaxFunction, MaxFunctionWithIndices] {
    return [F.maxPool2d, F.maxPool2dWithIndices];
  }
}

export class MaxPool3d extends MaxPool {
  protected override functions(): readonly [MaxFunction, MaxFunctionWithIndices] {
    return [F.maxPool3d, F.maxPool3dWithIndices];
  }
}

abstract class AvgPool extends ModelessLayer {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: Sizes, settings: F.AvgPoolOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.stride = settings.stride ?? kernelSize;
    this.padding = settings.padding ?? 0;
    this.ceilMode = settings.ceilMode ?? false;
    this.countIncludePad = settings.countIncludePad ?? true;
    this.divisorOverride = settings.divisorOverride ?? null;
  }

  protected override extraRepr(): string {
    return settingsText({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding });
  }
}

export class AvgPool1d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool1d(x, this.kernelSize, this);
  }

  protected override extraRepr(): string {
    const listed = (size: Sizes): Shape => (typeof size === 'number' ? [size] : size);
    return settingsText({ kernel_size: listed(this.kernelSize), stride: listed(this.stride), padding: listed(this.padding) });
  }
}

export class AvgPool2d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool2d(x, this.kernelSize, this);
  }
}

export class AvgPool3d extends AvgPool {
  override forward(x: Tensor): Tensor {
    return F.avgPool3d(x, this.kernelSize, this);
  }
}

abstract class AdaptivePool extends ModelessLayer {
  readonly outputSize: F.OutputSize;

  constructor(outputSize: F.OutputSize) {
    super();
    this.outputSize = outputSize;
  }

  protected override extraRepr(): string {
    return settingsText({ output_size: this.outputSize });
  }
}

export class AdaptiveAvgPool1d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool1d(x, this.outputSize);
  }
}

export class AdaptiveAvgPool2d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.outputSize);
  }
}

export class AdaptiveAvgPool3d extends AdaptivePool {
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool3d(x, this.outputSize);
  }
}

abstract class AdaptiveMaxPool extends AdaptivePool {
  readonly returnIndices: boolean;

  constructor(outputSize: F.OutputSize, settings: WithIndices = {}) {
    super(outputSize);
    this.returnIndices = settings.returnIndices ?? false;
  }
}

export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  override forward(x: Tensor): Pooled {
    return (this.returnIndices ? F.adaptiveMaxPool1dWithIndices : F.adaptiveMaxPool1d)(x, this.outputSize);
  }
}

export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  override forward(x: Tensor): Pooled {
    return (this.returnIndices ? F.adaptiveMaxPool2dWithIndices : F.adaptiveMaxPool2d)(x, this.outputSize);
  }
}

export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  override forward(x: Tensor): Pooled {
    return (this.returnIndices ? F.adaptiveMaxPool3dWithIndices : F.adaptiveMaxPool3d)(x, this.outputSize);
  }
}

abstract class PowerPool extends ModelessLayer {
  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly stride: Sizes | null;
  readonly ceilMode: boolean;

  constructor(normType: number, kernelSize: Sizes, settings: F.LPPoolOptions = {}) {
    super();
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.stride = settings.stride ?? null;
    this.ceilMode = settings.ceilMode ?? false;
  }

  protected override extraRepr(): string {
    return settingsText({ norm_type: this.normType, kernel_size: this.kernelSize, stride: this.stride, ceil_mode: this.ceilMode });
  }
}

export class LPPool1d extends PowerPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool1d(x, this.normType, this.kernelSize, this);
  }
}

export class LPPool2d extends PowerPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool2d(x, this.normType, this.kernelSize, this);
  }
}

export class LPPool3d extends PowerPool {
  override forward(x: Tensor): Tensor {
    return F.lpPool3d(x, this.normType, this.kernelSize, this);
  }
}

abstract class MaxUnpool extends ModelessLayer {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;

  constructor(kernelSize: Sizes, settings: Pick<F.MaxUnpoolOptions, 'stride' | 'padding'> = {}) {
    super();
    this.kernelSize = kernelSize;
    this.stride = settings.stride ?? kernelSize;
    this.padding = settings.padding ?? 0;
  }

  protected override extraRepr(): string {
    return settingsText({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding });
  }
}

export class MaxUnpool1d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return F.maxUnpool1d(x, indices, this.kernelSize, { stride: this.stride, padding: this.padding, outputSize });
  }
}

export class MaxUnpool2d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return F.maxUnpool2d(x, indices, this.kernelSize, { stride: this.stride, padding: this.padding, outputSize });
  }
}

export class MaxUnpool3d extends MaxUnpool {
  override forward(x: Tensor, indices: Tensor, outputSize: Shape | null = null): Tensor {
    return F.maxUnpool3d(x, indices, this.kernelSize, { stride: this.stride, padding: this.padding, outputSize });
  }
}

abstract class FractionalMaxPool extends ModelessLayer {
  readonly kernelSize: Sizes;
  readonly options: F.FractionalMaxPoolOptions;
  readonly returnIndices: boolean;

  constructor(kernelSize: Sizes, settings: F.FractionalMaxPoolOptions & WithIndices = {}) {
    super();
    const { outputSize = null, outputRatio = null } = settings;
    if (outputSize === null && outputRatio === null) throw new ValueError(`${this.constructor.name} requires specifying either an output size, or a pooling ratio`);
    if (outputSize !== null && outputRatio !== null) throw new ValueError('only one of output_size and output_ratio may be specified');
    if (outputRatio !== null && [outputRatio].flat().some((ratio) => !(ratio > 0 && ratio < 1))) throw new ValueError(`output_ratio must be between 0 and 1 (got ${String(outputRatio)})`);
    this.kernelSize = kernelSize;
    this.options = { outputSize, outputRatio, randomSamples: settings.randomSamples ?? null };
    this.returnIndices = settings.returnIndices ?? false;
  }
}

export class FractionalMaxPool2d extends FractionalMaxPool {
  override forward(x: Tensor): Pooled {
    return (this.returnIndices ? F.fractionalMaxPool2dWithIndices : F.fractionalMaxPool2d)(x, this.kernelSize, this.options);
  }
}

export class FractionalMaxPool3d extends FractionalMaxPool {
  override forward(x: Tensor): Pooled {
    return (this.returnIndices ? F.fractionalMaxPool3dWithIndices : F.fractionalMaxPool3d)(x, this.kernelSize, this.options);
  }
}
