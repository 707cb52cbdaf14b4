/**
 * Instance normalisation of [N, C, *spatial] (or [C, *spatial]) input.
 *
 * Guarantees (mode inventory 1d; PyTorch 2.13, executed): without running statistics, the default, the same in both modes; with them evaluation goes by
 * them, and training moves them by the means over the batch. `numBatchesTracked` exists then and stays 0; `momentum: null` never moves them.
 * Refuses input of another rank, and one spatial element where the input's own statistics are used.
 */
import { ones, tensor, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { callSite } from '../trace/call-site.ts';
import { activeTrace } from '../trace/trace.ts';
import type { BatchNormSettings } from './batch-norm-base.ts';
import { instanceNorm } from './functional/norm.ts';
import { settingsText } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

abstract class InstanceNormLayer extends Module {
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
    this.affine = settings.affine ?? false;
    this.trackRunningStats = settings.trackRunningStats ?? false;
    this.weight = this.affine ? new Parameter(ones(numFeatures)) : null;
    this.bias = this.affine && (settings.bias ?? true) ? new Parameter(zeros(numFeatures)) : null;
    const track = this.trackRunningStats;
    this.registerBuffer('runningMean', track ? zeros(numFeatures) : null, { key: 'running_mean' });
    this.registerBuffer('runningVar', track ? ones(numFeatures) : null, { key: 'running_var' });
    this.registerBuffer('numBatchesTracked', track ? tensor(0, { dtype: 'int64' }) : null, { key: 'num_batches_tracked' });
  }

  /** How many spatial dimensions the input has. */
  protected abstract spatialRank(): number;

  override forward(x: Tensor): Tensor {
    const rank = this.spatialRank();
    if (x.dim() !== rank + 1 && x.dim() !== rank + 2) throw new ValueError(`expected ${rank + 1}D or ${rank + 2}D input (got ${x.dim()}D input)`);
    const batched = x.dim() === rank + 2;
    const useInputStats = this.training || !this.trackRunningStats;
    const out = instanceNorm(batched ? x : x.unsqueeze(0), {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    });
    if (useInputStats && this.runningMean !== null) for (const name of ['running_mean', 'running_var']) this.#written(name);
    return batched ? out : out.squeeze(0);
  }

  override isModeSensitive(): boolean {
    return this.trackRunningStats;
  }

  #written(name: string): void {
    const trace = activeTrace();
    trace?.emit({ kind: 'buffer', module: trace.moduleId(this), className: this.constructor.name, name, via: 'forward', forward: trace.rootCall, site: callSite() });
  }

  protected override extraRepr(): string {
    return `${this.numFeatures}, ${settingsText({ eps: this.eps, momentum: this.momentum, affine: this.affine, bias: this.bias !== null, track_running_stats: this.trackRunningStats })}`;
  }
}

/** Of [N, C, L] or [C, L]. */
export class InstanceNorm1d extends InstanceNormLayer {
  protected override spatialRank(): number {
    return 1;
  }
}

/** Of [N, C, H, W] or [C, H, W]. */
export class InstanceNorm2d extends InstanceNormLayer {
  protected override spatialRank(): number {
    return 2;
  }
}

/** Of [N, C, D, H, W] or [C, D, H, W]. */
export class InstanceNorm3d extends InstanceNormLayer {
  protected override spatialRank(): number {
    return 3;
  }
}
