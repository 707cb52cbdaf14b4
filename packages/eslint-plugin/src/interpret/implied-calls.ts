// Methods of the project's classes that a program calls without naming them: `net + 1` (`__add__`), `key in nets` (`__contains__`), `if net:` (`__bool__`), `len(net)`, `f"{net}"`, `for part in net:` (`__iter__`, `__next__`);
// in TypeScript `valueOf`, `toString` and `[Symbol.iterator]`. One that switches a mode is followed like any other call.
//
// Guarantees: where the object is certain, the method has run; where it is one of several, it may have run. Refuses to know: what a generator that stands for `__iter__` does and when, what `__next__` does, and what a method does that throws, so that what their objects lead to may be in
// any mode afterwards; how often an object that has `__getitem__` alone is asked for an item by a loop; what an operator or a test gives where a method decides it.
//
// Worked example: after `class Net(nn.Module): def __len__(self): self.eval(); return 3`, `len(net)` leaves the network in evaluation mode.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustConstant, NOTHING, ofAtoms, ofObject, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { bound } from './attributes.ts';
import { callValue, type CallInstr } from './call.ts';
import { findMember } from './class-order.ts';
import { noteHandedOver } from './handed-over.ts';
import type { Machine } from './machine.ts';
import { isRecord } from './object-literals.ts';
import { escapeTree } from './set-mode.ts';

/** What Python calls for `a + b`, by the operator, without its underscores. */
const BINARY: ReadonlyMap<string, string> = new Map([['+', 'add'], ['-', 'sub'], ['*', 'mul'], ['/', 'truediv'], ['//', 'floordiv'], ['%', 'mod'], ['**', 'pow'], ['@', 'matmul'], ['&', 'and'], ['|', 'or'], ['^', 'xor'], ['<<', 'lshift'], ['>>', 'rshift']]);
const COMPARING: ReadonlyMap<string, readonly [string, string]> = new Map([['==', ['__eq__', '__eq__']], ['!=', ['__ne__', '__ne__']], ['<', ['__lt__', '__gt__']], ['>', ['__gt__', '__lt__']], ['<=', ['__le__', '__ge__']], ['>=', ['__ge__', '__le__']]]);
const UNARY: ReadonlyMap<string, string> = new Map([['-', '__neg__'], ['+', '__pos__'], ['~', '__invert__']]);
const TRUTH = ['__bool__', '__len__'];
const ITERATION = ['__iter__', '[Symbol.iterator]'];
const STEPS = ['__next__', 'next'];
/** The tag of an object is what is asked for where it has no text of its own. */
const TAG = '[Symbol.toStringTag]';
const NUMBER = ['[Symbol.toPrimitive]', 'valueOf', 'toString', TAG];
const TEXT = ['__format__', '__str__', '__repr__', '[Symbol.toPrimitive]', 'toString', 'valueOf', TAG];
/** Operators of TypeScript that ask objects for nothing. */
const ASKS_NOTHING = new Set(['===', '!==', 'instanceof', 'in', 'typeof', '!', 'not', 'is', 'is not', '&&', '||', '??', 'void', 'delete']);

/** What a function of the language calls of its arguments. */
const BY_FUNCTION: ReadonlyMap<string, readonly string[]> = new Map([
  ['builtins.len', ['__len__']],
  ['builtins.bool', TRUTH],
  ['builtins.str', ['__str__', '__repr__']],
  ['builtins.print', ['__str__', '__repr__']],
  ['builtins.repr', ['__repr__']],
  ['builtins.format', ['__format__', '__str__', '__repr__']],
  ['builtins.int', ['__int__', '__index__']],
  ['builtins.float', ['__float__', '__index__']],
  ['builtins.abs', ['__abs__']],
  ['builtins.hash', ['__hash__']],
  ['builtins.next', ['__next__']],
  ...['iter', 'list', 'tuple', 'set', 'sorted', 'sum', 'min', 'max', 'any', 'all', 'enumerate', 'zip'].map((name): [string, readonly string[]] => [`builtins.${name}`, ITERATION]),
  ['globals.String', TEXT],
  ['globals.JSON.stringify', ['toJSON']],
  ['globals.Number', NUMBER],
  ['globals.Array.from', ITERATION],
]);

/** What the methods behind an operator give; null if no operand has one. */
export function operatorMethods(machine: Machine, frame: Frame, state: State, operator: string, operands: readonly Value[], instr: Instr): Value | null {
  if (operator === 'instanceof') return askForInstance(machine, frame, state, operands, instr);
  if (!operands.some((operand) => hasMethods(machine, operand))) return null;
  let result: Value | null = null;
  operands.forEach((operand, at) => {
    const others = operands.filter((_, index) => index !== at);
    const given = call(machine, frame, state, operand, methodsOf(machine, operator, at, operands.length), others, instr);
    if (given !== null) result = joinValues(result ?? NOTHING, given);
  });
  return result;
}

/** `value instanceof Class`, where the class says itself what its instances are; null for any other. */
function askForInstance(machine: Machine, frame: Frame, state: State, [value = ANYTHING, cls = ANYTHING]: readonly Value[], instr: Instr): Value | null {
  let result: Value | null = null;
  for (const atom of cls.atoms) {
    const member = atom.kind === 'class' ? findMember(machine.order(atom.class), '[Symbol.hasInstance]') : null;
    if (member === null) continue;
    callValue(machine, frame, state, member.entry.value, { ...NO_ARGS, positional: [value] }, instr as CallInstr);
    result = ANYTHING;
  }
  return result;
}

function methodsOf(machine: Machine, operator: string, at: number, count: number): readonly string[] {
  if (machine.language !== 'python') return ASKS_NOTHING.has(operator) ? [] : NUMBER;
  if (operator === 'not') return TRUTH;
  if (operator === 'in' || operator === 'not in') return at === 1 ? ['__contains__', ...ITERATION] : ['__eq__'];
  const comparing = COMPARING.get(operator);
  if (comparing !== undefined) return [comparing[at] ?? comparing[0], ...(operator === '!=' ? ['__eq__'] : [])];
  if (count === 1) return [UNARY.get(operator) ?? []].flat();
  const isInPlace = operator.endsWith('=');
  const name = BINARY.get(isInPlace ? operator.slice(0, -1) : operator);
  if (name === undefined) return [];
  return at === 1 ? [`__r${name}__`] : [...(isInPlace ? [`__i${name}__`] : []), `__${name}__`];
}

/** Asks an object whether it is true; holds if its class decides that. */
export function askTruth(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): boolean {
  return machine.language === 'python' && call(machine, frame, state, value, TRUTH, [], instr) !== null;
}

/** Goes through an object whose class says how. */
export function goThrough(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): void {
  const iterator = call(machine, frame, state, value, ITERATION, [], instr);
  // Without `__iter__`, Python asks for one number after the other, up to an exception.
  if (iterator === null) for (const atom of value.atoms) if (without(machine, ofAtoms(atom), '__getitem__') === null) escapeTree(state, ofAtoms(atom));
  // How often, and that the last step ends in an exception, is not followed.
  for (const atom of iterator?.atoms ?? []) {
    if (atom.kind !== 'object' || atom.object.class === null) continue;
    const order = machine.order(atom.object.class);
    if (STEPS.some((name) => findMember(order, name) !== null)) escapeTree(state, ofObject(atom.object));
  }
}

/** `object[index]`: what `__getitem__` gives, and the part of `object` that has no such method (null: there is none). */
export function readItem(machine: Machine, frame: Frame, state: State, object: Value, index: Value | null, instr: Instr): { readonly given: Value; readonly rest: Value | null } {
  const rest = without(machine, object, '__getitem__');
  const given = rest === object ? null : call(machine, frame, state, object, ['__getitem__'], [index ?? ANYTHING], instr);
  return { given: given ?? NOTHING, rest };
}

/** `object[index] = value`, or `del object[index]`, where a class says what that does. Returns what is left of `object` otherwise. */
export function writeItem(machine: Machine, frame: Frame, state: State, object: Value, index: Value | null, value: Value, instr: Instr): Value | null {
  const isGone = mustConstant(value)?.type === 'undefined';
  const name = isGone ? '__delitem__' : '__setitem__';
  const rest = without(machine, object, name);
  if (rest !== object) call(machine, frame, state, object, [name], [index ?? ANYTHING, ...(isGone ? [] : [value])], instr);
  return rest;
}

/** `value` without the objects whose class has the method; null if nothing else is left of it. */
function without(machine: Machine, value: Value, name: string): Value | null {
  if (machine.language !== 'python' || !hasClass(value)) return value;
  const atoms = value.atoms.filter((atom) => atom.kind !== 'object' || atom.object.class === null || findMember(machine.order(atom.object.class), name) === null);
  if (atoms.length === value.atoms.length) return value;
  return atoms.length === 0 && !value.unknown ? null : value.with({ atoms });
}

/** Makes a text of an object. */
export function askText(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): void {
  call(machine, frame, state, value, TEXT, [], instr);
}

/** Calls what a function of the language calls of its arguments. */
export function askArguments(machine: Machine, frame: Frame, state: State, path: string, args: readonly Value[], instr: Instr): void {
  const names = BY_FUNCTION.get(path);
  if (names === undefined) return;
  for (const value of args) {
    if (names === ITERATION) goThrough(machine, frame, state, value, instr);
    else call(machine, frame, state, value, names, [], instr);
  }
}

/** Holds if some class or object literal may say what an operator does. */
function hasMethods(machine: Machine, value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'object' && (atom.object.class !== null || isRecord(machine, atom.object)));
}

function hasClass(value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'object' && atom.object.class !== null);
}

/** The first of the methods that the object has: its class's, or its own if it is an object literal. */
function methodOf(machine: Machine, state: State, object: AbstractObject, names: readonly string[]): Value | null {
  if (object.class === null) {
    if (!isRecord(machine, object)) return null;
    for (const name of names) {
      const own = state.attr(object, elementName(name));
      if (own !== undefined) return own;
    }
    return null;
  }
  const order = machine.order(object.class);
  for (const name of names) {
    const member = findMember(order, name);
    if (member !== null) return member.entry.value;
  }
  return null;
}

/** What the first of the methods gives that the class of the object has; null if `value` is no object that has one. */
function call(machine: Machine, frame: Frame, state: State, value: Value, names: readonly string[], args: readonly Value[], instr: Instr): Value | null {
  let result: Value | null = null;
  for (const atom of value.atoms) {
    const member = atom.kind === 'object' ? methodOf(machine, state, atom.object, names) : null;
    if (atom.kind !== 'object' || member === null) continue;
    if (member.unknown || member.atoms.some((item) => item.kind !== 'function' || item.ref.func.isGenerator)) {
      escapeTree(state, ofObject(atom.object));
      noteHandedOver(machine, state, member);
      result = joinValues(result ?? NOTHING, ANYTHING);
      continue;
    }
    const on = state.clone();
    const given = callValue(machine, frame, on, bound(member, atom.object), { ...NO_ARGS, positional: args }, instr as CallInstr);
    result = joinValues(result ?? NOTHING, given.value);
    if (!given.returns) escapeTree(state, ofObject(atom.object));
    else if (value.atoms.length === 1 && !value.unknown) state.adopt(on);
    else state.joinFrom(on);
  }
  return result;
}
