/**
 * The order of the elements of rows, by a radix sort: what `sort`, `argsort` and `topk` are made of.
 *
 * Guarantees: stable in both directions; NaN counts as the largest, all NaNs as equal, and 0 and -0 as equal. Time is linear in the length of a row.
 * Where only the first few are asked for, what cannot be among them is left out before anything is sorted.
 *
 * Worked example: `sortedOrder(Float32Array.of(2, 1, NaN), 3, false, 3)` is [1, 0, 2]; descending it is [2, 0, 1].
 */
import type { TypedArray } from '../tensor/dtype.ts';

/** Elements up to which insertion is faster than counting digits. */
const fewElements = 64;
/** Elements from which digits of 11 bits are worth counting in place of 8. */
const manyElements = 8192;

/** Unsigned words that stand in the order of the values, the most significant first. */
function sortableWords(values: TypedArray, descending: boolean): Uint32Array[] {
  const count = values.length;
  const flip = descending ? -1 : 0;
  const high = new Uint32Array(count);
  if (values instanceof Int32Array || values instanceof Uint8Array) {
    for (let at = 0; at < count; at++) high[at] = values[at]! ^ 0x80000000 ^ flip;
    return [high];
  }
  // Of a floating number the bits are in order once those of negative ones are inverted and the others have the sign set. Adding 0 makes 0 of -0.
  if (values instanceof Float32Array) {
    const number = new Float32Array(1);
    const bits = new Int32Array(number.buffer);
    for (let at = 0; at < count; at++) {
      const value = values[at]!;
      number[0] = value + 0;
      high[at] = (value === value ? bits[0]! ^ ((bits[0]! >> 31) | 0x80000000) : -1) ^ flip;
    }
    return [high];
  }
  const low = new Uint32Array(count);
  const number = new DataView(new ArrayBuffer(8));
  for (let at = 0; at < count; at++) {
    const value = values[at]!;
    number.setFloat64(0, value + 0);
    const [first, second] = [number.getInt32(0), number.getInt32(4)];
    high[at] = (value === value ? first ^ ((first >> 31) | 0x80000000) : -1) ^ flip;
    low[at] = (value === value ? second ^ (first >> 31) : -1) ^ flip;
  }
  return [high, low];
}

/** Those of the `count` words from `start` that may be among the `first` smallest, by their leading 11 bits. */
function candidates(words: Uint32Array, start: number, count: number, first: number): Uint32Array {
  const counts = new Uint32Array(2048);
  for (let at = start; at < start + count; at++) counts[words[at]! >>> 21]!++;
  let [last, found] = [0, counts[0]!];
  while (found < first) found += counts[++last]!;
  const chosen = new Uint32Array(found);
  for (let at = start, next = 0; next < found; at++) if (words[at]! >>> 21 <= last) chosen[next++] = at;
  return chosen;
}

function insertionSort(order: Uint32Array, words: readonly Uint32Array[]): void {
  const high = words[0]!;
  const low = words.at(-1)!;
  for (let at = 1; at < order.length; at++) {
    const moved = order[at]!;
    const [upper, lower] = [high[moved]!, low[moved]!];
    let to = at;
    for (; to > 0; to--) {
      const other = order[to - 1]!;
      if (high[other]! < upper || (high[other] === upper && low[other]! <= lower)) break;
      order[to] = other;
    }
    order[to] = moved;
  }
}

/** `order` sorted by its words, the least significant digits first; digits that all have in common are passed over. */
function radixSort(order: Uint32Array, words: readonly Uint32Array[]): Uint32Array {
  const width = order.length < manyElements ? 8 : 11;
  const starts = new Uint32Array(1 << width);
  const mask = starts.length - 1;
  let from = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (const word of words.toReversed()) {
    for (let shift = 0; shift < 32; shift += width) {
      starts.fill(0);
      for (let at = 0; at < from.length; at++) starts[(word[from[at]!]! >>> shift) & mask]!++;
      if (starts[(word[from[0]!]! >>> shift) & mask] === from.length) continue;
      for (let digit = 0, before = 0; digit <= mask; digit++) {
        const size = starts[digit]!;
        starts[digit] = before;
        before += size;
      }
      for (let at = 0; at < from.length; at++) to[starts[(word[from[at]!]! >>> shift) & mask]!++] = from[at]!;
      [from, to] = [to, from];
    }
  }
  return from;
}

/** Of every row of `count` elements the positions of its `first` smallest (`descending`: largest) in their order: [rows, first]. */
export function sortedOrder(values: TypedArray, count: number, descending: boolean, first: number): Float64Array {
  const rows = count === 0 ? 0 : values.length / count;
  const out = new Float64Array(rows * first);
  const words = sortableWords(values, descending);
  for (let row = 0; row < rows; row++) {
    const start = row * count;
    let order = first < count ? candidates(words[0]!, start, count, first) : Uint32Array.from({ length: count }, (_, at) => start + at);
    if (order.length <= fewElements) insertionSort(order, words);
    else order = radixSort(order, words);
    for (let at = 0; at < first; at++) out[row * first + at] = order[at]! - start;
  }
  return out;
}
