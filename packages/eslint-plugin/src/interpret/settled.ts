// What collections and data classes hold, for code that takes them apart out of sight.
//
// Guarantees: each collection is looked at once, the nearest first, so that collections which hold one another cost no more than there are of them.
// Refuses: what lies deeper than MAX_DEPTH collections.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';

const MAX_DEPTH = 3;

/** The value with everything that its collections hold: what a function that takes it apart may see. */
export function settled(state: State, value: Value): Value {
  // Most values are no collections, and each argument of a call is asked.
  if (!value.atoms.some((atom) => atom.kind === 'object' && holds(atom.object))) return value;
  let level = collectionsIn([value]);
  let result = value;
  // Each collection once, the nearest first: collections that hold one another have more ways through them than steps of a budget can pay for.
  const seen = new Set<AbstractObject>();
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: AbstractObject[] = [];
    for (const object of level) {
      if (seen.has(object)) continue;
      seen.add(object);
      const { elements, collections } = contentsOf(state.object(object).attrs);
      result = joinValues(result, elements);
      next.push(...collections);
    }
    level = next;
  }
  return result;
}

/** What a collection holds. */
interface Contents {
  /** All elements in one. */
  readonly elements: Value;
  readonly collections: readonly AbstractObject[];
}

const contents = new WeakMap<ReadonlyMap<string, Value>, Contents>();

/** Asked far more often than elements change; a table of numbers has thousands of them. */
function contentsOf(attrs: ReadonlyMap<string, Value>): Contents {
  let known = contents.get(attrs);
  if (known === undefined) {
    const values = [...attrs.values()];
    contents.set(attrs, (known = { elements: values.reduce(joinValues, NOTHING), collections: collectionsIn(values) }));
  }
  return known;
}

function collectionsIn(values: readonly Value[]): readonly AbstractObject[] {
  return values.flatMap(objectsOf).filter(holds);
}

/** A collection, or an object that is there to hold its fields: printed, compared and copied field by field. */
function holds(object: AbstractObject): boolean {
  return object.kind === 'collection' || (object.kind === 'instance' && object.class !== null && object.class.generated !== null);
}
