// The lattice laws, for every lattice of the project.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { powerset, type Lattice } from '../../src/dataflow/lattice.ts';
import { SharedMap } from '../../src/domains/shared-map.ts';
import { gradLattice } from '../../src/domains/grad.ts';
import { modeLattice } from '../../src/domains/mode.ts';
import { joinValues, NOTHING, ofBoolean, type Value } from '../../src/domains/value.ts';

function holdsLaws<T>(lattice: Lattice<T>, arbitrary: fc.Arbitrary<T>): void {
  fc.assert(
    fc.property(arbitrary, arbitrary, arbitrary, (a, b, c) => {
      const { join, equal, bottom } = lattice;
      expect(equal(join(a, b), join(b, a))).toBe(true);
      expect(equal(join(join(a, b), c), join(a, join(b, c)))).toBe(true);
      expect(equal(join(a, a), a)).toBe(true);
      expect(equal(join(a, bottom), a)).toBe(true);
      expect(equal(join(join(a, b), b), join(a, b))).toBe(true);
    }),
  );
}

describe('laws', () => {
  const bits = fc.integer({ min: 0, max: 15 });
  const small = powerset(['a', 'b', 'c', 'd']);
  test('powerset', () => holdsLaws(small, bits));
  test('modes', () => holdsLaws(modeLattice, bits));
  test('gradient modes', () => holdsLaws(gradLattice, fc.integer({ min: 0, max: 31 })));
  test('values', () => {
    const value = fc.record({ flags: fc.array(fc.boolean(), { maxLength: 2 }), unknown: fc.boolean(), from: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }) }).map(({ flags, unknown, from }): Value => {
      const atoms = flags.reduce<Value>((all, flag) => joinValues(all, ofBoolean(flag)), NOTHING).atoms;
      return NOTHING.with({ atoms, unknown, from: [...new Set(from)] });
    });
    const normal = (v: Value): string => JSON.stringify({ atoms: v.atoms.map((atom) => JSON.stringify(atom)).sort(), unknown: v.unknown, from: [...v.from].sort() });
    holdsLaws<Value>({ bottom: NOTHING, join: joinValues, equal: (a, b) => normal(a) === normal(b) }, value);
  });
});

test('a shared map and its copies do not see each other\'s writes', () => {
  const first = new SharedMap<number, number>();
  first.set(10, 1);
  const second = first.clone();
  second.set(11, 2);
  first.set(10, 3);
  expect([...first]).toEqual([[10, 3]]);
  expect([...second]).toEqual([[10, 1], [11, 2]]);
  const third = second.clone();
  expect(third.isSameAs(second)).toBe(true);
  third.delete(11);
  expect(second.has(11)).toBe(true);
});

test('a shared map holds what a plain map holds, copied or not', () => {
  // Numbers that part at the first, the second and the last level of the trie.
  const key = fc.constantFrom(0, 1, 2, 31, 32, 33, 64, 1024, 1056, 0x40000001, 0x7fffffff);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), key, value: fc.nat(9) }),
    fc.record({ kind: fc.constant('delete' as const), key }),
    fc.record({ kind: fc.constantFrom('copy' as const, 'swap' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let [map, plain] = [new SharedMap<number, number>(), new Map<number, number>()];
      let [otherMap, otherPlain] = [new SharedMap<number, number>(), new Map<number, number>()];
      for (const item of steps) {
        if (item.kind === 'set') {
          map.set(item.key, item.value);
          plain.set(item.key, item.value);
        } else if (item.kind === 'delete') {
          map.delete(item.key);
          plain.delete(item.key);
        } else if (item.kind === 'copy') [otherMap, otherPlain] = [map.clone(), new Map(plain)];
        else [map, plain, otherMap, otherPlain] = [otherMap, otherPlain, map, plain];
      }
      const sorted = (entries: Iterable<[number, number]>): [number, number][] => [...entries].sort(([a], [b]) => a - b);
      expect(sorted(map)).toEqual(sorted(plain));
      expect(map.size).toBe(plain.size);
      for (const [id, value] of plain) expect(map.get(id)).toBe(value);
      // What differs from another map is told, and nothing else.
      const unlike = map.entriesUnlike(otherMap).map((entry): [number, number] => [entry.key, entry.value]);
      expect(sorted(unlike)).toEqual(sorted([...plain].filter(([id, value]) => otherPlain.get(id) !== value)));
    }),
  );
});
