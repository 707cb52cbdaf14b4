/**
 * Instance normalisation of [N, C, *spatial] (or [C, *spatial]) input.
 *
 * Guarantees (mode inventory 1d; PyTorch 2.13, executed): without running statistics, the default, the same in both modes; with them evaluation goes by
 * them, and training moves them by the means over the batch. `numBatchesTracked` exists then and stays 0; `momentum: null` never moves them.
 * Refuses input of another rank, and one spatial element where the input's own statistics are used.
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { activeTrace } from '../trace/trace.ts';
import { instanceNorm } from './functional/norm.ts';
import { NormBase, type BatchNormSettings } from './norm-base.ts';

abstract class InstanceNormLayer extends NormBase {
  constructor(numFeatures: number, settings: BatchNormSettings = {}) {
    super(numFeatures, settings, false);
  }

  /** How many spatial dimensions the input has. */
  protected abstract spatialRank(): number;

  override forward(x: Tensor): Tensor {
    const rank = this.spatialRank();
    if (x.dim() !== rank + 1 && x.dim() !== rank + 2) throw new ValueError(`expected ${rank + 1}D or ${rank + 2}D input (got ${x.dim()}D input)`);
    const batched = x.dim() === rank + 2;
    const channels = x.dim() - rank - 1;
    if (this.affine && x.size(channels) !== this.numFeatures) throw new ValueError(`expected input's size at dim=${channels} to match num_features (${this.numFeatures}), but got: ${x.size(channels)}.`);
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
    if (useInputStats && this.runningMean !== null) for (const name of ['running_mean', 'running_var']) activeTrace?.bufferWritten(this, name, 'forward');
    return batched ? out : out.squeeze(0);
  }

  override isModeSensitive(): boolean {
    return this.trackRunningStats;
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
