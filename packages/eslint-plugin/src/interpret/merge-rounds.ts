// What the rounds of a loop have made, once the function around it is over.
//
// While a loop runs, what its latest round has made is told from what the rounds before it have (`object-table.ts`). When the function is over, most of that is in one list or one
// network, and nothing tells them apart any more. They become one object then, which stands for all of them: networks that loops build have half as many objects.
//
// Guarantees: nothing is forgotten but which of several objects is the latest; both are in the same modes, and all that refers to one of them refers to the other.
// Refuses: objects that were there before the call, and collections, of which there is one anyway; whoever calls it sees to it that the function has left nothing with the machine that
// knows the objects by their names (`Machine.noteOwn`).
//
// Worked example: after `Stage.__init__` with `for _ in range(depth): self.blocks.append(Block())`, `self.blocks` holds one block that stands for all, and each of its layers does so too.
import type { ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Value } from '../domains/value.ts';
import { sameSettings } from './kept-run.ts';
import type { Machine } from './machine.ts';
import { eachMentioned, renamedIn, retire } from './renaming.ts';

/** @returns the result of the call under the names that are left */
export function mergeRounds(machine: Machine, exit: State, before: State, result: Value): Value {
  const changed = exit.heap.entriesUnlike(before.heap);
  const pairs = new Map<AbstractObject, AbstractObject>();
  const states = new Map<AbstractObject, ObjectState>();
  for (const { key, value } of changed) states.set(key, value);
  for (const [object, state] of states) {
    if (object.age !== 'latest' || object.kind === 'collection' || object.kind === 'opaque' || before.heap.peek(object) !== undefined) continue;
    const earlier = machine.objects.earlierSelf(object);
    const other = earlier === null ? undefined : states.get(earlier);
    if (other !== undefined && before.heap.peek(earlier!) === undefined && isAlike(state, other)) pairs.set(object, earlier!);
  }
  if (pairs.size === 0 || exit.relied.size > 0) return result;
  const cells = exit.cells.entriesUnlike(before.cells);
  for (let count = -1; count !== pairs.size; ) {
    count = pairs.size;
    const latest = new Map([...pairs].map(([object, earlier]) => [earlier, object]));
    const check = (...values: readonly (Value | undefined)[]): void => {
      const met = new Set<AbstractObject>();
      for (const value of values) if (value !== undefined) eachMentioned(value, (object) => void met.add(object));
      for (const object of met) {
        const earlier = pairs.get(object);
        if (earlier !== undefined && !met.has(earlier)) pairs.delete(object);
        const later = latest.get(object);
        if (later !== undefined && !met.has(later)) pairs.delete(later);
      }
    };
    check(result);
    for (const { value } of cells) check(value);
    for (const [object, { attrs }] of states) {
      if (pairs.has(object)) continue;
      const later = latest.get(object);
      const beside = later !== undefined && pairs.has(later) ? states.get(later)!.attrs : undefined;
      for (const [name, value] of attrs) check(value, beside?.get(name));
      for (const [name, value] of beside ?? []) if (!attrs.has(name)) check(value);
    }
  }
  if (pairs.size === 0) return result;
  retire(exit, pairs);
  return renamedIn(result, pairs);
}

/** Holds if two objects differ in nothing but what they refer to. */
function isAlike(one: ObjectState, other: ObjectState): boolean {
  return one.modes === other.modes && one.statistics === other.statistics && one.trainable === other.trainable && one.escaped === other.escaped && one.slept === other.slept && sameSettings(one.settings, other.settings);
}
