// Join semilattices, and the one that modes and gradient modes are made of.
//
// Laws (tests/dataflow/laws.ts checks them for every lattice of the project): `join` is commutative, associative and
// idempotent; `equal(a, join(a, b))` holds if b adds nothing to a. Heights are finite, so a rising chain ends.

export interface Lattice<T> {
  readonly bottom: T;
  /** The least upper bound. Returns `a` itself if `b` adds nothing, so that callers can compare by identity. */
  join(a: T, b: T): T;
  equal(a: T, b: T): boolean;
}

/**
 * Sets of up to 31 atoms as bits; join is union. `names[i]` names bit i.
 *
 *        {a,b}
 *        /   \
 *      {a}   {b}
 *        \   /
 *         {}
 */
export interface Powerset extends Lattice<number> {
  readonly names: readonly string[];
  format(set: number): string;
}

export function powerset(names: readonly string[]): Powerset {
  return {
    names,
    bottom: 0,
    join: (a, b) => a | b,
    equal: (a, b) => a === b,
    format: (set) => `{${names.filter((_, bit) => (set & (1 << bit)) !== 0).join(', ')}}`,
  };
}
