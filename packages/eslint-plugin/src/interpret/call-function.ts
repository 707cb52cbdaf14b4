// Runs a function of the project in the caller's state.
//
// Guarantees: the caller's own variables are untouched; variables that outlive the call, the heap and the gradient mode are
// those that the callee leaves behind; if no path returns, control does not come back. Refuses: recursion (a function that is
// already running is treated as code that we cannot see) and chains deeper than MAX_DEPTH.
import type { Func, Instr, Variable } from '../ir/ir.ts';
import type { Key, SharedMap } from '../domains/shared-map.ts';
import { solve } from '../dataflow/solver.ts';
import { elementName, type Heap } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, boundIn, derive, equalValues, joinValues, NOTHING, ofConstant, ofObject, sameCaptured, type FuncRef, type Value } from '../domains/value.ts';
import { capturedParameter, dropDeadCells, sharedVariables } from './closures.ts';
import type { ArgValues, Frame, Machine, Managed } from './machine.ts';
import { replayVisits } from './left-behind.ts';
import { escapeTree } from './set-mode.ts';
import { FunctionRun } from './transfer.ts';

const MAX_DEPTH = 24;
const NO_VARIABLES: ReadonlySet<Variable> = new Set();

export interface CallResult {
  readonly value: Value;
  /** False if control does not come back. */
  readonly returns: boolean;
}

export function callFunction(machine: Machine, frame: Frame, state: State, ref: FuncRef, receiver: AbstractObject | null, args: ArgValues, instr: Instr, options: { early?: boolean; managed?: Managed } = {}): CallResult {
  if (frame.context.occurrences(ref.func) > 0 || frame.context.depth >= MAX_DEPTH || machine.exhausted) {
    const given = [...args.positional, ...args.keywords.values()];
    for (const value of given) escapeTree(state, value);
    if (receiver !== null) escapeTree(state, ofObject(receiver));
    return { value: derive(given.map((value) => machine.settled(state, value))), returns: true };
  }
  machine.entered.set(ref.func, ref.module);
  const context = frame.context.enter(instr, ref);
  const entry = state.forCallee();
  const shared = sharedVariables(ref, state);
  const own = bindParameters(machine, entry, context, ref, receiver, args, instr);
  const captured = own.size === 0 ? ref.captured : new Map([...(ref.captured ?? []), ...own]);
  const kept = machine.keptResults.get(context);
  if (kept !== undefined && options.managed === undefined && kept.receiver === receiver && sameCaptured(kept.captured, captured) && (kept.catching || !machine.catching) && sameEntry(kept.entry, entry)) {
    machine.noteThrown(kept.thrown);
    replayVisits(machine, kept.visits);
    for (const leaf of kept.leaves) machine.visit?.note(leaf);
    if (kept.exit === null) return { value: kept.result, returns: false };
    state.adopt(kept.exit);
    return { value: kept.result, returns: true };
  }
  const before = entry.heap.clone();
  const thrownBefore = machine.thrown;
  const visitsBefore = machine.visits.length;
  const { visit } = machine;
  const leavesBefore = visit?.leaves.length ?? 0;
  const run = runFunction(machine, { context, receiver, early: options.early ?? (frame.early && frame.context.parent !== null), ...(options.managed === undefined ? {} : { managed: options.managed }), ...(captured === undefined ? {} : { captured }) }, ref.func, entry.clone(), shared);
  if (ref.func.isGenerator && options.managed?.phase !== 'exit' && run.exit === null && run.suspended !== null) {
    run.exit = run.suspended;
    run.result = run.yielded;
  }
  if (run.exit !== null) {
    collectGarbage(run.exit, before, run.result);
    dropDeadCells(machine, ref, run.exit, run.result);
  }
  if (run.thrown !== null) dropDeadCells(machine, ref, run.thrown, NOTHING);
  if (options.managed === undefined) machine.keptResults.set(context, { entry, captured, receiver, catching: machine.catching, exit: run.exit, thrown: run.thrown, result: run.result, visits: machine.visits.slice(visitsBefore).map((item) => ({ ...item, path: item.path.slice(machine.path.length) })), leaves: visit?.leaves.slice(leavesBefore) ?? [] });
  machine.thrown = thrownBefore;
  machine.noteThrown(run.thrown);
  if (run.exit === null) return { value: run.result, returns: false };
  state.adopt(run.exit);
  return { value: run.result, returns: true };
}

/** Solves `func` from `entry`. A generator's result stands for what it yields. */
export function runFunction(machine: Machine, frame: Frame, func: Func, entry: State, shared: ReadonlySet<Variable> = NO_VARIABLES): FunctionRun {
  const run = new FunctionRun(machine, frame, func, shared);
  const outer = machine.current;
  machine.current = frame.context.ref.module;
  const before = entry.clone();
  const reached = solve(func, entry, run);
  run.record?.end(reached, machine.exhausted);
  run.ways.judge(before);
  machine.current = outer;
  return run;
}

/** @returns the parameters whose values this activation keeps apart from those of others */
function bindParameters(machine: Machine, state: State, context: Frame['context'], { module, func }: FuncRef, receiver: AbstractObject | null, args: ArgValues, instr: Instr): Map<Variable, Value> {
  const own = new Map<Variable, Value>();
  const bind = (param: Func['params'][number], value: Value): void => {
    bindVariable(state, param.variable, value);
    if (capturedParameter(module, param.variable, value)) own.set(param.variable, value);
  };
  const positional = [...args.positional];
  if (receiver !== null) {
    if (func.thisVariable !== null) bindVariable(state, func.thisVariable, ofObject(receiver));
    else if (machine.language === 'python') positional.unshift(ofObject(receiver));
  }
  const keywords = new Map(args.keywords);
  let at = 0;
  func.params.forEach((param, index) => {
    switch (param.kind) {
      case 'positional':
      case 'keyword-only': {
        const named = keywords.get(param.variable.name);
        keywords.delete(param.variable.name);
        let value = param.kind === 'positional' && at < positional.length ? positional[at] : named;
        if (param.kind === 'positional') at += 1;
        if (value === undefined) {
          const fallback = machine.defaults.get(func)?.get(index) ?? (machine.language === 'typescript' ? ofConstant({ type: 'undefined' }) : ANYTHING);
          value = args.more === null ? fallback : joinValues(joinValues(fallback, args.more), ANYTHING);
        }
        bind(param, value);
        return;
      }
      case 'rest': {
        const elements = new Map<string, Value>();
        positional.slice(at).forEach((value, i) => elements.set(elementName(i), value));
        if (args.more !== null) elements.set(elementName(null), joinValues(args.more, ANYTHING));
        at = positional.length;
        bind(param, ofObject(machine.collection(state, context, instr, `rest${index}`, param.variable.name, elements)));
        return;
      }
      case 'keyword-rest': {
        const elements = new Map<string, Value>();
        for (const [name, value] of keywords) elements.set(elementName(name), value);
        if (args.more !== null) elements.set(elementName(null), joinValues(args.more, ANYTHING));
        bind(param, ofObject(machine.collection(state, context, instr, `kwrest${index}`, param.variable.name, elements)));
        return;
      }
    }
  });
  return own;
}

/** A captured variable of an earlier call that a closure still uses keeps its old value beside the new one. */
function bindVariable(state: State, variable: Func['params'][number]['variable'], value: Value): void {
  if (!variable.captured) {
    state.locals.set(variable, value);
    return;
  }
  const known = state.cells.get(variable);
  state.cells.set(variable, known === undefined ? value : joinValues(known, value));
}

/** Drops what the callee made and nothing outside it can reach. */
function collectGarbage(exit: State, before: Heap, result: Value): void {
  if (exit.heap.size - before.size < 4) return;
  const reached = new Set<AbstractObject>();
  const pending: AbstractObject[] = [];
  const visit = (value: Value): void => {
    for (const atom of value.atoms) {
      const object = 'object' in atom ? atom.object : atom.kind === 'function' ? atom.receiver : null;
      if (object === null || reached.has(object)) continue;
      reached.add(object);
      pending.push(object);
    }
    for (const atom of value.atoms) {
      if (atom.kind === 'function') for (const bound of atom.prefix) visit(bound);
      else if (atom.kind === 'partial') for (const bound of boundIn(atom)) visit(bound);
    }
  };
  visit(result);
  for (const value of exit.cells.values()) visit(value);
  for (const object of before.keys()) if (exit.heap.has(object) && !reached.has(object)) {
    reached.add(object);
    pending.push(object);
  }
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) for (const value of exit.object(object).attrs.values()) visit(value);
  for (const object of [...exit.heap.keys()]) if (!reached.has(object)) exit.heap.delete(object);
}

/** Holds if two entry states are the same, by identity of what they hold: values and object states are shared, not copied. */
function sameEntry(a: State, b: State): boolean {
  if (a.grad !== b.grad || a.staleGuards !== b.staleGuards || a.differentiated.join() !== b.differentiated.join()) return false;
  return a.relied.isSameAs(b.relied) && sameMap(a.locals, b.locals) && sameMap(a.cells, b.cells) && sameMap(a.heap, b.heap);
}

function sameMap<K extends Key, V extends NonNullable<unknown>>(a: SharedMap<K, V>, b: SharedMap<K, V>): boolean {
  if (a.isSameAs(b)) return true;
  if (a.size !== b.size) return false;
  for (const { key, value } of a.entriesUnlike(b)) {
    const other = b.get(key);
    if (other === value) continue;
    if (other === undefined || !sameValue(value, other)) return false;
  }
  return true;
}

function sameValue(a: unknown, b: unknown): boolean {
  const [x, y] = [a as Partial<Value>, b as Partial<Value>];
  if (x.atoms === undefined || y.atoms === undefined) return false;
  return equalValues(x as Value, y as Value);
}

