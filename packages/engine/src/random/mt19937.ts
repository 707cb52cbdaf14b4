/**
 * The Mersenne Twister with 32-bit outputs, seeded as PyTorch seeds its CPU generator.
 *
 * Guarantees: `new Mt19937(seed).next()` gives the sequence of the reference implementation (Matsumoto, Nishimura 1998),
 * which is that of `at::mt19937` for seeds below 2^32. Refuses nothing; the caller reduces the seed.
 */

const size = 624;
const shift = 397;

export class Mt19937 {
  readonly #state = new Uint32Array(size);
  #index = size;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed >>> 0;
    for (let index = 1; index < size; index++) {
      const previous = state[index - 1]! ^ (state[index - 1]! >>> 30);
      state[index] = Math.imul(1812433253, previous) + index;
    }
  }

  /** The next integer in [0, 2^32). */
  next(): number {
    if (this.#index === size) this.#twist();
    let value = this.#state[this.#index++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    value ^= value >>> 18;
    return value >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let index = 0; index < size; index++) {
      const mixed = (state[index]! & 0x80000000) | (state[(index + 1) % size]! & 0x7fffffff);
      state[index] = state[(index + shift) % size]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
