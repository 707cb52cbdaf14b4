// Generators that are gone through step by step: `next(it)`, and later `next(it)` again.
//
// Guarantees: a step goes on from the `yield` at which the one before has stopped, with the names that the generator had there, in the state of
// whoever takes the step. A loop over a generator that was begun goes through what is left of it; `close()` leaves it by its `finally`.
// How: a generator that has stopped is run again from its first step, in the state in which that was taken; at each `yield` that it has passed it
// takes over the state in which the step after it was taken (as `managers.ts` does for the one `yield` of a context manager). The steps that a
// generator has behind it are its *history*, which the state knows by a number, so that paths with different histories are not confused.
// Approximation: after MAX_STEPS, or where paths with different histories meet, it may go on from any of its yields.
import type { Instr } from '../ir/ir.ts';
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, NOTHING, ofBoolean, ofConstant, ofObject, type Atom, type FuncRef, type Value } from '../domains/value.ts';
import type { ArgValues, Frame, Resumed } from './activation.ts';
import { callFunction, type CallResult } from './call-function.ts';
import { placeKey, type Context } from './context.ts';
import type { Machine } from './machine.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

const MAX_STEPS = 3;
const HISTORY = '#history';
const OVER = -1;
/** The fact that tells how many yields a path through a resumed generator has passed. */
export const PASSED = 'yields';
/** What it tells of a path that goes on where an exception comes out of one of its yields: that it is a later one. */
export const LATER = -1;

/** The steps that a generator has behind it; `state`: where the last of them was taken. */
interface History {
  readonly id: number;
  readonly before: History | null;
  readonly steps: number;
  /** Holds if nobody knows how many they are. `state` is then that of the first. */
  readonly isAny: boolean;
  /** What has taken the last of them, or made the generator. */
  readonly at: Instr;
  state: State | null;
}

interface Histories {
  readonly all: History[];
  readonly byStep: Map<string, History>;
}

/** Where a generator was made: its body runs in the context of that call, whoever takes the steps, and its steps are one activation. */
interface Origin {
  readonly frame: Frame;
  readonly instr: Instr;
}

const histories = new WeakMap<Machine, Histories>();
const origins = new WeakMap<AbstractObject, Origin>();
/** Generators that run: none goes on while it does. */
const running = new WeakMap<Machine, Set<AbstractObject>>();

/** Gives a generator that is made here an identity, by which its steps are told from those of another. */
export function begun(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, instr: Instr): FunctionAtom {
  const made = machine.objects.allocate(state, frame.context, instr, `generator ${atom.ref.func.id}`, { kind: 'instance', class: null, library: null, label: 'generator' }, {});
  // The frame is that of this call: under another name the generator would begin in none.
  machine.noteOwn();
  origins.set(made, { frame, instr });
  setHistory(state, made, [historyAfter(machine, null, frame, instr, null).id]);
  return { ...atom, made };
}

/** `step`: as far as the next `yield`; `rest`: to the end; `close`, `raise`: an exception comes out of the `yield` where it stopped. */
export type Advance = 'step' | 'rest' | 'close' | 'raise';

/**
 * Goes on with a generator. A step of Python gives what was yielded and throws at the end (or gives `otherwise`), one of JavaScript gives
 * `{ value, done }`; `rest` gives a list. Null if it is to be gone through from its start, or nobody knows where it stands.
 */
export function advance(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, how: Advance, instr: Instr, otherwise: Value | null = null): CallResult | null {
  const { made } = atom;
  const origin = made === undefined ? undefined : origins.get(made);
  if (made === undefined || origin === undefined || state.object(made).many || state.object(made).escaped) return null;
  const known = histories.get(machine)!;
  const numbers = state.attr(made, HISTORY)?.atoms.flatMap((item) => (item.kind === 'constant' && item.value.type === 'number' ? [item.value.value] : [])) ?? [];
  const past = numbers.filter((id) => id !== OVER).map((id) => known.all[id]!);
  if (past.length === 0) return numbers.length === 0 ? null : whenOver(machine, frame, state, how, instr, otherwise);
  const busy = running.get(machine) ?? new Set();
  running.set(machine, busy);
  if (busy.has(made)) return null;
  const isFresh = past.every(({ before, isAny }) => before === null && !isAny);
  if (isFresh && how !== 'step') {
    setHistory(state, made, [OVER]);
    return how === 'rest' ? null : how === 'close' ? { value: ANYTHING, returns: true } : thrown(machine, state);
  }
  const history = historyAfter(machine, past.length === 1 ? past[0]! : joinedPast(machine, past, frame, instr), frame, instr, state);
  const states = statesOf(history);
  // The states in which it stopped are none that the caller's is compared with.
  if (state.heap.log !== null) state.heap.log.all = true;
  const resumed: Resumed = { phase: 'resume', contexts: contextsOf(history, origin, atom.ref), passed: history.isAny ? [state.clone()] : states.slice(1), isAny: history.isAny, then: how === 'close' ? 'raise' : how, over: null, stopped: false, throwsAtEnd: machine.language === 'python' && otherwise === null };
  const from = states[0]!.clone();
  // On some path it is over already, and the step changes nothing.
  const unchanged = numbers.includes(OVER) ? state.clone() : null;
  busy.add(made);
  const outer = machine.thrown;
  machine.thrown = null;
  const args: ArgValues = { positional: atom.prefix, keywords: new Map(), more: null, written: [] };
  const { value, returns } = callFunction(machine, origin.frame, from, atom.ref, atom.receiver, args, origin.instr, { managed: resumed });
  const raised = machine.thrown as State | null;
  machine.thrown = outer;
  busy.delete(made);
  if (how === 'close') {
    let after = returns ? from : null;
    if (unchanged !== null) {
      if (after === null) after = unchanged;
      else after.joinFrom(unchanged);
    }
    if (raised !== null) {
      if (after === null) after = raised;
      else after.joinFrom(raised);
    }
    if (after !== null) state.adopt(after);
    setHistory(state, made, [OVER]);
    return { value: ANYTHING, returns: true };
  }
  machine.noteThrown(raised);
  const staysOver = unchanged !== null && (how === 'rest' || (how === 'step' && !resumed.throwsAtEnd));
  if (unchanged !== null && !staysOver) machine.noteThrown(unchanged.forCallee());
  if (!returns) return staysOver ? whenOver(machine, frame, state, how, instr, otherwise) : { value: NOTHING, returns: false };
  state.adopt(from);
  if (staysOver) state.joinFrom(unchanged);
  const isOver = how === 'rest' || !resumed.stopped;
  setHistory(state, made, isOver ? [OVER] : resumed.over !== null || unchanged !== null ? [history.id, OVER] : [history.id]);
  if (how === 'rest') return { value: listOf(machine, frame, state, instr, value), returns: true };
  const given = otherwise === null ? value : joinValues(value, otherwise);
  return { value: machine.language === 'python' ? given : stepOf(machine, frame, state, instr, value, resumed.over !== null || unchanged !== null ? ANYTHING : ofBoolean(false)), returns: true };
}

/** A generator that is over gives nothing any more. */
function whenOver(machine: Machine, frame: Frame, state: State, how: Advance, instr: Instr, otherwise: Value | null): CallResult {
  if (how === 'close') return { value: ANYTHING, returns: true };
  if (how === 'rest') return { value: listOf(machine, frame, state, instr, null), returns: true };
  if (how === 'step' && otherwise !== null) return { value: otherwise, returns: true };
  if (how === 'raise' || machine.language === 'python') return thrown(machine, state);
  return { value: stepOf(machine, frame, state, instr, ofConstant({ type: 'undefined' }), ofBoolean(true)), returns: true };
}

function thrown(machine: Machine, state: State): CallResult {
  machine.noteThrown(state.forCallee());
  return { value: NOTHING, returns: false };
}

function stepOf(machine: Machine, frame: Frame, state: State, instr: Instr, value: Value, done: Value): Value {
  return ofObject(machine.objects.collection(state, frame.context, instr, 'step', 'dict', new Map([[elementName('value'), value], [elementName('done'), done]])));
}

function listOf(machine: Machine, frame: Frame, state: State, instr: Instr, element: Value | null): Value {
  return ofObject(machine.objects.collection(state, frame.context, instr, 'rest', 'generator', new Map(element === null ? [] : [[elementName(null), element]])));
}

function setHistory(state: State, made: AbstractObject, ids: readonly number[]): void {
  state.setAttr(made, HISTORY, ids.map((value) => ofConstant({ type: 'number', value })).reduce(joinValues, NOTHING), true);
}

/** The history after one more step, taken in `state`; the same for every visit of that step. */
function historyAfter(machine: Machine, before: History | null, frame: Frame, instr: Instr, state: State | null): History {
  const isAny = before !== null && (before.isAny || before.steps >= MAX_STEPS);
  const first = isAny ? firstOf(before) : before;
  const history = intern(machine, isAny ? `any ${first!.id}` : `${before?.id ?? 'made'} ${placeKey(instr)} ${frame.context.depth} ${machine.current.file}`, first, isAny, instr);
  const taken = isAny ? first!.state : state;
  if (taken === null) return history;
  if (history.state === null) history.state = taken.clone();
  else history.state.joinFrom(taken);
  return history;
}

function joinedPast(machine: Machine, past: readonly History[], frame: Frame, instr: Instr): History {
  const firsts = past.map(firstOf);
  const joined = intern(machine, `joined ${firsts.map(({ id }) => id).sort().join(' ')} ${placeKey(instr)} ${frame.context.depth}`, null, true, instr);
  for (const { state } of firsts) {
    if (state === null) continue;
    if (joined.state === null) joined.state = state.clone();
    else joined.state.joinFrom(state);
  }
  return joined;
}

function intern(machine: Machine, key: string, before: History | null, isAny: boolean, at: Instr): History {
  let known = histories.get(machine);
  if (known === undefined) histories.set(machine, (known = { all: [], byStep: new Map() }));
  let history = known.byStep.get(key);
  if (history === undefined) {
    history = { id: known.all.length, before, steps: (before?.steps ?? -1) + 1, isAny, at, state: null };
    known.all.push(history);
    known.byStep.set(key, history);
  }
  return history;
}

/** The first step of a history; the history itself if it has none yet. */
function firstOf(history: History): History {
  let at = history;
  while (!at.isAny && at.before !== null && at.before.before !== null) at = at.before;
  return at;
}

/** The states in which the steps were taken, the first of them first. */
function statesOf(history: History): readonly State[] {
  const states: State[] = [];
  for (let at: History | null = history; at !== null && at.state !== null; at = at.isAny ? null : at.before) states.unshift(at.state);
  return states;
}

/** A step is told from the others by what takes it. */
function contextsOf(history: History, origin: Origin, ref: FuncRef): readonly Context[] {
  const contexts: Context[] = [];
  for (let at: History | null = history; at !== null && at.state !== null; at = at.before) contexts.unshift(origin.frame.context.step(origin.instr, ref, at.at));
  return contexts;
}

/** What becomes of a path at a `yield` of a generator that is resumed; `stopped`: the state in which the generator may stop there, or null. */
interface Passage {
  readonly then: 'stops' | 'goes-on' | 'raises';
  readonly stopped: State | null;
}

/** Puts the generator's names and the state of whoever takes the next step together, where the path passes a `yield`. */
export function passYield(state: State, resumed: Resumed, delegates: boolean): Passage {
  const count = state.facts.get(PASSED);
  const isAny = resumed.isAny || delegates || typeof count !== 'number';
  const passed = isAny ? resumed.passed.at(-1) : resumed.passed[count];
  const before = state.forCallee();
  if (passed === undefined) return { then: resumed.then === 'rest' ? 'goes-on' : 'stops', stopped: before };
  const { cells, heap } = state;
  state.adopt(passed);
  // What only the generator has is not in the state of the others.
  for (const [variable, value] of cells) if (state.cells.get(variable) === undefined) state.cells.set(variable, value);
  for (const [object, held] of heap) if (!state.heap.has(object)) state.heap.set(object, held);
  // Where it may have gone on from an earlier yield, it comes here with what it did since.
  if (isAny && resumed.then === 'rest' && count !== 0) state.joinFrom(before);
  state.facts = state.facts.with(PASSED, isAny ? resumed.contexts.length - 1 : count + 1);
  if (resumed.then === 'raise') return { then: isAny || count === resumed.passed.length - 1 ? 'raises' : 'goes-on', stopped: null };
  // It has passed its first yield already; one that goes through another generator yields more than once.
  return { then: 'goes-on', stopped: !isAny ? null : count !== 0 ? before : delegates ? state.forCallee() : null };
}
