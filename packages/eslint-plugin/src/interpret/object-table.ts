// The abstract objects of one analysis: one for each allocation site and calling context, and its earlier self.
//
// Guarantees: the same place in the same context gives the same object, in every round; where a place that has made an object makes another, the one before
// becomes "earlier" in every value of the state that refers to it, together with all that its constructor made.
import { joinObjects, NEW_OBJECT, type ObjectTraits } from '../domains/heap.ts';
import type { AbstractObject, ObjectKind, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { equalMaps, objectsOf, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import type { ClassRow } from '../libraries/schema.ts';
import type { Span } from '../source/span.ts';
import { placeKey, type Context } from './context.ts';
import type { Machine } from './machine.ts';
import { retire, type Renaming } from './renaming.ts';

/** What is allocated. */
interface Making {
  readonly kind: ObjectKind;
  readonly class: ProjectClass | null;
  readonly library: ClassRow | null;
  readonly label: string;
  readonly inert?: AbstractObject['inert'];
  /** What it is a copy of (`partOfCopy`). */
  readonly copied?: AbstractObject;
  /** Set for a collection that nobody keeps: the one that the same place made before is gone. */
  readonly replaces?: boolean;
}

/** How an object came to be. */
interface Birth {
  readonly key: string;
  readonly instr: Instr;
  readonly part: string;
  readonly make: Making;
  readonly context: Context;
}

export class ObjectTable {
  readonly #machine: Machine;
  readonly #objects = new Map<string, AbstractObject>();
  readonly #births = new Map<AbstractObject, Birth>();
  #objectCount = 0;
  readonly #instrNumbers = new Map<Instr, number>();
  readonly #contextNumbers = new Map<Context, number>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /**
   * Makes the object of an allocation site in a context (`part` tells several objects of one instruction apart). If the site
   * has made one before that is still in the state, that one becomes `earlier`, in every place that refers to it.
   */
  allocate(state: State, context: Context, instr: Instr, part: string, make: Making, initial: Partial<ObjectTraits>): AbstractObject {
    if (make.kind === 'module') this.#machine.budget.noteRelevant();
    const key = this.#keyOf(context, instr, part);
    const latest = this.#intern(key, instr, make, 'latest');
    this.#births.set(latest, { key, instr, part, make, context: context.home });
    if (make.replaces === true) {
      state.heap.set(latest, NEW_OBJECT.with(initial));
      return latest;
    }
    if (state.heap.has(latest) && make.kind === 'collection') {
      // Collections are not told apart by age: their contents are joined, which costs precision and saves a pass over the state.
      // Nothing about a tuple can change: an equal one is the same to everybody.
      if (make.label === 'tuple' && equalMaps(state.object(latest).attrs, initial.attrs ?? NEW_OBJECT.attrs)) return latest;
      state.heap.set(latest, joinObjects(state.object(latest).with({ many: true }), NEW_OBJECT.with(initial)));
      return latest;
    }
    if (state.heap.has(latest)) {
      const earlier = new Map<AbstractObject, AbstractObject>();
      this.#olderSelves(state, latest, context.home, placeKey(instr), earlier);
      this.#retire(state, earlier);
    }
    state.heap.set(latest, NEW_OBJECT.with(initial));
    return latest;
  }

  #keyOf(context: Context, instr: Instr, part: string): string {
    return `${this.#number(this.#instrNumbers, instr)}@${this.#number(this.#contextNumbers, context.home)}/${part}`;
  }

  /** Makes the objects that `instr` has made before under the names `parts` earlier ones, all in one pass over the state, before it makes them anew. */
  retireTogether(state: State, context: Context, instr: Instr, parts: readonly string[]): void {
    const earlier = new Map<AbstractObject, AbstractObject>();
    for (const part of parts) {
      const latest = this.#objects.get(this.#keyOf(context, instr, part));
      if (latest !== undefined && latest.kind !== 'collection' && state.heap.has(latest)) this.#olderSelves(state, latest, context.home, placeKey(instr), earlier);
    }
    if (earlier.size > 0) this.#retire(state, earlier);
  }

  #retire(state: State, earlier: ReadonlyMap<AbstractObject, AbstractObject>): void {
    this.#machine.watch?.noteRenamed(earlier);
    retire(state, earlier);
  }

  /**
   * What becomes of `latest`, and of all that its constructor made and that it still holds: each gets its earlier self. Together they cost one pass
   * over the state, where one by one they would cost one each.
   */
  #olderSelves(state: State, latest: AbstractObject, context: Context, place: number, into: Map<AbstractObject, AbstractObject>): void {
    const seen = new Set<AbstractObject>();
    const visit = (object: AbstractObject): void => {
      if (seen.has(object)) return;
      seen.add(object);
      const birth = this.#births.get(object);
      const isOurs = object === latest || (birth !== undefined && object.age === 'latest' && isWithin(birth.context, context, place));
      if (!isOurs) return;
      if (object.kind !== 'collection' || object === latest) into.set(object, this.#grownOld(object, birth!));
      for (const value of state.object(object).attrs.values()) for (const part of objectsOf(value)) visit(part);
    };
    visit(latest);
  }

  #grownOld(object: AbstractObject, birth: Birth): AbstractObject {
    const { key, instr, make } = birth;
    const earlier = this.#intern(`${key}'`, instr, make, 'earlier');
    this.#births.set(earlier, birth);
    const name = this.#machine.registered.get(object);
    if (name !== undefined) this.#machine.register(earlier, name);
    if (this.#machine.contained.has(object)) this.#machine.addTo(this.#machine.contained, earlier);
    return earlier;
  }

  /** The names that objects get when their places make others; null if one of them is not of a place. */
  earlierSelves(objects: readonly AbstractObject[]): Renaming | null {
    const names = new Map<AbstractObject, AbstractObject>();
    for (const object of objects) {
      const birth = this.#births.get(object);
      if (birth === undefined) return null;
      names.set(object, this.#grownOld(object, birth));
    }
    return names;
  }

  /** Holds if the object was made in sight, and did not come from outside. */
  isMade(object: AbstractObject): boolean {
    return this.#births.has(object);
  }

  /** Holds if the object was made in the activation that `context` stands for, or in a call from there. */
  isMadeIn(object: AbstractObject, context: Context): boolean {
    for (let at: Context | null = this.#births.get(object)?.context ?? null; at !== null; at = at.parent) if (at === context.home) return true;
    return false;
  }

  /** Holds if `part` was made while `whole` was: however many a loop makes there, all of them are parts of `whole`. */
  isMadeFor(part: AbstractObject, whole: AbstractObject): boolean {
    const [ofPart, ofWhole] = [this.#births.get(part), this.#births.get(whole)];
    return ofPart !== undefined && ofWhole !== undefined && isWithin(ofPart.context, ofWhole.context, placeKey(ofWhole.instr));
  }

  /** What `object` is once its site has made another one; null if that has not come to pass. */
  earlierSelf(object: AbstractObject): AbstractObject | null {
    const birth = this.#births.get(object);
    return birth === undefined ? null : (this.#objects.get(`${birth.key}'`) ?? null);
  }

  /** Makes a list, tuple or dictionary with the given elements. */
  collection(state: State, context: Context, instr: Instr, part: string, label: string, elements: ReadonlyMap<string, Value>): AbstractObject {
    return this.allocate(state, context, instr, part, { kind: 'collection', class: null, library: null, label }, { attrs: elements });
  }

  #intern(key: string, instr: Instr, make: Making, age: AbstractObject['age']): AbstractObject {
    let object = this.#objects.get(key);
    if (object === undefined) {
      object = { id: this.#objectCount, kind: make.kind, class: make.class, library: make.library, site: this.#machine.site(instr.span), label: make.label, age, via: null, inert: make.inert ?? 'no', reachesLists: this.#reachesLists(make.class) };
      this.#objectCount += 1;
      this.#objects.set(key, object);
    }
    return object;
  }

  #reachesLists(cls: ProjectClass | null): boolean {
    return cls !== null && this.#machine.order(cls).moduleModel?.modules?.lists === true;
  }

  /** An object that exists before the analysed root starts: a parameter, or an attribute of one. */
  outside(key: string, span: Span, label: string, via: AbstractObject['via'], kind: ObjectKind = 'opaque', cls: ProjectClass | null = null): AbstractObject {
    const name = outsideName(key, via);
    let object = this.#objects.get(name);
    if (object === undefined) {
      object = { id: this.#objectCount, kind, class: cls, library: null, site: this.#machine.site(span), label, age: 'latest', via, inert: 'unknown', reachesLists: this.#reachesLists(cls) };
      this.#objectCount += 1;
      this.#objects.set(name, object);
    }
    return object;
  }

  /**
   * What the place that has made `object`, in a call that `from` leads to, makes in the same call that `to` leads to; null if it was not made there.
   * `nameOf` gives the counterparts of others.
   */
  counterpart(object: AbstractObject, from: Context, to: Context, nameOf: (object: AbstractObject) => AbstractObject): AbstractObject | null {
    const birth = this.#births.get(object);
    const context = birth === undefined ? null : moved(birth.context, from, to);
    if (birth === undefined || context === null) return null;
    if (from === to) return object;
    const { copied } = birth.make;
    const part = copied === undefined ? birth.part : partOfCopy(nameOf(copied));
    const key = this.#keyOf(context, birth.instr, part);
    const aged = object.age === 'earlier' ? `${key}'` : key;
    let made = this.#objects.get(aged);
    if (made === undefined) {
      made = { ...object, id: this.#objectCount };
      this.#objectCount += 1;
      this.#objects.set(aged, made);
    }
    this.#births.set(made, { ...birth, key, part, make: copied === undefined ? birth.make : { ...birth.make, copied: nameOf(copied) }, context });
    return made;
  }

  /** What is reached from `holder` as `object` is from the one that holds it. */
  reachedFrom(holder: AbstractObject, object: AbstractObject): AbstractObject {
    const via = { object: holder, name: object.via!.name };
    const name = outsideName('', via);
    let part = this.#objects.get(name);
    if (part === undefined) {
      part = { ...object, id: this.#objectCount, via };
      this.#objectCount += 1;
      this.#objects.set(name, part);
    }
    return part;
  }

  #number<K>(map: Map<K, number>, key: K): number {
    let number = map.get(key);
    if (number === undefined) map.set(key, (number = map.size));
    return number;
  }
}

/** Holds if `context` lies in what the call at `place` in `outer` runs. */
function isWithin(context: Context, outer: Context, place: number): boolean {
  for (let at: Context | null = context; at !== null && at.depth > outer.depth; at = at.parent) if (at.parent === outer && at.call !== null && placeKey(at.call) === place) return true;
  return false;
}

/** What tells apart the copies that one call makes. */
export function partOfCopy(object: AbstractObject): string {
  return `copy${object.id}`;
}

function outsideName(key: string, via: AbstractObject['via']): string {
  return via === null ? `outside:${key}` : `outside:${via.object.id}.${via.name}`;
}

/** The context that the calls from `from` to `context` lead to from `to`; null if they start elsewhere. */
function moved(context: Context, from: Context, to: Context): Context | null {
  if (context === from) return to;
  if (context.parent === null || context.call === null || context.depth <= from.depth) return null;
  const parent = moved(context.parent, from, to);
  return parent === null ? null : parent.enter(context.call, context.ref);
}
