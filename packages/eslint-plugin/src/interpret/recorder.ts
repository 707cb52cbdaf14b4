// Keeps the states that functions ran through, for people who want to see them: `modeguard --debug` and the marker `modeguard-reveal`.
//
// Guarantees: recording changes no state and no observation. For each chain of calls, and each path of the functions that are running, the last
// run of a watched function is kept, which is the one that the analysis ended with: loops have come to rest in it, and so have the objects that
// the roots of a file share. What a call took from a kept result (`call-function.ts`) is shown by the run that made that result.
//
// Example: for `def f(m): m.eval()`, called at two lines, there are two runs; in each, `stateAfter` the call has `m` in `{eval}`.
import type { BlockId, Func, Instr, Module } from '../ir/ir.ts';
import type { Reached } from '../dataflow/solver.ts';
import type { State } from '../domains/state.ts';
import type { Frame } from './activation.ts';
import type { Context } from './context.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';

/** In what capacity a function ran. `awake` and `asleep`: its class was probed in training and in evaluation mode. */
export type RunPurpose = 'program' | 'asleep' | 'awake' | 'enter' | 'exit' | 'resume';

/** The states that one activation of a function ran through. */
export class RecordedRun {
  readonly module: Module;
  readonly func: Func;
  readonly context: Context;
  readonly purpose: RunPurpose;
  /** The file whose analysis ran it. */
  readonly analysed: Module;
  /** The forward calls of that analysis, by number. */
  readonly forwards: readonly ForwardObservation[];
  /** The states that blocks were reached with. */
  reached: Reached<State> = new Map();
  /** Holds if the budget was spent before the states had come to rest. */
  incomplete = false;
  readonly #after = new Map<Instr, Map<string, State>>();

  constructor(machine: Machine, frame: Frame, func: Func, purpose: RunPurpose) {
    this.module = frame.context.ref.module;
    this.func = func;
    this.context = frame.context;
    this.purpose = purpose;
    this.analysed = machine.module;
    this.forwards = machine.forwards;
  }

  after(instr: Instr, state: State): void {
    let byPath = this.#after.get(instr);
    if (byPath === undefined) this.#after.set(instr, (byPath = new Map()));
    const known = byPath.get(state.facts.key);
    if (known === undefined) byPath.set(state.facts.key, state.clone());
    else known.joinFrom(state);
  }

  end(reached: Reached<State>, incomplete: boolean): void {
    this.reached = reached;
    this.incomplete = incomplete;
  }

  /** The states after `instr`, one for each path that was kept apart there; empty if control never came past it. */
  statesAfter(instr: Instr): readonly State[] {
    return [...(this.#after.get(instr)?.values() ?? [])];
  }

  /** The states that `block` was reached with. */
  statesAt(block: BlockId): readonly State[] {
    return [...(this.reached.get(block)?.values() ?? [])].map(({ state }) => state);
  }
}

export class Recorder {
  readonly #isWatched: (module: Module, func: Func) => boolean;
  readonly #runs = new Map<Context, Map<string, RecordedRun>>();

  /** @param isWatched whose states are kept; the same file may come in several lowerings, by the analyses of its importers */
  constructor(isWatched: (module: Module, func: Func) => boolean) {
    this.#isWatched = isWatched;
  }

  /** What keeps the states of the activation that begins, or null if nobody wants them. */
  begin(machine: Machine, frame: Frame, func: Func): RecordedRun | null {
    if (!this.#isWatched(frame.context.ref.module, func)) return null;
    const purpose = machine.probe === null ? (frame.managed?.phase ?? 'program') : machine.probe.awake ? 'awake' : 'asleep';
    const run = new RecordedRun(machine, frame, func, purpose);
    let byPath = this.#runs.get(frame.context);
    if (byPath === undefined) this.#runs.set(frame.context, (byPath = new Map()));
    byPath.set(`${purpose} ${machine.path}`, run);
    return run;
  }

  /** The runs of the program first, in the order in which their chains of calls were first entered. */
  get runs(): readonly RecordedRun[] {
    const all = [...this.#runs.values()].flatMap((byPath) => [...byPath.values()]);
    const isProbe = ({ purpose }: RecordedRun): boolean => purpose === 'asleep' || purpose === 'awake';
    return [...all.filter((run) => !isProbe(run)), ...all.filter(isProbe)];
  }
}
