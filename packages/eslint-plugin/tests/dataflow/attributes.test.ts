// Attributes that change one by one are what a map that is copied each time would be, also where earlier versions are changed again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withAttribute, type Attributes } from '../../src/domains/attributes.ts';
import { ofConstant, type Value } from '../../src/domains/value.ts';

const valueOf = (value: number): Value => ofConstant({ type: 'number', value });

test('attributes behave like maps, and no version changes', () => {
  const step = fc.record({ from: fc.nat(), name: fc.integer({ min: 0, max: 400 }).map((number) => `[${number}]`), value: fc.nat().map(valueOf) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
      let start: Attributes = new Map();
      for (let number = 0; number < 300; number += 1) start = withAttribute(start, `[${number}]`, valueOf(number));
      const versions: { readonly attributes: Attributes; readonly expected: ReadonlyMap<string, Value> }[] = [{ attributes: start, expected: new Map(start) }];
      for (const { from, name, value } of steps) {
        // Most changes are of the latest version.
        const before = from % 5 === 0 ? versions[from % versions.length]! : versions.at(-1)!;
        versions.push({ attributes: withAttribute(before.attributes, name, value), expected: new Map(before.expected).set(name, value) });
      }
      for (const { attributes, expected } of versions) {
        expect([...attributes]).toEqual([...expected]);
        expect([[...attributes.keys()], [...attributes.values()], attributes.size]).toEqual([[...expected.keys()], [...expected.values()], expected.size]);
        for (let number = 0; number <= 401; number += 1) expect([attributes.get(`[${number}]`), attributes.has(`[${number}]`)]).toEqual([expected.get(`[${number}]`), expected.has(`[${number}]`)]);
        const visited: [string, Value][] = [];
        attributes.forEach((value, name) => void visited.push([name, value]));
        expect(visited).toEqual([...expected]);
      }
    }),
    { numRuns: 15 },
  );
});
