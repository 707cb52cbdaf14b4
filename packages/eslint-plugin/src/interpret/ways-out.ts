// A function that puts a network to sleep and wakes it again, but not on every way out: an early `return` between the two leaves it asleep.
//
// Only a function that does both means to put the mode back; an evaluation that never does leaves that to its callers, and is not told. Nor is one that made the
// network, or that found it in the mode that it leaves it in. What decides is the state at each `return`: two ways that meet before it are one, and
// somebody's test has decided between them. What is thrown leaves at any time, and matters where somebody catches it and goes on.
//
// A way out is wrong if what is left behind is used: a training step in the evaluation mode, an inference in the training mode. With callers in sight none of
// which does that, nothing is said.
import { destOf, successorsOf, type Block, type BlockId, type Func, type Instr, type Temp, type Terminal, type Variable } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { ModeSetting, ObjectState } from '../domains/heap.ts';
import type { AbstractObject, Site } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Frame } from './activation.ts';
import { switchesParts } from './conditions.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation, UnrestoredObservation } from './observation.ts';
import { isMadeIn } from './set-mode.ts';

/** A setting that is the last word on a network where a function is left. */
interface LastWord {
  readonly object: AbstractObject;
  readonly setting: ModeSetting;
}

/** What is seen of one function, over all its activations. */
export class Leaving {
  readonly func: Func;
  /** What was left otherwise than it was found; `out` null: by a throw. */
  readonly left: (LastWord & { readonly where: UnrestoredObservation['where']; readonly out: Site | null; readonly hasCaller: boolean; readonly isUntested: boolean })[] = [];
  readonly settled: LastWord[] = [];

  constructor(func: Func) {
    this.func = func;
  }
}

/** The states in which one activation of a function is left. */
export class WaysOut {
  readonly #machine: Machine;
  readonly #frame: Frame;
  readonly #func: Func;
  readonly #isMeant: boolean;
  readonly #returns = new Map<Terminal, State>();
  #thrown: State | null = null;

  constructor(machine: Machine, frame: Frame, func: Func) {
    this.#machine = machine;
    this.#frame = frame;
    this.#func = func;
    this.#isMeant = func.kind !== 'module' && !func.isGenerator && !frame.early && machine.probe === null && !machine.libraries.isModeMethod(func.name) && switchesParts(func, machine.libraries);
  }

  /** `terminal` null: something was thrown. */
  note(state: State, terminal: Terminal | null): void {
    if (!this.#isMeant) return;
    const known = terminal === null ? this.#thrown : this.#returns.get(terminal);
    if (known !== null && known !== undefined) known.joinFrom(state);
    else if (terminal === null) this.#thrown = state.clone();
    else this.#returns.set(terminal, state.clone());
  }

  /** When the function is solved from `entry`. */
  judge(entry: State): void {
    if (!this.#isMeant) return;
    const { leavings } = this.#machine;
    let leaving = leavings.get(this.#func);
    if (leaving === undefined) leavings.set(this.#func, (leaving = new Leaving(this.#func)));
    for (const [terminal, state] of this.#returns) {
      for (const { object, known } of this.#changed(entry, state)) {
        const [setting, ...others] = known.settings;
        if (setting === undefined || others.length > 0 || !this.#isOwn(setting)) continue;
        this.#machine.noteOwn();
        leaving.settled.push({ object, setting });
        if (known.modes === setting.mode) this.#noteLeft(leaving, entry, object, setting, terminal);
      }
    }
    // A throw may come before the setting as well as after it.
    if (this.#thrown !== null) {
      for (const { object, known } of this.#changed(entry, this.#thrown)) {
        const setting = known.settings.find((item) => (known.modes & item.mode) !== 0 && this.#isOwn(item));
        if (setting !== undefined) this.#noteLeft(leaving, entry, object, setting, null);
      }
    }
  }

  #changed(entry: State, state: State): readonly { readonly object: AbstractObject; readonly known: ObjectState }[] {
    if (state.heap.isSameAs(entry.heap)) return [];
    return state.heap.entriesUnlike(entry.heap).flatMap(({ key: object, value: known }) => (object.kind !== 'collection' && entry.heap.has(object) && !isMadeIn(this.#frame, object) ? [{ object, known }] : []));
  }

  #noteLeft(leaving: Leaving, entry: State, object: AbstractObject, setting: ModeSetting, terminal: Terminal | null): void {
    if (setting.selective || setting.how !== 'called' || (setting.mode !== EVAL && setting.mode !== TRAIN) || entry.object(object).modes === setting.mode) return;
    const { context } = this.#frame;
    this.#machine.noteOwn();
    leaving.left.push({ object, setting, where: context.ref, out: terminal === null ? null : this.#machine.site(terminal.span), hasCaller: context.parent !== null, isUntested: context.parent !== null && context.call !== null && !mayDecide(context.parent.ref.func, context.call) });
  }

  /** Holds if the setting stands in the text of this very function. */
  #isOwn({ site }: ModeSetting): boolean {
    return site.file === this.#frame.context.ref.module.file && site.span.start >= this.#func.span.start && site.span.end <= this.#func.span.end;
  }
}

/** When all is seen: which functions leave a mode behind that they put back on other ways, and what uses it. */
export function noteUnrestored(machine: Machine): void {
  for (const { left, settled } of machine.leavings.values()) {
    const told: UnrestoredObservation[] = [];
    for (const { object, setting, where, out, hasCaller, isUntested } of left) {
      const back = settled.find((item) => isSameNetwork(item.object, object) && item.setting.site.span.start > setting.site.span.start && (item.setting.mode & setting.mode) === 0 && mayFollow(where.func, setting, item.setting))?.setting;
      // A throw that nobody is seen to catch is the caller's.
      if (back === undefined || (out === null && !hasCaller)) continue;
      const known = told.find((item) => isSamePlace(item.setting, setting));
      if (known === undefined) told.push({ kind: 'unrestored', where, call: setting.site, setting, back, out, hasCaller, isUntested, victim: null, certain: false });
      else {
        if (known.out === null) known.out = out;
        known.isUntested &&= isUntested;
      }
    }
    for (const item of told) {
      for (const observation of machine.forwards) {
        const surely = usesWhatIsLeft(observation, item);
        if (surely === null || (item.victim !== null && !surely)) continue;
        item.victim = observation.call;
        item.certain ||= surely;
      }
      if (item.victim !== null || !item.hasCaller) machine.unrestored.push(item);
    }
  }
}

/** Holds unless one run of the function comes past only one of the two: `if mode == "train": net.train() else: net.eval()` puts nothing back. */
function mayFollow(func: Func, first: ModeSetting, second: ModeSetting): boolean {
  const blockOf = ({ site }: ModeSetting): Block | undefined => func.blocks.find(({ instrs }) => instrs.some(({ kind, span }) => kind === 'call' && span.start === site.span.start));
  const [from, to] = [blockOf(first), blockOf(second)];
  if (from === undefined || to === undefined || from === to) return true;
  const seen = new Set<BlockId>();
  const pending: BlockId[] = [from.id];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const { terminal, handler } = func.blocks[id]!;
    pending.push(...successorsOf(terminal), ...(handler === null ? [] : [handler]));
  }
  return seen.has(to.id);
}

/** One network, or what the same place of the program makes in another call. */
function isSameNetwork(a: AbstractObject, b: AbstractObject): boolean {
  return a === b || (a.site.file === b.site.file && a.site.span.start === b.site.span.start && a.label === b.label);
}

/** Whether the call certainly runs in the mode that was left behind, and is harmed; null if it is not. */
function usesWhatIsLeft(observation: ForwardObservation, { setting, back, out, where, isUntested }: UnrestoredObservation): boolean | null {
  const isCertain = out !== null && !observation.incomplete;
  if (setting.mode === EVAL) {
    const { leftBehind } = observation;
    if (leftBehind === null || !isSamePlace(leftBehind.setting, setting)) return null;
    // The ways out meet in the caller, which does not ask which one it was.
    const comesHere = isUntested && [...observation.eitherOn.values()].some(({ asleep, awake }) => isSamePlace(asleep, setting) && isSamePlace(awake, back));
    if (comesHere && isCertain) observation.leftBehind = { ...leftBehind, certain: true };
    return (leftBehind.certain || comesHere) && observation.records === 'yes' && isCertain;
  }
  // What the function itself runs in training mode (a Monte Carlo estimate) is what it has set the mode for.
  const { start, end } = where.func.span;
  const isInside = [observation.call, ...observation.chain].some((site) => site.file === where.module.file && site.span.start >= start && site.span.end <= end);
  if (isInside || !observation.uses.has('read') || observation.uses.has('trained')) return null;
  const harmed = [...observation.leaves.values()].filter((leaf) => (leaf.modes & TRAIN) !== 0 && leaf.sensitivity === 'yes' && leaf.settings.some((known) => isSamePlace(known, setting)));
  return harmed.length === 0 ? null : isCertain && harmed.some((leaf) => leaf.modes === TRAIN);
}

/** Holds if what a call gives may decide on how the function that makes it goes on, or leaves that function. */
function mayDecide(func: Func, call: Instr): boolean {
  const result = destOf(call);
  if (result === null) return false;
  const [temps, variables] = [new Set<Temp>([result]), new Set<Variable>()];
  for (let before = -1; before < temps.size + variables.size; ) {
    before = temps.size + variables.size;
    for (const { instrs, terminal } of func.blocks) {
      for (const instr of instrs) {
        if (instr.kind === 'load' && variables.has(instr.variable)) temps.add(instr.dest);
        if (!operandsOf(instr).some((operand) => temps.has(operand))) continue;
        if (instr.kind === 'store') {
          if (instr.variable.captured) return true;
          variables.add(instr.variable);
        } else if (instr.kind === 'set-attr' || instr.kind === 'set-item' || instr.kind === 'yield') return true;
        const dest = destOf(instr);
        if (dest !== null) temps.add(dest);
      }
      if (terminal.kind === 'branch' ? terminal.test !== null && temps.has(terminal.test) : terminal.kind === 'each' ? temps.has(terminal.iterable) : (terminal.kind === 'return' || terminal.kind === 'throw') && terminal.value !== null && temps.has(terminal.value)) return true;
    }
  }
  return false;
}

function isSamePlace(a: ModeSetting, b: ModeSetting): boolean {
  return a.site.file === b.site.file && a.site.span.start === b.site.span.start;
}
