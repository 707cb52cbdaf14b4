// Context managers that the project writes as generator functions: `@contextmanager def evaluating(net): … yield …`.
//
// Guarantees: the `with` block runs in the state at the `yield`, and what follows the `yield` runs in the state at the end of the block, with
// the names that the first part has bound (`was_training = net.training`). If the block throws, the `yield` throws, and what the generator makes
// of it decides whether the exception goes on.
// Approximation: where several paths enter one `with`, what they bound is joined.
import type { Instr } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import type { Atom, Value } from '../domains/value.ts';
import type { ArgValues, Frame, Managed } from './activation.ts';
import { applyScope } from './scope.ts';
import { callFunction } from './call-function.ts';
import type { Machine } from './machine.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

/** The states in which the `with` blocks of an activation were entered, by scope. */
const entered = new WeakMap<Frame, Map<number, State>>();

/** The generator of a context manager, if that is what `value` must be. */
export function managerOf(machine: Machine, value: Value): FunctionAtom | null {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  return only?.kind === 'function' && only.binding === 'generator' && machine.managers.has(only.ref.func) ? only : null;
}

export function enterManager(machine: Machine, frame: Frame, state: State, manager: FunctionAtom, instr: Extract<Instr, { kind: 'enter' }>): Value {
  let scopes = entered.get(frame);
  if (scopes === undefined) entered.set(frame, (scopes = new Map()));
  const known = scopes.get(instr.scope);
  if (known === undefined) scopes.set(instr.scope, state.clone());
  else known.joinFrom(state);
  return run(machine, frame, state, manager, instr, { phase: 'enter' }).value;
}

/** @returns the state in which control goes on after the block, and the one in which an exception goes on; what `state` was is not changed */
export function exitManager(machine: Machine, frame: Frame, state: State, manager: FunctionAtom, instr: Extract<Instr, { kind: 'exit' }>): Left {
  const before = entered.get(frame)?.get(instr.scope)?.clone();
  if (before === undefined) return goesOn(state, instr.how);
  const outer = machine.thrown;
  machine.thrown = null;
  const { returns } = run(machine, frame, before, manager, instr, { phase: 'exit', body: state.clone(), how: instr.how });
  const raised = machine.thrown as State | null;
  machine.thrown = outer;
  const left = (by: State | null): State | null => {
    if (by === null) return null;
    const result = state.clone();
    result.adopt(by);
    return result;
  };
  return { after: left(returns ? before : null), thrown: left(raised) };
}

/** How control leaves a `with` block: with an exception that goes on, or without one (there was none, or the manager has swallowed it). */
export interface Left {
  readonly after: State | null;
  readonly thrown: State | null;
}

/** What a manager that does nothing to exceptions makes of the end of its block. */
export function goesOn(state: State, how: 'normal' | 'exception'): Left {
  return how === 'normal' ? { after: state, thrown: null } : { after: null, thrown: state };
}

function run(machine: Machine, frame: Frame, state: State, manager: FunctionAtom, instr: Instr, managed: Managed): ReturnType<typeof callFunction> {
  for (const scope of manager.scopes) applyScope(machine, state, scope, instr);
  const args: ArgValues = { positional: manager.prefix, keywords: new Map(), more: null, written: [] };
  return callFunction(machine, frame, state, manager.ref, manager.receiver, args, instr, { managed });
}
