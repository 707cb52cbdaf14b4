/**
 * Batch normalisation, whatever the spatial dimensions.
 *
 * Guarantees (mode inventory 1d, A01..A21; PyTorch 2.13, executed): in training mode by the batch, and the running statistics move,
 * also under `noGrad` and `inferenceMode`; in evaluation mode by the running statistics; without them by the batch in both
 * modes. `numBatchesTracked` is counted before the check that refuses one value per channel. `momentum: null` is the cumulative average.
 * Clearing `trackRunningStats` later stops the updates, and evaluation goes on using the kept buffers.
 * Refuses input of another rank or channel count with PyTorch's messages.
 */
import { Tensor } from '../ops/tensor.ts';
import { activeTrace } from '../trace/trace.ts';
import { batchNorm } from './functional/norm.ts';
import { NormBase, type BatchNormSettings } from './norm-base.ts';

export abstract class BatchNormBase extends NormBase {
  constructor(numFeatures: number, settings: BatchNormSettings = {}) {
    super(numFeatures, settings, true);
  }

  /** @throws ValueError for input of a rank that this layer does not take */
  protected abstract checkInput(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.checkInput(x);
    const training = this.training;
    let factor = this.momentum ?? 0;
    if (training && this.trackRunningStats && this.numBatchesTracked !== null) {
      try {
        this.numBatchesTracked.add_(1);
      } finally {
        // A write to an inference tensor is made, and then refused.
        activeTrace?.bufferWritten(this, 'num_batches_tracked', 'forward');
      }
      if (this.momentum === null) factor = 1 / this.numBatchesTracked.array.contiguousData()[0]!;
    }
    const byBatch = training || (this.runningMean === null && this.runningVar === null);
    const keeps = !training || this.trackRunningStats;
    const out = batchNorm(x, keeps ? this.runningMean : null, keeps ? this.runningVar : null, {
      weight: this.weight,
      bias: this.bias,
      training: byBatch,
      momentum: factor,
      eps: this.eps,
    });
    if (training && this.trackRunningStats && this.runningMean !== null) {
      activeTrace?.bufferWritten(this, 'running_mean', 'forward');
      activeTrace?.bufferWritten(this, 'running_var', 'forward');
    }
    return out;
  }

  /** Checkpoints from before the batches were counted lack the count (H12). */
  override optionalState(): readonly string[] {
    return ['num_batches_tracked'];
  }

  /** Sensitive if it has running statistics or is to move them. */
  override isModeSensitive(): boolean {
    return this.trackRunningStats || this.runningMean !== null || this.runningVar !== null;
  }
}
