/**
 * What batch and instance normalisation share: the settings, the scale and shift, and the running statistics as buffers.
 *
 * Guarantees: fields and state keys of PyTorch's `_NormBase`. What `track` and `affine` are without a setting is the subclass's: true for
 * batch normalisation, false for instance normalisation.
 */
import { ones, tensor, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
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

export abstract class NormBase extends Module {
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

  /** `byDefault`: whether there are a scale and shift, and running statistics, where the settings do not say. */
  constructor(numFeatures: number, settings: BatchNormSettings, byDefault: boolean) {
    super();
    this.numFeatures = numFeatures;
    this.eps = settings.eps ?? 1e-5;
    this.momentum = settings.momentum === undefined ? 0.1 : settings.momentum;
    this.affine = settings.affine ?? byDefault;
    this.trackRunningStats = settings.trackRunningStats ?? byDefault;
    this.weight = this.affine ? new Parameter(ones(numFeatures)) : null;
    this.bias = this.affine && (settings.bias ?? true) ? new Parameter(zeros(numFeatures)) : null;
    const track = this.trackRunningStats;
    this.registerBuffer('runningMean', track ? zeros(numFeatures) : null, { key: 'running_mean' });
    this.registerBuffer('runningVar', track ? ones(numFeatures) : null, { key: 'running_var' });
    this.registerBuffer('numBatchesTracked', track ? tensor(0, { dtype: 'int64' }) : null, { key: 'num_batches_tracked' });
  }

  protected override extraRepr(): string {
    return `${this.numFeatures}, ${settingsText({ eps: this.eps, momentum: this.momentum, affine: this.affine, bias: this.bias !== null, track_running_stats: this.trackRunningStats })}`;
  }
}
