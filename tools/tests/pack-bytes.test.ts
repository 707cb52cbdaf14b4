/**
 * What packs the kernels when they are built against what unpacks them in the engine.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpack } from '../../packages/engine/src/backend/unpack.ts';
import { packBytes } from '../pack-bytes.mjs';

const repeated = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 15 })).map(([part, times]) => Uint8Array.from({ length: part.length * times }, (_, at) => part[at % part.length]!));
const few = fc.array(fc.constantFrom(0, 1, 2, 250), { maxLength: 150 }).map((bytes) => Uint8Array.from(bytes));

test('unpacks what was packed', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), repeated, few), (bytes) => {
      expect(unpack(packBytes(bytes), bytes.length)).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test('packs what is alike into little', () => {
  const bytes = Uint8Array.from({ length: 1200 }, (_, at) => (at * at) % 97);
  const packed = packBytes(bytes);
  expect(packed.length).toBeLessThan(400);
  expect(unpack(packed, bytes.length)).toEqual(bytes);
});
