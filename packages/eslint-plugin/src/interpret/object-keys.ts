// Dictionaries whose keys are objects: `modes = {m: m.training for m in net.modules()}`, `modes.set(m, m.training)`.
//
// An entry is kept under the number of its key, with the key beside it: a key that gets another name (`object-table.ts`) gets it there, too.
//
// Guarantees: what a dictionary gives for an object is among what was put in for it. Refuses to know what the place of a key that stands for several objects holds.
import { elementName, keyOfElement } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustObject, NOTHING, objectsOf, ofConstant, type Value } from '../domains/value.ts';

const ENTRY = '[@';
const KEY = '#key@';
/** Under this name are the keys of entries that have no place of their own. */
const OTHER_KEYS = '#keys';

/** What a dictionary keeps for an entry whose key is no text and no number, by name; null if nothing is known of the key. */
export function entryByObject(state: State, index: Value | null, value: Value): readonly (readonly [string, Value])[] | null {
  if (index === null || objectsOf(index).length === 0) return null;
  const only = mustObject(index);
  return only === null || state.object(only).many ? [[elementName(null), value], [OTHER_KEYS, index]] : [[`${ENTRY}${only.id}]`, value], [`${KEY}${only.id}`, index]];
}

/** Puts an entry with such a key into a dictionary; false if nothing is known of the key. */
export function setByObject(state: State, dictionary: AbstractObject, index: Value | null, value: Value, strong: boolean): boolean {
  const entry = dictionary.kind === 'collection' ? entryByObject(state, index, value) : null;
  if (entry === null) return false;
  for (const [name, part] of entry) state.setAttr(dictionary, name, part, strong && name !== elementName(null) && name !== OTHER_KEYS);
  return true;
}

/** What a dictionary with such keys holds for `index`; undefined if it has none of them. */
export function getByObject(state: State, dictionary: AbstractObject, index: Value): Value | undefined {
  const { attrs } = state.object(dictionary);
  const sought = new Set(objectsOf(index));
  let found: Value | undefined;
  if (sought.size === 0 || index.unknown) return undefined;
  for (const [name, key] of attrs) {
    if (!name.startsWith(KEY) || !objectsOf(key).some((object) => sought.has(object))) continue;
    found = joinValues(found ?? NOTHING, attrs.get(`${ENTRY}${name.slice(KEY.length)}]`) ?? ANYTHING);
  }
  return found === undefined ? undefined : joinValues(found, attrs.get(elementName(null)) ?? NOTHING);
}

/** Holds for an attribute that is no element. */
export function isKey(name: string): boolean {
  return name.startsWith(KEY) || name === OTHER_KEYS;
}

/** Holds if the dictionary has keys that are objects. */
export function hasObjectKeys(state: State, dictionary: AbstractObject): boolean {
  return [...state.object(dictionary).attrs.keys()].some(isKey);
}

/** The key of an element of a dictionary. */
export function keyAt(attrs: ReadonlyMap<string, Value>, name: string): Value {
  if (name.startsWith(ENTRY)) return attrs.get(`${KEY}${name.slice(ENTRY.length, -1)}`) ?? ANYTHING;
  const key = keyOfElement(name);
  return ofConstant(/^\d+$/.test(key) ? { type: 'number', value: Number(key) } : { type: 'string', value: key });
}

/** Any key of a dictionary, not all of whose keys are known. */
export function anyKey(attrs: ReadonlyMap<string, Value>): Value {
  const others = attrs.get(OTHER_KEYS);
  if (others === undefined) return ANYTHING;
  return [...attrs.keys()].filter((name) => !isKey(name) && name !== elementName(null)).reduce((joined, name) => joinValues(joined, keyAt(attrs, name)), others);
}
