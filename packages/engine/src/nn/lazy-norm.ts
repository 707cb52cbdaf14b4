/**
 * Batch and instance normalisation whose number of channels is that of the first input. Guarantees what `lazy.ts` says: a first call in evaluation mode
 * leaves the statistics at 0 and 1, uncounted (A19). Both kinds have a scale and shift and running statistics unless told otherwise, instance
 * normalisation too, which has neither when it is not lazy (A17, A18; PyTorch 2.13, executed).
 */
import { tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { BatchNorm1d } from './batch-norm-1d.ts';
import { BatchNorm2d } from './batch-norm-2d.ts';
import { BatchNorm3d } from './batch-norm-3d.ts';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instance-norm.ts';
import { deferred } from './lazy.ts';
import type { BatchNormSettings, NormBase } from './norm-base.ts';
import { uninitializedBuffer, uninitializedParameter } from './uninitialized-parameter.ts';

/** For the layer before it knows its channels: nothing that has a shape. */
const unknown = (settings: BatchNormSettings): BatchNormSettings => ({ ...settings, affine: false, trackRunningStats: false });

function deferNorm<N extends NormBase>(layer: N, settings: BatchNormSettings, make: (channels: number, settings: BatchNormSettings) => N): void {
  const { affine = true, trackRunningStats = true, bias = true } = settings;
  (layer as { affine: boolean }).affine = affine;
  layer.trackRunningStats = trackRunningStats;
  if (affine) layer.weight = uninitializedParameter();
  if (affine && bias) layer.bias = uninitializedParameter();
  if (trackRunningStats) {
    layer.registerBuffer('runningMean', uninitializedBuffer(), { key: 'running_mean' });
    layer.registerBuffer('runningVar', uninitializedBuffer(), { key: 'running_var' });
    layer.registerBuffer('numBatchesTracked', tensor(0, { dtype: 'int64' }), { key: 'num_batches_tracked' });
  }
  deferred<N>(layer, { make: (_layer, input: Tensor) => make(input.size(1), { ...settings, affine, trackRunningStats }), sizes: ['numFeatures'] });
}

export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<BatchNorm1d>(this, settings, (channels, given) => new BatchNorm1d(channels, given));
  }
}

export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<BatchNorm2d>(this, settings, (channels, given) => new BatchNorm2d(channels, given));
  }
}

export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<BatchNorm3d>(this, settings, (channels, given) => new BatchNorm3d(channels, given));
  }
}

export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<InstanceNorm1d>(this, settings, (channels, given) => new InstanceNorm1d(channels, given));
  }
}

export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<InstanceNorm2d>(this, settings, (channels, given) => new InstanceNorm2d(channels, given));
  }
}

export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, unknown(settings));
    deferNorm<InstanceNorm3d>(this, settings, (channels, given) => new InstanceNorm3d(channels, given));
  }
}
