/**
 * From the base rate down to `etaMin` along half a cosine in `tMax` epochs, and up again (Loshchilov and Hutter 2017, without restarts).
 * Guarantees PyTorch's recursive values.
 */
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  constructor(optimizer: AnyOptimizer, tMax: number, options: ScheduleOptions & { readonly etaMin?: number } = {}) {
    super(optimizer, options);
    this.tMax = tMax;
    this.etaMin = options.etaMin ?? 0;
    this.start();
  }

  protected override nextLrs(initial: boolean): readonly number[] {
    const { lastEpoch, tMax, etaMin } = this;
    if (initial) return this.currentLrs();
    if (this.stepCount === 1 && lastEpoch > 0) return this.lrsAt();
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      return this.groups.map((group, index) => group.lr + ((this.baseLrs[index]! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2);
    }
    const ratio = (1 + Math.cos((Math.PI * lastEpoch) / tMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / tMax));
    return this.groups.map((group) => ratio * (group.lr - etaMin) + etaMin);
  }

  protected override lrsAt(): readonly number[] {
    return this.baseLrs.map((rate) => this.etaMin + ((rate - this.etaMin) * (1 + Math.cos((Math.PI * this.lastEpoch) / this.tMax))) / 2);
  }
}
