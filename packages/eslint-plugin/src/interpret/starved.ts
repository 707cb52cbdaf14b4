// Networks that an optimiser holds and that never get a gradient, because every call of them that a loss is computed from runs in a no-grad scope.
//
// A teacher or a target network is in no optimiser; a generator that makes samples without gradients is trained in another call; what is frozen
// requires no gradients. None of them is meant.
import { isOff } from '../domains/grad.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Machine } from './machine.ts';

/** When all is seen: which calls starve a network of gradients. */
export function noteStarved(machine: Machine, { escapees }: State): void {
  if (machine.stepped.size === 0) return;
  const trained = new Set<AbstractObject>();
  for (const observation of machine.forwards) if (observation.uses.has('trained')) for (const object of observation.parameters) trained.add(object);
  for (const observation of machine.forwards) {
    const { module, parameters } = observation;
    if (module === null || !observation.uses.has('target') || !isOff(observation.grad) || parameters.size === 0) continue;
    const waiting = [...parameters].filter((object) => machine.optimized.has(object));
    if (waiting.length === 0 || [...parameters].some((object) => trained.has(object))) continue;
    // Who hands a network itself to an optimiser means to train it; one that is part of another may be left as it is on purpose.
    const certain = machine.handedToOptimizer.has(module) && waiting.length === parameters.size && !observation.incomplete && !observation.opaque && !escapees.has(module);
    observation.starved = { certain };
  }
}
