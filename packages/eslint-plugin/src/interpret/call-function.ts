// Runs a function of the project in the caller's state.
//
// Guarantees: the caller's own variables are untouched; variables that outlive the call, the heap and the gradient mode are
// those that the callee leaves behind; if no path returns, control does not come back. A function that is already running is run
// again as `recursion.ts` says. Refuses: chains deeper than MAX_CALL_DEPTH, which are code that we cannot see.
import type { Func, Instr, Variable } from '../ir/ir.ts';
import { solve } from '../dataflow/solver.ts';
import { elementName, type ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, joinValues, NOTHING, ofConstant, ofObject, sameCaptured, type FuncRef, type Value } from '../domains/value.ts';
import type { ArgValues, Frame, Managed, Resumed } from './activation.ts';
import { capturedParameter, dropDeadCells, sharedVariables } from './closures.ts';
import { MAX_CALL_DEPTH } from './context.ts';
import { doneElsewhere, keepForOthers } from './elsewhere.ts';
import { redone, startsAlike, unwatched, Watch } from './footprint.ts';
import { ambienceOf, sameAmbience, type Kept } from './kept-run.ts';
import type { Machine } from './machine.ts';
import { madeAnew, type Anew } from './made-anew.ts';
import { replayVisits } from './left-behind.ts';
import { mergeRounds } from './merge-rounds.ts';
import { countAgain, namesNothing, notedSince, notedSoFar } from './notes.ts';
import { answer, comeBack, contextFor, isRunning, mingle, noteGiven, runFold, type FoldRun } from './recursion.ts';
import { eachMentioned, renameOwn } from './renaming.ts';
import { PASSED } from './resume.ts';
import { escapeTree } from './set-mode.ts';
import { settled } from './settled.ts';
import { FunctionRun } from './transfer.ts';
import { noteSwitches } from './turns.ts';

/** Results of one function in one context: the paths through a caller take turns. */
const MAX_KEPT = 4;
const NO_VARIABLES: ReadonlySet<Variable> = new Set();

export interface CallResult {
  readonly value: Value;
  /** False if control does not come back. */
  readonly returns: boolean;
}

export function callFunction(machine: Machine, frame: Frame, state: State, ref: FuncRef, receiver: AbstractObject | null, args: ArgValues, instr: Instr, options: { early?: boolean; managed?: Managed | Resumed } = {}): CallResult {
  const isAgain = frame.context.occurrences(ref.func) > 0;
  const isSeen = frame.context.depth < MAX_CALL_DEPTH && !machine.exhausted && (!isAgain || options.managed === undefined);
  const { managed } = options;
  const handed = !isAgain && machine.handed?.call === instr && machine.handed.frame === frame ? machine.handed : undefined;
  const context = !isSeen ? null : managed?.phase === 'resume' ? managed.contexts.at(-1)! : contextFor(frame.context, state, ref, receiver, args, instr);
  if (context === null) return callUnseen(state, receiver, args);
  if (!isAgain) machine.entered.set(ref.func, ref.module);
  const entry = state.forCallee();
  const shared = sharedVariables(ref, state);
  const own = bindParameters(machine, entry, context, ref, receiver, args, instr);
  if (context.isFold && isRunning(context)) {
    const { exit, result } = answer(machine, frame.context, context, entry, receiver);
    if (exit === null) return { value: result, returns: false };
    state.adopt(exit);
    mingle(machine, state, context);
    return { value: result, returns: true };
  }
  noteGiven(context, receiver, args);
  const captured = own.size === 0 || context.isFold ? ref.captured : new Map([...(ref.captured ?? []), ...own]);
  const early = options.early ?? (frame.early && frame.context.parent !== null);
  if (options.managed === undefined) {
    const known = machine.keptResults.get(context)?.filter((item) => item.receiver === receiver && (item.catching || !machine.catching) && sameAmbience(item.ambience, machine) && sameCaptured(item.captured, captured) && sameHanded(item.handed, handed?.all)) ?? [];
    const kept = known.find((item) => startsAlike(item.entry, entry, item.footprint));
    if (kept !== undefined) {
      for (const part of kept.used) handed?.used.add(part);
      return useAgain(machine, kept, entry, state, null);
    }
    for (const item of shared.size > 0 ? [] : known) {
      const anew = madeAnew(machine, item, entry);
      if (anew === null) continue;
      for (const part of item.used) handed?.used.add(part);
      return useAgain(machine, item, anew.entry, state, anew);
    }
    // Variables that a closure of an earlier activation still uses have more values than this one gives them.
    const done = shared.size > 0 ? null : doneElsewhere(machine, context, ref, entry, receiver, captured, early);
    if (done !== null) {
      machine.noteThrown(done.thrown);
      if (done.exit !== null) state.adopt(done.exit);
      return { value: done.result, returns: done.exit !== null };
    }
  }
  const outer = machine.watch;
  const watch = (machine.watch = new Watch(entry, outer));
  for (const variable of shared) watch.searched.add(variable);
  if (ref.func.blocks.length > 1 || context.isFold) watch.noteBranches();
  const thrownBefore = machine.thrown;
  const before = notedSoFar(machine);
  const stepsBefore = machine.budget.steps;
  const visitsBefore = machine.visits.length;
  const { visit } = machine;
  const leavesBefore = visit?.leaves.length ?? 0;
  const activation: Frame = { context, receiver, caller: { frame, state }, early, ...(options.managed === undefined ? {} : { managed: options.managed }), ...(captured === undefined ? {} : { captured }), ...(handed === undefined ? {} : { handed: { ...handed, used: new Set() } }) };
  const runFrom = (from: State, sharing: ReadonlySet<Variable>, self: AbstractObject | null): FoldRun => {
    if (managed?.phase === 'resume') from.facts = from.facts.with(PASSED, 0);
    const run = runFunction(machine, self === receiver ? activation : { ...activation, receiver: self }, ref.func, from, sharing);
    if (managed?.phase === 'resume' && managed.then === 'step') return stepOf(run, managed);
    if (ref.func.isGenerator && managed === undefined) noteSwitches(machine, ref.func, run.suspended, run.exit);
    const isSuspended = ref.func.isGenerator && managed?.phase !== 'exit' && run.exit === null && run.suspended !== null;
    return isSuspended ? { exit: run.suspended, thrown: run.thrown, result: run.yielded } : run;
  };
  const run = context.isFold ? runFold(machine, context, entry, receiver, (from, self) => runFrom(from, sharedVariables(ref, from), self)) : runFrom(entry.clone(), shared, receiver);
  if (run === null) {
    machine.watch = outer;
    watch.end(entry, true);
    machine.thrown = thrownBefore;
    comeBack(machine, state, context);
    return callUnseen(state, receiver, args);
  }
  // The variables of an activation that has called this one, through others or by itself, are still in use.
  const inUse = isAgain ? shared : NO_VARIABLES;
  const untouched = shared.size === 0 && !context.isFold ? state : null;
  let { result } = run;
  unwatched(entry, () => {
    if (run.exit !== null) {
      // A generator that goes on meets what was made since it began.
      collectGarbage(run.exit, (managed?.phase === 'exit' ? managed.body : managed?.phase === 'resume' ? managed.passed.at(-1) : undefined) ?? state, result);
      dropDeadCells(machine, ref, run.exit, result, untouched, inUse);
      if (managed === undefined && !context.isFold && namesNothing(machine, before)) result = mergeRounds(machine, run.exit, entry, result);
    }
    if (run.thrown !== null) dropDeadCells(machine, ref, run.thrown, NOTHING, untouched, inUse);
  });
  for (const part of activation.handed?.used ?? []) handed?.used.add(part);
  machine.watch = outer;
  const footprint = watch.end(entry, run.thrown !== null);
  machine.thrown = thrownBefore;
  machine.noteThrown(run.thrown);
  if (run.exit !== null) state.adopt(run.exit);
  renameOwn(state, watch.renamed);
  if (!comeBack(machine, state, context) && options.managed === undefined && !machine.exhausted && !watch.asksCallers) {
    const kept: Kept = { entry, footprint, captured, handed: handed?.all, used: [...(activation.handed?.used ?? [])], receiver, ambience: ambienceOf(machine), catching: machine.catching, exit: run.exit, thrown: run.thrown, result, renamed: watch.renamed, visits: machine.visits.slice(visitsBefore).map((item) => ({ ...item, path: item.path.slice(machine.path.length) })), leaves: visit?.leaves.slice(leavesBefore) ?? [], noted: notedSince(machine, before) };
    machine.keptResults.set(context, [kept, ...(machine.keptResults.get(context) ?? [])].slice(0, MAX_KEPT));
    keepForOthers(machine, context, kept, early, machine.budget.steps - stepsBefore);
  }
  return { value: result, returns: run.exit !== null };
}

/** A step of a generator ends at a `yield`, or with the generator. */
function stepOf({ suspended, yielded, exit, thrown }: FunctionRun, resumed: Resumed): FoldRun {
  resumed.over = exit?.clone() ?? null;
  resumed.stopped = suspended !== null;
  if (exit === null || suspended === null) return { exit: suspended ?? (resumed.throwsAtEnd ? null : exit), thrown: exit !== null && resumed.throwsAtEnd ? joined(thrown, exit) : thrown, result: yielded };
  return resumed.throwsAtEnd ? { exit: suspended, thrown: joined(thrown, exit), result: yielded } : { exit: joined(suspended, exit), thrown, result: joinValues(yielded, ofConstant({ type: 'undefined' })) };
}

function joined(a: State | null, b: State): State {
  if (a === null) return b;
  a.joinFrom(b);
  return a;
}

/** A call that is not followed: what it is given may come back in any state. */
function callUnseen(state: State, receiver: AbstractObject | null, args: ArgValues): CallResult {
  const given = [...args.positional, ...args.keywords.values()];
  for (const value of given) escapeTree(state, value);
  if (receiver !== null) escapeTree(state, ofObject(receiver));
  return { value: derive(given.map((value) => settled(state, value))), returns: true };
}

/** Does to `state` what the kept run did. */
function useAgain(machine: Machine, kept: Kept, entry: State, state: State, anew: Anew | null): CallResult {
  const thrown = kept.thrown === null ? null : redone(kept.entry, kept.thrown, entry, undefined);
  if (thrown !== null) anew?.finish(thrown);
  machine.noteThrown(thrown);
  if (anew !== null) {
    machine.watch?.noteRenamed(anew.names);
    renameOwn(state, { names: anew.names, certain: true });
  }
  if (kept.footprint !== null && kept.footprint.renamed.size > 0) machine.watch?.noteRenamed(kept.footprint.renamed);
  replayVisits(machine, kept.visits);
  for (const leaf of kept.leaves) machine.visit?.note(leaf);
  countAgain(machine, kept.noted);
  renameOwn(state, kept.renamed);
  if (kept.exit === null) return { value: kept.result, returns: false };
  const exit = redone(kept.entry, kept.exit, entry, kept.footprint?.renamed);
  anew?.finish(exit);
  state.adopt(exit);
  return { value: kept.result, returns: true };
}

function sameHanded(a: ReadonlySet<AbstractObject> | undefined, b: ReadonlySet<AbstractObject> | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.size === b.size && [...a].every((object) => b.has(object)));
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
        bind(param, ofObject(machine.objects.collection(state, context, instr, `rest${index}`, param.variable.name, elements)));
        return;
      }
      case 'keyword-rest': {
        const elements = new Map<string, Value>();
        for (const [name, value] of keywords) elements.set(elementName(name), value);
        if (args.more !== null) elements.set(elementName(null), joinValues(args.more, ANYTHING));
        bind(param, ofObject(machine.objects.collection(state, context, instr, `kwrest${index}`, param.variable.name, elements)));
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

/**
 * Drops what the callee made and nothing outside it can reach. Only what the callee changed can lead to what it made: the rest of the state, which is
 * much larger, is not looked at.
 *
 * @param before what there was before the call, its arguments not counted
 */
function collectGarbage(exit: State, before: State, result: Value): void {
  const changed = exit.heap.entriesUnlike(before.heap);
  const made = new Set(changed.flatMap(({ key }) => (before.heap.has(key) ? [] : [key])));
  if (made.size === 0) return;
  const pending: ObjectState[] = changed.flatMap(({ key, value }) => (made.has(key) ? [] : [value]));
  const visit = (value: Value): void =>
    eachMentioned(value, (object) => {
      if (made.delete(object)) pending.push(exit.object(object));
    });
  visit(result);
  for (const { value } of exit.cells.entriesUnlike(before.cells)) visit(value);
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) for (const value of state.attrs.values()) visit(value);
  for (const object of made) exit.heap.delete(object);
}
