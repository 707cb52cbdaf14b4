/**
 * Schedules one after the other: each takes over at its milestone, counted in epochs from the start.
 *
 * Guarantees PyTorch's values: what the constructors of the parts did to the rates is taken back first. Refuses an empty list, parts of
 * another optimizer, `ReduceLROnPlateau`, and a number of milestones that does not fit.
 */
import { ValueError } from '../../tensor/errors.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions, type ScheduleStateDict } from './lr-scheduler.ts';
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.ts';

function undo(scheduler: LRScheduler): void {
  if (scheduler instanceof SequentialLR) for (const part of scheduler.schedulers) undo(part);
  else scheduler.lastEpoch -= 1;
}

export class SequentialLR extends LRScheduler {
  readonly schedulers: readonly LRScheduler[];
  readonly milestones: readonly number[];

  constructor(optimizer: AnyOptimizer, schedulers: readonly LRScheduler[], milestones: readonly number[], options: ScheduleOptions = {}) {
    super(optimizer, options);
    if (schedulers.length < 1) throw new ValueError('SequentialLR expects at least one scheduler, but got no scheduler.');
    for (const [index, scheduler] of schedulers.entries()) {
      if (scheduler instanceof ReduceLROnPlateau) {
        throw new ValueError(`SequentialLR does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when calling \`step\`, but got one at index ${index} in the given schedulers sequence.`);
      }
      if (scheduler.optimizer !== optimizer) {
        throw new ValueError(`SequentialLR expects all schedulers to belong to the same optimizer, but got scheduler ${scheduler.constructor.name} at index ${index} has another, which is different from ${optimizer.constructor.name}.`);
      }
    }
    if (milestones.length !== schedulers.length - 1) {
      throw new ValueError(
        'Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, ' +
          `but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      );
    }
    this.schedulers = schedulers;
    this.milestones = milestones;
    this.start();
  }

  override start(): void {
    this.lastEpoch += 1;
    for (const group of this.groups) group.lr = group.initialLr!;
    for (const scheduler of this.schedulers) undo(scheduler);
    this.#active().start();
    this.lastLr = this.#active().getLastLr();
  }

  /** The part whose turn it is. */
  #active(): LRScheduler {
    return this.schedulers[this.milestones.filter((epoch) => epoch <= this.lastEpoch).length]!;
  }

  override step(): void {
    this.lastEpoch += 1;
    const active = this.#active();
    if (this.milestones.includes(this.lastEpoch)) active.advance(0);
    else active.step();
    this.lastLr = active.getLastLr();
  }

  protected override nextLrs(): readonly number[] {
    return this.#active().getLastLr();
  }

  override stateDict(): ScheduleStateDict {
    return { ...super.stateDict(), _schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  override loadStateDict(dictionary: ScheduleStateDict): void {
    super.loadStateDict(dictionary);
    for (const [index, state] of ((dictionary['_schedulers'] ?? []) as ScheduleStateDict[]).entries()) this.schedulers[index]?.loadStateDict(state);
  }
}
