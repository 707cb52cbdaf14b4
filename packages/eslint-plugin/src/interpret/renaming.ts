// Older objects get other names: where a place makes an object anew, the one that it made before becomes its "earlier" self, in every value of the
// state that refers to it.
//
// Guarantees: what mentions none of the objects keeps its identity, so that states that share it go on sharing it. Parts of the state that certainly
// mention none of them are passed over (`Marks`).
import { Marks } from '../domains/shared-map.ts';
import { joinSettings, ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { atomOf, boundIn, distinct, joinValues, type Atom, type Value } from '../domains/value.ts';

/** The names that objects get. */
export type Renaming = ReadonlyMap<AbstractObject, AbstractObject>;

/** Gives each of the objects its earlier self in the whole state, and joins it with what that held already. */
export function retire(state: State, earlier: Renaming): void {
  renameMentions(state, earlier);
  for (const [object, to] of earlier) {
    const old = state.object(object);
    const before = state.heap.get(to);
    state.heap.delete(object);
    state.heap.set(to, before === undefined ? old : joinStates(old, before));
    if (state.escapees.has(object)) state.escapees.add(to);
  }
}

/** Gives all that refers to one of the objects in the state the other in its place; what they hold stays with them. */
export function renameMentions(state: State, earlier: Renaming): void {
  const rename = (value: Value): Value => renamedIn(value, earlier);
  const sought = new Marks();
  for (const object of earlier.keys()) sought.add(object.id);
  for (const names of [state.cells, state.locals] as const) names.replace(sought, markValue, rename);
  state.temps.replace(sought, markValue, rename);
  state.heap.replace(sought, markAttributes, (item) => {
    if (!marksOfAttributes(item.attrs).meets(sought)) return item;
    const attrs = renameAttrs(item, rename);
    return attrs === item.attrs ? item : item.with({ attrs });
  });
}

/** What a call has done to the names of what there was before it. `certain`: on every way back. */
export interface Renamed {
  readonly names: Renaming;
  readonly certain: boolean;
}

/** Lets the names of a function's own, which a call of it leaves alone, follow what the call has renamed: they refer to the older objects, or may do so. */
export function renameOwn(state: State, { names, certain }: Renamed): void {
  if (names.size === 0) return;
  const sought = new Marks();
  for (const object of names.keys()) sought.add(object.id);
  const rename = (value: Value): Value => {
    const renamed = renamedIn(value, names);
    return certain || renamed === value ? renamed : joinValues(value, renamed);
  };
  state.locals.replace(sought, markValue, rename);
  state.temps.replace(sought, markValue, rename);
}

/** The value with other names for some objects; itself if it mentions none of them. */
export function renamedIn(value: Value, names: Renaming): Value {
  if (!value.atoms.some((atom) => mentions(atom, names))) return value;
  return value.with({ atoms: distinct(value.atoms.map((atom) => renameAtom(atom, names))) });
}

/** Calls `visit` for each object that the value refers to. */
export function eachMentioned({ atoms }: Value, visit: (object: AbstractObject) => void): void {
  for (const atom of atoms) {
    if ('object' in atom) visit(atom.object);
    if (atom.kind === 'partial') for (const bound of boundIn(atom)) eachMentioned(bound, visit);
    if (atom.kind !== 'function') continue;
    if (atom.receiver !== null) visit(atom.receiver);
    if (atom.made !== undefined) visit(atom.made);
    for (const bound of atom.prefix) eachMentioned(bound, visit);
  }
}

function markValue(value: Value, into: Marks): void {
  eachMentioned(value, (object) => into.add(object.id));
}

const mentioned = new WeakMap<ReadonlyMap<string, Value>, Marks>();

/** What attributes mention: asked far more often than attributes change. */
function marksOfAttributes(attrs: ReadonlyMap<string, Value>): Marks {
  let marks = mentioned.get(attrs);
  if (marks === undefined) {
    mentioned.set(attrs, (marks = new Marks()));
    for (const value of attrs.values()) markValue(value, marks);
  }
  return marks;
}

function markAttributes({ attrs }: ObjectState, into: Marks): void {
  if (attrs.size > 0) into.addAll(marksOfAttributes(attrs));
}

function joinStates(a: ObjectState, b: ObjectState): ObjectState {
  const attrs = new Map(a.attrs);
  for (const [name, value] of b.attrs) {
    const known = attrs.get(name);
    attrs.set(name, known === undefined ? value : joinValues(known, value));
  }
  return new ObjectState(a.modes | b.modes, joinSettings(a.settings, b.settings), a.statistics | b.statistics, a.trainable | b.trainable, attrs, true, a.escaped || b.escaped, null);
}

function mentions(atom: Atom, objects: Renaming): boolean {
  if (atom.kind === 'partial') return boundIn(atom).some((value) => value.atoms.some((inner) => mentions(inner, objects)));
  return ('object' in atom && objects.has(atom.object)) || (atom.kind === 'function' && ((atom.receiver !== null && objects.has(atom.receiver)) || (atom.made !== undefined && objects.has(atom.made)) || atom.prefix.some((value) => value.atoms.some((inner) => mentions(inner, objects)))));
}

function renameAtom(atom: Atom, names: Renaming): Atom {
  if ('object' in atom) {
    const to = names.get(atom.object);
    return to === undefined ? atom : atom.kind === 'object' ? atomOf(to) : { ...atom, object: to };
  }
  if ((atom.kind !== 'function' && atom.kind !== 'partial') || !mentions(atom, names)) return atom;
  const renamed = (value: Value): Value => value.with({ atoms: value.atoms.map((inner) => renameAtom(inner, names)) });
  const prefix = atom.prefix.map(renamed);
  if (atom.kind === 'partial') return { ...atom, target: renameAtom(atom.target, names), prefix, keywords: new Map([...atom.keywords].map(([name, value]) => [name, renamed(value)])) };
  const made = atom.made === undefined ? {} : { made: names.get(atom.made) ?? atom.made };
  return { ...atom, ...made, receiver: atom.receiver === null ? null : (names.get(atom.receiver) ?? atom.receiver), prefix };
}

function renameAttrs(item: ObjectState, rename: (value: Value) => Value): ReadonlyMap<string, Value> {
  let result: Map<string, Value> | null = null;
  item.attrs.forEach((value, name) => {
    const renamed = rename(value);
    if (renamed !== value) (result ??= new Map(item.attrs)).set(name, renamed);
  });
  return result ?? item.attrs;
}
