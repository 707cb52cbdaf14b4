// Elementary functions on four floats at once.
//
// Guarantees: a relative error of a few units in the last place over the whole range, infinities and NaN as IEEE 754 has them, and results
// too small for a normal float are 0 (denormal numbers make later products fifty times slower).
// `pmax` and `pmin` are one instruction where `max` and `min` are eight; of a NaN they keep their first operand, so x comes first.
// Polynomials: Moshier, Cephes mathematical library, single precision (expf, logf, tanhf).
import { madd } from './simd';

/** The numbers below, in memory: V8 builds a vector of a literal anew in every turn of a loop, and loads one in a single instruction. */
const CONSTANTS = memory.data<f32>([
  -0.693145752, -1.42860677e-6, 0.00828929059, 0.0418978221, 0.166676521, 0.499991506, 0.999999702, 88.7228394,
  1, 0.693359375, 1.44269504, -87.33, -2.12194440e-4, -0.5, 1.17549435e-38, 8388608,
  126, 23, 0.707106781, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 0.5, -Infinity, 0, Infinity,
  NaN, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1, -2, -0.0,
  0.625, 5.556255, 2.19922676e-8, 6.28809539e-6, 1.71288761e-4, 4.69156355e-3, 3.41792181e-2, 0.398942262,
  1.1705913e-6, 7.40041869e-5, 1.89900072e-3, 2.88178045e-2, 0.252340883, -5.556255, 12582912, 12583039,
  5.9900756, -2.91935712e-11, 1.36353471e-8, 1.22518441e-6, 3.20757099e-5, 3.24442837e-4, 1.34849735e-2, -1.58509593e-2,
  0.797884524, 3.90522217e-7, 1.13474262e-5, 2.68373347e-4, 4.26331442e-3, 4.63909693e-2, 0.313466817, -5.9900756,
]);

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** x without its n times log(2): what is left for the polynomial. Coefficients and reduction of XNNPACK's `f32-raddstoreexpminusmax-rr2-p5`. */
@inline
function reduced(x: v128, n: v128): v128 {
  return madd(n, constant(1 /* -1.42860677e-6 */), madd(n, constant(0 /* -0.693145752 */), x));
}

/** (e^t - 1) / t. */
@inline
function expQuotient(t: v128): v128 {
  let p = constant(2 /* 0.00828929059 */);
  p = madd(p, t, constant(3 /* 0.0418978221 */));
  p = madd(p, t, constant(4 /* 0.166676521 */));
  p = madd(p, t, constant(5 /* 0.499991506 */));
  return madd(p, t, constant(6 /* 0.999999702 */));
}

/**
 * e^x for x <= 0. Adding 1.5 * 2^23 + 127 rounds x * log2(e) to a whole number n and leaves n + 127 in the low bits, which a shift
 * makes the power of two.
 */
@inline
export function expNegative(x: v128): v128 {
  const biased = madd(x, constant(10 /* 1.44269504 */), constant(55 /* 12583039 */));
  const t = reduced(x, f32x4.sub(biased, constant(55 /* 12583039 */)));
  const power = i32x4.shl(biased, 23);
  const y = madd(f32x4.mul(t, power), expQuotient(t), power);
  return v128.andnot(y, f32x4.lt(x, constant(11 /* -87.33 */)));
}

/** e^t, which is near 1, times 2^n by adding n to its exponent, because 2^128 is no float. What is too large, or NaN, is x + Infinity. */
@inline
export function exp(x: v128): v128 {
  const shifted = madd(x, constant(10 /* 1.44269504 */), constant(54 /* 12582912 */));
  const t = reduced(x, f32x4.sub(shifted, constant(54 /* 12582912 */)));
  const y = i32x4.add(madd(t, expQuotient(t), constant(8 /* 1 */)), i32x4.shl(shifted, 23));
  const bounded = v128.bitselect(y, f32x4.add(x, constant(31 /* Infinity */)), f32x4.lt(x, constant(7 /* 88.7228394 */)));
  return v128.andnot(bounded, f32x4.lt(x, constant(11 /* -87.33 */)));
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
  y = madd(e, constant(12 /* -2.12194440e-4 */), y);
  y = madd(z, constant(13 /* -0.5 */), y);
  y = madd(e, constant(9 /* 0.693359375 */), f32x4.add(m, y));
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

/**
 * The distribution function of the standard normal: 1/2 + x p(x^2) / q(x^2), a minimax fit to 2.4e-8 of its own, relative. At the bounds the
 * quotient is 1/2 exactly, in both builds, so that beyond them the result is 0 or 1.
 */
@inline
export function normalDistribution(x: v128): v128 {
  const c = f32x4.pmin(f32x4.pmax(x, constant(53 /* -5.556255 */)), constant(41 /* 5.556255 */));
  const z = f32x4.mul(c, c);
  let p = constant(42 /* 2.19922676e-8 */);
  p = madd(p, z, constant(43 /* 6.28809539e-6 */));
  p = madd(p, z, constant(44 /* 1.71288761e-4 */));
  p = madd(p, z, constant(45 /* 4.69156355e-3 */));
  p = madd(p, z, constant(46 /* 3.41792181e-2 */));
  p = madd(p, z, constant(47 /* 0.398942262 */));
  let q = constant(48 /* 1.1705913e-6 */);
  q = madd(q, z, constant(49 /* 7.40041869e-5 */));
  q = madd(q, z, constant(50 /* 1.89900072e-3 */));
  q = madd(q, z, constant(51 /* 2.88178045e-2 */));
  q = madd(q, z, constant(52 /* 0.252340883 */));
  q = madd(q, z, constant(8 /* 1 */));
  return f32x4.add(f32x4.div(f32x4.mul(c, p), q), constant(28 /* 0.5 */));
}

/** The derivative of x times that function, as another such quotient (to 1.3e-8), bounded in the same way. */
@inline
export function geluSlope(x: v128): v128 {
  const c = f32x4.pmin(f32x4.pmax(x, constant(71 /* -5.9900756 */)), constant(56 /* 5.9900756 */));
  const z = f32x4.mul(c, c);
  let p = constant(57 /* -2.91935712e-11 */);
  p = madd(p, z, constant(58 /* 1.36353471e-8 */));
  p = madd(p, z, constant(59 /* 1.22518441e-6 */));
  p = madd(p, z, constant(60 /* 3.20757099e-5 */));
  p = madd(p, z, constant(61 /* 3.24442837e-4 */));
  p = madd(p, z, constant(62 /* 1.34849735e-2 */));
  p = madd(p, z, constant(63 /* -1.58509593e-2 */));
  p = madd(p, z, constant(64 /* 0.797884524 */));
  let q = constant(65 /* 3.90522217e-7 */);
  q = madd(q, z, constant(66 /* 1.13474262e-5 */));
  q = madd(q, z, constant(67 /* 2.68373347e-4 */));
  q = madd(q, z, constant(68 /* 4.26331442e-3 */));
  q = madd(q, z, constant(69 /* 4.63909693e-2 */));
  q = madd(q, z, constant(70 /* 0.313466817 */));
  q = madd(q, z, constant(8 /* 1 */));
  return f32x4.add(f32x4.div(f32x4.mul(c, p), q), constant(28 /* 0.5 */));
}
