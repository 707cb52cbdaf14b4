/**
 * PyTorch's CPU transforms of the seeded generator: what fills arrays.
 *
 * Guarantees: after `manualSeed(n)`, uniform, integer, exponential and float32 normal draws, permutations and draws by a tensor of
 * probabilities equal PyTorch's on a CPU bit for bit (on x86 with AVX2 for normal draws of 16 and more; elsewhere PyTorch itself differs in the
 * last bits). Normal draws in float64 equal it to the last bit or two, which depend on the platform's logarithm and sine. Sizes below 16
 * and from 16 take PyTorch's two different paths. Formulas: ATen `DistributionsHelper.h`, `DistributionTemplates.h`
 * (PyTorch 2.13; compared with recorded values).
 * Not guaranteed: draws by one probability (`bernoulli_(0.5)`, the mask of a dropout), which PyTorch makes by MKL where that is built in and
 * so draws differently from build to build; here they follow the portable kernel, a 53-bit uniform compared with the probability.
 */
import type { Generator } from './generator.ts';
import { transformSixteen } from './normal-transform.ts';

/** What random values are written to. */
export type FloatArray = Float32Array | Float64Array;

const twoPi = 2 * Math.PI;

/** A draw of [0, 1) with as many bits as the type of `data` takes. */
function uniformFor(generator: Generator, data: FloatArray): number {
  return data instanceof Float32Array ? generator.uniform24() : generator.uniform53();
}

function normal(generator: Generator): number {
  if (generator.spareNormal !== null) {
    const spare = generator.spareNormal;
    generator.spareNormal = null;
    return spare;
  }
  const theta = twoPi * generator.uniform53();
  const radius = Math.sqrt(-2 * Math.log1p(-generator.uniform53()));
  generator.spareNormal = radius * Math.sin(theta);
  return radius * Math.cos(theta);
}

/** Fills with uniforms of [from, to). */
export function fillUniform(generator: Generator, data: FloatArray, from = 0, to = 1): void {
  const single = data instanceof Float32Array;
  const low = single ? Math.fround(from) : from;
  const span = single ? Math.fround(Math.fround(to) - low) : to - from;
  for (let index = 0; index < data.length; index++) data[index] = uniformFor(generator, data) * span + low;
}

export function fillNormal(generator: Generator, data: FloatArray, mean = 0, std = 1): void {
  if (data.length < 16) {
    for (let index = 0; index < data.length; index++) data[index] = normal(generator) * std + mean;
    return;
  }
  for (let index = 0; index < data.length; index++) data[index] = uniformFor(generator, data);
  for (let start = 0; start + 16 <= data.length; start += 16) transformSixteen(data, start, mean, std);
  if (data.length % 16 !== 0) {
    // The last sixteen are drawn anew, over values that were already final.
    const start = data.length - 16;
    for (let index = start; index < data.length; index++) data[index] = uniformFor(generator, data);
    transformSixteen(data, start, mean, std);
  }
}

/** Fills with exponentials of rate `lambda`. */
export function fillExponential(generator: Generator, data: FloatArray, lambda = 1): void {
  for (let index = 0; index < data.length; index++) data[index] = (-1 / lambda) * Math.log1p(-generator.uniform53());
}

/** Fills with 1 where a draw is below the probability, else 0. One probability for all, or one for each element. */
export function fillBernoulli(generator: Generator, data: FloatArray, probability: number | FloatArray): void {
  if (typeof probability === 'number') for (let index = 0; index < data.length; index++) data[index] = generator.uniform53() < probability ? 1 : 0;
  else for (let index = 0; index < data.length; index++) data[index] = uniformFor(generator, probability) < probability[index]! ? 1 : 0;
}
