// What an edge of the control-flow graph says about the state that takes it: which way a test turned out, which element of a list a loop is at,
// and which facts of the path are still worth keeping. `if train: model.train()` gives two states, one with the fact `v3=true` and one with
// `v3=false`, which the solver keeps apart up to the last test of `train`; the first round of a loop is kept apart from the later ones.
//
// An edge that a state cannot take gives null. It never decides a test whose value is not known.
import { assertNever, type BlockId, type Func, type Terminal, type Variable } from '../ir/ir.ts';
import { takenApartIn } from '../ir/remade.ts';
import { MAX_PATHS } from '../dataflow/solver.ts';
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { forwardsOf, mustObject, objectsOf, ofConstant, type Value } from '../domains/value.ts';
import type { Frame } from './activation.ts';
import { iterate, mayBeEmpty, rangeBounds } from './attributes.ts';
import { exactElements } from './exact-elements.ts';
import { anyKeyOf, keysOf, pairsOf } from './collection-call.ts';
import { DOUBTED, loopName, setsModesInRounds, SOME, switchesParts, type Conditions } from './conditions.ts';
import { subjectOf, truthName } from './fact-names.ts';
import { noteFlagUse } from './forward.ts';
import { CountedRounds } from './counted-rounds.ts';
import { consume, hasPending, iterationOf } from './generators.ts';
import { askTruth, goThrough } from './implied-calls.ts';
import type { Machine } from './machine.ts';
import { guardOf } from './mode-hints.ts';
import { PARTS } from './module-method.ts';
import { NAMESPACE } from './namespaces.ts';
import { changesModes, fallsAsleep } from './mode-changes.ts';
import { hasObjectKeys } from './object-keys.ts';
import { lastName, roundsOf, type Rounds } from './rounds.ts';
import { sweepByLoop } from './sweeps.ts';
import { assume, constantIsTruthy, truthOf, type Truth } from './truth.ts';
import { Turns, turnsOf } from './turns.ts';

/** Lists shorter than this are gone through element by element. */
const MAX_UNROLLED = 4;
/** Outcomes of tests that are kept of one path: each of a thousand `elif` would carry those of all before it. */
const MAX_FACTS = 100;
/** Lists of modules, or of pairs with one, where the function may switch or freeze some. */
const MAX_MODULES = 33;

const EITHER: Truth = { mayBeTrue: true, mayBeFalse: true };

/** The edges of one activation of `func`. */
export class Edges {
  readonly #machine: Machine;
  readonly #frame: Frame;
  readonly #func: Func;
  readonly #conditions: Conditions;
  readonly #rounds: Rounds;
  readonly #counted: CountedRounds;
  #maxPaths = MAX_PATHS;
  readonly turns: Turns;
  /** The state at the last arrival at a loop from outside. */
  readonly #before = new Map<BlockId, State>();
  /** Loops whose rounds begin with other modes than the first one. */
  readonly #split = new Set<BlockId>();

  constructor(machine: Machine, frame: Frame, func: Func, conditions: Conditions) {
    this.#machine = machine;
    this.#frame = frame;
    this.#func = func;
    this.#conditions = conditions;
    this.#rounds = roundsOf(func);
    this.#counted = new CountedRounds(func);
    this.turns = new Turns(machine, frame, func);
  }

  /** How many paths into one block are worth keeping apart. */
  get maxPaths(): number {
    return this.#maxPaths;
  }

  /** The state on one edge out of a block, refined in place; null if the edge cannot be taken. */
  take(state: State, terminal: Terminal, source: BlockId, target: BlockId, isThen: boolean): State | null {
    const { heads, live } = this.#conditions;
    const arrived = state.facts.get(loopName(source));
    let unrolled = false;
    switch (terminal.kind) {
      case 'branch': {
        if (terminal.test === null) break;
        const test = state.get(terminal.test);
        const truth = askTruth(this.#machine, this.#frame, state, test, iterationOf(terminal)) ? EITHER : truthOf(test);
        if (this.#machine.probe === null && !this.#frame.early) {
          for (const atom of test.atoms) if (atom.kind === 'flag') noteFlagUse(this.#machine, this.#frame, state, atom.object, { name: atom.object.label, span: terminal.span, effect: 'branch', sensitivity: 'unknown' });
        }
        if (isThen ? !truth.mayBeTrue : !truth.mayBeFalse) return null;
        if (truth !== EITHER) assume(state, test, isThen);
        this.#machine.use(forwardsOf(test), 'read', terminal.span);
        const guard = guardOf(this.#machine, this.#func, terminal.test, test, isThen);
        if (guard !== null) state.staleGuards = [...state.staleGuards.filter((known) => known.block !== guard.block), guard];
        const condition = this.#conditions.tests.get(terminal.test);
        if (condition !== undefined && truth.mayBeTrue && truth.mayBeFalse && !test.atoms.some((atom) => atom.kind === 'flag' || (atom.kind === 'object' && atom.object.kind !== 'opaque'))) {
          if (state.facts.size < MAX_FACTS) state.facts = state.facts.with(condition.name, isThen !== condition.negated);
          if (condition.name === truthName(condition.variable)) narrow(state, condition.variable, isThen !== condition.negated);
        }
        const last = this.#rounds.last.get(terminal.test);
        if (last !== undefined && truth.mayBeTrue && truth.mayBeFalse) this.#set(state, lastName(last.head), isThen !== last.negated);
        break;
      }
      case 'each': {
        const turns = this.turns.of(state, source, terminal.iterable);
        if (turns !== null) {
          const yielded = this.turns.take(state, turns, !heads.has(source) ? true : typeof arrived === 'number' ? arrived === 0 : null, !isThen);
          if (yielded === null) return null;
          if (isThen) state.set(terminal.dest, yielded);
          break;
        }
        const iterable = state.get(terminal.iterable);
        const elements = exactElements(state, iterable);
        const entered = state.facts.get(loopName(source));
        if (elements !== null && elements.length < this.#maxUnrolled(state, iterable) && typeof entered === 'number' && entered !== SOME) {
          // A short list that is known in full is gone through element by element: `for net in (encoder, decoder): net.eval()`.
          this.#maxPaths = Math.max(this.#maxPaths, elements.length + MAX_PATHS);
          if (isThen !== entered < elements.length) return null;
          if (isThen) state.set(terminal.dest, elements[entered]!);
          unrolled = isThen;
          break;
        }
        if (!isThen && entered === 0 && !mayBeEmpty(state, iterable)) return null;
        if (isThen) state.set(terminal.dest, onlyNumber(state, iterable) ?? iterate(state, iterable));
        break;
      }
      case 'goto':
      case 'return':
      case 'throw':
      case 'unreachable':
        break;
      default:
        return assertNever(terminal);
    }
    if (isThen && heads.has(source) && !unrolled && state.facts.get(loopName(source)) !== 0 && this.#counted.hasOneRound(source, state)) return null;
    // The first arrival at the head of a loop is kept apart from the later ones; after the loop that is forgotten, and inside too, unless the
    // first round has changed a mode: what the second round then does is the point of `no-eval-mode-training`.
    const inSplitBody = isThen && this.#split.has(source) && state.facts.get(loopName(source)) === SOME;
    if (heads.has(source) && !unrolled && !inSplitBody) state.facts = state.facts.without((name) => name === loopName(source));
    // The last round goes on behind the loop, and only that.
    const last = heads.has(source) ? state.facts.get(lastName(source)) : undefined;
    if (last === isThen) return null;
    if (last !== undefined) state.facts = state.facts.without((name) => name === lastName(source));
    if (heads.has(target)) {
      const entered = state.facts.get(loopName(target));
      if (source < target) {
        this.#consume(state, target);
        this.#before.set(target, state.clone());
      }
      else {
        const before = this.#before.get(target);
        if (before !== undefined && changesModes(before, state)) this.#split.add(target);
      }
      state.facts = state.facts.with(loopName(target), source < target ? 0 : typeof entered === 'number' && entered !== SOME ? entered + 1 : SOME);
    }
    // A loop that is left in its first round has no way back.
    else if (this.#func.blocks[target]!.terminal.kind === 'each') this.#consume(state, target);
    if (!isThen && heads.has(source)) sweepByLoop(this.#machine, this.#frame, state, this.#func, source, this.#before.get(source));
    this.#noteAsleep(state, source, target);
    // Whoever puts modes back in a loop counts on its rounds.
    if (!isThen && terminal.kind === 'each' && arrived === 0 && setsModesInRounds(this.#func, this.#rounds.bodies.get(source), this.#machine.libraries)) this.#doubtSleep(state);
    const needed = live.get(target);
    if (needed !== undefined && state.facts.key !== '') state.facts = state.facts.without((name) => name.startsWith('v') && !needed.has(subjectOf(name)));
    return state;
  }

  /**
   * Keeps the rounds that leave a network asleep apart from those that do not, up to where the next one begins: the test that decides is no other in the
   * next round. Of a sleep that only the last round may bring nothing is kept.
   */
  #noteAsleep(state: State, source: BlockId, target: BlockId): void {
    const { around, bodies, perhapsLast } = this.#rounds;
    if (state.facts.key !== '') state.facts = state.facts.without((name) => /^[sz]/.test(name) && bodies.get(Number(name.slice(1)))?.has(target) !== true);
    const head = around.get(target);
    const before = head === undefined ? undefined : this.#before.get(head);
    if (head === undefined || before === undefined) return;
    const name = asleepName(head);
    const was = state.facts.get(name);
    if (!fallsAsleep(before, state) || ((was === false || was === DOUBTED) && target === head)) state.facts = state.facts.without((fact) => fact === name);
    else if (was === undefined) this.#set(state, name, perhapsLast.get(head)?.has(source) !== true && !this.#counted.onlyLastRuns(head, source, state));
  }

  /** Leaves nothing certain of a sleep for the next rounds of the loops around. */
  #doubtSleep(state: State): void {
    for (const [name, value] of state.facts.entries()) if (name.startsWith('s') && value === true) this.#set(state, name, DOUBTED);
  }

  #set(state: State, name: string, value: boolean | number): void {
    this.#maxPaths = Math.max(this.#maxPaths, 2 * MAX_PATHS);
    state.facts = state.facts.with(name, value);
  }

  /** The parts of a network are gone through one by one where the function may switch or freeze some of them. */
  #maxUnrolled(state: State, iterable: Value): number {
    const [list] = objectsOf(iterable);
    if (list === undefined || !switchesParts(this.#func, this.#machine.libraries)) return MAX_UNROLLED;
    return list.label === PARTS || list.kind === 'module' ? Infinity : holdsModules(state, list) ? MAX_MODULES : MAX_UNROLLED;
  }

  /** The generator that the loop with this head goes through runs now, up to its end. */
  #consume(state: State, head: BlockId): void {
    const { terminal } = this.#func.blocks[head]!;
    if (terminal.kind !== 'each') return;
    const iterable = state.get(terminal.iterable);
    const turns = turnsOf(this.#machine, iterable);
    const before = turns === null ? null : state.clone();
    if (hasPending(iterable)) state.set(terminal.iterable, consume(this.#machine, this.#frame, state, iterable, iterationOf(terminal)));
    if (turns !== null && this.turns.begin(before!, head, turns)) {
      state.adopt(before!);
      state.set(terminal.iterable, iterable);
      return;
    }
    goThrough(this.#machine, this.#frame, state, state.get(terminal.iterable), iterationOf(terminal));
    // Python goes through the keys of a dictionary, JavaScript through the pairs of a map.
    const dictionary = mustObject(iterable);
    if (dictionary?.kind !== 'collection' || (dictionary.label !== 'dict' && dictionary.label !== NAMESPACE)) return;
    const [machine, frame, instr] = [this.#machine, this.#frame, iterationOf(terminal)];
    const gone = machine.language === 'typescript' ? pairsOf(machine, frame, state, dictionary, instr, takenApartIn(this.#func).has(terminal.iterable)) : (keysOf(machine, frame, state, dictionary, instr) ?? (hasObjectKeys(state, dictionary) ? anyKeyOf(machine, frame, state, dictionary, instr) : null));
    if (gone !== null) state.set(terminal.iterable, gone);
  }
}

/** Holds if the first element is a module, or a tuple that holds one. */
function holdsModules(state: State, list: AbstractObject): boolean {
  const first = state.attr(list, elementName(0));
  if (first === undefined) return false;
  return objectsOf(first).some((object) => object.kind === 'module' || (object.kind === 'collection' && [...state.object(object).attrs.values()].some((value) => objectsOf(value).some(({ kind }) => kind === 'module'))));
}

/** The number that a range of one gives: `range(1)`. */
function onlyNumber(state: State, iterable: Value): Value | null {
  const bounds = rangeBounds(state, iterable);
  return bounds !== null && bounds.stop - bounds.start === 1 ? ofConstant({ type: 'number', value: bounds.start }) : null;
}

/** Takes out of a variable that may hold several constants those that `truth` rules out: functions inside of this one see it, too. */
function narrow(state: State, variable: Variable, truth: boolean): void {
  const names = variable.captured ? state.cells : state.locals;
  const value = names.get(variable);
  if (value === undefined || value.unknown || value.atoms.some((atom) => atom.kind !== 'constant')) return;
  names.set(variable, value.with({ atoms: value.atoms.filter((atom) => atom.kind === 'constant' && constantIsTruthy(atom.value) === truth) }));
}

/** The name under which it is known that a round of the loop has put a network to sleep; false: perhaps only the last one does. */
function asleepName(head: BlockId): string {
  return `s${head}`;
}
