// Receivers that are one of several networks: which of them a mode is set on for certain.
//
// `net = A() if small else B(); net.eval()` sets either, and whichever it is, the other is never met: what is known of each is then known for the case that it is the one. So it is between a network and what wraps it
// (`if parallel: net = nn.DataParallel(net)`): a mode that is set on either comes to the network, and the wrapper is met where it is the one alone. What nobody knows may be one of them.
//
// Guarantees: the networks are met as this choice and not otherwise: made by this very activation or one that led to it, each once, and referred to by nothing that does not refer to all of them. What is wrapped may be
// referred to by anything. Refuses: the elements of a list, and classes that override how a mode is set.
//
// Worked example: after `net = load(path)`, `if parallel: net = nn.DataParallel(net)` and `net.eval()` the wrapper is asleep, and a line `net(x)` says nothing of an awake one.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { objectsOf, type Value } from '../domains/value.ts';
import type { Frame } from './activation.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';

/** The networks among which a receiver was chosen; null for any other receiver. */
export function choiceOf(machine: Machine, frame: Frame, state: State, receiver: Value): readonly AbstractObject[] | null {
  if (alternativesIn(receiver) < 2) return null;
  const wrappers: AbstractObject[] = [];
  let rest = receiver;
  for (let outer = wrapperIn(state, rest); outer !== null; outer = wrapperIn(state, rest)) {
    if (!isMetAsChoice(machine, frame, state, rest, [outer], wrappers)) return null;
    wrappers.push(outer);
    rest = rest.with({ atoms: rest.atoms.filter((atom) => atom.kind !== 'object' || atom.object !== outer) });
  }
  const objects = objectsOf(rest);
  if (objects.length !== rest.atoms.length || objects.some((object) => state.object(object).many)) return wrappers.length > 0 ? wrappers : null;
  // All wrappers wrap it, so that a mode comes to it in any case.
  if (wrappers.length > 0 && alternativesIn(rest) < 2) return [...objects.filter((object) => leavesModes(machine, object)), ...wrappers];
  const isChosen = objects.every((object) => isPlain(machine, object) && object.age === 'latest') && isMetAsChoice(machine, frame, state, rest, objects, wrappers);
  return isChosen ? [...objects, ...wrappers] : wrappers.length > 0 ? wrappers : null;
}

function alternativesIn({ atoms, unknown }: Value): number {
  return atoms.length + (unknown ? 1 : 0);
}

/** One of several alternatives that wraps some of the others, and that none of them wraps; null if there is none. */
function wrapperIn(state: State, value: Value): AbstractObject | null {
  if (alternativesIn(value) < 2) return null;
  const objects = objectsOf(value);
  const partsOf = (object: AbstractObject): readonly Value[] => [...state.object(object).attrs.values()];
  const isWrapper = (object: AbstractObject): boolean => {
    const children = object.kind === 'module' && object.class === null && object.age === 'latest' ? object.library?.children : undefined;
    if (children === undefined || children === 'arguments' || !('module' in children) || state.object(object).many) return false;
    return partsOf(object).every((part) => (value.unknown || !part.unknown) && objectsOf(part).every((inner) => inner !== object && objects.includes(inner)));
  };
  return objects.find((object) => isWrapper(object) && objects.every((other) => partsOf(other).every((part) => !objectsOf(part).includes(object)))) ?? null;
}

/** Holds if none of `chosen` is met but in values that may be all of what `whole` may be; `wrappers` may hold some of them. */
function isMetAsChoice(machine: Machine, frame: Frame, state: State, whole: Value, chosen: readonly AbstractObject[], wrappers: readonly AbstractObject[]): boolean {
  const [all, apart] = [new Set(objectsOf(whole)), new Set(chosen)];
  const isWhole = (value: Value): boolean => {
    const met = new Set<AbstractObject>();
    eachMentioned(value, (object) => void (all.has(object) && met.add(object)));
    return !chosen.some((object) => met.has(object)) || (met.size === all.size && (value.unknown || !whole.unknown));
  };
  if (!state.cells.values().every(isWhole)) return false;
  // The names of all activations up to the one that made them.
  if (machine.watch !== null) machine.watch.asksCallers = true;
  let at: Frame['caller'] = { frame, state };
  for (; at !== undefined; at = at.frame.caller) {
    if (!at.state.locals.values().every(isWhole) || !at.state.temps.values().every(isWhole)) return false;
    const { context } = at.frame;
    if (chosen.every((object) => machine.objects.isMadeIn(object, context))) break;
  }
  if (at === undefined) return false;
  const own = new Set(wrappers.map((object) => state.object(object)));
  for (const holder of state.heap.values()) {
    if (own.has(holder)) continue;
    for (const [name, value] of holder.attrs) {
      let holds = false;
      eachMentioned(value, (object) => void (holds ||= apart.has(object)));
      // An element of a collection stands for several at once.
      if (holds && (name.startsWith('[') || !isWhole(value))) return false;
    }
  }
  return true;
}

/** Holds for a network whose class leaves the methods that set a mode as they are. */
export function isPlain(machine: Machine, object: AbstractObject): boolean {
  return object.kind === 'module' && leavesModes(machine, object);
}

function leavesModes(machine: Machine, object: AbstractObject): boolean {
  return object.class === null || findMember(machine.order(object.class), machine.libraries.moduleModel.trainMethod) === null;
}
