// Variables that functions capture from the functions around them, and which of them a finished call leaves alive.
//
// A captured variable lives in `State.cells`, one cell for all activations of its function. When a call ends and no closure over
// the variable can be reached any more, its cell is dropped, and the next activation starts with a cell of its own; where a closure
// lives on, later activations share its cell and can only add to it.
import type { Func, Module, Variable } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { boundIn, type Captured, type FuncRef, type Value } from '../domains/value.ts';
import type { Machine } from './machine.ts';

const free = new WeakMap<Func, ReadonlySet<Variable>>();

/** The variables of functions around `func` that it, or a function inside of it, uses. */
export function freeVariables(module: Module, func: Func): ReadonlySet<Variable> {
  const known = free.get(func);
  if (known !== undefined) return known;
  const found = new Set<Variable>();
  free.set(func, found);
  for (const block of func.blocks) {
    for (const instr of block.instrs) {
      if ((instr.kind === 'load' || instr.kind === 'store') && instr.variable.owner !== func.id) found.add(instr.variable);
      if (instr.kind === 'function') for (const variable of freeVariables(module, module.funcs[instr.func]!)) if (variable.owner !== func.id) found.add(variable);
    }
  }
  return found;
}

const captured = new WeakMap<Func, readonly Variable[]>();

/** The variables of `func` itself that functions inside of it use. */
function capturedVariables(module: Module, func: Func): readonly Variable[] {
  let own = captured.get(func);
  if (own === undefined) {
    const found = new Set<Variable>();
    for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'function') for (const variable of freeVariables(module, module.funcs[instr.func]!)) if (variable.owner === func.id) found.add(variable);
    captured.set(func, (own = [...found]));
  }
  return own;
}

/** The variables of `func` that an activation which starts in `state` shares with closures over an earlier one. */
export function sharedVariables({ module, func }: FuncRef, state: State): ReadonlySet<Variable> {
  return new Set(capturedVariables(module, func).filter((variable) => state.cells.has(variable)));
}

/**
 * Drops the cells of `func`'s captured variables that no living closure uses.
 *
 * @param before what there was before the activation if it shares no cell with an earlier one: only what has changed since can lead to a closure over
 * its variables
 * @param inUse variables of an activation that still runs
 */
export function dropDeadCells(machine: Machine, { module, func }: FuncRef, state: State, result: Value, before: State | null, inUse: ReadonlySet<Variable>): void {
  const own = capturedVariables(module, func).filter((variable) => state.cells.has(variable) && !inUse.has(variable));
  // The members of a class made here may be reached through any of its instances.
  if (own.length === 0 || func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'class'))) return;
  const dead = new Set(own);
  const seen = new Set<Func>();
  const visitFunction = (home: Module, other: Func): void => {
    if (seen.has(other)) return;
    seen.add(other);
    for (const variable of freeVariables(home, other)) {
      if (!dead.delete(variable)) continue;
      const value = state.cells.get(variable);
      if (value !== undefined) visit(value);
    }
  };
  const visit = (value: Value): void => {
    for (const atom of value.atoms) {
      if (atom.kind === 'partial') for (const bound of boundIn(atom)) visit(bound);
      if (atom.kind !== 'function') continue;
      visitFunction(atom.ref.module, atom.ref.func);
      for (const bound of atom.prefix) visit(bound);
    }
  };
  visit(result);
  const cells = before === null ? [...state.cells].map(([key, value]) => ({ key, value })) : state.cells.entriesUnlike(before.cells);
  for (const { key, value } of cells) if (!dead.has(key)) visit(value);
  const objects = before === null ? state.heap.values() : state.heap.entriesUnlike(before.heap).map(({ value }) => value);
  for (const object of objects) for (const value of object.attrs.values()) visit(value);
  // What was handed to code that we cannot see may be called at any time.
  for (const [other, home] of machine.handedOut) visitFunction(home, other);
  for (const variable of dead) state.cells.delete(variable);
}

/** How many closures inside one another keep apart what they were made with; those further in share a cell. */
const MAX_NESTED = 3;
const assigned = new WeakMap<Module, ReadonlySet<Variable>>();

/**
 * What an activation keeps apart from others of its function: parameters that are never assigned and hold nothing but functions. One
 * decorator around two functions makes two closures, each of which calls its own.
 */
export function capturedParameter(module: Module, variable: Variable, value: Value): boolean {
  if (!variable.captured || value.unknown || value.atoms.length === 0 || !value.atoms.every((atom) => isPlainFunction(atom, MAX_NESTED))) return false;
  let stores = assigned.get(module);
  if (stores === undefined) {
    const found = new Set<Variable>();
    for (const func of module.funcs) for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'store') found.add(instr.variable);
    assigned.set(module, (stores = found));
  }
  return !stores.has(variable);
}

function isPlainFunction(atom: Value['atoms'][number], depth: number): boolean {
  if (atom.kind !== 'function' || atom.receiver !== null || atom.prefix.length > 0 || depth === 0) return false;
  for (const value of atom.ref.captured?.values() ?? []) if (!value.atoms.every((inner) => isPlainFunction(inner, depth - 1))) return false;
  return true;
}

/** The part of `known` that `func` uses. */
export function capturedBy(module: Module, func: Func, known: Captured | undefined): Captured | undefined {
  if (known === undefined) return undefined;
  const own = new Map<Variable, Value>();
  const used = freeVariables(module, func);
  for (const [variable, value] of known) if (used.has(variable)) own.set(variable, value);
  return own.size === 0 ? undefined : own;
}
