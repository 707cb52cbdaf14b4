// Elementary functions on four floats at once.
//
// Guarantees: a relative error of a few units in the last place over the whole range, infinities and NaN as IEEE 754 has them, and results
// too small for a normal float are 0 (denormal numbers make later products fifty times slower).
// `pmax` and `pmin` are one instruction where `max` and `min` are eight; of a NaN they keep their first operand, so x comes first.
// Polynomials: Moshier, Cephes mathematical library, single precision (expf, logf, tanhf).
import { madd, nmadd } from './simd';

/** The numbers below, in memory: V8 builds a vector of a literal anew in every turn of a loop, and loads one in a single instruction. */
const CONSTANTS = memory.data<f32>([
  0.693359375, 2.12194440e-4, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
  1, 127, 1.44269504, -87.33, -104, 100, 1.17549435e-38, 8388608,
  126, 23, 0.707106781, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 0.5, -Infinity, 0, Infinity,
  NaN, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, -2, -0.0,
  0.625, -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1, -1.72853470e-5,
  3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1, 0.927734375, 12583039,
  12582912,
]);

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** e^r * 2^-n: the part of e^x after its power of two. */
@inline
function expFraction(x: v128, n: v128): v128 {
  let r = nmadd(n, constant(0 /* 0.693359375 */), x);
  r = madd(n, constant(1 /* 2.12194440e-4 */), r);
  let p = constant(2 /* 1.9875691500e-4 */);
  p = madd(p, r, constant(3 /* 1.3981999507e-3 */));
  p = madd(p, r, constant(4 /* 8.3334519073e-3 */));
  p = madd(p, r, constant(5 /* 4.1665795894e-2 */));
  p = madd(p, r, constant(6 /* 1.6666665459e-1 */));
  p = madd(p, r, constant(7 /* 5.0000001201e-1 */));
  return f32x4.add(madd(p, f32x4.mul(r, r), r), constant(8 /* 1 */));
}

@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/**
 * e^x for x <= 0. Adding 1.5 * 2^23 + 127 rounds x * log2(e) to a whole number n and leaves n + 127 in the low bits, which a shift
 * makes the power of two (after XNNPACK's `f32-raddstoreexpminusmax`).
 */
@inline
export function expNegative(x: v128): v128 {
  const biased = madd(x, constant(10 /* 1.44269504 */), constant(55 /* 12583039 */));
  const y = f32x4.mul(expFraction(x, f32x4.sub(biased, constant(55 /* 12583039 */))), i32x4.shl(biased, 23));
  return v128.andnot(y, f32x4.lt(x, constant(11 /* -87.33 */)));
}

@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, constant(12 /* -104 */)), constant(13 /* 100 */));
  const biased = madd(bounded, constant(10 /* 1.44269504 */), constant(56 /* 12582912 */));
  // In two steps, because 2^128 is no float.
  const whole = i32x4.sub(biased, constant(56 /* 12582912 */));
  const half = i32x4.shr_s(whole, 1);
  const y = f32x4.mul(f32x4.mul(expFraction(bounded, f32x4.sub(biased, constant(56 /* 12582912 */))), powerOfTwo(half)), powerOfTwo(i32x4.sub(whole, half)));
  return v128.andnot(y, f32x4.lt(x, constant(11 /* -87.33 */)));
}

@inline
export function log(x: v128): v128 {
  // Denormal numbers are scaled up.
  const small = f32x4.lt(x, constant(14 /* 1.17549435e-38 */));
  const scaled = v128.bitselect(f32x4.mul(x, constant(15 /* 8388608 */)), x, small);
  const bits = scaled;
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(bits, 23), i32x4.splat(126)));
  e = f32x4.sub(e, v128.and(small, constant(17 /* 23 */)));
  let m = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, constant(18 /* 0.707106781 */));
  e = f32x4.sub(e, v128.and(low, constant(8 /* 1 */)));
  m = f32x4.sub(f32x4.add(m, v128.and(m, low)), constant(8 /* 1 */));
  const z = f32x4.mul(m, m);
  let p = constant(19 /* 7.0376836292e-2 */);
  p = madd(p, m, constant(20 /* -1.1514610310e-1 */));
  p = madd(p, m, constant(21 /* 1.1676998740e-1 */));
  p = madd(p, m, constant(22 /* -1.2420140846e-1 */));
  p = madd(p, m, constant(23 /* 1.4249322787e-1 */));
  p = madd(p, m, constant(24 /* -1.6668057665e-1 */));
  p = madd(p, m, constant(25 /* 2.0000714765e-1 */));
  p = madd(p, m, constant(26 /* -2.4999993993e-1 */));
  p = madd(p, m, constant(27 /* 3.3333331174e-1 */));
  let y = f32x4.mul(f32x4.mul(m, z), p);
  y = nmadd(e, constant(1 /* 2.12194440e-4 */), y);
  y = nmadd(z, constant(28 /* 0.5 */), y);
  y = madd(e, constant(0 /* 0.693359375 */), f32x4.add(m, y));
  // x = 0: -inf; x < 0 or NaN: NaN; +inf: +inf.
  y = v128.bitselect(constant(29 /* -Infinity */), y, f32x4.eq(x, constant(30 /* 0 */)));
  y = v128.bitselect(x, y, f32x4.eq(x, constant(31 /* Infinity */)));
  return v128.bitselect(y, constant(32 /* NaN */), f32x4.ge(x, constant(30 /* 0 */)));
}

/** log(1 + u) for 0 <= u <= 1. */
@inline
function log1p(u: v128): v128 {
  const v = f32x4.add(constant(8 /* 1 */), u);
  const d = f32x4.sub(v, constant(8 /* 1 */));
  // After Kahan: the rounding of 1 + u is taken back out.
  const y = f32x4.div(f32x4.mul(log(v), u), d);
  return v128.bitselect(u, y, f32x4.eq(d, constant(30 /* 0 */)));
}

@inline
export function sigmoid(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const y = f32x4.div(constant(8 /* 1 */), f32x4.add(constant(8 /* 1 */), e));
  return v128.bitselect(f32x4.mul(e, y), y, f32x4.lt(x, constant(30 /* 0 */)));
}

@inline
export function tanh(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = constant(33 /* -5.70498872745e-3 */);
  p = madd(p, z, constant(34 /* 2.06390887954e-2 */));
  p = madd(p, z, constant(35 /* -5.37397155531e-2 */));
  p = madd(p, z, constant(36 /* 1.33314422036e-1 */));
  p = madd(p, z, constant(37 /* -3.33332819422e-1 */));
  const near = madd(f32x4.mul(p, z), x, x);
  const e = expNegative(f32x4.mul(a, constant(38 /* -2 */)));
  const far = f32x4.div(f32x4.sub(constant(8 /* 1 */), e), f32x4.add(constant(8 /* 1 */), e));
  const signed = v128.or(far, v128.and(x, constant(39 /* -0.0 */)));
  return v128.bitselect(near, signed, f32x4.lt(a, constant(40 /* 0.625 */)));
}

@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, constant(30 /* 0 */)), log1p(expNegative(f32x4.neg(f32x4.abs(x)))));
}

/** After N. Juffa's `erff`: a polynomial near 0, else 1 - e^polynomial; without a division. */
@inline
export function erf(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = constant(41 /* -5.96761703e-4 */);
  p = madd(p, z, constant(42 /* 4.99119423e-3 */));
  p = madd(p, z, constant(43 /* -2.67681349e-2 */));
  p = madd(p, z, constant(44 /* 1.12819925e-1 */));
  p = madd(p, z, constant(45 /* -3.76125336e-1 */));
  p = madd(p, z, constant(46 /* 1.28379166e-1 */));
  const near = madd(p, x, x);
  let q = madd(constant(47 /* -1.72853470e-5 */), a, constant(48 /* 3.83197126e-4 */));
  q = madd(q, z, madd(constant(49 /* -3.88396438e-3 */), a, constant(50 /* 2.42546219e-2 */)));
  q = madd(q, a, constant(51 /* -1.06777877e-1 */));
  q = madd(q, a, constant(52 /* -6.34846687e-1 */));
  q = madd(q, a, constant(53 /* -1.28717512e-1 */));
  q = nmadd(constant(8 /* 1 */), a, f32x4.mul(q, a));
  const far = v128.or(f32x4.sub(constant(8 /* 1 */), expNegative(q)), v128.and(x, constant(39 /* -0.0 */)));
  return v128.bitselect(near, far, f32x4.lt(a, constant(54 /* 0.927734375 */)));
}
