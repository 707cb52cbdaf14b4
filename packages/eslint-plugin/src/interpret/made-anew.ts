// What a call did in one round of a loop, it does in the next: it makes its objects anew, and what it made before is older then.
//
// A run that was kept (`call-function.ts`) cannot be used where the objects that it made are in the state already: its footprint tells that they were not
// there. Here they become older before the call, as they would in its course when their places make others. Where the call then starts as the kept run did,
// that run is used; constructors and builders in loops are not run once more for each loop around them.
//
// Guarantees: sound as running the function once more is, and as exact or more so. To make objects older too early costs nothing where the run makes them on each of
// its ways, and is not done where it does not start alike then. Collections have no older selves: the one of the run is another than the one before it, and their contents
// are joined when it is over, as those of older objects that the run has left are.
// Refuses: runs without a footprint, or that gave other names to what there was before them; objects that come from outside, which are the same in both.
//
// Worked example, `for i in range(n): layers.append(block())` with `def block(): return Block(64)`: the second round uses the first run of `block`; its block is the latest one,
// and that of the first round, which `layers` holds, is an older one.
import { joinObjects, type ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { startsAlike, unwatched } from './footprint.ts';
import type { Kept } from './kept-run.ts';
import type { Machine } from './machine.ts';
import { retire, type Renaming } from './renaming.ts';

/** The state that a kept run may start from, and what is to be done when it is over. */
export interface Anew {
  readonly entry: State;
  readonly names: Renaming;
  /** Puts back, into a state that the run leaves, what it knows nothing of. */
  finish(after: State): void;
}

/** `entry` as it is once all that the kept run makes has become older; null if that is not how the run started. */
export function madeAnew(machine: Machine, { entry: known, footprint, handed }: Kept, entry: State): Anew | null {
  if (footprint === null || footprint.renamed.size > 0) return null;
  const before = [...footprint.objects].filter((object) => known.heap.peek(object) === undefined && entry.heap.peek(object) !== undefined);
  if (before.length === 0 || before.some((object) => object.via !== null || object.kind === 'opaque' || handed?.has(object) === true)) return null;
  const names = machine.objects.earlierSelves(before.filter((object) => object.kind !== 'collection' && object.age === 'latest'));
  if (names === null) return null;
  const fresh = entry.clone();
  let isAlike = false;
  const apart: { readonly key: AbstractObject; readonly value: ObjectState }[] = [];
  unwatched(entry, () => {
    retire(fresh, names);
    for (const key of before) {
      const value = fresh.heap.peek(key);
      if (value === undefined) continue;
      apart.push({ key, value });
      fresh.heap.delete(key);
    }
    isAlike = startsAlike(known, fresh, footprint);
  });
  if (!isAlike) return null;
  // Whoever watches depends on what the run looked at, and on what was changed for it.
  startsAlike(known, fresh, footprint);
  noteChanges(entry, fresh);
  return {
    entry: fresh,
    names,
    finish(after) {
      for (const { key, value } of apart) {
        const made = after.heap.get(key);
        after.heap.set(key, made === undefined ? value : joinObjects(value.with({ many: true }), made));
      }
    },
  };
}

/** Whoever watches `entry` depends on what was changed in it. */
function noteChanges(entry: State, fresh: State): void {
  for (const { key } of entry.heap.entriesUnlike(fresh.heap)) fresh.heap.get(key);
  for (const { key } of fresh.heap.entriesUnlike(entry.heap)) fresh.heap.get(key);
  for (const { key } of fresh.cells.entriesUnlike(entry.cells)) fresh.cells.get(key);
}
