// Networks that an optimiser holds and that never get a gradient: every call of them that a loss is computed from runs in a no-grad scope, or its output
// is cut off (`detach()`, `.data`), or the scope is around a part of a network in its `forward`.
//
// A teacher or a target network is in no optimiser; a generator that makes samples without gradients is trained in another call, and so is what stands on
// both sides of a stop-gradient; what is frozen requires no gradients; a moving average is written to by hand. None of them is meant.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Machine } from './machine.ts';

/** When all is seen: which calls starve a network, or a part of one, of gradients. */
export function noteStarved(machine: Machine, { escapees }: State): void {
  if (!machine.optimizes) return;
  const trained = new Set<AbstractObject>();
  for (const observation of machine.forwards) if (observation.uses.has('trained')) for (const object of observation.learning) trained.add(object);
  const waits = (object: AbstractObject): boolean => machine.optimized.has(object) && !trained.has(object) && !machine.written.has(object);
  for (const observation of machine.forwards) {
    const { module, parameters, cuts, uses } = observation;
    if (module === null || parameters.size === 0 || (!uses.has('target') && !uses.has('trained'))) continue;
    const isWhole = !uses.has('trained');
    const waiting = (isWhole ? [...parameters] : [...cuts.keys()]).filter(waits);
    if (waiting.length === 0 || (isWhole && [...parameters].some((object) => trained.has(object) || machine.written.has(object)))) continue;
    // Who hands a network itself to an optimiser means to train it; one that is part of another may be left as it is on purpose.
    const isHanded = (object: AbstractObject): boolean => [...machine.handedToOptimizer].some(([root, tree]) => tree.has(object) && !escapees.has(root) && ![...tree].some((part) => trained.has(part)) && (!isWhole || root === module));
    const certain = waiting.every(isHanded) && (!isWhole || waiting.length === parameters.size) && !observation.incomplete && !observation.opaque;
    observation.starved = { certain, cut: isWhole ? null : cuts.get(waiting[0]!)! };
  }
}
