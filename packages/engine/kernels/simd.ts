// What the kernels share: the multiply-add, loads and stores of parts of a vector, and sums over lanes.

/**
 * a * b + c, in one rounding where the platform has it. One module serves for both: `relaxed_min` and `relaxed_max`, which no kernel uses for what they mean, mark the
 * product and the sum, and `src/backend/load-kernels.ts` puts in their place either a multiplication and an addition or nothing and a fused multiply-add.
 */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_max(f32x4.relaxed_min(a, b), c);
}

/** 1 + 2^-12, and what its square is in one rounding with the last bit lost. In memory, so that the compiler does not compute with them. */
const PROBE = memory.data<f32>([1.000244140625, -1.00048828125]);

/** Whether `madd` rounds once. */
export const FUSED: bool = f32x4.extract_lane(madd(v128.load32_splat(PROBE), v128.load32_splat(PROBE), v128.load32_splat(PROBE, 4)), 0) != 0;

/** `count` (1 to 4) floats at `at`, `stride` bytes apart; the lanes beyond repeat the last. */
export function loadLanes(at: usize, stride: usize, count: i32): v128 {
  let v = v128.load32_splat(at);
  if (count > 1) v = v128.load_lane<f32>(at + stride, v, 1);
  if (count > 2) v = v128.load_lane<f32>(at + 2 * stride, v, 2);
  if (count > 3) v = v128.load_lane<f32>(at + 3 * stride, v, 3);
  return v;
}

/**
 * The first `count` (1 to 3) lanes. Exported by a list of its own: the compiler takes the word `export` before a function for one that leaves the module, and warns (AS112) that
 * not every embedding can hand a vector over. Only other kernels call this.
 */
function storeLanes(at: usize, v: v128, count: i32): void {
  v128.store_lane<f32>(at, v, 0);
  if (count > 1) v128.store_lane<f32>(at, v, 1, 4);
  if (count > 2) v128.store_lane<f32>(at, v, 2, 8);
}
export { storeLanes };

@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

@inline
export function maxLanes(v: v128): f32 {
  return max<f32>(max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
