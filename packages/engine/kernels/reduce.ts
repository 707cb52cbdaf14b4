// Reductions and the functions along rows that begin with one: softmax, its logarithm, their gradients.
//
// Guarantees: sums of more than a row of a softmax are accumulated in double precision. Rows are contiguous. A softmax has no
// denormal results: what is below 1.1834e-38, about the smallest normal float, is 0.
import { loadLanes, madd, maxLanes, storeLanes, sumLanes } from './simd';
import { fill } from './elementwise';
import { exp, expNegative } from './functions';

@inline
function lowHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline
function highHalf(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 0));
}

@inline
function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** out[r] = scale * sum of row r. */
export function sumRows(x: usize, rows: i32, columns: i32, scale: f64, out: usize): void {
  for (; rows > 0; rows--) {
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let n = columns;
    for (; n >= 8; n -= 8) {
      const u = v128.load(x), v = v128.load(x, 16);
      a = f64x2.add(a, lowHalf(u));
      b = f64x2.add(b, highHalf(u));
      c = f64x2.add(c, lowHalf(v));
      d = f64x2.add(d, highHalf(v));
      x += 32;
    }
    let sum = sum2(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
    for (; n > 0; n--) {
      sum += load<f32>(x);
      x += 4;
    }
    store<f32>(out, <f32>(sum * scale));
    out += 4;
  }
}

/** out[c] = scale * sum over the rows of column c, the rows `stride` elements apart. */
export function sumColumns(x: usize, rows: i32, columns: i32, stride: i32, scale: f64, out: usize): void {
  const step = <usize>stride << 2;
  for (; columns >= 8; columns -= 8) {
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let at = x;
    for (let r = rows; r > 0; r--) {
      const u = v128.load(at), v = v128.load(at, 16);
      a = f64x2.add(a, lowHalf(u));
      b = f64x2.add(b, highHalf(u));
      c = f64x2.add(c, lowHalf(v));
      d = f64x2.add(d, highHalf(v));
      at += step;
    }
    const by = f64x2.splat(scale);
    v128.store(out, v128.shuffle<u64>(f32x4.demote_f64x2_zero(f64x2.mul(a, by)), f32x4.demote_f64x2_zero(f64x2.mul(b, by)), 0, 2));
    v128.store(out, v128.shuffle<u64>(f32x4.demote_f64x2_zero(f64x2.mul(c, by)), f32x4.demote_f64x2_zero(f64x2.mul(d, by)), 0, 2), 16);
    x += 32;
    out += 32;
  }
  for (; columns > 0; columns--) {
    let sum: f64 = 0;
    let at = x;
    for (let r = rows; r > 0; r--) {
      sum += load<f32>(at);
      at += step;
    }
    store<f32>(out, <f32>(sum * scale));
    x += 4;
    out += 4;
  }
}

/**
 * The largest of a row for a softmax. A NaN may be passed over (`pmax` is one instruction, `max` eight): it makes the whole row NaN when it is
 * exponentiated.
 */
@inline
function rowMax(x: usize, columns: i32): f32 {
  let n = columns;
  let top: f32 = -Infinity;
  if (n >= 4) {
    let a = v128.load(x), b = a;
    for (; n >= 8; n -= 8) {
      a = f32x4.pmax(a, v128.load(x));
      b = f32x4.pmax(b, v128.load(x, 16));
      x += 32;
    }
    if (n >= 4) {
      a = f32x4.pmax(a, v128.load(x));
      x += 16;
      n -= 4;
    }
    top = maxLanes(f32x4.max(a, b));
  }
  for (; n > 0; n--) {
    top = max<f32>(top, load<f32>(x));
    x += 4;
  }
  return top;
}

/**
 * e^x for x <= 0 to two units in the last place, with the constants in locals, where they stay through the loop; below `least` it is e^least, which
 * the division by the sum makes 0. Coefficients and reduction of XNNPACK's `f32-raddstoreexpminusmax-rr2-p5`.
 */
@inline
function raised(difference: v128, log2e: v128, magic: v128, high: v128, low: v128, c5: v128, c4: v128, c3: v128, c2: v128, c1: v128, least: v128): v128 {
  const x = f32x4.pmax(difference, least);
  const biased = madd(x, log2e, magic);
  const s = i32x4.shl(biased, 23);
  const n = f32x4.sub(biased, magic);
  const t = madd(n, low, madd(n, high, x));
  const p = madd(madd(madd(madd(c5, t, c4), t, c3), t, c2), t, c1);
  return madd(f32x4.mul(t, s), p, s);
}

/** The softmax of `scale` times each row; the scale is positive. An output may be the input. */
export function softmaxRows(x: usize, rows: i32, columns: i32, scale: f32, out: usize): void {
  const tail = columns & 3;
  const log2e = f32x4.splat(1.44269504), magic = f32x4.splat(12583039), high = f32x4.splat(-0.693145752), low = f32x4.splat(-1.42860677e-6);
  const c5 = f32x4.splat(0.00828929059), c4 = f32x4.splat(0.0418978221), c3 = f32x4.splat(0.166676521), c2 = f32x4.splat(0.499991506), c1 = f32x4.splat(0.999999702);
  const floor = f32x4.splat(-87.33), by = f32x4.splat(scale);
  for (; rows > 0; rows--) {
    const top = f32x4.splat(-rowMax(x, columns) * scale);
    let total = f32x4.splat(0), second = total;
    let at = out;
    let n = columns;
    for (; n >= 8; n -= 8) {
      const e = raised(madd(v128.load(x), by, top), log2e, magic, high, low, c5, c4, c3, c2, c1, floor);
      const f = raised(madd(v128.load(x, 16), by, top), log2e, magic, high, low, c5, c4, c3, c2, c1, floor);
      v128.store(at, e);
      v128.store(at, f, 16);
      total = f32x4.add(total, e);
      second = f32x4.add(second, f);
      x += 32;
      at += 32;
    }
    if (n >= 4) {
      const e = raised(madd(v128.load(x), by, top), log2e, magic, high, low, c5, c4, c3, c2, c1, floor);
      v128.store(at, e);
      total = f32x4.add(total, e);
      x += 16;
      at += 16;
      n -= 4;
    }
    let sum = sumLanes(f32x4.add(total, second));
    for (; n > 0; n--) {
      const e = f32x4.extract_lane(raised(madd(v128.load32_splat(x), by, top), log2e, magic, high, low, c5, c4, c3, c2, c1, floor), 0);
      store<f32>(at, e);
      sum += e;
      x += 4;
      at += 4;
    }
    const inverse = f32x4.splat(1 / sum);
    // A little more than e^floor, which is 1.1832e-38; the sum is 1 or more.
    const least = f32x4.splat(1.1834e-38);
    n = columns;
    for (; n >= 4; n -= 4) {
      const y = f32x4.mul(v128.load(out), inverse);
      v128.store(out, v128.andnot(y, f32x4.lt(y, least)));
      out += 16;
    }
    if (tail > 0) {
      const y = f32x4.mul(loadLanes(out, 4, tail), inverse);
      storeLanes(out, v128.andnot(y, f32x4.lt(y, least)), tail);
      out += <usize>tail << 2;
    }
  }
}

/**
 * The same where a row may see nothing, which gives zeros: everything is -Infinity. With a `period` of rows row r sees its first r % period + 1
 * columns only; the number of the first row is `first`.
 */
export function maskedSoftmaxRows(x: usize, first: i32, rows: i32, columns: i32, period: i32, scale: f32, out: usize): void {
  const size = <usize>columns << 2;
  for (let row = first; row < first + rows; row++) {
    const visible = period > 0 ? min(row % period + 1, columns) : columns;
    let empty = rowMax(x, visible) == -Infinity;
    // A NaN may have been passed over.
    if (empty) for (let at = x; at < x + (<usize>visible << 2); at += 4) if (load<f32>(at) != -Infinity) empty = false;
    if (empty) fill(out, visible, 0);
    else softmaxRows(x, 1, visible, scale, out);
    fill(out + (<usize>visible << 2), columns - visible, 0);
    x += size;
    out += size;
  }
}

export function logSoftmaxRows(x: usize, rows: i32, columns: i32, out: usize): void {
  for (; rows > 0; rows--) {
    const top = rowMax(x, columns);
    const tops = f32x4.splat(top);
    let total = f32x4.splat(0);
    let at = x;
    let n = columns;
    for (; n >= 4; n -= 4) {
      total = f32x4.add(total, expNegative(f32x4.sub(v128.load(at), tops)));
      at += 16;
    }
    let sum = sumLanes(total);
    for (; n > 0; n--) {
      sum += f32x4.extract_lane(expNegative(f32x4.sub(v128.load32_splat(at), tops)), 0);
      at += 4;
    }
    const shift = <f32>(<f64>top + Math.log(<f64>sum));
    const shifts = f32x4.splat(shift);
    n = columns;
    for (; n >= 4; n -= 4) {
      v128.store(out, f32x4.sub(v128.load(x), shifts));
      x += 16;
      out += 16;
    }
    for (; n > 0; n--) {
      store<f32>(out, load<f32>(x) - shift);
      x += 4;
      out += 4;
    }
  }
}

/** scale * y * (g - sum(g * y)) for y = softmax. */
export function softmaxGradientRows(g: usize, y: usize, rows: i32, columns: i32, scale: f32, out: usize): void {
  const size = <usize>columns << 2;
  const by = f32x4.splat(scale);
  for (; rows > 0; rows--) {
    let total = f32x4.splat(0);
    let at: usize = 0;
    for (; at + 16 <= size; at += 16) total = madd(v128.load(g + at), v128.load(y + at), total);
    let sum = sumLanes(total);
    for (; at < size; at += 4) sum += load<f32>(g + at) * load<f32>(y + at);
    const sums = f32x4.splat(sum);
    for (at = 0; at + 16 <= size; at += 16) v128.store(out + at, f32x4.mul(v128.load(y + at), f32x4.mul(f32x4.sub(v128.load(g + at), sums), by)));
    for (; at < size; at += 4) store<f32>(out + at, load<f32>(y + at) * ((load<f32>(g + at) - sum) * scale));
    g += size;
    y += size;
    out += size;
  }
}

/** g - e^y * sum(g) for y = log(softmax). */
export function logSoftmaxGradientRows(g: usize, y: usize, rows: i32, columns: i32, out: usize): void {
  const size = <usize>columns << 2;
  for (; rows > 0; rows--) {
    let total = f32x4.splat(0);
    let at: usize = 0;
    for (; at + 16 <= size; at += 16) total = f32x4.add(total, v128.load(g + at));
    let sum = sumLanes(total);
    for (; at < size; at += 4) sum += load<f32>(g + at);
    const taken = f32x4.splat(-sum);
    for (at = 0; at + 16 <= size; at += 16) v128.store(out + at, madd(exp(v128.load(y + at)), taken, v128.load(g + at)));
    for (; at < size; at += 4) {
      const e = f32x4.extract_lane(exp(v128.load32_splat(y + at)), 0);
      store<f32>(out + at, load<f32>(g + at) - e * sum);
    }
    g += size;
    y += size;
    out += size;
  }
}
