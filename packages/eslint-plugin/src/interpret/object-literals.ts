// What sets object literals of TypeScript apart from other collections: their attributes are their entries, and an entry may be a getter or a setter.
//
// Guarantees: a getter runs each time its entry is read, with the object as `this`; one that is static, with the class. A literal all of whose entries are known lacks every other name: its value is `undefined`.
// Refuses to know: what a getter gives where a loop goes through all entries.
//
// Worked example: after `const holder = { net, get ready() { this.net.eval(); return this.net; } }`, `holder.ready` is `net`, asleep.
import { elementName, keyOfElement } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustConstant, mustObject, objectsOf, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { setAttribute } from './attributes.ts';
import { callValue, type CallInstr } from './call.ts';
import { callFunction } from './call-function.ts';
import type { Machine } from './machine.ts';

/** Holds for an object literal of TypeScript, whose attributes are its entries. */
export function isRecord(machine: Machine, object: AbstractObject): boolean {
  return machine.language === 'typescript' && object.kind === 'collection' && object.label === 'dict';
}

/** What objects and maps have besides their entries. */
const INHERITED = new Set([...Object.getOwnPropertyNames(Object.prototype), ...Object.getOwnPropertyNames(Map.prototype)]);

/** Holds if an object literal, all of whose entries are known, has none of that name: `options.train` where nobody has given it. */
export function lacks(machine: Machine, state: State, object: AbstractObject, name: string): boolean {
  if (!isRecord(machine, object) || INHERITED.has(name)) return false;
  const { attrs, many, escaped } = state.object(object);
  return !many && !escaped && !attrs.has(elementName(null));
}

/** `get net() { … }` of an object literal or of the static part of a class: what stands in its place is called when it is read, for nothing else can get hold of it. */
export function isGetter(atom: Atom): boolean {
  return atom.kind === 'function' && atom.ref.func.kind === 'getter';
}

/** What is known of an entry without asking its getter. */
export function withoutAccessors(entry: Value): Value {
  return entry.atoms.some((atom) => atom.kind === 'function' && (atom.ref.func.kind === 'getter' || atom.ref.func.kind === 'setter')) ? ANYTHING : entry;
}

/** What a place gives in which a getter stands, or one of several values that may be getters. */
export function readGetters(machine: Machine, frame: Frame, state: State, object: AbstractObject | null, value: Value, instr: Instr): Value {
  const others = value.atoms.filter((atom) => !isGetter(atom));
  const certain = others.length === 0 && !value.unknown && value.atoms.length === 1;
  let result: Value = value.with({ atoms: others });
  for (const atom of value.atoms) {
    if (!isGetter(atom) || atom.kind !== 'function') continue;
    const on = certain ? state : state.clone();
    const given = object === null ? callValue(machine, frame, on, ofAtoms(atom), NO_ARGS, instr as CallInstr) : callFunction(machine, frame, on, atom.ref, object, NO_ARGS, instr);
    result = joinValues(result, given.value);
    if (!certain && given.returns) state.joinFrom(on);
  }
  return result;
}

/** `Object.assign(target, …)`: gives the target what the others have; false if that is not known one by one. */
export function assignAll(machine: Machine, frame: Frame, state: State, target: Value, sources: readonly Value[], instr: Instr): boolean {
  const entries = sources.map((source) => entriesOf(machine, state, source));
  if (objectsOf(target).length === 0 || target.unknown || entries.some((known) => known === null)) return false;
  for (const known of entries) for (const [name, value] of known!) setAttribute(machine, frame, state, target, name, value, instr);
  return true;
}

/** The entries of an object literal that is known in full, by name; of what is nothing, none. */
function entriesOf(machine: Machine, state: State, source: Value): readonly (readonly [string, Value])[] | null {
  const constant = mustConstant(source);
  if (constant?.type === 'undefined' || constant?.type === 'none') return [];
  const object = mustObject(source);
  if (object === null || !isRecord(machine, object)) return null;
  const { attrs, many, escaped } = state.object(object);
  const entries = [...attrs].filter(([name]) => name.startsWith('[')).map(([name, value]) => [keyOfElement(name), withoutAccessors(value)] as const);
  return many || escaped || attrs.has(elementName(null)) || entries.length < attrs.size ? null : entries;
}

/** Holds for methods that were looked up on their object: calling them did all there is to do to it. */
export function isKnownMethod(value: Value): boolean {
  return !value.unknown && value.atoms.length > 0 && value.atoms.every((atom) => atom.kind === 'method' || (atom.kind === 'function' && atom.receiver !== null));
}
