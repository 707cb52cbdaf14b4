// Promises: one stands for what it is resolved with, as `await` and `then` get it. The executor of `new Promise((resolve) => …)` runs at once.
//
// Guarantees: what `resolve` is called with in sight comes out of the promise. The callback of a `then` or `finally` that is waited for, by itself or at the end of a chain, has run; where nobody waits, that is so for what nothing but the promise
// leads to, because whoever gets it comes through the callback. Refuses to know: what code out of sight resolves it with, which the promise may hold besides; when it is resolved.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, joinValues, mustObject, NOTHING, objectsOf, ofAtoms, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { Func, Temp } from '../ir/ir.ts';
import type { ArgValues, Frame } from './activation.ts';
import { allArgs, callUnknown, callValue, isCallback, returned, runCallbacks, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import type { Machine } from './machine.ts';
import { eachInTree, escapeTree } from './set-mode.ts';
import { areHeldElsewhere } from './sweeps.ts';

export const PROMISED = new Set(['then', 'catch', 'finally']);

const waited = new WeakMap<Func, ReadonlySet<Temp>>();

/** The temps of a function whose promises it waits for: those of `await`, and those that `then` and its like go on from in a chain that is waited for. */
function waitedIn(func: Func): ReadonlySet<Temp> {
  const known = waited.get(func);
  if (known !== undefined) return known;
  const found = new Set<Temp>();
  for (const { instrs } of func.blocks.toReversed()) {
    for (const instr of instrs.toReversed()) {
      if (instr.kind === 'await') found.add(instr.value);
      else if (instr.kind === 'call' && instr.callee.kind === 'method' && PROMISED.has(instr.callee.name) && found.has(instr.dest)) found.add(instr.callee.object);
    }
  }
  waited.set(func, found);
  return found;
}

/** `promised.then(…)`, `.catch(…)` or `.finally(…)`. */
export function callPromised(machine: Machine, frame: Frame, state: State, promised: Value, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const callbacks = allArgs(args);
  const [first, ...others] = callbacks;
  const given: ArgValues = { positional: name === 'then' ? [promised] : [], keywords: new Map(), more: name === 'then' ? null : ANYTHING, written: [] };
  const isOne = first?.atoms.length === 1 && !first.unknown && isCallback(first.atoms[0]!) && others.length === 0;
  if (name !== 'catch' && isOne && waitedIn(frame.context.ref.func).has(instr.dest)) {
    const result = callValue(machine, frame, state, first, given, instr);
    return name === 'then' ? result : { ...result, value: promised };
  }
  // What is no function in sight may do anything to it.
  if (callbacks.some((value) => value.unknown || value.atoms.some((callback) => !isCallback(callback)))) escapeTree(state, promised);
  if (name === 'then' && isOne) {
    const on = state.clone();
    const { value, returns } = callValue(machine, frame, on, first, given, instr);
    if (!returns) return { value, returns: true };
    const networks = objectsOf(promised).filter((object) => object.kind === 'module');
    const isItsOwn = networks.length > 0 && !areHeldElsewhere(machine, frame, state, networks, new Set(networks), new Set());
    state.joinFrom(on);
    if (isItsOwn) for (const network of networks) eachInTree(on, network, true, (part) => {
      if (state.heap.has(part)) state.heap.set(part, on.object(part));
    });
    return returned(value);
  }
  const result = runCallbacks(machine, frame, state, callbacks, given, instr);
  if (name === 'then') return returned(joinValues(result, derive(callbacks)));
  return returned(name === 'finally' ? promised : joinValues(promised, result));
}

/** The path under which `resolve` is called. */
export const RESOLVE = 'modeguard.resolve';

/** What `new Promise(executor)` gives. */
export function promised(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: CallInstr): Value {
  const [executor] = args.positional;
  const isInSight = executor !== undefined && !executor.unknown && executor.atoms.length > 0 && executor.atoms.every((atom) => atom.kind === 'function');
  if (!isInSight) return callUnknown(machine, state, ANYTHING, args, instr).value;
  const box = machine.objects.allocate(state, frame.context, instr, 'promise', { kind: 'collection', class: null, library: null, label: 'promise', replaces: true }, {});
  const resolve = ofAtoms({ kind: 'partial', target: { kind: 'library', path: RESOLVE }, prefix: [ofObject(box)], keywords: new Map() });
  callValue(machine, frame, state, executor, { positional: [resolve, ANYTHING], keywords: new Map(), more: null, written: [] }, instr);
  return state.attr(box, elementName(null)) ?? ANYTHING;
}

/** `resolve(value)`. */
export function resolvePromise(state: State, args: ArgValues): void {
  const [target, value = ofConstant({ type: 'undefined' })] = args.positional;
  const box = mustObject(target ?? NOTHING);
  if (box !== null) state.setAttr(box, elementName(null), args.more === null ? value : joinValues(value, args.more), false);
}
