/**
 * Unpacks what was packed by DEFLATE (RFC 1951), at once.
 *
 * Guarantees: the bytes that were packed. It is here for the embedded kernels, because the platform's own `DecompressionStream` cannot be used synchronously. Refuses nothing: the input is
 * the package's own, made when it is built.
 *
 * Worked example: `inflate(deflateRawSync(bytes), bytes.length)` equals `bytes`.
 */

/** A canonical Huffman code: how many words of each length there are, and the symbols in the order of their words. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: readonly number[];
}

function codeOf(lengths: readonly number[]): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) if (length > 0) counts[length]!++;
  const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol]! > 0).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  return { counts, symbols };
}

/** First values of the classes of lengths and distances: each class has `2 ** extra` values, and classes grow in groups. */
function bases(first: number, classes: number, group: number): { readonly base: readonly number[]; readonly extra: readonly number[] } {
  const extra = Array.from({ length: classes }, (_, index) => Math.max(Math.floor(index / group) - 1, 0));
  let next = first;
  return { extra, base: extra.map((bits) => (next += 2 ** bits) - 2 ** bits) };
}
const lengths = bases(3, 28, 4);
const distances = bases(1, 30, 2);
const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const fixed = [codeOf(Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8))), codeOf(new Array<number>(30).fill(5))] as const;

/** @param size how many bytes come out */
export function inflate(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let [at, to] = [0, 0];
  const bits = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++, at++) value |= ((packed[at >> 3]! >> (at & 7)) & 1) << index;
    return value;
  };
  const symbol = ({ counts, symbols }: Code): number => {
    let [word, first, index] = [0, 0, 0];
    for (let length = 1; ; length++) {
      word |= bits(1);
      const count = counts[length]!;
      if (word - first < count) return symbols[index + word - first]!;
      index += count;
      first = (first + count) << 1;
      word <<= 1;
    }
  };
  const ownCodes = (): readonly [Code, Code] => {
    const [literals, far, described] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const ofLengths = new Array<number>(19).fill(0);
    for (let index = 0; index < described; index++) ofLengths[orderOfLengths[index]!] = bits(3);
    const code = codeOf(ofLengths);
    const all: number[] = [];
    while (all.length < literals + far) {
      const next = symbol(code);
      if (next < 16) all.push(next);
      else for (let left = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7), value = next === 16 ? all.at(-1)! : 0; left > 0; left--) all.push(value);
    }
    return [codeOf(all.slice(0, literals)), codeOf(all.slice(literals))];
  };
  for (let last = 0; last === 0; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      at = ((at + 7) & ~7) + 32;
      const from = at >> 3;
      const count = packed[from - 4]! | (packed[from - 3]! << 8);
      out.set(packed.subarray(from, from + count), to);
      to += count;
      at += count * 8;
      continue;
    }
    const [literals, far] = kind === 1 ? fixed : ownCodes();
    for (let next = symbol(literals); next !== 256; next = symbol(literals)) {
      if (next < 256) {
        out[to++] = next;
        continue;
      }
      const kindOfLength = next - 257;
      let left = kindOfLength === 28 ? 258 : lengths.base[kindOfLength]! + bits(lengths.extra[kindOfLength]!);
      const kindOfDistance = symbol(far);
      const distance = distances.base[kindOfDistance]! + bits(distances.extra[kindOfDistance]!);
      for (; left > 0; left--, to++) out[to] = out[to - distance]!;
    }
  }
  return out;
}
