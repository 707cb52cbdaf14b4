// Parts of a network that nothing but the network leads to: `layers = []`, a loop that appends to it, `nn.Sequential(*layers)`.
//
// What a loop makes is one object that stands for several, and a call on something that holds one of them says nothing of the others. Where all that is left
// of them is in one network, what is done to the network is done to all of them.
//
// Guarantees: an object that the program may still get at on another way is none of the network's own. Looked through is what can be reached from the variables and intermediate
// results that are still read, of the function that runs and of its callers, from what their closures took with them, from all variables that outlive a call, and from what functions and classes hold. Refuses to know: what a suspended generator holds.
//
// Worked example: after `model = nn.Sequential(*layers)`, `model.eval()` sets all dropouts of the loop, unless `layers` is read again further down: then one of them may be met there which is not
// in the model (`nn.Sequential(*layers[:2])`).
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import { liveAfter } from '../ir/liveness.ts';
import type { Frame } from './activation.ts';
import { heldByCode } from './held-by-code.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';
import type { Above, IsOwn } from './set-mode.ts';

/** Says of parts of `root` whether they are its own when `instr` runs: made while it or a network above them was, or reached through it alone. */
export function ownPartsOf(machine: Machine, frame: Frame, state: State, root: AbstractObject, instr: Instr): IsOwn {
  let held: ReadonlySet<AbstractObject> | null = null;
  const isMade = (part: AbstractObject, above: Above | null): boolean => {
    if (machine.objects.isMadeFor(part, root)) return true;
    for (let at = above; at !== null; at = at.above) if (machine.objects.isMadeFor(part, at.network) && isAlone(machine, state, at.network)) return true;
    return false;
  };
  return (part, above) => part !== root && (isMade(part, above) || !(held ??= heldBeside(machine, frame, state, root, instr)).has(part));
}

/** Holds if the place that made a network has made no other that is still there: one of their parts would be one of the parts of all. */
function isAlone(machine: Machine, state: State, network: AbstractObject): boolean {
  const earlier = machine.objects.earlierSelf(network);
  return network.age === 'latest' && !state.object(network).many && (earlier === null || !state.heap.has(earlier));
}

/** All objects that the program may get at without going through `root`. */
function heldBeside(machine: Machine, frame: Frame, state: State, root: AbstractObject, instr: Instr): ReadonlySet<AbstractObject> {
  const held = new Set<AbstractObject>();
  const visit = (value: Value): void => eachMentioned(value, (object) => void (object !== root && held.add(object)));
  for (const value of [...state.cells.values(), ...heldByCode(machine)]) visit(value);
  if (machine.watch !== null) machine.watch.asksCallers = true;
  let position: Instr | null = instr;
  for (let at: Frame['caller'] = { frame, state }; at !== undefined; at = at.frame.caller) {
    const { ref, call } = at.frame.context;
    for (const value of at.frame.captured?.values() ?? []) visit(value);
    const live = position === null ? null : liveAfter(ref.func, position);
    for (const names of [at.state.locals, at.state.temps] as const) for (const [name, value] of names) if (live === null || live.has(name)) visit(value);
    position = call;
  }
  for (const object of held) for (const value of state.object(object).attrs.values()) visit(value);
  machine.budget.steps += held.size >>> 3;
  return held;
}
