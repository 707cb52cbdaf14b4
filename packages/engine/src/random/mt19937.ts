/**
 * The Mersenne Twister with 32-bit outputs, seeded as PyTorch seeds its CPU generator.
 *
 * Guarantees: `new Mt19937(seed).next()` gives the sequence of the reference implementation (Matsumoto, Nishimura 1998),
 * which is that of `at::mt19937` for seeds below 2^32. Refuses nothing; the caller reduces the seed.
 */

const size = 624;
const shift = 397;

export class Mt19937 {
  /** Signed, because a whole number above 2^31 is no small integer for V8. */
  readonly words = new Int32Array(size);
  /** How many of the words were given out. */
  position = size;

  constructor(seed: number) {
    const state = this.words;
    state[0] = seed;
    for (let index = 1; index < size; index++) {
      const previous = state[index - 1]! ^ (state[index - 1]! >>> 30);
      state[index] = Math.imul(1812433253, previous) + index;
    }
  }

  /** The next integer in [0, 2^32). */
  next(): number {
    if (this.position === size) this.#twist();
    let value = this.words[this.position++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    value ^= value >>> 18;
    return value >>> 0;
  }

  #twist(): void {
    const state = this.words;
    const step = (index: number, next: number, far: number): void => {
      const mixed = (state[index]! & 0x80000000) | (state[next]! & 0x7fffffff);
      state[index] = state[far]! ^ (mixed >>> 1) ^ (-(mixed & 1) & 0x9908b0df);
    };
    let index = 0;
    for (; index < size - shift; index++) step(index, index + 1, index + shift);
    for (; index < size - 1; index++) step(index, index + 1, index + shift - size);
    step(index, 0, shift - 1);
    this.position = 0;
  }
}
