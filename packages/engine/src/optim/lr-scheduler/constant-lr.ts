/**
 * The rate times `factor` for the first `totalIters` epochs, then the rate itself. Guarantees PyTorch's recursive values. Refuses factors outside [0, 1], and to go back from a factor of 0,
 * which leaves nothing to divide.
 */
import { ValueError } from '../../tensor/errors.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;

  constructor(optimizer: AnyOptimizer, options: ScheduleOptions & { readonly factor?: number; readonly totalIters?: number } = {}) {
    super(optimizer, options);
    const { factor = 1 / 3, totalIters = 5 } = options;
    if (!(factor >= 0 && factor <= 1)) throw new ValueError('Constant multiplicative factor expected to be between 0 and 1.');
    this.factor = factor;
    this.totalIters = totalIters;
    this.start();
  }

  protected override nextLrs(): readonly number[] {
    const { lastEpoch, factor, totalIters } = this;
    if (lastEpoch === 0) return this.scaled(factor);
    if (lastEpoch !== totalIters) return this.currentLrs();
    // Python refuses to divide by 0; NaN is what `set` refuses.
    return this.scaled(factor === 0 ? NaN : 1 / factor);
  }

  protected override lrsAt(): readonly number[] {
    return this.baseLrs.map((rate) => rate * (this.lastEpoch >= this.totalIters ? 1 : this.factor));
  }
}
