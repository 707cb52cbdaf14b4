/**
 * The base rate times what a function of the epoch returns; one function for all groups or one for each. Guarantees PyTorch's values.
 * Functions are no part of the state dictionary. Refuses a number of functions that is not that of the groups.
 */
import { ValueError } from '../../tensor/errors.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

type Factor = (epoch: number) => number;

export class LambdaLR extends LRScheduler {
  readonly lrLambdas: readonly Factor[];

  constructor(optimizer: AnyOptimizer, lrLambda: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    super(optimizer, options);
    this.lrLambdas = typeof lrLambda === 'function' ? this.groups.map(() => lrLambda) : lrLambda;
    if (this.lrLambdas.length !== this.groups.length) throw new ValueError(`Expected ${this.groups.length} lr_lambdas, but got ${this.lrLambdas.length}`);
    this.start();
  }

  protected override nextLrs(): readonly number[] {
    return this.baseLrs.map((rate, index) => rate * this.lrLambdas[index]!(this.lastEpoch));
  }
}
