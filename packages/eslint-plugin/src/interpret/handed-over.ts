// Functions that are handed to code out of sight, by themselves or in an object, which calls them when it likes: `setTimeout(() => net.eval())`, `executor.submit(validate)`, `app.post('/train', () => net.train())`,
// `new Proxy(target, { get() { net.eval(); } })`.
//
// Guarantees: where such a function may set a mode, nothing is certain any more of the modes of what it uses from the functions around it. The function itself is run as a root, like any that nobody in sight
// calls.
//
// Refuses to know: when it runs, and so what mode there is after it; functions of other files that it calls.
import { UNKNOWN_MODE } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { boundIn, objectsOf, type Atom, type Value } from '../domains/value.ts';
import type { Func, Module } from '../ir/ir.ts';
import { grouped } from '../ir/nesting.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import { freeVariables } from './closures.ts';
import type { Machine } from './machine.ts';
import { eachInTree } from './set-mode.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

/** Functions among some values, and what leads to others. */
interface Leads {
  readonly functions: readonly FunctionAtom[];
  readonly others: readonly (AbstractObject | ProjectClass)[];
}

function leadsOf(values: Iterable<Value>): Leads {
  const [functions, others]: [FunctionAtom[], (AbstractObject | ProjectClass)[]] = [[], []];
  const look = ({ atoms }: Value): void => {
    for (const atom of atoms) {
      if (atom.kind === 'function') functions.push(atom);
      else if (atom.kind === 'partial') for (const bound of boundIn(atom)) look(bound);
      else if (atom.kind === 'class') others.push(atom.class);
      else if (atom.kind === 'object') {
        if (atom.object.kind === 'collection') others.push(atom.object);
        if (atom.object.class !== null) others.push(atom.object.class);
      }
    }
  };
  for (const value of values) look(value);
  return { functions, others };
}

const leads = new WeakMap<ReadonlyMap<string, Value>, Leads>();

/** A collection is handed out far more often than it changes. */
function leadsIn(attrs: ReadonlyMap<string, Value>): Leads {
  let known = leads.get(attrs);
  if (known === undefined) leads.set(attrs, (known = leadsOf(attrs.values())));
  return known;
}

/** What is known of the networks that functions among `value`, or in the objects that it leads to, may switch at any time from now on. */
export function noteHandedOver(machine: Machine, state: State, value: Value): void {
  const open = [leadsOf([value])];
  const seen = new Set<AbstractObject | ProjectClass>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { ref } of at.functions) {
      if (!setsModes(ref.module, ref.func, machine.libraries)) continue;
      for (const variable of freeVariables(ref.module, ref.func)) {
        const used = state.cells.get(variable) ?? ref.captured?.get(variable);
        for (const object of used === undefined ? [] : objectsOf(used)) eachInTree(state, object, false, (part) => makeUncertain(state, part));
      }
    }
    for (const other of at.others) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push('members' in other ? leadsOf([...other.members.values()].map((member) => member.value)) : leadsIn(state.object(other).attrs));
    }
  }
}

/** Code that runs around the `forward` of `object` gets it, and may switch it. */
export function noteHook(machine: Machine, state: State, object: AbstractObject, value: Value): void {
  noteHandedOver(machine, state, value);
  const switches = value.atoms.some((atom) => atom.kind === 'function' && setsModes(atom.ref.module, atom.ref.func, machine.libraries));
  if (switches) eachInTree(state, object, false, (part) => makeUncertain(state, part));
}

function makeUncertain(state: State, part: AbstractObject): void {
  const { modes } = state.object(part);
  if ((modes | UNKNOWN_MODE) !== modes) state.update(part, { modes: modes | UNKNOWN_MODE });
}

const setting = new ByModels<Func, boolean>();

/** Holds if the function, one inside of it, or one that it calls by a name of this file, calls a mode method or assigns the flag. */
export function setsModes(module: Module, func: Func, libraries: Libraries): boolean {
  return setting.get(func, libraries, () => leadsToSetting(module, func, libraries));
}

function leadsToSetting(module: Module, func: Func, libraries: Libraries): boolean {
  const seen = new Set<Func>([func]);
  for (const one of seen) {
    for (const { instrs } of one.blocks) {
      for (const instr of instrs) {
        if (instr.kind === 'function') seen.add(module.funcs[instr.func]!);
        // The name of a variable, or of a method: whatever has it in this file.
        const name = instr.kind === 'load' ? instr.variable.name : instr.kind === 'get-attr' || instr.kind === 'set-attr' ? instr.name : instr.kind === 'call' && instr.callee.kind === 'method' ? instr.callee.name : null;
        if (name === null) continue;
        if (instr.kind !== 'load' && (libraries.isModeMethod(name) || (instr.kind === 'set-attr' && libraries.flags.has(name)))) return true;
        for (const other of namedIn(module).get(name) ?? []) seen.add(other);
      }
    }
  }
  return false;
}

const named = new WeakMap<Module, ReadonlyMap<string, readonly Func[]>>();

function namedIn(module: Module): ReadonlyMap<string, readonly Func[]> {
  let names = named.get(module);
  if (names === undefined) named.set(module, (names = grouped(module.funcs, (func) => func.name)));
  return names;
}
