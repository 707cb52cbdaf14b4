// Join semilattices: what an analysis must give the solver, and the three ways to build one from others.
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

/** Maps into a lattice; a missing key is that lattice's bottom. Join is pointwise. */
export function mapLattice<K, V>(values: Lattice<V>): Lattice<ReadonlyMap<K, V>> {
  const bottom: ReadonlyMap<K, V> = new Map();
  return {
    bottom,
    join(a, b) {
      if (a === b || b.size === 0) return a;
      let result: Map<K, V> | null = null;
      for (const [key, value] of b) {
        const old = a.get(key) ?? values.bottom;
        const joined = values.join(old, value);
        if (joined === old && a.has(key)) continue;
        if (values.equal(joined, old) && a.has(key)) continue;
        result ??= new Map(a);
        result.set(key, joined);
      }
      return result ?? a;
    },
    equal(a, b) {
      if (a === b) return true;
      if (a.size !== b.size) return false;
      for (const [key, value] of a) {
        const other = b.get(key);
        if (other === undefined || !values.equal(value, other)) return false;
      }
      return true;
    },
  };
}

/** Pairs, joined side by side. */
export function productLattice<A, B>(first: Lattice<A>, second: Lattice<B>): Lattice<readonly [A, B]> {
  return {
    bottom: [first.bottom, second.bottom],
    join(a, b) {
      const left = first.join(a[0], b[0]);
      const right = second.join(a[1], b[1]);
      return left === a[0] && right === a[1] ? a : [left, right];
    },
    equal: (a, b) => first.equal(a[0], b[0]) && second.equal(a[1], b[1]),
  };
}
