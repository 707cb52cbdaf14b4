/**
 * Convolutions, transposed too, whose number of input channels is that of the first input. Guarantees what `lazy.ts` says. Refuses a first input of a rank
 * that the convolution does not take, with PyTorch's message (2.13, executed).
 */
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeSettings } from './conv-transpose.ts';
import { Conv1d, Conv2d, Conv3d, type ConvSettings } from './conv.ts';
import type { Sizes } from './functional/spatial.ts';
import { deferred } from './lazy.ts';
import { uninitializedParameter } from './uninitialized-parameter.ts';

type Convolution = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

function channelsOf(layer: Convolution, rank: number, input: Tensor): number {
  if (input.dim() === rank + 1) return input.size(0);
  if (input.dim() === rank + 2) return input.size(1);
  throw new RuntimeError(`Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${layer.constructor.name}, but got input of size: torch.Size([${input.shape.join(', ')}])`);
}

function deferConv<C extends Convolution>(layer: C, rank: number, outChannels: number, bias: boolean, make: (channels: number) => C): void {
  (layer as { outChannels: number }).outChannels = outChannels;
  layer.weight = uninitializedParameter();
  if (bias) layer.bias = uninitializedParameter();
  deferred<Convolution>(layer, { make: (_layer, input) => make(channelsOf(layer, rank, input)), sizes: ['inChannels'] });
}

export class LazyConv1d extends Conv1d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<Conv1d>(this, 1, outChannels, settings.bias ?? true, (channels) => new Conv1d(channels, outChannels, kernelSize, settings));
  }
}

export class LazyConv2d extends Conv2d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<Conv2d>(this, 2, outChannels, settings.bias ?? true, (channels) => new Conv2d(channels, outChannels, kernelSize, settings));
  }
}

export class LazyConv3d extends Conv3d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<Conv3d>(this, 3, outChannels, settings.bias ?? true, (channels) => new Conv3d(channels, outChannels, kernelSize, settings));
  }
}

export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<ConvTranspose1d>(this, 1, outChannels, settings.bias ?? true, (channels) => new ConvTranspose1d(channels, outChannels, kernelSize, settings));
  }
}

export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<ConvTranspose2d>(this, 2, outChannels, settings.bias ?? true, (channels) => new ConvTranspose2d(channels, outChannels, kernelSize, settings));
  }
}

export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(outChannels: number, kernelSize: Sizes, settings: ConvTransposeSettings = {}) {
    super(0, 0, kernelSize, { ...settings, bias: false });
    deferConv<ConvTranspose3d>(this, 3, outChannels, settings.bias ?? true, (channels) => new ConvTranspose3d(channels, outChannels, kernelSize, settings));
  }
}
