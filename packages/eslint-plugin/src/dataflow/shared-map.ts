// A map that is cheap to copy: copies share their entries until one of them is written to. States are copied at every branch
// and every call, and most copies are never changed.
//
// Entries that are there for long (what the imported files and the statements of the module left behind) can be settled: they move to a base
// that is never copied, and only what differs from it is. Iteration has no order that anybody may rely on.

/** In place of a value: the base has the key, this map has not. */
const GONE = Symbol('gone');

export class SharedMap<K, V extends NonNullable<unknown>> {
  #base: ReadonlyMap<K, V> = new Map();
  #changes = new Map<K, V | typeof GONE>();
  #owned = true;
  #size = 0;

  constructor(entries: Iterable<readonly [K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  clone(): SharedMap<K, V> {
    const copy = new SharedMap<K, V>();
    copy.#base = this.#base;
    copy.#changes = this.#changes;
    copy.#size = this.#size;
    copy.#owned = false;
    this.#owned = false;
    return copy;
  }

  /** Makes what the map holds now the base of it and of the copies that are made from here on. */
  settle(): void {
    if (this.#changes.size === 0) return;
    this.#base = new Map(this);
    this.#changes = new Map();
    this.#owned = true;
  }

  /** Holds if both are certainly equal because neither was written to since they were copied. */
  isSameAs(other: SharedMap<K, V>): boolean {
    return this.#base === other.#base && this.#changes === other.#changes;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const changed = this.#changes.get(key);
    if (changed === undefined) return this.#base.get(key);
    return changed === GONE ? undefined : changed;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    this.#own();
    if (!this.has(key)) this.#size += 1;
    this.#changes.set(key, value);
  }

  delete(key: K): void {
    if (!this.has(key)) return;
    this.#own();
    this.#size -= 1;
    if (this.#base.has(key)) this.#changes.set(key, GONE);
    else this.#changes.delete(key);
  }

  *keys(): Generator<K> {
    for (const [key] of this) yield key;
  }

  *values(): Generator<V> {
    for (const [, value] of this) yield value;
  }

  *[Symbol.iterator](): Generator<[K, V]> {
    for (const entry of this.#base) if (!this.#changes.has(entry[0])) yield entry;
    for (const [key, value] of this.#changes) if (value !== GONE) yield [key, value];
  }

  /** The entries that `other` may not have in the same way; on a common base these are few. */
  *entriesUnlike(other: SharedMap<K, V>): Generator<[K, V]> {
    if (this.#base !== other.#base) {
      yield* this;
      return;
    }
    for (const [key, value] of this.#changes) if (value !== GONE && other.#changes.get(key) !== value) yield [key, value];
    for (const key of other.#changes.keys()) {
      if (this.#changes.has(key)) continue;
      const value = this.#base.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  #own(): void {
    if (this.#owned) return;
    this.#changes = new Map(this.#changes);
    this.#owned = true;
  }
}
