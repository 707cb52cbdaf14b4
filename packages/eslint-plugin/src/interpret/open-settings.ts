// Settings of an object that code writes by names which are not known: `for key, value in json.load(file).items(): setattr(config, key, value)`.
//
// Guarantees: after such a write any attribute that held a constant may hold what was written, so that no test of it is decided by a default. So it is for an object of a data class that code out of sight is given, which may fill it in.
// Refuses: attributes that hold anything else, networks above all: whoever writes settings by their names writes numbers and texts.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, objectsOf, type Value } from '../domains/value.ts';

/** Writes `value` to any of the settings of `object`, or to one of `names`. */
export function writeAnySetting(state: State, object: AbstractObject, value: Value, names: readonly string[] | null = null): void {
  if (object.kind !== 'instance') return;
  for (const [name, known] of state.object(object).attrs) {
    const isSetting = /^\w/.test(name) && known.atoms.length > 0 && known.atoms.every(({ kind }) => kind === 'constant');
    if (isSetting && (names === null || names.includes(name))) state.setAttr(object, name, joinValues(known, value), true);
  }
}

/** What code that we cannot see may do to the settings in a data class that it is given, and in those that this holds. */
export function fillIn(state: State, value: Value): void {
  const seen = new Set<AbstractObject>();
  const pending = objectsOf(value).filter(isFilledIn);
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    writeAnySetting(state, object, ANYTHING);
    for (const held of state.object(object).attrs.values()) pending.push(...objectsOf(held).filter(isFilledIn));
  }
}

function isFilledIn(object: AbstractObject): boolean {
  return object.class !== null && object.class.generated !== null;
}
