/**
 * The rate times (1 - epoch / totalIters) ^ power, down to 0 after `totalIters` epochs. Guarantees PyTorch's recursive values.
 */
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class PolynomialLR extends LRScheduler {
  totalIters: number;
  power: number;

  constructor(optimizer: AnyOptimizer, options: ScheduleOptions & { readonly totalIters?: number; readonly power?: number } = {}) {
    super(optimizer, options);
    const { totalIters = 5, power = 1 } = options;
    this.totalIters = totalIters;
    this.power = power;
    this.start();
  }

  protected override nextLrs(initial: boolean): readonly number[] {
    const { lastEpoch, totalIters, power } = this;
    if (initial || lastEpoch > totalIters) return this.currentLrs();
    return this.scaled(((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power);
  }

  protected override lrsAt(): readonly number[] {
    return this.baseLrs.map((rate) => rate * (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power);
  }
}
