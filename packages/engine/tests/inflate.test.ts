/**
 * What unpacks the embedded kernels, against what Node's zlib packs in each of DEFLATE's ways.
 */
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflate } from '../src/backend/inflate.ts';

const repeated = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 3000 })).map(([part, times]) => Uint8Array.from({ length: part.length * times }, (_, at) => part[at % part.length]!));
const few = fc.array(fc.constantFrom(0, 1, 2, 250), { maxLength: 4000 }).map((bytes) => Uint8Array.from(bytes));

test.each([
  ['stored', { level: 0 }],
  ['with the fixed codes', { strategy: constants.Z_FIXED }],
  ['with codes of its own', { level: 9 }],
])('unpacks what was packed: %s', (_, options) => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repeated, few), (bytes) => {
      expect(inflate(deflateRawSync(bytes, options), bytes.length)).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test('unpacks more than one block', () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => (at * at) % 251);
  expect(inflate(deflateRawSync(bytes, { level: 0 }), bytes.length)).toEqual(bytes);
  expect(inflate(deflateRawSync(bytes, { level: 9, memLevel: 1 }), bytes.length)).toEqual(bytes);
});
