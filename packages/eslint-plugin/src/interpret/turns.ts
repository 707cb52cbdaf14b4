// Loops over generators that change modes after a `yield`: the body of the loop and the generator run in turns.
//
// Guarantees: the body meets the modes at a `yield`, what the generator does between two of them meets what the body has left, and what follows the
// last one belongs to the way out of the loop. A way out before its end (`break`, `return`) throws at the `yield`, so that a `finally` runs.
// Refuses: generators that something of their file takes steps of, those with a scope around them, and several values that may be in one place: these
// run to their end where the loop begins (`generators.ts`), as do those that change no mode after a `yield`.
// Approximation: a later round goes on from any of the yields. An exception that leaves the loop may find the generator closed or not, and so may
// a `break` in Python where a variable holds the generator.
//
// Worked example, `def validation(net): net.eval(); yield a; yield b; net.train()`: the body of `for x in validation(net)` meets `net` asleep, and
// the line after the loop meets it awake.
import { definitionsOf } from '../ir/definitions.ts';
import { successorsOf, type BlockId, type Func, type Instr, type Temp, type Terminal } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { joinValues, NOTHING, sameAtom, type Atom, type Value } from '../domains/value.ts';
import type { Frame, Resumed } from './activation.ts';
import { callFunction } from './call-function.ts';
import { iterationOf } from './generators.ts';
import { argumentsOf, mayEndEarly, wrappedElement } from './lazy-wrappers.ts';
import type { Machine } from './machine.ts';
import { changesModes } from './mode-changes.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

/** Generators that one loop is run in turns with. */
const MAX_TURNS = 8;

const switching = new WeakMap<Machine, Set<Func>>();

/** Notes whether a generator that has run to its end has changed modes after a `yield`, or may do so where it is closed, having no end. */
export function noteSwitches(machine: Machine, func: Func, suspended: State | null, exit: State | null): void {
  if (suspended === null || (exit === null ? !catchesAtYields(func) : !changesModes(suspended, exit))) return;
  let known = switching.get(machine);
  if (known === undefined) switching.set(machine, (known = new Set()));
  known.add(func);
}

function catchesAtYields(func: Func): boolean {
  return func.blocks.some(({ handler, instrs }) => handler !== null && instrs.some(({ kind }) => kind === 'yield'));
}

/** The generator that `value` is, if a loop over it can be run in turns with it. */
export function turnsOf(machine: Machine, value: Value): FunctionAtom | null {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  if (only?.kind !== 'function' || only.binding !== 'generator' || only.made !== undefined || only.scopes.length > 0) return null;
  return machine.managers.has(only.ref.func) ? null : only;
}

/** A loop that is run in turns with a generator. */
interface Turn {
  readonly atom: FunctionAtom;
  readonly instr: Instr;
  /** Where the loop begins; nothing of the generator has run. */
  readonly from: State;
  /** The blocks that control comes to through the body alone. */
  readonly body: ReadonlySet<BlockId>;
  /** Holds if nobody but the loop holds the generator. */
  readonly isOnlyHere: boolean;
}

/** The loops of one activation that are run in turns. */
export class Turns {
  readonly #machine: Machine;
  readonly #frame: Frame;
  readonly #func: Func;
  readonly #turns = new Map<BlockId, Turn[]>();

  constructor(machine: Machine, frame: Frame, func: Func) {
    this.#machine = machine;
    this.#frame = frame;
    this.#func = func;
  }

  /** Holds if the loop with this head is run in turns with `atom`, from `state` on. */
  begin(state: State, head: BlockId, atom: FunctionAtom): boolean {
    const { terminal } = this.#func.blocks[head]!;
    if (switching.get(this.#machine)?.has(atom.ref.func) !== true || terminal.kind !== 'each') return false;
    let begun = this.#turns.get(head);
    if (begun === undefined) this.#turns.set(head, (begun = []));
    const known = begun.find((turn) => sameAtom(turn.atom, atom));
    if (known !== undefined) {
      known.from.joinFrom(state);
      return true;
    }
    if (begun.length >= MAX_TURNS) return false;
    const isOnlyHere = this.#machine.language === 'typescript' || definitionsOf(this.#func).get(terminal.iterable)?.kind === 'call';
    begun.push({ atom, instr: iterationOf(terminal), from: state.clone(), body: begun[0]?.body ?? bodyOf(this.#func, terminal.body), isOnlyHere });
    return true;
  }

  /** The turns of a loop with what it goes through in `state`; null if something of that is no generator that it is run in turns with. */
  of(state: State, head: BlockId, iterable: Temp): readonly Turn[] | null {
    const begun = this.#turns.get(head);
    const { atoms, unknown } = begun === undefined ? NOTHING : state.get(iterable);
    if (begun === undefined || unknown) return null;
    const turns = begun.filter(({ atom }) => atoms.some((other) => sameAtom(atom, other)));
    return turns.length > 0 && turns.length === atoms.length ? turns : null;
  }

  /**
   * Takes the generator to its next `yield`, or to its end, and `state` with it.
   *
   * @param isFirst whether it has not begun; null if nobody knows
   * @returns what it yields; null if it does not come there
   */
  take(state: State, turns: readonly Turn[], isFirst: boolean | null, toEnd: boolean): Value | null {
    let after: State | null = null;
    let value: Value | null = null;
    for (const turn of turns) {
      for (const now of isFirst === null ? [null, state] : [isFirst ? null : state]) {
        const { stopped, over, yielded } = this.#step(turn, now);
        for (const way of toEnd ? [over, ...this.#endsEarly(turn, state, now, stopped)] : [stopped]) {
          if (way === null) continue;
          const element = toEnd ? yielded : wrappedElement(this.#machine, this.#frame, way, turn.atom, yielded);
          value = value === null ? element : joinValues(value, element);
          if (after === null) after = way;
          else after.joinFrom(way);
        }
      }
    }
    if (after !== null) state.adopt(after);
    return value;
  }

  /** The states behind a loop that ends before the generator does, as one over `zip` may. */
  #endsEarly(turn: Turn, state: State, now: State | null, stopped: State | null): readonly (State | null)[] {
    const early = mayEndEarly(turn.atom);
    if (early === null) return [];
    if (early.asksFirst) return stopped === null ? [] : [this.#close(turn, stopped)];
    return [now === null ? state.clone() : this.#close(turn, now)];
  }

  /** Closes the generators of the loops whose bodies the way from `source` leaves; `target` is null for a `return`. */
  leave(state: State, source: BlockId, target: BlockId | null, how: 'normal' | 'exception'): void {
    for (const turns of this.#leftBy(source, target)) {
      let after: State | null = how === 'exception' || turns.length > 1 || !turns[0]!.isOnlyHere ? state.clone() : null;
      for (const turn of turns) {
        const closed = this.#close(turn, state);
        if (after === null) after = closed;
        else if (closed !== null) after.joinFrom(closed);
      }
      if (after !== null) state.adopt(after);
    }
  }

  isLeft(source: BlockId, target: BlockId): boolean {
    return this.#leftBy(source, target).length > 0;
  }

  /** The inner ones first. */
  #leftBy(source: BlockId, target: BlockId | null): readonly (readonly Turn[])[] {
    if (this.#turns.size === 0) return [];
    const left = [...this.#turns].filter(([head, [first]]) => first !== undefined && first.body.has(source) && target !== head && (target === null || !first.body.has(target)));
    return left.sort(([a], [b]) => b - a).map(([, turns]) => turns);
  }

  /** @param terminal a `return` of this function */
  leaveBy(state: State, terminal: Terminal): void {
    if (this.#turns.size > 0) this.leave(state, this.#func.blocks.findIndex((block) => block.terminal === terminal), null, 'normal');
  }

  #step(turn: Turn, now: State | null): { readonly stopped: State | null; readonly over: State | null; readonly yielded: Value } {
    const { from, resumed, value, returns } = this.#run(turn, now, 'step');
    const over = resumed.over === null ? null : turn.from.clone();
    if (over !== null) over.adopt(resumed.over!);
    return { stopped: returns ? from : null, over, yielded: value };
  }

  #close(turn: Turn, now: State): State | null {
    const { from, returns, raised } = this.#run(turn, now, 'raise');
    const after = now.clone();
    if (!returns && raised === null) return null;
    const left = returns ? from : raised!;
    if (returns && raised !== null) left.joinFrom(raised);
    after.adopt(left);
    return after;
  }

  #run(turn: Turn, now: State | null, then: 'step' | 'raise'): { readonly from: State; readonly resumed: Resumed; readonly value: Value; readonly returns: boolean; readonly raised: State | null } {
    const machine = this.#machine;
    const { atom, instr } = turn;
    const from = turn.from.clone();
    for (const state of [turn.from, now]) if (state !== null && state.heap.log !== null) state.heap.log.all = true;
    const context = this.#frame.context.step(instr, atom.ref, instr);
    const resumed: Resumed = { phase: 'resume', contexts: now === null ? [context] : [context, context], passed: now === null ? [] : [now.clone()], isAny: now !== null, inTurns: true, then, over: null, stopped: false, throwsAtEnd: true };
    const outer = machine.thrown;
    machine.thrown = null;
    const { value, returns } = callFunction(machine, this.#frame, from, atom.ref, atom.receiver, { positional: argumentsOf(atom), keywords: new Map(), more: null, written: [] }, instr, { managed: resumed });
    const raised = machine.thrown as State | null;
    machine.thrown = outer;
    return { from, resumed, value, returns, raised };
  }
}

/** The blocks that control comes to through `body` alone. */
function bodyOf(func: Func, body: BlockId): ReadonlySet<BlockId> {
  const around = new Set<BlockId>();
  const pending = [func.entry];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === body || around.has(id)) continue;
    around.add(id);
    const { terminal, handler } = func.blocks[id]!;
    pending.push(...successorsOf(terminal), ...(handler === null ? [] : [handler]));
  }
  return new Set(func.blocks.map(({ id }) => id).filter((id) => !around.has(id)));
}
