// What is known of a path through a function beyond values: how tests that come again turned out (`v3`: true), and how often the
// loops around have been entered (`l5`: 2). States with different facts are kept apart (path partition), so that `if train: … if train: …` has two paths and not four.

/** Immutable; `key` is the same for equal facts. */
export class PathFacts {
  static readonly none = new PathFacts(new Map());

  readonly key: string;
  readonly #facts: ReadonlyMap<string, boolean | number>;

  private constructor(facts: ReadonlyMap<string, boolean | number>) {
    this.#facts = facts;
    this.key = facts.size === 0 ? '' : [...facts].map(([name, value]) => `${name}=${String(value)}`).sort().join(' ');
  }

  get size(): number {
    return this.#facts.size;
  }

  get(name: string): boolean | number | undefined {
    return this.#facts.get(name);
  }

  with(name: string, value: boolean | number): PathFacts {
    return this.#facts.get(name) === value ? this : new PathFacts(new Map(this.#facts).set(name, value));
  }

  /** Without the facts that `gone` names. */
  without(gone: (name: string) => boolean): PathFacts {
    if (this.#facts.size === 0) return this;
    const kept = [...this.#facts].filter(([name]) => !gone(name));
    return kept.length === this.#facts.size ? this : kept.length === 0 ? PathFacts.none : new PathFacts(new Map(kept));
  }

  entries(): Iterable<readonly [string, boolean | number]> {
    return this.#facts;
  }
}
