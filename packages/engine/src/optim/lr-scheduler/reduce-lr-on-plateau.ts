/**
 * The rate times `factor` when a metric has not improved for more than `patience` epochs.
 *
 * Guarantees PyTorch's rules: what counts as better (`threshold`, relative or absolute), the cool-down after a cut, `minLr`, and no change
 * smaller than `eps`. Its `step` takes the metric, a number or a tensor of one element. Refuses a factor of 1 or more.
 */
import { ValueError } from '../../tensor/errors.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { LRScheduler, type AnyOptimizer } from './lr-scheduler.ts';

export interface PlateauOptions {
  readonly mode?: 'min' | 'max';
  readonly factor?: number;
  readonly patience?: number;
  readonly threshold?: number;
  readonly thresholdMode?: 'rel' | 'abs';
  readonly cooldown?: number;
  readonly minLr?: number | readonly number[];
  readonly eps?: number;
}

export class ReduceLROnPlateau extends LRScheduler {
  mode: 'min' | 'max';
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  cooldown: number;
  minLrs: readonly number[];
  eps: number;
  best: number;
  cooldownCounter = 0;
  numBadEpochs = 0;

  constructor(optimizer: AnyOptimizer, options: PlateauOptions = {}) {
    super(optimizer);
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel', cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (factor >= 1) throw new ValueError('Factor should be < 1.0.');
    if (mode !== 'min' && mode !== 'max') throw new ValueError(`mode ${String(mode)} is unknown!`);
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') throw new ValueError(`threshold mode ${String(thresholdMode)} is unknown!`);
    this.mode = mode;
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = cooldown;
    this.minLrs = typeof minLr === 'number' ? this.groups.map(() => minLr) : minLr;
    if (this.minLrs.length !== this.groups.length) throw new ValueError(`expected ${this.groups.length} min_lrs, got ${this.minLrs.length}`);
    this.eps = eps;
    this.best = mode === 'min' ? Infinity : -Infinity;
    this.lastEpoch = 0;
    this.lastLr = this.currentLrs();
  }

  override step(metric?: number | Tensor): void {
    const current = typeof metric === 'object' ? metric.item() : metric;
    if (current === undefined) throw new TypeError("step() missing 1 required positional argument: 'metrics'");
    this.lastEpoch += 1;
    if (this.#better(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else {
      this.numBadEpochs += 1;
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter -= 1;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.set(this.nextLrs());
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = this.currentLrs();
  }

  protected override nextLrs(): readonly number[] {
    return this.groups.map((group, index) => {
      // A group that was added later has the bound of the last one.
      const reduced = Math.max(group.lr * this.factor, this.minLrs[index] ?? this.minLrs.at(-1)!);
      return group.lr - reduced > this.eps ? reduced : group.lr;
    });
  }

  #better(value: number): boolean {
    const { best, threshold } = this;
    if (this.mode === 'min') return value < (this.thresholdMode === 'rel' ? best * (1 - threshold) : best - threshold);
    return value > (this.thresholdMode === 'rel' ? best * (threshold + 1) : best + threshold);
  }
}
