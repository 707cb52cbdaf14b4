/**
 * The seeded generator and PyTorch's CPU transforms of it.
 *
 * Guarantees: after `manualSeed(n)`, uniform, integer, exponential and float32 normal draws, permutations and draws by a tensor of
 * probabilities equal PyTorch's on a CPU bit for bit (on x86 with AVX2 for normal draws of 16 and more; elsewhere PyTorch itself differs in the
 * last bits). Normal draws in float64 equal it to the last bit or two, which depend on the platform's logarithm and sine. Sizes below 16
 * and from 16 take PyTorch's two different paths. Formulas: ATen `DistributionsHelper.h`, `DistributionTemplates.h`
 * (PyTorch 2.13; compared with recorded values).
 * Not guaranteed: draws by one probability (`bernoulli_(0.5)`, the mask of a dropout), which PyTorch makes by MKL where that is built in and
 * so draws differently from build to build; here they follow the portable kernel, a 53-bit uniform compared with the probability.
 */
import { Mt19937 } from './mt19937.ts';
import { transformSixteen } from './normal-transform.ts';

/** What random values are written to. */
export type FloatArray = Float32Array | Float64Array;

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

  /** A draw of [0, 1) with as many bits as the type of `data` takes. */
  #uniformFor(data: FloatArray): number {
    return data instanceof Float32Array ? this.uniform24() : this.uniform53();
  }

  /** Fills with uniforms of [from, to). */
  fillUniform(data: FloatArray, from = 0, to = 1): void {
    const single = data instanceof Float32Array;
    const low = single ? Math.fround(from) : from;
    const span = single ? Math.fround(Math.fround(to) - low) : to - from;
    for (let index = 0; index < data.length; index++) data[index] = this.#uniformFor(data) * span + low;
  }

  fillNormal(data: FloatArray, mean = 0, std = 1): void {
    if (data.length < 16) {
      for (let index = 0; index < data.length; index++) data[index] = this.#normal() * std + mean;
      return;
    }
    for (let index = 0; index < data.length; index++) data[index] = this.#uniformFor(data);
    for (let start = 0; start + 16 <= data.length; start += 16) transformSixteen(data, start, mean, std);
    if (data.length % 16 !== 0) {
      // The last sixteen are drawn anew, over values that were already final.
      const start = data.length - 16;
      for (let index = start; index < data.length; index++) data[index] = this.#uniformFor(data);
      transformSixteen(data, start, mean, std);
    }
  }

  /** Fills with exponentials of rate `lambda`. */
  fillExponential(data: FloatArray, lambda = 1): void {
    for (let index = 0; index < data.length; index++) data[index] = (-1 / lambda) * Math.log1p(-this.uniform53());
  }

  /** Fills with 1 where a draw is below the probability, else 0. One probability for all, or one for each element. */
  fillBernoulli(data: FloatArray, probability: number | FloatArray): void {
    if (typeof probability === 'number') for (let index = 0; index < data.length; index++) data[index] = this.uniform53() < probability ? 1 : 0;
    else for (let index = 0; index < data.length; index++) data[index] = this.#uniformFor(probability) < probability[index]! ? 1 : 0;
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
}
