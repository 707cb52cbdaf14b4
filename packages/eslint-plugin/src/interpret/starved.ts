// Networks that an optimiser holds and that never get a gradient: every call of them that a loss is computed from runs in a no-grad scope, or its output
// is cut off (`detach()`, `.data`), or the scope is around a part of a network in its `forward`.
//
// A teacher or a target network is in no optimiser; a generator that makes samples without gradients is trained in another call, and so is what stands on
// both sides of a stop-gradient; what is frozen requires no gradients; a moving average is written to by hand. None of them is meant.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Machine } from './machine.ts';
import type { Cut } from './observation.ts';
import { isCutOff } from './part-calls.ts';

/** When all is seen: which calls starve a network, or a part of one, of gradients. */
export function noteStarved(machine: Machine, { escapees }: State): void {
  if (!machine.optimizes) return;
  const trained = new Set<AbstractObject>();
  for (const observation of machine.forwards) if (observation.uses.has('trained')) for (const object of observation.learning) trained.add(object);
  for (const part of machine.parts.all) if (part.whole.uses.has('trained') && !isCutOff(part)) for (const object of part.parameters) trained.add(object);
  const waits = (object: AbstractObject): boolean => machine.optimized.has(object) && !trained.has(object) && !machine.written.has(object);
  for (const part of machine.parts.all) {
    if (!isCutOff(part)) continue;
    const cut: Cut = { call: part.call, scope: null, className: part.className };
    for (const object of part.parameters) if (!part.whole.cuts.has(object)) part.whole.cuts.set(object, cut);
  }
  const handed = [...machine.handedToOptimizer].filter(([root, tree]) => !escapees.has(root) && ![...tree].some((part) => trained.has(part)));
  for (const observation of machine.forwards) {
    const { module, parameters, cuts, uses } = observation;
    if (module === null || parameters.size === 0 || (!uses.has('target') && !uses.has('trained'))) continue;
    // Who hands a network itself to an optimiser means to train it; one that is part of another may be left as it is on purpose.
    const isHanded = (object: AbstractObject, isWhole: boolean): boolean => handed.some(([root, tree]) => tree.has(object) && (!isWhole || root === module));
    const isSeen = !observation.incomplete && !observation.opaque;
    if (!uses.has('trained')) {
      const waiting = [...parameters].filter(waits);
      if (waiting.length === 0 || [...parameters].some((object) => trained.has(object) || machine.written.has(object))) continue;
      observation.starved = [{ certain: waiting.every((object) => isHanded(object, true)) && waiting.length === parameters.size && isSeen, cut: null }];
      continue;
    }
    const byCut = new Map<Cut, AbstractObject[]>();
    for (const [object, cut] of cuts) if (waits(object)) byCut.set(cut, [...(byCut.get(cut) ?? []), object]);
    observation.starved = [...byCut].map(([cut, waiting]) => ({ certain: waiting.every((object) => isHanded(object, false)) && isSeen, cut }));
  }
}
