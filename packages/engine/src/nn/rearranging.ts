/**
 * Layers that rearrange or compare: shuffles, resampling, columns, flattening, bilinear maps, distances. The same in both modes.
 */
import { uniform } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { cosineSimilarity, pairwiseDistance } from './functional/distance.ts';
import { bilinear } from './functional/linear.ts';
import { channelShuffle, fold, interpolate, pixelShuffle, pixelUnshuffle, unfold, type InterpolateOptions, type UnfoldOptions } from './functional/resample.ts';
import type { Sizes } from './functional/spatial.ts';
import { ModelessLayer, settingsText } from './layer.ts';
import { Parameter } from './parameter.ts';

export class Flatten extends ModelessLayer {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  override forward(x: Tensor): Tensor {
    return x.flatten(this.startDim, this.endDim);
  }

  protected override extraRepr(): string {
    return settingsText({ start_dim: this.startDim, end_dim: this.endDim });
  }
}

export class PixelShuffle extends ModelessLayer {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }

  override forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  protected override extraRepr(): string {
    return settingsText({ upscale_factor: this.upscaleFactor });
  }
}

export class PixelUnshuffle extends ModelessLayer {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }

  override forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  protected override extraRepr(): string {
    return settingsText({ downscale_factor: this.downscaleFactor });
  }
}

export class ChannelShuffle extends ModelessLayer {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  override forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  protected override extraRepr(): string {
    return settingsText({ groups: this.groups });
  }
}

export class Upsample extends ModelessLayer {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }

  override forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  protected override extraRepr(): string {
    const { size = null, scaleFactor = null, mode = 'nearest' } = this.options;
    return scaleFactor === null ? settingsText({ size, mode }) : settingsText({ scale_factor: scaleFactor, mode });
  }
}

export class UpsamplingNearest2d extends Upsample {
  constructor(options: Pick<InterpolateOptions, 'size' | 'scaleFactor'>) {
    super({ ...options, mode: 'nearest' });
  }
}

export class UpsamplingBilinear2d extends Upsample {
  constructor(options: Pick<InterpolateOptions, 'size' | 'scaleFactor'>) {
    super({ ...options, mode: 'bilinear', alignCorners: true });
  }
}

export class Unfold extends ModelessLayer {
  readonly kernelSize: Sizes;
  readonly options: UnfoldOptions;

  constructor(kernelSize: Sizes, options: UnfoldOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override forward(x: Tensor): Tensor {
    return unfold(x, this.kernelSize, this.options);
  }

  protected override extraRepr(): string {
    return settingsText({ kernel_size: this.kernelSize, dilation: this.options.dilation ?? 1, padding: this.options.padding ?? 0, stride: this.options.stride ?? 1 });
  }
}

export class Fold extends ModelessLayer {
  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly options: UnfoldOptions;

  constructor(outputSize: Sizes, kernelSize: Sizes, options: UnfoldOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  override forward(x: Tensor): Tensor {
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }

  protected override extraRepr(): string {
    return settingsText({ output_size: this.outputSize, kernel_size: this.kernelSize, dilation: this.options.dilation ?? 1, padding: this.options.padding ?? 0, stride: this.options.stride ?? 1 });
  }
}

/** a^T W b + bias, with W [out, A, B] and bias drawn uniformly in ±1/sqrt(A). */
export class Bilinear extends ModelessLayer {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options: { readonly bias?: boolean } = {}) {
    super();
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    const bound = 1 / Math.sqrt(in1Features);
    this.weight = new Parameter(uniform([outFeatures, in1Features, in2Features], -bound, bound));
    this.bias = (options.bias ?? true) ? new Parameter(uniform([outFeatures], -bound, bound)) : null;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    return bilinear(a, b, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    return settingsText({ in1_features: this.in1Features, in2_features: this.in2Features, out_features: this.outFeatures, bias: this.bias !== null });
  }
}

export class CosineSimilarity extends ModelessLayer {
  readonly dim: number;
  readonly eps: number;

  constructor(dim = 1, eps = 1e-8) {
    super();
    this.dim = dim;
    this.eps = eps;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    return cosineSimilarity(a, b, this.dim, this.eps);
  }
}

export class PairwiseDistance extends ModelessLayer {
  readonly p: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(options: { readonly p?: number; readonly eps?: number; readonly keepdim?: boolean } = {}) {
    super();
    this.p = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.keepdim = options.keepdim ?? false;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    return pairwiseDistance(a, b, this);
  }
}
