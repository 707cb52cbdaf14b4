// Elementwise functions of one and of two arrays, and copies between strides.
//
// Guarantees: outputs are contiguous; an output may be one of the inputs. Binary functions see a plane of rows and columns, each operand
// with a stride for either (0 repeats); columns that are adjacent or repeated are read as vectors, others lane by lane with the
// same arithmetic. The codes are those of `src/backend/codes.ts`.
import { loadLanes, storeLanes } from './simd';
import { exp, geluSlope, log, normalDistribution, sigmoid, softplus, tanh } from './functions';

@inline
function unaryValue(op: i32, x: v128, low: v128, high: v128): v128 {
  if (op == 0) return f32x4.neg(x);
  if (op == 1) return exp(x);
  if (op == 2) return log(x);
  if (op == 3) return f32x4.sqrt(x);
  if (op == 4) return f32x4.abs(x);
  // NaN stays NaN, because it is not less than 0.
  if (op == 5) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)));
  if (op == 6) return sigmoid(x);
  if (op == 7) return tanh(x);
  if (op == 8) return softplus(x);
  if (op == 9) return f32x4.pmin(f32x4.pmax(x, low), high);
  if (op == 10) return f32x4.mul(x, x);
  // gelu
  if (op == 11) return f32x4.mul(x, normalDistribution(x));
  // silu
  if (op == 12) return f32x4.mul(x, sigmoid(x));
  // low * x + high
  return f32x4.add(f32x4.mul(x, low), high);
}

@inline
function unaryLoop(op: i32, x: usize, y: usize, n: i32, low: v128, high: v128): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, unaryValue(op, v128.load(x), low, high));
    x += 16;
    y += 16;
  }
  if (n > 0) storeLanes(y, unaryValue(op, loadLanes(x, 4, n), low, high), n);
}

/** As `unaryLoop`, with the code of a long function once: beside it a branch costs nothing. What is read past the end is not written. */
@inline
function longUnaryLoop(op: i32, x: usize, y: usize, n: i32): void {
  const none = f32x4.splat(0);
  for (; n > 0; n -= 4) {
    const value = unaryValue(op, v128.load(x), none, none);
    if (n >= 4) v128.store(y, value);
    else storeLanes(y, value, n);
    x += 16;
    y += 16;
  }
}

export function unary(op: i32, x: usize, y: usize, n: i32, a: f32, b: f32): void {
  const low = f32x4.splat(a), high = f32x4.splat(b);
  switch (op) {
    case 0: unaryLoop(0, x, y, n, low, high); break;
    case 1: longUnaryLoop(1, x, y, n); break;
    case 2: longUnaryLoop(2, x, y, n); break;
    case 3: unaryLoop(3, x, y, n, low, high); break;
    case 4: unaryLoop(4, x, y, n, low, high); break;
    case 5: unaryLoop(5, x, y, n, low, high); break;
    case 6: longUnaryLoop(6, x, y, n); break;
    case 7: longUnaryLoop(7, x, y, n); break;
    case 8: longUnaryLoop(8, x, y, n); break;
    case 9: unaryLoop(9, x, y, n, low, high); break;
    case 10: unaryLoop(10, x, y, n, low, high); break;
    case 11: longUnaryLoop(11, x, y, n); break;
    case 12: longUnaryLoop(12, x, y, n); break;
    default: unaryLoop(13, x, y, n, low, high);
  }
}

@inline
function binaryValue(op: i32, a: v128, b: v128): v128 {
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  // From here on the gradient a of a function, and its output or input b.
  // relu, by output
  if (op == 6) return v128.andnot(a, f32x4.le(b, zero));
  // sqrt, by output
  if (op == 7) return f32x4.div(f32x4.mul(a, f32x4.splat(0.5)), b);
  // sigmoid, by output
  if (op == 8) return f32x4.mul(a, f32x4.mul(b, f32x4.sub(one, b)));
  // tanh, by output
  if (op == 9) return f32x4.mul(a, f32x4.sub(one, f32x4.mul(b, b)));
  // abs, by input: 0 at 0, NaN at NaN
  if (op == 10) return v128.or(v128.andnot(v128.xor(a, v128.and(b, f32x4.splat(-0.0))), f32x4.eq(b, zero)), f32x4.ne(b, b));
  // softplus, by input
  if (op == 11) return f32x4.mul(a, sigmoid(b));
  // square, by input
  if (op == 12) return f32x4.mul(f32x4.add(a, a), b);
  // gelu, by input
  if (op == 13) return f32x4.mul(a, geluSlope(b));
  // silu, by input
  const s = sigmoid(b);
  return f32x4.mul(a, f32x4.mul(s, f32x4.add(one, f32x4.mul(b, f32x4.sub(one, s)))));
}

@inline
function binaryLoop(op: i32, rows: i32, columns: i32, a: usize, ars: usize, acs: usize, b: usize, brs: usize, bcs: usize, out: usize): void {
  for (; rows > 0; rows--) {
    let x = a, y = b, n = columns;
    if (acs == 4 && bcs == 4) {
      for (; n >= 4; n -= 4) {
        v128.store(out, binaryValue(op, v128.load(x), v128.load(y)));
        x += 16;
        y += 16;
        out += 16;
      }
    } else if (op < 6 && acs == 4 && bcs == 0) {
      const v = v128.load32_splat(y);
      for (; n >= 4; n -= 4) {
        v128.store(out, binaryValue(op, v128.load(x), v));
        x += 16;
        out += 16;
      }
    } else if (op < 6 && acs == 0 && bcs == 4) {
      const v = v128.load32_splat(x);
      for (; n >= 4; n -= 4) {
        v128.store(out, binaryValue(op, v, v128.load(y)));
        y += 16;
        out += 16;
      }
    } else {
      for (; n >= 4; n -= 4) {
        v128.store(out, binaryValue(op, loadLanes(x, acs, 4), loadLanes(y, bcs, 4)));
        x += 4 * acs;
        y += 4 * bcs;
        out += 16;
      }
    }
    if (n > 0) {
      storeLanes(out, binaryValue(op, loadLanes(x, acs, n), loadLanes(y, bcs, n)), n);
      out += <usize>(n << 2);
    }
    a += ars;
    b += brs;
  }
}

/** As `longUnaryLoop`; `adjacent` columns are read without looking at their strides. */
@inline
function longBinaryRows(op: i32, adjacent: bool, rows: i32, columns: i32, a: usize, ars: usize, acs: usize, b: usize, brs: usize, bcs: usize, out: usize): void {
  for (; rows > 0; rows--) {
    let x = a, y = b;
    for (let n = columns; n > 0; n -= 4) {
      const count = min(n, 4);
      const value = binaryValue(op, adjacent ? v128.load(x) : loadLanes(x, acs, count), adjacent ? v128.load(y) : loadLanes(y, bcs, count));
      if (n >= 4) v128.store(out, value);
      else storeLanes(out, value, n);
      x += adjacent ? 16 : 4 * acs;
      y += adjacent ? 16 : 4 * bcs;
      out += <usize>count << 2;
    }
    a += ars;
    b += brs;
  }
}

@inline
function longBinaryLoop(op: i32, rows: i32, columns: i32, a: usize, ars: usize, acs: usize, b: usize, brs: usize, bcs: usize, out: usize): void {
  if (acs == 4 && bcs == 4) longBinaryRows(op, true, rows, columns, a, ars, acs, b, brs, bcs, out);
  else longBinaryRows(op, false, rows, columns, a, ars, acs, b, brs, bcs, out);
}

export function binary(op: i32, rows: i32, columns: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, out: usize): void {
  const ars = <usize>aRow << 2, acs = <usize>aColumn << 2, brs = <usize>bRow << 2, bcs = <usize>bColumn << 2;
  switch (op) {
    case 0: binaryLoop(0, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 1: binaryLoop(1, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 2: binaryLoop(2, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 3: binaryLoop(3, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 4: binaryLoop(4, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 5: binaryLoop(5, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 6: binaryLoop(6, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 7: binaryLoop(7, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 8: binaryLoop(8, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 9: binaryLoop(9, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 10: binaryLoop(10, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 11: longBinaryLoop(11, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 12: binaryLoop(12, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    case 13: longBinaryLoop(13, rows, columns, a, ars, acs, b, brs, bcs, out); break;
    default: longBinaryLoop(14, rows, columns, a, ars, acs, b, brs, bcs, out);
  }
}

/** A plane of `from` into a plane of `to`, each with its own strides. */
export function copy(rows: i32, columns: i32, from: usize, fromRow: i32, fromColumn: i32, to: usize, toRow: i32, toColumn: i32): void {
  const frs = <usize>fromRow << 2, fcs = <usize>fromColumn << 2, trs = <usize>toRow << 2, tcs = <usize>toColumn << 2;
  if (fcs == 4 && tcs == 4) {
    for (; rows > 0; rows--) {
      memory.copy(to, from, <usize>columns << 2);
      from += frs;
      to += trs;
    }
    return;
  }
  if (fcs == 0 && tcs == 4) {
    for (; rows > 0; rows--) {
      fill(to, columns, load<f32>(from));
      from += frs;
      to += trs;
    }
    return;
  }
  if (frs == 4 && tcs == 4) {
    // A transpose, four by four.
    for (; rows >= 4; rows -= 4) {
      let x = from, y = to, n = columns;
      for (; n >= 4; n -= 4) {
        const c0 = v128.load(x), c1 = v128.load(x + fcs), c2 = v128.load(x + 2 * fcs), c3 = v128.load(x + 3 * fcs);
        const l01 = v128.shuffle<u32>(c0, c1, 0, 4, 1, 5), h01 = v128.shuffle<u32>(c0, c1, 2, 6, 3, 7);
        const l23 = v128.shuffle<u32>(c2, c3, 0, 4, 1, 5), h23 = v128.shuffle<u32>(c2, c3, 2, 6, 3, 7);
        v128.store(y, v128.shuffle<u64>(l01, l23, 0, 2));
        v128.store(y + trs, v128.shuffle<u64>(l01, l23, 1, 3));
        v128.store(y + 2 * trs, v128.shuffle<u64>(h01, h23, 0, 2));
        v128.store(y + 3 * trs, v128.shuffle<u64>(h01, h23, 1, 3));
        x += 4 * fcs;
        y += 16;
      }
      for (; n > 0; n--) {
        store<f32>(y, load<f32>(x));
        store<f32>(y + trs, load<f32>(x, 4));
        store<f32>(y + 2 * trs, load<f32>(x, 8));
        store<f32>(y + 3 * trs, load<f32>(x, 12));
        x += fcs;
        y += 4;
      }
      from += 16;
      to += 4 * trs;
    }
  }
  for (; rows > 0; rows--) {
    let x = from, y = to;
    for (let n = columns; n > 0; n--) {
      store<f32>(y, load<f32>(x));
      x += fcs;
      y += tcs;
    }
    from += frs;
    to += trs;
  }
}

export function fill(to: usize, n: i32, value: f32): void {
  const v = f32x4.splat(value);
  for (; n >= 4; n -= 4) {
    v128.store(to, v);
    to += 16;
  }
  for (; n > 0; n--) {
    store<f32>(to, value);
    to += 4;
  }
}
