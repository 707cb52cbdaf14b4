/**
 * The seeded generator and PyTorch's CPU transforms of it.
 *
 * Guarantees: after `manualSeed(n)`, uniform and integer draws equal PyTorch's CPU values bit for bit, normal draws to
 * the last bits of a float32 (PyTorch's vectorised logarithm and sine differ from the platform's in the last place). Sizes below 16
 * and from 16 take PyTorch's two different paths. Formulas: ATen `DistributionsHelper.h`, `DistributionTemplates.h`
 * (PyTorch 2.13; compared with recorded values).
 * Not guaranteed: the mask of a dropout, which PyTorch itself draws differently from build to build; here it follows the
 * portable kernel, a 53-bit uniform compared with the keep probability.
 */
import { Mt19937 } from './mt19937.ts';

const twoPi = 2 * Math.PI;

export class Generator {
  #engine: Mt19937;
  /** The second value of a Box-Muller pair, waiting for the next small draw; PyTorch keeps it across calls, too. */
  #spareNormal: number | null = null;

  constructor(seed: number | bigint = 67280421310721n) {
    this.#engine = Generator.#engineFor(seed);
  }

  static #engineFor(seed: number | bigint): Mt19937 {
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) throw new TypeError(`manual_seed expected an integer seed, got ${seed}`);
    // PyTorch keeps 64 bits and seeds the engine with the low 32.
    return new Mt19937(Number(BigInt.asUintN(32, BigInt(seed))));
  }

  manualSeed(seed: number | bigint): this {
    this.#engine = Generator.#engineFor(seed);
    this.#spareNormal = null;
    return this;
  }

  /** An integer in [0, 2^32). */
  next32(): number {
    return this.#engine.next();
  }

  /** A float32 in [0, 1) with 24 random bits. */
  uniform24(): number {
    return (this.#engine.next() & 0xffffff) / 0x1000000;
  }

  /** A double in [0, 1) with 53 random bits. */
  uniform53(): number {
    // PyTorch draws the high word first and keeps the low 53 bits of the 64.
    const high = this.#engine.next() & 0x1fffff;
    return (high * 0x1_0000_0000 + this.#engine.next()) / 0x20_0000_0000_0000;
  }

  /** An integer in [low, high). */
  integer(low: number, high: number): number {
    const range = high - low;
    if (range >= 2 ** 28) {
      const wide = (BigInt(this.#engine.next()) << 32n) | BigInt(this.#engine.next());
      return Number(wide % BigInt(range)) + low;
    }
    return (this.#engine.next() % range) + low;
  }

  /** Fills with float32 uniforms of [from, to). */
  fillUniform(data: Float32Array, from = 0, to = 1): void {
    const low = Math.fround(from);
    const span = Math.fround(Math.fround(to) - low);
    for (let index = 0; index < data.length; index++) data[index] = this.uniform24() * span + low;
  }

  fillNormal(data: Float32Array, mean = 0, std = 1): void {
    if (data.length < 16) {
      for (let index = 0; index < data.length; index++) data[index] = this.#normal() * std + mean;
      return;
    }
    for (let index = 0; index < data.length; index++) data[index] = this.uniform24();
    for (let start = 0; start + 16 <= data.length; start += 16) Generator.#transform16(data, start, mean, std);
    if (data.length % 16 !== 0) {
      // The last sixteen are drawn anew, over values that were already final.
      const start = data.length - 16;
      for (let index = start; index < data.length; index++) data[index] = this.uniform24();
      Generator.#transform16(data, start, mean, std);
    }
  }

  #normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    const theta = twoPi * this.uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniform53()));
    this.#spareNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  static #transform16(data: Float32Array, start: number, mean: number, std: number): void {
    for (let lane = start; lane < start + 8; lane++) {
      const radius = Math.sqrt(-2 * Math.log(1 - data[lane]!));
      const theta = Math.fround(twoPi) * data[lane + 8]!;
      data[lane] = radius * Math.cos(theta) * std + mean;
      data[lane + 8] = radius * Math.sin(theta) * std + mean;
    }
  }
}
