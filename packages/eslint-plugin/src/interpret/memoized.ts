// Functions that run once for each set of arguments: `@functools.cache`, `@lru_cache(maxsize=1)`. `network().eval()` and a later `network()(x)` are about the same network.
//
// Guarantees: a call with arguments that are certain (constants, objects) gives what the first one with the same arguments gave, and runs nothing. Refuses to know: what other arguments lead to; what such
// a call gives may be what an earlier one gave, in any mode. That a cache of limited size forgets is not followed.
import { newVariable } from '../ir/builder.ts';
import type { Func, Variable } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { ArgValues } from './activation.ts';
import type { CallResult } from './call-function.ts';
import type { Machine } from './machine.ts';
import { escapeTree } from './set-mode.ts';

/** What each function has given, by its arguments: a variable of the program, as it were, that nothing else can name. */
const results = new WeakMap<Machine, Map<Func, Map<string, Variable>>>();

/** A call of a function whose results are kept; `run` runs it. */
export function callMemoized(machine: Machine, state: State, atom: Extract<Atom, { kind: 'function' }>, args: ArgValues, run: () => CallResult): CallResult {
  const key = keyOf(atom, args);
  if (key === null) {
    const result = run();
    escapeTree(state, result.value);
    return result;
  }
  // The key names objects.
  machine.noteOwn();
  const variable = variableOf(machine, atom.ref.func, key);
  const known = state.cells.get(variable);
  if (known !== undefined) return { value: known, returns: true };
  const result = run();
  if (result.returns) state.cells.set(variable, result.value);
  return result;
}

/** The same for the same arguments; null if they are not certain. */
function keyOf(atom: Extract<Atom, { kind: 'function' }>, args: ArgValues): string | null {
  if (args.more !== null) return null;
  const receiver: readonly Value[] = atom.receiver === null ? [] : [ofAtoms({ kind: 'object', object: atom.receiver })];
  const parts = [...receiver, ...atom.prefix, ...args.positional].map(partOf);
  for (const [name, value] of args.keywords) {
    const part = partOf(value);
    parts.push(part === null ? null : `${name}=${part}`);
  }
  return parts.every((part) => part !== null) ? parts.join(' ') : null;
}

function partOf({ atoms, unknown }: Value): string | null {
  const only = atoms.length === 1 && !unknown ? atoms[0]! : null;
  if (only?.kind === 'object') return only.object.age === 'latest' ? `#${only.object.id}` : null;
  if (only?.kind === 'class') return `class ${only.class.definition.id} ${only.class.module.file}`;
  if (only?.kind !== 'constant') return null;
  return 'value' in only.value ? `${only.value.type}:${JSON.stringify(only.value.value)}` : only.value.type;
}

function variableOf(machine: Machine, func: Func, key: string): Variable {
  let ofMachine = results.get(machine);
  if (ofMachine === undefined) results.set(machine, (ofMachine = new Map()));
  let ofFunc = ofMachine.get(func);
  if (ofFunc === undefined) ofMachine.set(func, (ofFunc = new Map()));
  let variable = ofFunc.get(key);
  if (variable === undefined) {
    variable = newVariable(func.id, `${func.name}(${key})`, 'synthetic');
    variable.captured = true;
    ofFunc.set(key, variable);
  }
  return variable;
}
