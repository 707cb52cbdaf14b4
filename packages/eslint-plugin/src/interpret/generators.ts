// Generators: a call of a generator function makes one, and nothing of its body runs before something goes through it.
//
// Guarantees: the body runs in the state of whoever goes through it (a loop, `next`, `list(…)`, a spread, code that we cannot see), with
// the arguments of the call that made it. What it yields comes out as the elements of a list.
// Approximation: it runs to its end where a loop begins, not in turns with the body of the loop; each `next` runs it from its start; one
// that was gone through already can be gone through again (pinned by fixtures/cases/generator/first-next-warms-up).
import type { Instr, Terminal } from '../ir/ir.ts';
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, ofAtoms, ofObject, type Atom, type Value } from '../domains/value.ts';
import { callValue, type CallInstr } from './call.ts';
import type { ArgValues, Frame, Machine } from './machine.ts';
import { escapeTree } from './set-mode.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

/** The generator that a call of `atom` makes; null if it is no generator function or its arguments cannot be kept by position. */
export function pendingGenerator(atom: FunctionAtom, args: ArgValues): FunctionAtom | null {
  if (!atom.ref.func.isGenerator || atom.binding === 'generator' || args.more !== null) return null;
  const prefix = [...atom.prefix, ...args.positional];
  const named = new Map(args.keywords);
  // Python binds the receiver to the first parameter, JavaScript to `this`.
  const taken = atom.receiver !== null && atom.ref.func.thisVariable === null ? 1 : 0;
  for (const param of atom.ref.func.params.slice(taken + prefix.length)) {
    const value = named.get(param.variable.name);
    if (value === undefined || param.kind !== 'positional') break;
    named.delete(param.variable.name);
    prefix.push(value);
  }
  return named.size > 0 ? null : { ...atom, binding: 'generator', prefix };
}

export function hasPending(value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'function' && atom.binding === 'generator');
}

/** What going through `value` gives: a list in the place of each generator, whose body has run. */
export function consume(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): Value {
  if (!hasPending(value)) return value;
  const others = value.atoms.filter((atom) => atom.kind !== 'function' || atom.binding !== 'generator');
  let result: Value = { ...value, atoms: others };
  let after: State | null = others.length > 0 || value.unknown ? state.clone() : null;
  const before = state.clone();
  for (const atom of value.atoms) {
    if (atom.kind !== 'function' || atom.binding !== 'generator') continue;
    const on = before.clone();
    if (machine.managers.has(atom.ref.func)) {
      // A context manager goes to code that we cannot see: nobody knows when it is entered.
      escapeTree(on, ofAtoms(atom));
      result = joinValues(result, ANYTHING);
      if (after === null) after = on;
      else after.joinFrom(on);
      continue;
    }
    // A generator that is pending is called; `binding` is what tells it from one that is made.
    const yielded = callValue(machine, frame, on, ofAtoms({ ...atom, prefix: [] }), { positional: atom.prefix, keywords: new Map(), more: null, written: [] }, instr as CallInstr);
    const list = machine.collection(on, frame.context, instr, `yields ${atom.ref.func.id}`, 'generator', new Map([[elementName(null), yielded.value]]));
    result = joinValues(result, ofObject(list));
    if (!yielded.returns) continue;
    if (after === null) after = on;
    else after.joinFrom(on);
  }
  if (after !== null) state.adopt(after);
  else return ANYTHING;
  return result;
}

export function consumedArgs(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: Instr): ArgValues {
  if (!args.positional.some(hasPending) && ![...args.keywords.values()].some(hasPending)) return args;
  return {
    ...args,
    positional: args.positional.map((value) => consume(machine, frame, state, value, instr)),
    keywords: new Map([...args.keywords].map(([name, value]) => [name, consume(machine, frame, state, value, instr)])),
  };
}

const iterations = new WeakMap<Terminal, Instr>();

/** A loop's step into a generator, which is no instruction of its own. */
export function iterationOf(terminal: Terminal): Instr {
  let instr = iterations.get(terminal);
  if (instr === undefined) iterations.set(terminal, (instr = { kind: 'opaque', dest: -1, operands: [], construct: 'iteration', span: terminal.span, statement: terminal.span }));
  return instr;
}
