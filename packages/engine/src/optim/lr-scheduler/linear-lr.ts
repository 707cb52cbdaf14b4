/**
 * The rate times a factor that goes from `startFactor` to `endFactor` in `totalIters` epochs: a warm-up. Guarantees PyTorch's recursive
 * values. Refuses factors outside (0, 1] and [0, 1].
 */
import { ValueError } from '../../tensor/errors.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;

  constructor(optimizer: AnyOptimizer, options: ScheduleOptions & { readonly startFactor?: number; readonly endFactor?: number; readonly totalIters?: number } = {}) {
    super(optimizer, options);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    if (!(startFactor > 0 && startFactor <= 1)) throw new ValueError('Starting multiplicative factor expected to be greater than 0 and less or equal to 1.');
    if (!(endFactor >= 0 && endFactor <= 1)) throw new ValueError('Ending multiplicative factor expected to be between 0 and 1.');
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.start();
  }

  protected override nextLrs(initial: boolean): readonly number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    if (lastEpoch === 0) return this.scaled(startFactor);
    if (initial || lastEpoch > totalIters) return this.currentLrs();
    return this.scaled(1 + (endFactor - startFactor) / (totalIters * startFactor + (lastEpoch - 1) * (endFactor - startFactor)));
  }

  protected override lrsAt(): readonly number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this;
    return this.baseLrs.map((rate) => rate * (startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters));
  }
}
