// `new Promise((resolve) => …)`: the executor runs at once, and a promise stands for what it is resolved with, as `await` and `then` get it.
//
// Guarantees: what `resolve` is called with in sight comes out of the promise. Refuses to know: what code out of sight resolves it with, which the promise may hold besides; when it is resolved.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustObject, NOTHING, ofAtoms, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { callUnknown, callValue, type CallInstr } from './call.ts';
import type { Machine } from './machine.ts';

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
