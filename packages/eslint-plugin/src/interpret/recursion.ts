// Functions that call themselves, by themselves or through others.
//
// Guarantees: recursion ends. It is followed activation by activation where each is told from those that still run by what it is given
// (`walk(child)` down a network that is known part by part, `build(depth - 1)` from a number), a few deep. From there on one context, the
// *fold*, stands for all further activations: it is run on the states in which they start, joined, and answers the calls inside of it
// with what it has left behind so far, until neither grows. It starts from nothing, so that what only an activation without an end would do
// is never taken for what happens.
// Refuses: more steps than RECURSION_BUDGET in one root, and context managers that enter themselves; they are code that we cannot see.
//
// Worked example, `def walk(m): m.eval(); for c in m.children(): walk(c)` called with `nn.Sequential(nn.Linear(2, 2), nn.Dropout())`: three
// activations, one for each module, none of them in the fold. Called with a parameter of a root: one activation, and a fold for the parts of what
// nobody knows.
import type { Instr } from '../ir/ir.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { joinValues, mustConstant, mustObject, NOTHING, ofObject, sameCaptured, type FuncRef, type Value } from '../domains/value.ts';
import type { ArgValues } from './activation.ts';
import type { Context } from './context.ts';
import type { Machine } from './machine.ts';
import { renamedIn } from './renaming.ts';

/** Activations of a function that run at once and are told apart by a module, or by a number or name, that they are given. */
const MAX_DESCENT = 8;
const MAX_COUNTED = 4;
/** Activations that are told apart in one root: a function that calls itself twice has many. */
const MAX_APART = 64;
const MAX_ITERATIONS = 12;
const RECURSION_BUDGET = 10_000;

/** What an activation was given. */
interface Given {
  readonly receiver: AbstractObject | null;
  readonly args: ArgValues;
}

/** A fold that runs: what it has left behind so far, and the states in which it was called from inside. */
interface Fold {
  exit: State | null;
  thrown: State | null;
  result: Value;
  asked: State | null;
  /** The object that all its activations are bound to; null if they are bound to none, or to several. */
  receiver: AbstractObject | null;
}

/** How often a root has told activations apart, and what it has spent on folds. */
interface Spent {
  apart: number;
  steps: number;
}

const given = new WeakMap<Context, Given>();
const open = new WeakMap<Context, Fold>();
const spent = new WeakMap<Context, Spent>();
/** Contexts that were answered by a fold which still runs: what they give is not final. */
const waiting = new WeakMap<Context, Set<Context>>();

export function noteGiven(context: Context, receiver: AbstractObject | null, args: ArgValues): void {
  given.set(context, { receiver, args });
}

/**
 * The context in which `ref` is to be run when `caller` calls it: its own, or a fold; null if it is code that we cannot see from here on.
 */
export function contextFor(caller: Context, state: State, ref: FuncRef, receiver: AbstractObject | null, args: ArgValues, instr: Instr): Context | null {
  const running: Context[] = [];
  let isInsideFold = false;
  for (let at: Context | null = caller; at !== null; at = at.parent) {
    if (at.isFold && at.ref.func === ref.func) return sameCaptured(at.ref.captured, ref.captured) ? at : null;
    isInsideFold ||= at.isFold;
    if (!isInsideFold && at.ref.func === ref.func) running.push(at);
  }
  if (running.length === 0 || caller.hasEntered(instr, ref.func)) return caller.enter(instr, ref);
  const budget = budgetOf(caller.root);
  if (budget.apart < MAX_APART && isApart(state, { receiver, args }, running)) {
    budget.apart += 1;
    return caller.enter(instr, ref);
  }
  const fold = caller.fold(instr, ref);
  return budget.steps > RECURSION_BUDGET || !sameCaptured(fold.ref.captured, ref.captured) ? null : fold;
}

function budgetOf(root: Context): Spent {
  let budget = spent.get(root);
  if (budget === undefined) spent.set(root, (budget = { apart: 0, steps: 0 }));
  return budget;
}

/** Holds if something that the new activation is given is certainly another thing than what each of the `running` ones was given in its place. */
function isApart(state: State, next: Given, running: readonly Context[]): boolean {
  const places: ((from: Given) => Value | undefined)[] = [({ receiver }) => (receiver === null ? undefined : ofObject(receiver)), ...next.args.positional.map((_, at) => ({ args }: Given) => args.positional[at]), ...[...next.args.keywords.keys()].map((name) => ({ args }: Given) => args.keywords.get(name))];
  return places.some((place) => {
    const own = nameOf(state, place(next));
    if (own === null || running.length >= (own.startsWith('object') ? MAX_DESCENT : MAX_COUNTED)) return false;
    return running.every((context) => {
      const before = given.get(context);
      const other = before === undefined ? null : nameOf(state, place(before));
      return other !== null && other !== own;
    });
  });
}

/** Tells one known module from another, and one number or string from another; null for anything else. */
function nameOf(state: State, value: Value | undefined): string | null {
  if (value === undefined) return null;
  const object = mustObject(value);
  if (object !== null) return object.kind === 'module' && !state.object(object).many ? `object ${object.id}` : null;
  const constant = mustConstant(value);
  return constant?.type === 'number' || constant?.type === 'string' ? `constant ${constant.value}` : null;
}

/** Holds if the fold is being run already, so that a call of it is one from inside. */
export function isRunning(fold: Context): boolean {
  return open.has(fold);
}

/** What a fold that is running gives to a call from inside of it, which starts in `entry`. Null if it has not come back from anywhere yet. */
export function answer(machine: Machine, caller: Context, fold: Context, entry: State, receiver: AbstractObject | null): { readonly exit: State | null; readonly result: Value } {
  const known = open.get(fold)!;
  if (known.asked === null) known.asked = entry;
  else known.asked.joinFrom(entry);
  if (receiver !== known.receiver) known.receiver = null;
  for (let at = caller; at !== fold; at = at.parent!) {
    const folds = waiting.get(at);
    if (folds === undefined) waiting.set(at, new Set([fold]));
    else folds.add(fold);
  }
  machine.noteThrown(known.thrown?.clone() ?? null);
  if (known.exit === null) return { exit: null, result: known.result };
  const exit = known.exit.clone();
  // What it has not met yet is as it was.
  for (const { key: object, value: held } of entry.heap.entriesUnlike(exit.heap)) if (exit.heap.peek(object) === undefined) exit.heap.set(object, held);
  return { exit, result: known.result };
}

/** One run of a fold from a state: its way out, its result, and what it throws. */
export interface FoldRun {
  readonly exit: State | null;
  readonly thrown: State | null;
  readonly result: Value;
}

/** Runs a fold from `entry` until nothing grows; null if that takes too long. */
export function runFold(machine: Machine, fold: Context, entry: State, receiver: AbstractObject | null, run: (entry: State, receiver: AbstractObject | null) => FoldRun): FoldRun | null {
  const state: Fold = { exit: null, thrown: null, result: NOTHING, asked: null, receiver };
  const start = entry.clone();
  const budget = budgetOf(fold.root);
  const before = machine.budget.steps;
  open.set(fold, state);
  let left = MAX_ITERATIONS;
  for (let grew = true; grew && left > 0 && !machine.exhausted; left -= 1) {
    state.asked = null;
    const bound = state.receiver;
    const { exit, thrown, result } = run(start.clone(), bound);
    grew = grow(state, 'exit', exit) || bound !== state.receiver;
    grew = grow(state, 'thrown', thrown) || grew;
    const joined = joinValues(state.result, result);
    grew ||= joined !== state.result;
    state.result = joined;
    const asked = state.asked as State | null;
    grew = asked !== null && (start.joinFrom(asked) || grew);
    if (grew && budget.steps + machine.budget.steps - before > RECURSION_BUDGET) left = 0;
  }
  open.delete(fold);
  budget.steps += machine.budget.steps - before;
  return left <= 0 || machine.exhausted ? null : state;
}

function grow(fold: Fold, which: 'exit' | 'thrown', by: State | null): boolean {
  if (by === null) return false;
  const known = fold[which];
  if (known !== null) return known.joinFrom(by);
  fold[which] = by.clone();
  return true;
}

/**
 * What the caller of `context` has to know when it comes back: a fold that still runs has answered for it, so that its result is not to be
 * kept, and an object that the caller knows as the latest of its place may have been followed by another.
 */
export function comeBack(machine: Machine, state: State, context: Context): boolean {
  const folds = waiting.get(context);
  if (folds === undefined) return false;
  waiting.delete(context);
  for (const fold of folds) mingle(machine, state, fold);
  return true;
}

/** Adds their earlier selves to the objects that a running fold has made and the caller holds in its own names. */
export function mingle(machine: Machine, state: State, fold: Context): void {
  const earlier = new Map<AbstractObject, AbstractObject>();
  // What was made in the fold was not there before it: whoever called the fold does not depend on it.
  for (const object of state.heap.peekKeys()) {
    if (object.age !== 'latest' || !machine.objects.isMadeIn(object, fold)) continue;
    const before = machine.objects.earlierSelf(object);
    if (before !== null && state.heap.peek(before) !== undefined) earlier.set(object, before);
  }
  if (earlier.size === 0) return;
  for (const [variable, value] of [...state.locals]) state.locals.set(variable, joinValues(value, renamedIn(value, earlier)));
  for (const [temp, value] of [...state.temps]) state.temps.set(temp, joinValues(value, renamedIn(value, earlier)));
}
