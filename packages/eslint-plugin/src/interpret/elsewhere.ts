// What a call did for one caller is done again for another: constructors and builders of layers are called from many places with the same arguments.
//
// A result that was kept for one calling context (`call-function.ts`) cannot be used in another as it is, because all that is made is told apart by
// its context. Where the two calls start alike but for names, the result is used under other names: what the run made in a context below its own
// becomes what the same place makes in the same context below the new one, and what it was given becomes what is given now. (Summaries of
// procedures that are instantiated at their call sites: Sharir and Pnueli, "Two approaches to interprocedural data flow analysis", 1981.)
//
// Guarantees: it is what running the function once more would come to. The states at the two entries are compared as graphs, from the arguments on,
// in all that the run looked at (its footprint): to each object belongs one, and no object belongs to two.
// Refuses: runs that left something with the machine that is their caller's own (`Machine.noteOwn`: calls of networks, modes that were set,
// optimisers), that gave other names to what there was before, in which a function called itself or one that calls them, coroutines, generators,
// probes, and the runs that somebody wants to see.
//
// Worked example, `def conv(n): return nn.Sequential(nn.Conv2d(n, n, 3), nn.ReLU())`, called from two constructors with 64: the second call is not run. Its
// three layers are those of the first, each under the name that it has in its own context.
import type { ModeSetting, ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { Key, SharedMap } from '../domains/shared-map.ts';
import type { State } from '../domains/state.ts';
import { sameAtom, sameCaptured, type Atom, type Captured, type FuncRef, type Value } from '../domains/value.ts';
import type { Func } from '../ir/ir.ts';
import { MAX_CALL_DEPTH, type Context } from './context.ts';
import type { Footprint } from './footprint.ts';
import { sameSettings, type Kept } from './kept-run.ts';
import type { Machine } from './machine.ts';
import { eachNoted, mayNoteAgain, noteAgain } from './notes.ts';
import { eachMentioned, renamedIn } from './renaming.ts';

/** Runs of one function that are kept for other callers, the latest first. */
const MAX_KEPT = 6;
/** Steps below which a run costs no more than to look for one like it. */
const LEAST_STEPS = 12;

/** A run, for other callers. */
interface Portable {
  readonly kept: Kept;
  readonly footprint: Footprint;
  readonly context: Context;
  readonly early: boolean;
  readonly reach: Reach;
}

/** What a context leads to. */
interface Reach {
  readonly funcs: ReadonlySet<Func>;
  /** Levels of calls below it. */
  readonly depth: number;
}

const portables = new WeakMap<Machine, Map<Func, readonly Portable[]>>();

/** Keeps what was run in `context` for other callers, if it may be of use to them. */
export function keepForOthers(machine: Machine, context: Context, kept: Kept, early: boolean, steps: number): void {
  const { footprint, entry, noted } = kept;
  if (noted.isOwn || steps < LEAST_STEPS) return;
  if (footprint === null || footprint.renamed.size > 0 || machine.probe !== null || machine.trainingCalls !== null || machine.recorder !== null) return;
  if (context.isFold || context.home !== context || kept.visits.length > 0) return;
  for (const after of [kept.exit, kept.thrown]) if (after !== null && (!after.relied.isSameAs(entry.relied) || after.differentiated !== entry.differentiated)) return;
  const reach = reachOf(context);
  if (reach === null || !isApart(context, reach)) return;
  let known = portables.get(machine);
  if (known === undefined) portables.set(machine, (known = new Map()));
  const { func } = context.ref;
  known.set(func, [{ kept, footprint, context, early, reach }, ...(known.get(func) ?? [])].slice(0, MAX_KEPT));
}

/** What a run in `context` from `entry` would come to. */
export interface Outcome {
  readonly exit: State | null;
  readonly thrown: State | null;
  readonly result: Value;
}

/** The outcome of a call that started alike for another caller, under the names that it has for this one; null if none did. */
export function doneElsewhere(machine: Machine, context: Context, ref: FuncRef, entry: State, receiver: AbstractObject | null, captured: Captured | undefined, early: boolean): Outcome | null {
  const known = portables.get(machine)?.get(ref.func);
  if (known === undefined || machine.probe !== null || machine.trainingCalls !== null || context.isFold || context.home !== context) return null;
  for (const portable of known) {
    const { kept } = portable;
    if (portable.early !== early || (machine.catching && !kept.catching) || kept.ambience.constructsParts !== machine.constructsParts || !sameCaptured(kept.captured, captured)) continue;
    if (!isApart(context, portable.reach) || (kept.noted.isOutside && machine.running !== null && machine.running.observation.number >= 0)) continue;
    const names = new Names(machine, portable, context, entry);
    const outcome = names.startAlike(receiver) ? names.outcome() : null;
    if (outcome !== null) return outcome;
  }
  return null;
}

/** What lies below a context; null if that is more than calls of plain functions. */
function reachOf(context: Context): Reach | null {
  const funcs = new Set<Func>();
  let deepest = context.depth;
  const isPlain = context.eachBelow((inner) => {
    funcs.add(inner.ref.func);
    deepest = Math.max(deepest, inner.depth);
    return !inner.isFold && inner.home === inner && !inner.ref.func.isAsync && !inner.ref.func.isGenerator;
  });
  return isPlain ? { funcs, depth: deepest - context.depth } : null;
}

/** Holds if nothing that is run below the context is running above it, so that no call is one of a function by itself, and no way too long. */
function isApart(context: Context, { funcs, depth }: Reach): boolean {
  if (context.depth + depth >= MAX_CALL_DEPTH) return false;
  for (let at = context.parent; at !== null; at = at.parent) if (funcs.has(at.ref.func)) return false;
  return true;
}

/** To each object of one run the one that has its place in another. */
class Names {
  readonly #machine: Machine;
  readonly #from: Portable;
  readonly #context: Context;
  readonly #entry: State;
  readonly #names = new Map<AbstractObject, AbstractObject>();
  readonly #given = new Set<AbstractObject>();
  readonly #pending: AbstractObject[] = [];

  constructor(machine: Machine, from: Portable, context: Context, entry: State) {
    this.#machine = machine;
    this.#from = from;
    this.#context = context;
    this.#entry = entry;
  }

  /** Holds if the run would look at the same from here. */
  startAlike(receiver: AbstractObject | null): boolean {
    const { kept, footprint } = this.#from;
    const { entry: known } = kept;
    const entry = this.#entry;
    if (known.grad !== entry.grad || known.staleGuards !== entry.staleGuards || known.differentiated.join() !== entry.differentiated.join() || !known.relied.isSameAs(entry.relied)) return false;
    if ((kept.receiver === null) !== (receiver === null) || known.locals.size !== entry.locals.size) return false;
    if (kept.receiver !== null && !this.#pair(kept.receiver, receiver!)) return false;
    for (const [variable, value] of known.locals) {
      const other = entry.locals.get(variable);
      if (other === undefined || !this.#alike(value, other)) return false;
    }
    for (const variable of footprint.variables) {
      const [one, other] = [known.cells.peek(variable), entry.cells.get(variable)];
      if (one === undefined || other === undefined ? one !== other : !this.#alike(one, other)) return false;
    }
    if (!this.#comparePending()) return false;
    // What no argument leads to is the same for all, or was made by an earlier call from the same place.
    for (const object of footprint.objects) {
      if (this.#names.has(object)) continue;
      if (!this.#pair(object, this.#nameOf(object)) || !this.#comparePending()) return false;
    }
    return true;
  }

  /** What the run comes to from here. */
  outcome(): Outcome | null {
    const { kept } = this.#from;
    const { notes } = kept.noted;
    const before = kept.entry;
    const changed = [kept.exit, kept.thrown].map((after) => (after === null ? null : { after, heap: after.heap.entriesUnlike(before.heap), cells: after.cells.entriesUnlike(before.cells) }));
    const names = new Map<AbstractObject, AbstractObject>();
    let isClear = true;
    const name = (object: AbstractObject): void => {
      if (names.has(object)) return;
      // What the run did not look at: its name must not be that of something else.
      isClear &&= this.#names.has(object) || this.#pair(object, this.#nameOf(object));
      names.set(object, this.#names.get(object) ?? object);
    };
    const look = (value: Value): void => {
      if (value.stale !== null) isClear = false;
      eachMentioned(value, name);
    };
    look(kept.result);
    for (const change of changed) {
      for (const { key, value } of change?.heap ?? []) {
        name(key);
        isClear &&= value.slept === null && this.#settingsOf(key, value) !== null;
        for (const item of value.attrs.values()) look(item);
      }
      for (const { value } of change?.cells ?? []) look(value);
    }
    eachNoted(notes, name);
    const nameOf = (object: AbstractObject): AbstractObject => names.get(object)!;
    if (!isClear || !mayNoteAgain(this.#machine, notes, kept.ambience, nameOf)) return null;
    const renamed = new Map([...names].filter(([object, to]) => object !== to));
    const [exit, thrown] = changed.map((change) => {
      if (change === null) return null;
      const { after } = change;
      const state = this.#entry.forCallee();
      for (const { key } of before.heap.entriesUnlike(after.heap)) if (after.heap.peek(key) === undefined) state.heap.delete(names.get(key) ?? this.#nameOf(key));
      for (const { key, value } of change.heap) state.heap.set(names.get(key)!, renamedObject(value, renamed).with({ settings: this.#settingsOf(key, value)! }));
      copyCells(before.cells, after.cells, change.cells.map(({ key, value }) => ({ key, value: renamedIn(value, renamed) })), state.cells);
      state.grad = after.grad;
      if (after.gradSites !== before.gradSites) state.gradSites = after.gradSites;
      return state;
    });
    noteAgain(this.#machine, notes, kept.ambience, nameOf, (object, noted) => (before.heap.peek(object)?.settings === noted ? (this.#entry.heap.peek(nameOf(object))?.settings ?? noted) : noted));
    if (kept.noted.isOutside) this.#machine.noteUnseen();
    this.#noteChanged(names, changed.flatMap((change) => change?.heap.map(({ key }) => key) ?? []));
    return { exit: exit!, thrown: thrown!, result: renamedIn(kept.result, renamed) };
  }

  /** Notes what the run changed under its names here. */
  #noteChanged(names: ReadonlyMap<AbstractObject, AbstractObject>, changed: readonly AbstractObject[]): void {
    const { escapees } = this.#entry;
    for (const object of changed) {
      if (escapees.has(object)) escapees.add(names.get(object)!);
      if (object.kind === 'module') this.#machine.budget.noteRelevant();
    }
  }

  /** What has set the modes of an object; null if that is told otherwise here than there. */
  #settingsOf(object: AbstractObject, { settings }: ObjectState): readonly ModeSetting[] | null {
    const before = this.#from.kept.entry.heap.peek(object);
    const here = before === undefined ? undefined : this.#entry.heap.peek(this.#names.get(object)!);
    if (before === undefined || here === undefined || sameSettings(before.settings, here.settings)) return settings;
    return settings === before.settings ? here.settings : null;
  }

  /** The name of an object that no argument leads to. */
  #nameOf(object: AbstractObject): AbstractObject {
    const { objects } = this.#machine;
    const made = objects.counterpart(object, this.#from.context, this.#context, (other) => this.#names.get(other) ?? this.#nameOf(other));
    if (made !== null || object.via === null) return made ?? object;
    const holder = this.#names.get(object.via.object) ?? this.#nameOf(object.via.object);
    return holder === object.via.object ? object : objects.reachedFrom(holder, object);
  }

  #comparePending(): boolean {
    const { kept, footprint } = this.#from;
    for (let object = this.#pending.pop(); object !== undefined; object = this.#pending.pop()) {
      if (!footprint.objects.has(object)) continue;
      const [one, other] = [kept.entry.heap.peek(object), this.#entry.heap.get(this.#names.get(object)!)];
      if (one === undefined || other === undefined ? one !== other : !this.#alikeObjects(one, other)) return false;
    }
    return true;
  }

  /** Holds if `other` may have the place of `one`. */
  #pair(one: AbstractObject, other: AbstractObject): boolean {
    const known = this.#names.get(one);
    if (known !== undefined) return known === other;
    if (this.#given.has(other)) return false;
    if (one !== other) {
      if (one.kind !== other.kind || one.class !== other.class || one.library !== other.library || one.label !== other.label || one.age !== other.age || one.inert !== other.inert || one.reachesLists !== other.reachesLists) return false;
      if (this.#machine.shared.has(one) !== this.#machine.shared.has(other)) return false;
    }
    this.#names.set(one, other);
    this.#given.add(other);
    this.#pending.push(one);
    return true;
  }

  #alikeObjects(one: ObjectState, other: ObjectState): boolean {
    if (one.modes !== other.modes || one.statistics !== other.statistics || one.trainable !== other.trainable || one.many !== other.many || one.escaped !== other.escaped || one.slept !== other.slept || one.attrs.size !== other.attrs.size) return false;
    if (!sameSettings(one.settings, other.settings) && !(isMade(one.settings) && isMade(other.settings))) return false;
    for (const [name, value] of one.attrs) {
      const there = other.attrs.get(name);
      if (there === undefined || !this.#alike(value, there)) return false;
    }
    return true;
  }

  #alike(one: Value, other: Value): boolean {
    if (one.atoms.length !== other.atoms.length || one.unknown !== other.unknown || one.input !== other.input || one.learned !== other.learned || one.stale !== other.stale) return false;
    if (!sameItems(one.from, other.from) || !sameItems(one.detached, other.detached) || one.noise.length !== other.noise.length) return false;
    if (!one.noise.every((x, at) => x.draw === other.noise[at]!.draw && x.plain === other.noise[at]!.plain && x.shaped === other.noise[at]!.shaped)) return false;
    return one.atoms.every((atom, at) => this.#alikeAtoms(atom, other.atoms[at]!));
  }

  #alikeAtoms(one: Atom, other: Atom): boolean {
    if (one.kind === 'object') return other.kind === 'object' && this.#pair(one.object, other.object);
    switch (one.kind) {
      case 'function':
        return other.kind === 'function' && one.ref.func === other.ref.func && one.binding === other.binding && one.memoized === other.memoized && sameCaptured(one.ref.captured, other.ref.captured) && sameItems(one.scopes, other.scopes) && this.#alikeNullable(one.receiver, other.receiver) && this.#alikeNullable(one.made ?? null, other.made ?? null) && this.#alikeValues(one.prefix, other.prefix);
      case 'partial':
        return other.kind === 'partial' && sameItems(one.scopes ?? [], other.scopes ?? []) && this.#alikeAtoms(one.target, other.target) && this.#alikeValues(one.prefix, other.prefix) && sameItems([...one.keywords.keys()], [...other.keywords.keys()]) && this.#alikeValues([...one.keywords.values()], [...other.keywords.values()]);
      case 'method':
        return other.kind === 'method' && one.name === other.name && this.#pair(one.object, other.object);
      case 'parameters':
        return other.kind === 'parameters' && this.#pair(one.object, other.object);
      case 'super':
        return other.kind === 'super' && one.after === other.after && this.#pair(one.object, other.object);
      case 'flag':
        return other.kind === 'flag' && one.modes === other.modes && one.negated === other.negated && one.read.site.span === other.read.site.span && one.read.early === other.read.early && this.#pair(one.object, other.object);
      default:
        return sameAtom(one, other);
    }
  }

  #alikeNullable(one: AbstractObject | null, other: AbstractObject | null): boolean {
    return one === null || other === null ? one === other : this.#pair(one, other);
  }

  #alikeValues(one: readonly Value[], other: readonly Value[]): boolean {
    return one.length === other.length && one.every((value, at) => this.#alike(value, other[at]!));
  }
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one === other || (one.length === other.length && one.every((item, at) => item === other[at]));
}

/** Holds for the modes of what was made a moment ago: made here or made there. */
function isMade([setting, ...others]: readonly ModeSetting[]): boolean {
  return setting?.how === 'constructed' && others.length === 0;
}

function renamedObject(state: ObjectState, names: ReadonlyMap<AbstractObject, AbstractObject>): ObjectState {
  return state.with({ attrs: new Map([...state.attrs].map(([name, value]) => [name, renamedIn(value, names)])) });
}

function copyCells<K extends Key, V extends NonNullable<unknown>>(before: SharedMap<K, V>, after: SharedMap<K, V>, changed: readonly { readonly key: K; readonly value: V }[], into: SharedMap<K, V>): void {
  for (const { key } of before.entriesUnlike(after)) if (after.peek(key) === undefined) into.delete(key);
  for (const { key, value } of changed) into.set(key, value);
}
