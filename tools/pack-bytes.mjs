// @ts-check
// Packs bytes for packages/engine/src/backend/unpack.ts, which says what the scheme is. Slow and thorough: of all ways to write the bytes as literals and copies it takes the one that is cheapest
// by the chances that the last try had, and tries some times.

/** A step: a literal if `distance` is 0, else a copy. @typedef {{ length: number, distance: number }} Step */

const literal = { length: 1, distance: 0 };
const maximumLength = 2 ** 15;

/** An entry that is there. @template T @param {ArrayLike<T>} list @param {number} index */
const entry = (list, index) => /** @type {T} */ (list[index]);

/** @param {Float64Array} counts @param {number} index */
function count(counts, index) {
  counts[index] = entry(counts, index) + 1;
}

/** The range coder and its chances, as `unpack` has them. */
class Coder {
  /** From 0 to 84. @type {number[]} */ digits = [];
  #low = 0;
  #range = 2 ** 30;
  #chances = new Uint16Array(66_864).fill(32_768);
  #seen = new Uint8Array(66_864);
 

  #carry() {
    for (let at = this.digits.length - 1; ; at--) {
      if (this.digits[at] === 84) this.digits[at] = 0;
      else {
        this.digits[at] = entry(this.digits, at) + 1;
        return;
      }
    }
  }

  #shift() {
    this.digits.push(Math.floor(this.#low / 85 ** 4));
    this.#low = (this.#low % 85 ** 4) * 85;
  }

  /** @param {number} context @param {number} value */
  bit(context, value) {
    const chance = entry(this.#chances, context);
    const bound = (this.#range >>> 12) * ((chance >>> 4) | 1);
    if (value === 1) this.#range = bound;
    else {
      this.#low += bound;
      this.#range -= bound;
      if (this.#low >= 85 ** 5) {
        this.#low -= 85 ** 5;
        this.#carry();
      }
    }
    for (; this.#range < 2 ** 23; this.#range *= 85) this.#shift();
    const count = entry(this.#seen, context);
    this.#chances[context] = chance + (((value * 65_535 - chance) * Math.round(2 ** 14 / (count + 1.6))) >> 14);
    if (count < 22) this.#seen[context] = count + 1;
  }

  /** @param {number} first @param {number} value */
  number(first, value) {
    const size = 31 - Math.clz32(value);
    for (let node = 1, left = 3; left >= 0; left--) {
      const bit = (size >> left) & 1;
      this.bit(first + node, bit);
      node = node * 2 + bit;
    }
    for (let head = 1, left = size - 1; left >= 0; left--) {
      const bit = (value >> left) & 1;
      this.bit(first + (head < 8 ? 16 + size * 8 + head : 144 + left), bit);
      head = head * 2 + bit;
    }
  }

  end() {
    for (let index = 0; index < 5; index++) this.#shift();
    // From ( to ~, without the two that a string in quotes of any kind would have to escape.
    return this.digits.map((digit) => String.fromCharCode(40 + digit + Number(digit > 51) + Number(digit > 54))).join('');
  }
}

/** @param {Uint8Array} bytes @param {readonly Step[]} steps */
function write(bytes, steps) {
  const coder = new Coder();
  let [to, context, distance, older] = [0, 0, 1, 1];
  for (const step of steps) {
    coder.bit(context, Number(step.distance > 0));
    if (step.distance === 0) {
      const like = context > 1 ? entry(bytes, to - distance) | 256 : 0;
      for (let byte = 1, left = 7; left >= 0; left--) {
        const bit = (entry(bytes, to) >> left) & 1;
        coder.bit((like >> (left + 1) === byte ? 816 + ((like >> left) & 1) * 256 : 1328 + (bytes[to - 1] ?? 0) * 256) + byte, bit);
        byte = byte * 2 + bit;
      }
      to++;
      context = context > 1 ? 1 : 0;
      continue;
    }
    const repeated = step.distance === distance || step.distance === older;
    coder.bit(4 + context, Number(repeated));
    if (repeated) {
      const swapped = step.distance !== distance;
      coder.bit(8 + context, Number(swapped));
      if (swapped) [distance, older] = [older, distance];
      coder.number(176, step.length);
      context = 3;
    } else {
      coder.number(16, step.length - 1);
      [older, distance] = [distance, step.distance];
      coder.number(336 + Math.min(step.length - 2, 2) * 160, distance);
      context = 2;
    }
    to += step.length;
  }
  return coder.end();
}

/** How many bits each step costs, about. @typedef {{ literal(at: number): number, repeat(length: number): number, copy(length: number, distance: number): number }} Prices */

/** What the steps of a try cost on the average. @param {Uint8Array} bytes @param {readonly Step[]} steps @returns {Prices} */
function pricesOf(bytes, steps) {
  /** @param {number} entries */
  const table = (entries) => new Float64Array(entries).fill(0.5);
  const [pairs, firsts, alone] = [new Float64Array(65_536), table(256), table(256)];
  const [kinds, sizes, repeatedSizes, sizesOfDistances] = [table(3), table(16), table(16), table(16)];
  /** @param {number} value */
  const sizeOf = (value) => 31 - Math.clz32(value);
  let [to, distance, older] = [0, 1, 1];
  for (const step of steps) {
    if (step.distance === 0) {
      const before = bytes[to - 1] ?? 0;
      const byte = entry(bytes, to);
      count(pairs, before * 256 + byte);
      count(firsts, before);
      count(alone, byte);
      count(kinds, 0);
    } else {
      const repeated = step.distance === distance || step.distance === older;
      count(kinds, repeated ? 1 : 2);
      if (repeated) count(repeatedSizes, sizeOf(step.length));
      else {
        count(sizes, sizeOf(step.length - 1));
        count(sizesOfDistances, sizeOf(step.distance));
      }
      if (step.distance !== distance) [older, distance] = [distance, step.distance];
    }
    to += step.length;
  }
  /** @param {Float64Array} counts */
  const priced = (counts) => {
    const sum = counts.reduce((before, one) => before + one, 0);
    const bits = counts.map((one) => -Math.log2(one / sum));
    return (/** @type {number} */ index) => entry(bits, index);
  };
  const [ofKind, ofSize, ofRepeated, ofDistance, ofAlone] = [priced(kinds), priced(sizes), priced(repeatedSizes), priced(sizesOfDistances), priced(alone)];
  return {
    literal(at) {
      const [before, byte] = [bytes[at - 1] ?? 0, entry(bytes, at)];
      return ofKind(0) - Math.log2((entry(pairs, before * 256 + byte) + 2 * 2 ** -ofAlone(byte)) / (entry(firsts, before) + 1.5));
    },
    repeat: (length) => ofKind(1) + 0.5 + ofRepeated(sizeOf(length)) + sizeOf(length) * 0.8,
    copy: (length, distance) => ofKind(2) + ofSize(sizeOf(length - 1)) + sizeOf(length - 1) * 0.8 + ofDistance(sizeOf(distance)) + sizeOf(distance) * 0.9,
  };
}

/** The cheapest steps by `prices`. @param {Uint8Array} bytes @param {Prices} prices @returns {Step[]} */
function cheapest(bytes, prices) {
  const { length: end } = bytes;
  const costs = new Float64Array(end + 1).fill(Infinity);
  /** @type {Step[]} */ const last = [];
  /** The two distances that a repetition may have. @type {(readonly [number, number])[]} */ const known = [[1, 1]];
  /** @type {Map<number, number[]>} */ const places = new Map();
  costs[0] = 0;
  /** @param {number} at @param {number} distance */
  const common = (at, distance) => {
    let length = 0;
    while (at + length < end && length < maximumLength && bytes[at + length] === bytes[at + length - distance]) length++;
    return length;
  };
  for (let at = 0; at < end; at++) {
    /** @param {Step} step @param {number} price */
    const take = (step, price) => {
      const cost = entry(costs, at) + price;
      if (cost >= entry(costs, at + step.length)) return;
      costs[at + step.length] = cost;
      last[at + step.length] = step;
    };
    take(literal, prices.literal(at));
    for (const distance of entry(known, at)) {
      if (distance > at) continue;
      for (let length = common(at, distance); length > 0; length--) take({ length, distance }, prices.repeat(length));
    }
    const pair = entry(bytes, at) * 256 + (bytes[at + 1] ?? 0);
    const before = places.get(pair) ?? [];
    let longest = 1;
    for (const from of before.slice(-400).reverse()) {
      const most = common(at, at - from);
      for (let length = longest + 1; length <= most; length++) take({ length, distance: at - from }, prices.copy(length, at - from));
      longest = Math.max(longest, most);
    }
    places.set(pair, [...before.slice(-400), at]);
    const { length, distance } = entry(last, at + 1);
    const [newest, older] = entry(known, at + 1 - length);
    known.push(distance === 0 || distance === newest ? [newest, older] : [distance, newest]);
  }
  /** @type {Step[]} */ const steps = [];
  for (let at = end; at > 0; at -= entry(steps, steps.length - 1).length) steps.push(entry(last, at));
  return steps.reverse();
}

/** @param {Uint8Array} bytes up to 64 KiB @returns {string} */
export function packBytes(bytes) {
  /** @param {number} value */
  const size = (value) => Math.log2(value);
  /** @type {Prices} */ let prices = { literal: () => 6, repeat: (length) => 5 + size(length), copy: (length, distance) => 6 + size(length) + size(distance) };
  let best = null;
  for (let round = 0; round < 8; round++) {
    const steps = cheapest(bytes, prices);
    const packed = write(bytes, steps);
    if (best === null || packed.length < best.length) best = packed;
    prices = pricesOf(bytes, steps);
  }
  return /** @type {string} */ (best);
}
