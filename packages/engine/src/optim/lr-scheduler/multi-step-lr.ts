/**
 * The rate times `gamma` at each of the given epochs; an epoch listed twice counts twice. Guarantees PyTorch's values.
 */
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class MultiStepLR extends LRScheduler {
  milestones: readonly number[];
  gamma: number;

  constructor(optimizer: AnyOptimizer, milestones: Iterable<number>, options: ScheduleOptions & { readonly gamma?: number } = {}) {
    super(optimizer, options);
    this.milestones = [...milestones];
    this.gamma = options.gamma ?? 0.1;
    this.start();
  }

  protected override nextLrs(): readonly number[] {
    const times = this.milestones.filter((epoch) => epoch === this.lastEpoch).length;
    return times === 0 ? this.currentLrs() : this.scaled(this.gamma ** times);
  }

  protected override lrsAt(): readonly number[] {
    const passed = this.milestones.filter((epoch) => epoch <= this.lastEpoch).length;
    return this.baseLrs.map((rate) => rate * this.gamma ** passed);
  }
}
