/**
 * The seeded generator: what PyTorch's is on a CPU.
 *
 * Guarantees: after `manualSeed(n)` the words, uniforms and integers are PyTorch's, bit for bit. What arrays are filled with is made of them in `fill.ts`.
 */
import { Mt19937 } from './mt19937.ts';

export class Generator {
  engine: Mt19937;
  /** The second value of a Box-Muller pair, waiting for the next small draw of `fill.ts`; PyTorch keeps it across calls, too. */
  spareNormal: number | null = null;

  constructor(seed: number | bigint = 67280421310721n) {
    this.engine = Generator.#engineFor(seed);
  }

  static #engineFor(seed: number | bigint): Mt19937 {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) throw new TypeError(`manual_seed expected an integer seed, got ${seed}`);
    // PyTorch keeps 64 bits and seeds the engine with the low 32.
    return new Mt19937(Number(BigInt.asUintN(32, BigInt(seed))));
  }

  manualSeed(seed: number | bigint): this {
    this.engine = Generator.#engineFor(seed);
    this.spareNormal = null;
    return this;
  }

  /** An integer in [0, 2^32). */
  next32(): number {
    return this.engine.next();
  }

  /** A float32 in [0, 1) with 24 random bits. */
  uniform24(): number {
    return (this.engine.next() & 0xffffff) / 0x1000000;
  }

  /** A double in [0, 1) with 53 random bits. */
  uniform53(): number {
    // PyTorch draws the high word first and keeps the low 53 bits of the 64.
    const high = this.engine.next() & 0x1fffff;
    return (high * 0x1_0000_0000 + this.engine.next()) / 0x20_0000_0000_0000;
  }

  /** An integer in [low, high). */
  integer(low: number, high: number): number {
    const range = high - low;
    if (range >= 2 ** 28) {
      const wide = (BigInt(this.engine.next()) << 32n) | BigInt(this.engine.next());
      return Number(wide % BigInt(range)) + low;
    }
    return (this.engine.next() % range) + low;
  }
}
