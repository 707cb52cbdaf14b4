/**
 * Batch normalisation whose number of channels is that of its first input. Guarantees what `lazy.ts` says: a first call in evaluation mode
 * leaves the statistics at 0 and 1, uncounted (A19).
 */
import { tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { BatchNorm1d } from './batch-norm-1d.ts';
import type { BatchNormSettings } from './norm-base.ts';
import { deferred, materializeFrom } from './lazy.ts';
import type { StateDict } from './state-dict.ts';
import { uninitializedBuffer, uninitializedParameter } from './uninitialized.ts';

export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(settings: BatchNormSettings = {}) {
    super(0, { ...settings, affine: false, trackRunningStats: false });
    const { affine = true, trackRunningStats = true } = settings;
    (this as { affine: boolean }).affine = affine;
    this.trackRunningStats = trackRunningStats;
    if (affine) {
      this.weight = uninitializedParameter();
      this.bias = uninitializedParameter();
    }
    if (trackRunningStats) {
      this.registerBuffer('runningMean', uninitializedBuffer(), { key: 'running_mean' });
      this.registerBuffer('runningVar', uninitializedBuffer(), { key: 'running_var' });
      this.registerBuffer('numBatchesTracked', tensor(0, { dtype: 'int64' }), { key: 'num_batches_tracked' });
    }
    deferred<BatchNorm1d>(this, { make: (_module, input: Tensor) => new BatchNorm1d(input.size(1), settings), sizes: ['numFeatures'] });
  }

  override beforeLoad(prefix: string, state: StateDict): void {
    materializeFrom(this, prefix, state);
  }
}
