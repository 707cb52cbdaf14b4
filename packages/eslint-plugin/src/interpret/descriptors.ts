// Attributes of a class that decide themselves what is read and written under their name: objects with `__get__` and `__set__`.
//
// Guarantees: an assignment to such an attribute of an instance runs `__set__`, a look-up runs `__get__`. Refuses to know: `__set_name__`, so that what a descriptor stores under a name that it was told is not
// found again.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { joinValues, NOTHING, ofAtoms, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { bound } from './attributes.ts';
import { callValue, type CallInstr } from './call.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';

type Protocol = '__get__' | '__set__';

/** The methods of the descriptors among what a class has under a name, each bound to its own; null if there are none. */
export function descriptorMethods(machine: Machine, member: Value, protocol: Protocol): Value | null {
  if (machine.language !== 'python') return null;
  let methods: Value | null = null;
  for (const atom of member.atoms) {
    if (atom.kind !== 'object' || atom.object.kind !== 'instance' || atom.object.class === null) continue;
    const method = findMember(machine.order(atom.object.class), protocol);
    if (method !== null) methods = joinValues(methods ?? NOTHING, bound(method.entry.value, atom.object));
  }
  return methods;
}

/** Holds for what a class has as it is: a method that a class decorates (`@Evaluated def predict(self)`) is an object of that, which may be a descriptor. */
export function isPlainMember(member: Extract<Instr, { kind: 'define-member' }>['member']): boolean {
  return member === 'static' || member === 'method';
}

/** What is read from `object` where its class has a descriptor. */
export function readDescriptor(machine: Machine, frame: Frame, state: State, methods: Value, object: AbstractObject, instr: Instr): Value {
  const cls = object.class === null ? ofConstant({ type: 'none' }) : ofAtoms({ kind: 'class', class: object.class });
  return callValue(machine, frame, state, methods, { ...NO_ARGS, positional: [ofObject(object), cls] }, instr as CallInstr).value;
}
