// A map that is cheap to copy: copies share their entries until one of them is written to. States are copied at every branch
// and every call, and most copies are never changed.

export class SharedMap<K, V> {
  #entries: Map<K, V>;
  #owned: boolean;

  constructor(entries?: Iterable<readonly [K, V]>) {
    this.#entries = new Map(entries);
    this.#owned = true;
  }

  clone(): SharedMap<K, V> {
    const copy = new SharedMap<K, V>();
    copy.#entries = this.#entries;
    copy.#owned = false;
    this.#owned = false;
    return copy;
  }

  /** Holds if both are certainly equal because neither was written to since they were copied. */
  isSameAs(other: SharedMap<K, V>): boolean {
    return this.#entries === other.#entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  set(key: K, value: V): void {
    this.#own();
    this.#entries.set(key, value);
  }

  delete(key: K): void {
    if (!this.#entries.has(key)) return;
    this.#own();
    this.#entries.delete(key);
  }

  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  #own(): void {
    if (this.#owned) return;
    this.#entries = new Map(this.#entries);
    this.#owned = true;
  }
}
