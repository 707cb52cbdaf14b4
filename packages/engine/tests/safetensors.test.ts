/**
 * Weights as bytes: round trips, and bytes that mean harm.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadWeights, nn, ones, saveWeights, tensor, ValueError, zeros } from '../src/index.ts';

function file(header: unknown, dataLength: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype: unknown = 'F32'): object => ({ dtype, shape, data_offsets: [begin, end] });

test('a model comes back as it was, views and empty tensors included', () => {
  const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  model.call(ones(4, 3));
  const loaded = loadWeights(saveWeights(model.stateDict()));
  const other = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  other.loadStateDict(loaded);
  expect([...other.stateDict()].map(([name, value]) => [name, value.dtype, value.toArray()])).toEqual([...model.stateDict()].map(([name, value]) => [name, value.dtype, value.toArray()]));
  const odd = new Map([['2', tensor([[1, 2, 3]]).t()], ['1', zeros(0, 3)], ['flag', tensor([true, false])], ['wide', tensor([1e300], { dtype: 'float64' })], ['int', tensor([-7], { dtype: 'int32' })]]);
  expect([...loadWeights(saveWeights({ w: ones(2) }))].map(([name, value]) => [name, value.toArray()])).toEqual([['w', [1, 1]]]);
  expect([...loadWeights(saveWeights(odd))].map(([name, value]) => [name, value.shape, value.toArray()])).toEqual([...odd].map(([name, value]) => [name, value.shape, value.toArray()]));
});

test('half precision is widened, narrow integers become int32', () => {
  const bytes = file({ h: entry(0, 4, [2], 'F16'), b: entry(4, 8, [2], 'BF16'), i: entry(8, 12, [1], 'I32'), s: entry(12, 14, [1], 'I16'), c: entry(14, 15, [1], 'I8'), u: entry(15, 16, [1], 'U8') }, 16);
  const data = new DataView(bytes.buffer, bytes.length - 16);
  for (const [at, value] of [[0, 0x3e00], [2, 0x0001], [4, 0x3f80], [6, 0xc049], [12, -300]] as const) data.setInt16(at, value, true);
  data.setInt32(8, -7, true);
  data.setInt8(14, -128);
  data.setUint8(15, 255);
  expect([...loadWeights(bytes)].map(([name, value]) => [name, value.dtype, value.toArray()])).toEqual([
    ['h', 'float32', [1.5, 2 ** -24]], ['b', 'float32', [1, -3.140625]], ['i', 'int32', [-7]], ['s', 'int32', [-300]], ['c', 'int32', [-128]], ['u', 'int32', [255]],
  ]);
});

describe('refuses', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(0), /too few/],
    ['a truncated header', file({ a: entry(0, 4) }, 4).slice(0, 12), /truncated/],
    ['a huge header', new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127]), /longer than the limit/],
    ['a header that is no JSON', file('{"a":', 0), /not JSON/],
    ['a header that is a list', file('[]', 0), /no JSON object/],
    ['a name given twice', file(`{"a":${JSON.stringify(entry(0, 4))},"\\u0061":${JSON.stringify(entry(0, 4))}}`, 4), /given twice/],
    ['a field given twice', file('{"a":{"dtype":"F32","dtype":"I64","shape":[1],"data_offsets":[0,8]}}', 8), /given twice/],
    ['an unknown type', file({ a: entry(0, 4, [1], 'F8_E4M3') }, 4), /unknown or unsupported dtype "F8_E4M3"/],
    ['a range beyond the data', file({ a: entry(0, 8) }, 4), /outside the 4 bytes/],
    ['a range backwards', file({ a: entry(4, 0, [1]) }, 4), /outside/],
    ['an overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), /overlaps/],
    ['a hole', file({ a: entry(0, 4), b: entry(8, 12) }, 12), /belong to no tensor/],
    ['data at the end', file({ a: entry(0, 4) }, 8), /belong to no tensor/],
    ['a shape that disagrees', file({ a: entry(0, 4, [2]) }, 4), /needs 8 bytes and has 4/],
    ['a shape whose product overflows', file({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), /needs .* bytes/],
    ['a negative size', file({ a: entry(0, 4, [-1]) }, 4), /invalid shape/],
    ['an entry that is no object', file({ a: null }, 0), /dtype/],
    ['bytes that are no UTF-8', file('{"\u00e9":1}', 0).map((byte) => (byte === 0xc3 ? 0xff : byte)), /not UTF-8/],
    ['an integer that a double cannot hold', (() => { const bytes = file({ a: entry(0, 8, [1], 'I64') }, 8); bytes.fill(0x7f, bytes.length - 8); return bytes; })(), /beyond 2\^53/],
  ];
  test.each(cases)('%s', (_name, bytes, message) => {
    expect(() => loadWeights(bytes)).toThrow(message);
    expect(() => loadWeights(bytes)).toThrow(ValueError);
  });

  test('any damaged file with a ValueError, or reads it', () => {
    const good = saveWeights(new Map([['weight', ones(2, 3)], ['count', tensor(3, { dtype: 'int64' })]]));
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bytes = good.slice(0, length);
      if (at < length) bytes[at] = value;
      try {
        loadWeights(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
      }
    }), { numRuns: 500 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(() => loadWeights(bytes)).toThrow(ValueError);
    }));
  });
});
