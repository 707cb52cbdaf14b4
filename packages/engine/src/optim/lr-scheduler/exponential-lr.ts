/**
 * The rate times `gamma` every epoch. Guarantees PyTorch's values.
 */
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class ExponentialLR extends LRScheduler {
  gamma: number;

  constructor(optimizer: AnyOptimizer, gamma: number, options: ScheduleOptions = {}) {
    super(optimizer, options);
    this.gamma = gamma;
    this.start();
  }

  protected override nextLrs(initial: boolean): readonly number[] {
    return initial ? this.currentLrs() : this.scaled(this.gamma);
  }

  protected override lrsAt(): readonly number[] {
    return this.baseLrs.map((rate) => rate * this.gamma ** this.lastEpoch);
  }
}
