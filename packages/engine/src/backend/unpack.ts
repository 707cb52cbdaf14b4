/**
 * Unpacks the embedded kernels.
 *
 * Guarantees: the bytes that `tools/pack-bytes.mjs` packed, on every platform (the arithmetic is of whole numbers). The scheme is that of LZMA (I. Pavlov),
 * which leaves a fifth less of WebAssembly than DEFLATE does, made smaller: literals and copies of what came before, every decision
 * coded by a range coder with a chance that follows what was decided in the same context. The coder's digits are to the base of 85, characters from `(` to `~` but for
 * `\` and the backtick: base64 would take a twentieth more, also of what is gzipped together with a program. Refuses nothing: the input is the package's own, made when it is built.
 *
 * A decision after a literal or a copy is `context` 0 to 3: two literals, a literal after a copy, a copy from a new distance, one from a distance as before.
 *
 * Worked example: `unpack(packBytes(bytes), bytes.length)` equals `bytes`.
 */

/** Where the contexts of each kind begin. */
const copies = 0;
const repeats = 4;
const olders = 8;
/** A number has 16 contexts for how many bits it has, 8 for the first bits of each of those sizes, and 16 for those that follow. */
const lengths = [16, 176] as const;
const distances = 336;
const expected = 816;
const literals = 1328;
const contexts = 66_864;
/** How far a chance, in 65536ths, goes towards what was decided, in 16384ths, by how often the context was seen. */
const rates = Array.from({ length: 23 }, (_, count) => Math.round(2 ** 14 / (count + 1.6)));

/** @param size how many bytes come out */
export function unpack(packed: string, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const chances = new Uint16Array(contexts).fill(32_768);
  const seen = new Uint8Array(contexts);
  // Everything stays below 2^30: larger numbers would be objects until the function is compiled.
  let [at, low, range] = [0, 0, 2 ** 30];
  const shift = (): void => {
    const character = packed.charCodeAt(at++);
    low = low * 85 + character - 40 - Number(character > 92) - Number(character > 96);
  };
  while (at < 5) shift();

  const bit = (context: number): number => {
    const chance = chances[context]!;
    const bound = (range >>> 12) * ((chance >>> 4) | 1);
    const value = Number(low < bound);
    if (value === 1) range = bound;
    else {
      low -= bound;
      range -= bound;
    }
    for (; range < 2 ** 23; range *= 85) shift();
    const count = seen[context]!;
    chances[context] = chance + (((value * 65_535 - chance) * rates[count]!) >> 14);
    if (count < 22) seen[context] = count + 1;
    return value;
  };
  const number = (first: number): number => {
    let size = 1;
    while (size < 16) size = size * 2 + bit(first + size);
    size -= 16;
    let value = 1;
    for (let left = size - 1; left >= 0; left--) value = value * 2 + bit(first + (value < 8 ? 16 + size * 8 + value : 144 + left));
    return value;
  };

  let [context, distance, older] = [0, 1, 1];
  for (let to = 0; to < size; ) {
    if (bit(copies + context) === 0) {
      // After a copy the byte that would have been next is not this one, but like it.
      const like = context > 1 ? out[to - distance]! | 256 : 0;
      let byte = 1;
      for (let left = 7; left >= 0; left--) {
        const first = like >> (left + 1) === byte ? expected + ((like >> left) & 1) * 256 : literals + (out[to - 1] ?? 0) * 256;
        byte = byte * 2 + bit(first + byte);
      }
      out[to++] = byte;
      context = context > 1 ? 1 : 0;
      continue;
    }
    let length: number;
    if (bit(repeats + context) === 1) {
      if (bit(olders + context) === 1) [distance, older] = [older, distance];
      length = number(lengths[1]);
      context = 3;
    } else {
      length = number(lengths[0]) + 1;
      older = distance;
      distance = number(distances + Math.min(length - 2, 2) * 160);
      context = 2;
    }
    for (; length > 0; length--, to++) out[to] = out[to - distance]!;
  }
  return out;
}
