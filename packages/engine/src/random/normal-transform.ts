/**
 * The transform by which PyTorch makes sixteen normal draws of sixteen uniform ones.
 *
 * Guarantees: for float32, the bits that PyTorch gives on processors with AVX2 (its kernel `normal_fill_AVX2`, whose logarithm, sine and cosine are
 * those of `avx_mathfun.h`, after Cephes, compiled with fused multiply-adds); each step is rounded to float32 here as it is there. Compared
 * with PyTorch 2.13: `ATEN_CPU_CAPABILITY` avx2 and avx512 agree with each other and with this; `default` differs in the last bits.
 * For float64 the formula without vectors, whose last bit depends on the platform's logarithm, sine and cosine (4e-16 relative, measured).
 * Expects uniforms of [0, 1).
 */
const round = Math.fround;
/** a * b + c, rounded once: the product of two float32 is exact in a double. */
const fused = (a: number, b: number, c: number): number => round(a * b + c);

const rounded = (values: readonly number[]): readonly number[] => values.map(round);
const logPolynomial = rounded([7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1]);
const sinePolynomial = rounded([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
const cosinePolynomial = rounded([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
/** Minus pi / 4 in three parts, so that multiples of it are subtracted exactly. */
const [part1, part2, part3] = rounded([-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8]) as [number, number, number];
/** log 2 in two parts. */
const [logTwoLow, logTwoHigh] = [round(-2.1219444e-4), 0.693359375];
const rootOfHalf = round(Math.SQRT1_2);
const fourOverPi = round(4 / Math.PI);
const twoPi = round(2 * Math.PI);

const bits = new Uint32Array(1);
const floats = new Float32Array(bits.buffer);

function polynomial(coefficients: readonly number[], x: number): number {
  let value = coefficients[0]!;
  for (let index = 1; index < coefficients.length; index++) value = fused(value, x, coefficients[index]!);
  return value;
}

/** The logarithm of a float32 in (0, 1]. */
function logarithm(x: number): number {
  floats[0] = x;
  let exponent = (bits[0]! >>> 23) - 126;
  bits[0] = (bits[0]! & 0x807fffff) | 0x3f000000;
  let mantissa = floats[0];
  if (mantissa < rootOfHalf) {
    exponent--;
    mantissa = round(round(mantissa - 1) + mantissa);
  } else mantissa = round(mantissa - 1);
  const square = round(mantissa * mantissa);
  const tail = fused(round(polynomial(logPolynomial, mantissa) * mantissa), square, round(exponent * logTwoLow));
  return fused(exponent, logTwoHigh, round(mantissa + fused(-square, 0.5, tail)));
}

/** Sine and cosine of a float32 that is not negative. */
function sineAndCosine(x: number): readonly [number, number] {
  const octant = (Math.trunc(round(x * fourOverPi)) + 1) & ~1;
  const reduced = fused(octant, part3, fused(octant, part2, fused(octant, part1, x)));
  const square = round(reduced * reduced);
  const cosine = round(fused(round(polynomial(cosinePolynomial, square) * square), square, -round(square * 0.5)) + 1);
  const sine = fused(round(polynomial(sinePolynomial, square) * square), reduced, reduced);
  const swapped = (octant & 2) !== 0;
  const [first, second] = swapped ? [cosine, sine] : [sine, cosine];
  return [(octant & 4) === 0 ? first : -first, (~(octant - 2) & 4) === 0 ? second : -second];
}

/** Replaces `data[start .. start + 16)`, uniform in [0, 1), by normal values. */
export function transformSixteen(data: Float32Array | Float64Array, start: number, mean: number, std: number): void {
  const single = data instanceof Float32Array;
  const [deviation, centre] = single ? [round(std), round(mean)] : [std, mean];
  for (let lane = start; lane < start + 8; lane++) {
    const [first, second] = [data[lane]!, data[lane + 8]!];
    if (single) {
      const radius = round(Math.sqrt(round(-2 * logarithm(round(1 - first)))));
      const [sine, cosine] = sineAndCosine(round(twoPi * second));
      data[lane] = fused(round(radius * cosine), deviation, centre);
      data[lane + 8] = fused(round(radius * sine), deviation, centre);
    } else {
      const radius = Math.sqrt(-2 * Math.log(1 - first));
      const theta = 2 * Math.PI * second;
      data[lane] = radius * Math.cos(theta) * deviation + centre;
      data[lane + 8] = radius * Math.sin(theta) * deviation + centre;
    }
  }
}
