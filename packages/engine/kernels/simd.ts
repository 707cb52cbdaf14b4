// What the kernels share: the multiply-add of the build, loads and stores of parts of a vector, and sums over lanes.
// FMA is 1 in the build for relaxed SIMD and 0 in the plain one (`--use FMA=…`); binaryen folds the choice.

export const FMA_BUILD: bool = FMA == 1;

/** a * b + c, in one rounding where the build has it. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return FMA_BUILD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return FMA_BUILD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

/** `count` (1 to 4) floats at `at`, `stride` bytes apart; the lanes beyond repeat the last. */
export function loadLanes(at: usize, stride: usize, count: i32): v128 {
  let v = v128.load32_splat(at);
  if (count > 1) v = v128.load_lane<f32>(at + stride, v, 1);
  if (count > 2) v = v128.load_lane<f32>(at + 2 * stride, v, 2);
  if (count > 3) v = v128.load_lane<f32>(at + 3 * stride, v, 3);
  return v;
}

/** The first `count` (1 to 3) lanes. */
export function storeLanes(at: usize, v: v128, count: i32): void {
  v128.store_lane<f32>(at, v, 0);
  if (count > 1) v128.store_lane<f32>(at, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(at, v, 2, 8);
}

@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

@inline
export function maxLanes(v: v128): f32 {
  return max<f32>(max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
