/**
 * Batch normalisation, whatever the spatial dimensions.
 *
 * Guarantees (mode inventory 1d, A01..A21; PyTorch 2.13, executed): in training mode by the batch, and the running statistics move,
 * also under `noGrad` and `inferenceMode`; in evaluation mode by the running statistics; without them by the batch in both
 * modes. `numBatchesTracked` is counted before the check that refuses one value per channel. `momentum: null` is the cumulative average.
 * Clearing `trackRunningStats` later stops the updates, and evaluation goes on using the kept buffers.
 * Refuses input of another rank or channel count with PyTorch's messages.
 */
import { ones, tensor, zeros } from '../ops/creation.ts';
import { Tensor } from '../ops/tensor.ts';
import { callSite } from '../trace/call-site.ts';
import { activeTrace } from '../trace/trace.ts';
import { batchNorm } from './functional/norm.ts';
import { settingsText } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface BatchNormSettings {
  readonly eps?: number;
  /** Weight of the new value; null for the cumulative average. */
  readonly momentum?: number | null;
  readonly affine?: boolean;
  readonly trackRunningStats?: boolean;
  /** With `affine`: whether there is a bias, too. */
  readonly bias?: boolean;
}

export abstract class BatchNormBase extends Module {
  readonly numFeatures: number;
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare runningMean: Tensor | null;
  declare runningVar: Tensor | null;
  declare numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, settings: BatchNormSettings = {}) {
    super();
    this.numFeatures = numFeatures;
    this.eps = settings.eps ?? 1e-5;
    this.momentum = settings.momentum === undefined ? 0.1 : settings.momentum;
    this.affine = settings.affine ?? true;
    this.trackRunningStats = settings.trackRunningStats ?? true;
    this.weight = this.affine ? new Parameter(ones(numFeatures)) : null;
    this.bias = this.affine && (settings.bias ?? true) ? new Parameter(zeros(numFeatures)) : null;
    const track = this.trackRunningStats;
    this.registerBuffer('runningMean', track ? zeros(numFeatures) : null, { key: 'running_mean' });
    this.registerBuffer('runningVar', track ? ones(numFeatures) : null, { key: 'running_var' });
    this.registerBuffer('numBatchesTracked', track ? tensor(0, { dtype: 'int64' }) : null, { key: 'num_batches_tracked' });
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
        this.written('num_batches_tracked');
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
      this.written('running_mean');
      this.written('running_var');
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

  private written(name: string): void {
    const trace = activeTrace();
    trace?.emit({ kind: 'buffer', module: trace.moduleId(this), className: this.constructor.name, name, via: 'forward', forward: trace.rootCall, site: callSite() });
  }

  protected override extraRepr(): string {
    return `${this.numFeatures}, ${settingsText({ eps: this.eps, momentum: this.momentum, affine: this.affine, bias: this.bias !== null, track_running_stats: this.trackRunningStats })}`;
  }
}
