// Functions and classes come to be: what their definitions make, and what belongs to them for good.
//
// Guarantees: a function that is defined in a call knows the variables of that call; a class gets its members as its body runs, the members of several
// ways through it joined. Refuses: to forget a member; where a body assigns one twice, it may be either.
import { joinValues, NOTHING, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { State } from '../domains/state.ts';
import type { Func, Instr } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import { setterName } from './attributes.ts';
import { capturedBy } from './closures.ts';
import { descriptorMethods, isPlainMember } from './descriptors.ts';
import type { Machine } from './machine.ts';

/** The function that the definition in `around` makes. */
export function makeFunction(machine: Machine, frame: Frame, state: State, around: Func, instr: Extract<Instr, { kind: 'function' }>): Value {
  const { module } = frame.context.ref;
  const func = module.funcs[instr.func]!;
  machine.created.add(func);
  if (instr.defaults.length > 0) {
    noteMade(machine, around);
    // A place that makes several functions (`[lambda net=net: net.eval() for net in nets]`) has a default for each.
    const known = machine.defaults.get(func);
    machine.defaults.set(func, new Map(instr.defaults.map((item) => [item.param, joinValues(known?.get(item.param) ?? NOTHING, state.get(item.value))])));
  }
  const captured = capturedBy(module, func, frame.captured);
  return ofAtoms({ kind: 'function', ref: captured === undefined ? { module, func } : { module, func, captured }, receiver: null, binding: 'receiver', prefix: [], scopes: [] });
}

/** The class that the definition in `around` makes. */
export function makeClass(machine: Machine, frame: Frame, state: State, around: Func, instr: Extract<Instr, { kind: 'class' }>): Value {
  noteMade(machine, around);
  return ofAtoms({ kind: 'class', class: machine.classOf(frame.context.ref.module, instr.class, instr.bases.map((base) => state.get(base))) });
}

export function defineMember(machine: Machine, state: State, around: Func, instr: Extract<Instr, { kind: 'define-member' }>): void {
  const value = instr.member === 'static' ? ofClass(state.get(instr.value)) : state.get(instr.value);
  noteMade(machine, around);
  for (const atom of state.get(instr.class).atoms) {
    if (atom.kind !== 'class') continue;
    const known = atom.class.members.get(instr.name);
    // A getter and its setter share a name; the getter is what a read finds.
    if (isPlainMember(instr.member) && descriptorMethods(machine, value, '__set__') !== null) machine.setters.add(instr.name);
    if (instr.member === 'setter') {
      machine.setters.add(instr.name);
      atom.class.members.set(setterName(instr.name), { value, member: 'setter' });
    }
    if (known?.member === 'getter' && instr.member === 'setter') continue;
    atom.class.members.set(instr.name, { value: known === undefined || known.member !== instr.member ? value : joinValues(known.value, value), member: instr.member });
  }
}

/** A static method of TypeScript has the class as `this`, its first parameter. */
function ofClass(value: Value): Value {
  const isOfClass = (atom: Atom): boolean => atom.kind === 'function' && atom.ref.func.params[0]?.variable.origin === 'this';
  return value.atoms.some(isOfClass) ? value.with({ atoms: value.atoms.map((atom) => (atom.kind === 'function' && isOfClass(atom) ? { ...atom, binding: 'class' } : atom)) }) : value;
}

/** What belongs to a class or a function for good is made here: in a call it may be what that call was given. */
function noteMade(machine: Machine, around: Func): void {
  if (around.kind !== 'module') machine.noteOwn();
}
