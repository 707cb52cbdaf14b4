// What a run of a function looked at and changed, and whether that is the same for another caller.
//
// A callee is handed the whole state of its caller and looks at little of it. Its result is therefore kept with its *footprint*, the objects
// and variables that it asked for or wrote, and is used again wherever these are as they were, whatever became of the rest meanwhile: its
// changes are made once more, and the rest stays. Loops around calls, and functions around such loops, are run again and again until nothing
// changes; all but the first run of a constructor in them is spared. (Self-adjusting computation keeps what it read for the same reason:
// Acar, Blelloch, Harper, "Adaptive functional programming", 2002.)
//
// Guarantees: a run that went through whole maps, or asked which closures of earlier activations live, has no footprint; it is used again only
// where all of the state is the same. So has one that gave other names to older objects on some of its paths: if it has only one path they get
// those names again, whoever refers to them. Nothing is kept of one that looked at the variables of its callers, which are no part of the state.
import type { ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { Key, SharedMap, TouchLog } from '../domains/shared-map.ts';
import type { State } from '../domains/state.ts';
import { equalMaps, equalValues } from '../domains/value.ts';
import type { Variable } from '../ir/ir.ts';
import { sameSettings } from './kept-run.ts';
import { renameMentions, type Renamed, type Renaming } from './renaming.ts';

export interface Footprint {
  readonly objects: ReadonlySet<AbstractObject>;
  readonly variables: ReadonlySet<Variable>;
  /** Objects of the entry state that were given other names. */
  readonly renamed: Renaming;
}

/** What is noted while a function runs. */
export class Watch {
  readonly #renamed = new Map<AbstractObject, AbstractObject>();
  #hasPaths = false;
  /** Holds if the names of functions that run further up were looked at: no other call is known to start alike. */
  asksCallers = false;
  /** What it has renamed of the state that it started from; known at its end. */
  renamed: Renamed = { names: new Map(), certain: true };
  /** Variables of which it was asked who still uses them. */
  readonly searched = new Set<Variable>();
  readonly #outer: Watch | null;
  readonly #objects: Listening<AbstractObject>;
  readonly #variables: Listening<Variable>;

  /** Starts to note what becomes of `entry` and its copies. */
  constructor(entry: State, outer: Watch | null) {
    this.#outer = outer;
    this.#objects = new Listening(entry.heap.log!);
    this.#variables = new Listening(entry.cells.log!);
  }

  /** A function with several paths runs. */
  noteBranches(): void {
    this.#hasPaths = true;
  }

  /** Objects were given other names. */
  noteRenamed(names: Renaming): void {
    for (const [object, to] of names) this.#renamed.set(object, to);
  }

  /**
   * Stops, and gives what was noted since `entry`; null if that has no bounds. What was noted is noted for the watch around this one, too.
   *
   * @param throws whether control may have left by a throw: before objects got other names, or after
   */
  end(entry: State, throws: boolean): Footprint | null {
    const [objects, variables] = [this.#objects.end(), this.#variables.end()];
    this.#outer?.noteRenamed(this.#renamed);
    if (this.#hasPaths) this.#outer?.noteBranches();
    if (this.asksCallers && this.#outer !== null) this.#outer.asksCallers = true;
    for (const variable of this.searched) this.#outer?.searched.add(variable);
    const renamed = new Map([...this.#renamed].filter(([object]) => entry.heap.has(object)));
    this.renamed = { names: renamed, certain: !this.#hasPaths && !throws };
    const isUnbounded = this.#objects.all || this.#variables.all || (!this.renamed.certain && renamed.size > 0) || [...this.searched].some((variable) => entry.cells.has(variable));
    return isUnbounded ? null : { objects, variables, renamed };
  }
}

/** Listens to one log in place of who listened before. */
class Listening<K> {
  readonly #log: TouchLog<K>;
  readonly #before: Set<K> | null;
  readonly #allBefore: boolean;
  readonly #keys = new Set<K>();
  all = false;

  constructor(log: TouchLog<K>) {
    this.#log = log;
    this.#before = log.keys;
    this.#allBefore = log.all;
    log.keys = this.#keys;
    log.all = false;
  }

  end(): ReadonlySet<K> {
    this.all = this.#log.all;
    this.#log.all ||= this.#allBefore;
    this.#log.keys = this.#before;
    if (this.#before !== null) for (const key of this.#keys) this.#before.add(key);
    return this.#keys;
  }
}

/** Runs what looks at everything without depending on it. */
export function unwatched(state: State, run: () => void): void {
  const [heap, cells] = [state.heap.log!, state.cells.log!];
  const [objects, variables, allObjects, allVariables] = [heap.keys, cells.keys, heap.all, cells.all];
  [heap.keys, cells.keys] = [null, null];
  run();
  [heap.keys, cells.keys, heap.all, cells.all] = [objects, variables, allObjects, allVariables];
}

/** Holds if a run that started in `known` and left `footprint` would do the same from `entry`: by identity of what is shared, and by value. */
export function startsAlike(known: State, entry: State, footprint: Footprint | null): boolean {
  if (known.grad !== entry.grad || known.staleGuards !== entry.staleGuards || known.differentiated.join() !== entry.differentiated.join() || !known.relied.isSameAs(entry.relied)) return false;
  if (!sameMap(known.locals, entry.locals, equalValues)) return false;
  if (footprint === null) {
    const isSame = sameMap(known.cells, entry.cells, equalValues) && sameMap(known.heap, entry.heap, sameObject);
    // Whoever asks depends on all of it, too.
    if (isSame) [entry.heap.log!.all, entry.cells.log!.all] = [true, true];
    return isSame;
  }
  return sameAt(footprint.variables, known.cells, entry.cells, equalValues) && sameAt(footprint.objects, known.heap, entry.heap, sameObject);
}

function sameAt<K extends Key, V extends NonNullable<unknown>>(keys: ReadonlySet<K>, a: SharedMap<K, V>, b: SharedMap<K, V>, same: (x: V, y: V) => boolean): boolean {
  if (a.isSameAs(b)) return true;
  for (const key of keys) {
    const [x, y] = [a.get(key), b.get(key)];
    if (x !== y && (x === undefined || y === undefined || !same(x, y))) return false;
  }
  return true;
}

function sameMap<K extends Key, V extends NonNullable<unknown>>(a: SharedMap<K, V>, b: SharedMap<K, V>, same: (x: V, y: V) => boolean): boolean {
  if (a.isSameAs(b)) return true;
  if (a.size !== b.size) return false;
  for (const { key, value } of a.entriesUnlike(b)) {
    const other = b.get(key);
    if (other === undefined || !same(value, other)) return false;
  }
  return true;
}

function sameObject(a: ObjectState, b: ObjectState): boolean {
  if (a === b) return true;
  if (a.modes !== b.modes || a.statistics !== b.statistics || a.trainable !== b.trainable || a.many !== b.many || a.escaped !== b.escaped || a.slept !== b.slept) return false;
  if (!equalMaps(a.attrs, b.attrs)) return false;
  return sameSettings(a.settings, b.settings);
}

/** The state that a run which led from `before` to `after`, and gave objects the names `renamed`, leaves when it starts from `entry`. */
export function redone(before: State, after: State, entry: State, renamed: Renaming | undefined): State {
  const result = entry.forCallee();
  if (renamed !== undefined && renamed.size > 0) renameMentions(result, renamed);
  redoMap(before.heap, after.heap, result.heap);
  redoMap(before.cells, after.cells, result.cells);
  result.grad = after.grad;
  result.gradSites = after.gradSites;
  result.differentiated = after.differentiated;
  result.relied = after.relied.clone();
  return result;
}

function redoMap<K extends Key, V extends NonNullable<unknown>>(before: SharedMap<K, V>, after: SharedMap<K, V>, into: SharedMap<K, V>): void {
  for (const { key, value } of after.entriesUnlike(before)) into.set(key, value);
  for (const { key } of before.entriesUnlike(after)) if (!after.has(key)) into.delete(key);
}
