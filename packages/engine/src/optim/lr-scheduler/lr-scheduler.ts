/**
 * The base of all schedules of the learning rate.
 *
 * Guarantees: PyTorch's chainable form (2.13, executed): each step computes the new rates from the ones the groups have now, so that several
 * schedulers can act on one optimizer, with the same rounding. The first rates are set at construction; `lastEpoch >= 0` resumes
 * from groups that carry their `initialLr`. Warns if a schedule is stepped before its optimizer ever was.
 * Refuses what is no optimizer, and groups that came after it if it has to know where they started. A subclass ends its constructor with `this.start()`.
 *
 * Worked example: `const schedule = new optim.lrScheduler.StepLR(optimizer, 30); …; optimizer.step(); … schedule.step()` once per epoch.
 */
import { ValueError } from '../../tensor/errors.ts';
import { userWarning } from '../../tensor/user-warning.ts';
import { Optimizer, type CommonSettings, type ParamGroup } from '../optimizer.ts';

/** An optimizer of any kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- groups are read and written here, so no one type of group fits all
export type AnyOptimizer = Optimizer<any>;

export interface ScheduleOptions {
  /** The epoch to resume after; -1, the default, starts. */
  readonly lastEpoch?: number;
}

/** State by PyTorch's names; functions and the optimizer are no part of it. */
export type ScheduleStateDict = Readonly<Record<string, unknown>>;

const internal: Readonly<Record<string, string>> = { stepCount: '_step_count', lastLr: '_last_lr' };
const savedName = (field: string): string => internal[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export abstract class LRScheduler {
  readonly optimizer: AnyOptimizer;
  baseLrs: number[];
  lastEpoch: number;
  stepCount = 0;
  lastLr: readonly number[] = [];

  constructor(optimizer: AnyOptimizer, options: ScheduleOptions = {}) {
    if (!((optimizer as unknown) instanceof Optimizer)) throw new TypeError(`${optimizer === null ? 'null' : typeof optimizer} is not an Optimizer`);
    this.optimizer = optimizer;
    this.lastEpoch = options.lastEpoch ?? -1;
    for (const [index, group] of this.groups.entries()) {
      if (this.lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) {
        throw new RangeError(`param 'initialLr' is not specified in paramGroups[${index}] when resuming scheduler with lastEpoch >= 0.\nLoad the state of the optimizer first.`);
      }
    }
    this.baseLrs = this.groups.map((group) => group.initialLr!);
  }

  protected get groups(): readonly ParamGroup<CommonSettings>[] {
    return this.optimizer.paramGroups as ParamGroup<CommonSettings>[];
  }

  /** The rate of every group at `lastEpoch`; `initial` while the construction sets the first ones. */
  protected abstract nextLrs(initial: boolean): readonly number[];

  /** The rates at `lastEpoch` computed from the base rates alone, for a jump to another epoch. */
  protected lrsAt(): readonly number[] {
    return this.nextLrs(false);
  }

  protected currentLrs(): number[] {
    return this.groups.map((group) => group.lr);
  }

  protected scaled(factor: number): number[] {
    return this.groups.map((group) => group.lr * factor);
  }

  /** Sets the first rates. */
  start(): void {
    this.stepCount = 1;
    this.lastEpoch += 1;
    this.set(this.nextLrs(true));
  }

  /** To the next epoch. */
  step(): void {
    if (this.stepCount === 1 && !this.optimizer.stepped) {
      userWarning('Detected call of `scheduler.step()` before `optimizer.step()`. Call them in the opposite order, or the first value of the learning rate schedule is skipped.');
    }
    this.stepCount += 1;
    this.advance();
  }

  /** `step` without the count of steps: to the next epoch or, for a schedule that follows another, to `epoch`. */
  advance(epoch?: number): void {
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.set(epoch === undefined ? this.nextLrs(false) : this.lrsAt());
  }

  protected set(rates: readonly number[]): void {
    if (rates.length !== this.groups.length) {
      throw new ValueError(`${this.constructor.name} knows the learning rates of ${rates.length} parameter groups, and the optimizer has ${this.groups.length}: make the schedule after the last addParamGroup`);
    }
    if (rates.some(Number.isNaN)) throw new RangeError(`${this.constructor.name}: float division by zero: there is no learning rate at epoch ${this.lastEpoch}, because a phase of the schedule has no steps`);
    for (const [index, group] of this.groups.entries()) group.lr = rates[index]!;
    this.lastLr = this.currentLrs();
  }

  /** The rates as last set. */
  getLastLr(): readonly number[] {
    return this.lastLr;
  }

  stateDict(): ScheduleStateDict {
    return Object.fromEntries(Object.entries(this).filter(([field, value]) => this.#saves(field, value)).map(([field, value]) => [savedName(field), structuredClone(value)]));
  }

  loadStateDict(dictionary: ScheduleStateDict): void {
    for (const [field, value] of Object.entries(this)) {
      const name = savedName(field);
      if (this.#saves(field, value) && name in dictionary) (this as Record<string, unknown>)[field] = structuredClone(dictionary[name]);
    }
  }

  #saves(field: string, value: unknown): boolean {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    return field !== 'optimizer' && !parts.some((part) => typeof part === 'function' || part instanceof LRScheduler);
  }
}
