/**
 * One cycle: up to `maxLr`, down to almost nothing, momentum (or beta1) the other way (Smith and Topin 2019). Stepped per batch.
 *
 * Guarantees PyTorch's values in both anneal strategies, with two or three phases. Refuses a number of steps that is not given or not
 * positive, momentum cycles for an optimizer that has none, and more steps than it was told.
 */
import { ValueError } from '../../tensor/errors.ts';
import type { ParamGroup, CommonSettings } from '../optimizer.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export interface OneCycleOptions extends ScheduleOptions {
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Fraction of the steps spent on the way up. */
  readonly pctStart?: number;
  readonly annealStrategy?: 'cos' | 'linear';
  readonly cycleMomentum?: boolean;
  readonly baseMomentum?: number;
  readonly maxMomentum?: number;
  /** The first rate is `maxLr / divFactor`. */
  readonly divFactor?: number;
  /** The last rate is the first one divided by this. */
  readonly finalDivFactor?: number;
  readonly threePhase?: boolean;
}

type Rate = 'initialLr' | 'maxLr' | 'minLr';
type Momentum = 'baseMomentum' | 'maxMomentum';
interface Phase {
  readonly endStep: number;
  readonly lr: readonly [Rate, Rate];
  readonly momentum: readonly [Momentum, Momentum];
}
type MomentumGroup = ParamGroup<CommonSettings> & { momentum?: number; betas?: readonly [number, number] };

function stepsOf(options: OneCycleOptions): number {
  const { totalSteps, epochs, stepsPerEpoch } = options;
  const positive = (name: string, value: number): number => {
    if (!Number.isInteger(value) || value <= 0) throw new ValueError(`Expected positive integer ${name}, but got ${value}`);
    return value;
  };
  if (totalSteps !== undefined) return positive('total_steps', totalSteps);
  if (epochs === undefined || stepsPerEpoch === undefined) throw new ValueError('You must define either total_steps OR (epochs AND steps_per_epoch)');
  return positive('epochs', epochs) * positive('steps_per_epoch', stepsPerEpoch);
}

export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  readonly annealStrategy: 'cos' | 'linear';
  readonly cycleMomentum: boolean;
  readonly useBeta1: boolean;
  readonly #phases: readonly Phase[];

  constructor(optimizer: AnyOptimizer, maxLr: number | readonly number[], options: OneCycleOptions = {}) {
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, baseMomentum = 0.85, maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4, threePhase = false, lastEpoch = -1 } = options;
    super(optimizer, options);
    this.totalSteps = stepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1)) throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pctStart}`);
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') throw new ValueError(`anneal_strategy must be one of 'cos' or 'linear', instead got ${String(annealStrategy)}`);
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = 'betas' in optimizer.defaults;
    if (cycleMomentum && !this.useBeta1 && !('momentum' in optimizer.defaults)) throw new ValueError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled');
    this.#phases = this.#plan(pctStart, threePhase);
    if (Array.isArray(maxLr) && maxLr.length !== this.groups.length) {
      throw new ValueError(`max_lr must have the same length as optimizer.param_groups. max_lr has ${maxLr.length} values, param_groups has ${this.groups.length}.`);
    }
    if (lastEpoch === -1) {
      for (const [index, group] of this.groups.entries()) {
        group.maxLr = typeof maxLr === 'number' ? maxLr : maxLr[index]!;
        group.initialLr = group.maxLr / divFactor;
        group.minLr = group.initialLr / finalDivFactor;
        if (!cycleMomentum) continue;
        group.maxMomentum = maxMomentum;
        group.baseMomentum = baseMomentum;
        this.#setMomentum(group, maxMomentum);
      }
      this.baseLrs = this.groups.map((group) => group.initialLr!);
    }
    this.start();
  }

  #plan(pctStart: number, threePhase: boolean): readonly Phase[] {
    const steps = this.totalSteps;
    const up: Phase = { endStep: pctStart * steps - 1, lr: ['initialLr', 'maxLr'], momentum: ['maxMomentum', 'baseMomentum'] };
    if (!threePhase) return [up, { endStep: steps - 1, lr: ['maxLr', 'minLr'], momentum: ['baseMomentum', 'maxMomentum'] }];
    return [
      up,
      { endStep: 2 * pctStart * steps - 2, lr: ['maxLr', 'initialLr'], momentum: ['baseMomentum', 'maxMomentum'] },
      { endStep: steps - 1, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
    ];
  }

  #setMomentum(group: MomentumGroup, momentum: number): void {
    if (this.useBeta1) group.betas = [momentum, group.betas![1]];
    else group.momentum = momentum;
  }

  #anneal(start: number, end: number, fraction: number): number {
    return this.annealStrategy === 'cos' ? end + ((start - end) / 2) * (Math.cos(Math.PI * fraction) + 1) : (end - start) * fraction + start;
  }

  protected override nextLrs(): readonly number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps) throw new ValueError(`Tried to step ${step} times. The specified number of total steps is ${this.totalSteps}`);
    const found = this.#phases.findIndex((phase) => step <= phase.endStep);
    const index = found === -1 ? this.#phases.length - 1 : found;
    const phase = this.#phases[index]!;
    const from = index === 0 ? 0 : this.#phases[index - 1]!.endStep;
    const fraction = (step - from) / (phase.endStep - from);
    return this.groups.map((group) => {
      if (this.cycleMomentum) this.#setMomentum(group, this.#anneal(group[phase.momentum[0]]!, group[phase.momentum[1]]!, fraction));
      return this.#anneal(group[phase.lr[0]]!, group[phase.lr[1]]!, fraction);
    });
  }
}
