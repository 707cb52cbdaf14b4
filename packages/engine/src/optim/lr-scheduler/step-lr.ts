/**
 * The rate times `gamma` every `stepSize` epochs. Guarantees PyTorch's values.
 */
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  constructor(optimizer: AnyOptimizer, stepSize: number, options: ScheduleOptions & { readonly gamma?: number } = {}) {
    super(optimizer, options);
    this.stepSize = stepSize;
    this.gamma = options.gamma ?? 0.1;
    this.start();
  }

  protected override nextLrs(): readonly number[] {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? this.currentLrs() : this.scaled(this.gamma);
  }

  protected override lrsAt(): readonly number[] {
    return this.baseLrs.map((rate) => rate * this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}
