// The attributes of an object, and what they are when one of them has changed.
//
// Guarantees: what was before the change is what it was; names come in the order in which they first got a value. A change of an object that has thousands of attributes
// does not cost copying all of them: those that have changed since are kept beside the others, which both objects share, until there are as many
// as the square root of all. A table of a thousand lines, `TABLE["…"] = …`, would take a million copies otherwise.
// Refuses: to forget an attribute.
import type { Value } from './value.ts';

/** Fewer are copied: a map of its own is the quickest there is to look up. */
const MAX_COPIED = 128;

export type Attributes = ReadonlyMap<string, Value>;

/** `attributes` with one more, or with another value for one. */
export function withAttribute(attributes: Attributes, name: string, value: Value): Attributes {
  if (attributes.size < MAX_COPIED) return new Map(attributes).set(name, value);
  return attributes instanceof LayeredAttributes ? attributes.with(name, value) : new LayeredAttributes(attributes, new Map([[name, value]]));
}

class LayeredAttributes implements Attributes {
  readonly size: number;
  readonly #base: Attributes;
  readonly #changed: Attributes;

  constructor(base: Attributes, changed: Attributes) {
    this.#base = base;
    this.#changed = changed;
    let size = base.size;
    for (const name of changed.keys()) if (!base.has(name)) size += 1;
    this.size = size;
  }

  with(name: string, value: Value): Attributes {
    if (this.#changed.size * this.#changed.size >= this.#base.size) return new Map(this).set(name, value);
    return new LayeredAttributes(this.#base, new Map(this.#changed).set(name, value));
  }

  get(name: string): Value | undefined {
    return this.#changed.get(name) ?? this.#base.get(name);
  }

  has(name: string): boolean {
    return this.#changed.has(name) || this.#base.has(name);
  }

  *entries(): MapIterator<[string, Value]> {
    for (const [name, value] of this.#base) yield [name, this.#changed.get(name) ?? value];
    for (const [name, value] of this.#changed) if (!this.#base.has(name)) yield [name, value];
  }

  *keys(): MapIterator<string> {
    yield* this.#base.keys();
    for (const name of this.#changed.keys()) if (!this.#base.has(name)) yield name;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(visit: (value: Value, name: string, attributes: Attributes) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }
}
