// Generators: a call of a generator function makes one, and nothing of its body runs before something goes through it.
//
// Guarantees: the body runs in the state of whoever goes through it (a loop, `next`, `list(…)`, a spread, code that we cannot see), with
// the arguments of the call that made it. What it yields comes out as the elements of a list.
// One that is gone through in steps is `resume.ts`'s.
// Approximation: it runs to its end where a loop begins, not in turns with the body of the loop, unless it changes modes after a `yield` (`turns.ts`). One
// that nothing of its file takes steps of can be gone through again.
import type { Instr, Module, Terminal } from '../ir/ir.ts';
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, ofAtoms, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { callValue, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { argumentsOf, isOnlyGoneThrough, wrappedList } from './lazy-wrappers.ts';
import type { Machine } from './machine.ts';
import { advance, begun, type Advance } from './resume.ts';
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

const STEPPING = new Set(['next', 'send', 'throw', 'close', '__next__', 'anext', '__anext__', 'asend', 'athrow', 'aclose']);
const stepping = new WeakMap<Module, boolean>();

/** Holds if some function of the file may take steps of a generator, as far as its words tell. */
function takesSteps(module: Module): boolean {
  let takes = stepping.get(module);
  if (takes === undefined) {
    const does = (instr: Instr): boolean => (instr.kind === 'call' && instr.callee.kind === 'method' && STEPPING.has(instr.callee.name)) || (instr.kind === 'global' && STEPPING.has(instr.name));
    stepping.set(module, (takes = module.funcs.some((func) => func.blocks.some((block) => block.instrs.some(does)))));
  }
  return takes;
}

/** A generator that was just made, ready to be told from others where that may matter. */
export function newGenerator(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, instr: Instr): FunctionAtom {
  const isPlain = machine.managers.has(atom.ref.func) || !(takesSteps(machine.module) || takesSteps(machine.current)) || isOnlyGoneThrough(machine, frame, instr);
  return isPlain ? atom : begun(machine, frame, state, atom, instr);
}

/** How a method of a generator goes on with it; null if it does not. */
function advanceOf(name: string): Advance | null {
  if (name === 'close' || name === 'aclose' || name === 'return') return 'close';
  if (name === 'throw' || name === 'athrow') return 'raise';
  return STEPPING.has(name) ? 'step' : null;
}

/** A call of a method of a generator. */
export function callGeneratorMethod(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, name: string, instr: Instr): CallResult {
  const how = advanceOf(name);
  const result = how === null ? null : advance(machine, frame, state, atom, how, instr);
  // One that is closed does not go on.
  return result ?? { value: how === 'close' || how === 'raise' ? ANYTHING : consume(machine, frame, state, ofAtoms(atom), instr), returns: true };
}

/** `next(it)` and `next(it, otherwise)` of Python; null if `it` is no generator whose steps are told apart. */
export function nextOf(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: Instr): CallResult | null {
  const [it, otherwise] = args.positional;
  const only = it?.atoms.length === 1 && !it.unknown ? it.atoms[0]! : null;
  if (only?.kind !== 'function' || only.binding !== 'generator' || args.more !== null) return null;
  return advance(machine, frame, state, only, 'step', instr, otherwise ?? null);
}

export function hasPending(value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'function' && atom.binding === 'generator');
}

/** What going through `value` gives: a list in the place of each generator, whose body has run. */
export function consume(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): Value {
  if (!hasPending(value)) return value;
  const others = value.atoms.filter((atom) => atom.kind !== 'function' || atom.binding !== 'generator');
  let result: Value = value.with({ atoms: others });
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
    const rest = advance(machine, frame, on, atom, 'rest', instr);
    if (rest !== null) {
      result = joinValues(result, rest.value);
      if (!rest.returns) continue;
      if (after === null) after = on;
      else after.joinFrom(on);
      continue;
    }
    // A generator that is pending is called; `binding` is what tells it from one that is made.
    const yielded = callValue(machine, frame, on, ofAtoms(unwrapped(atom)), { positional: argumentsOf(atom), keywords: new Map(), more: null, written: [] }, instr as CallInstr);
    const list = machine.objects.collection(on, frame.context, instr, `yields ${atom.ref.func.id}`, 'generator', new Map([[elementName(null), yielded.value]]));
    result = joinValues(result, wrappedList(machine, frame, on, atom, ofObject(list)));
    if (!yielded.returns) continue;
    if (after === null) after = on;
    else after.joinFrom(on);
  }
  if (after !== null) state.adopt(after);
  else return ANYTHING;
  return result;
}

/** A generator function as it was before it was called. */
function unwrapped({ through: _, ...atom }: FunctionAtom): FunctionAtom {
  return { ...atom, prefix: [] };
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
