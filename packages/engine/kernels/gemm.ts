// Matrix products in float32: C[m, n] (rows `crs` apart, columns adjacent) = A[m, k] B[k, n], or C += A B.
//
// Guarantees: A and B may have any strides, because both are packed into panels first: a transposed operand costs nothing extra.
// After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): B in blocks of KC x NC, A in blocks of MC x KC,
// and a register tile of MR x NR sums. The tile is 3 x 12 with fused multiply-add and 2 x 16 without, the best of those measured on V8
// (15 vector registers; k is not unrolled, which makes V8 slower). Reads up to 12 bytes past an operand: the memory ends later.
// A single row or column is done without packing. Who multiplies by the same B many times packs it once (`packRight`) and calls `gemmPacked`.
// `scratch` is the caller's own part of the memory, as `src/memory/linear-memory.ts` gives it.
import { FUSED, madd, sumLanes } from './simd';

const MR: i32 = FUSED ? 3 : 2;
const NR: i32 = FUSED ? 12 : 16;
/** Multiples of both tiles. A block of A is 48 KiB, one of B 1 MiB, which is 1,024 columns and some. */
const MC: i32 = 48;
const NC: i32 = 1056;
const KC: i32 = 256;
const PACKED_A: usize = <usize>((MC + 4) * KC * 4);
const PACKED_B: usize = <usize>((NC + 16) * KC * 4);

/** Rows i .. i + count of A for all k, k by k. */
function packA(to: usize, a: usize, rs: usize, cs: usize, count: i32, k: i32): void {
  const end = to + <usize>(k * MR * 4);
  if (count < MR) {
    memory.fill(to, 0, end - to);
    for (let row = 0; row < count; row++) {
      let from = a + <usize>row * rs;
      for (let at = to + <usize>(row * 4); at < end; at += <usize>(MR * 4)) {
        store<f32>(at, load<f32>(from));
        from += cs;
      }
    }
    return;
  }
  if (cs == 4) {
    const stop = to + <usize>((k & ~3) * MR * 4);
    while (to < stop) {
      const r0 = v128.load(a);
      const r1 = v128.load(a + rs);
      const low = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
      const high = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
      if (MR == 3) {
        const r2 = v128.load(a + 2 * rs);
        v128.store(to, v128.shuffle<u32>(low, r2, 0, 1, 4, 2));
        v128.store(to, v128.shuffle<u32>(v128.shuffle<u32>(low, r2, 3, 5, 0, 0), high, 0, 1, 4, 5), 16);
        v128.store(to, v128.shuffle<u32>(r2, high, 2, 6, 7, 3), 32);
      } else {
        v128.store(to, low);
        v128.store(to, high, 16);
      }
      to += <usize>(MR * 16);
      a += 16;
    }
  } else if (rs == 4) {
    // Writes a little beyond, where the next is written then.
    while (to < end) {
      v128.store(to, v128.load(a));
      to += <usize>(MR * 4);
      a += cs;
    }
  }
  while (to < end) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(a + rs), 4);
    if (MR == 3) store<f32>(to, load<f32>(a + 2 * rs), 8);
    to += <usize>(MR * 4);
    a += cs;
  }
}

/** Columns j .. j + count of B for all k, k by k. */
function packB(to: usize, b: usize, rs: usize, cs: usize, count: i32, k: i32): void {
  const end = to + <usize>(k * NR * 4);
  if (count < NR) {
    memory.fill(to, 0, end - to);
    for (let column = 0; column < count; column++) {
      let from = b + <usize>column * cs;
      for (let at = to + <usize>(column * 4); at < end; at += <usize>(NR * 4)) {
        store<f32>(at, load<f32>(from));
        from += rs;
      }
    }
    return;
  }
  if (cs == 4) {
    while (to < end) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      v128.store(to, v128.load(b, 32), 32);
      if (NR == 16) v128.store(to, v128.load(b, 48), 48);
      to += <usize>(NR * 4);
      b += rs;
    }
    return;
  }
  if (rs == 4) {
    const whole = k & ~3, width = <usize>(NR * 4);
    for (let column = 0; column < NR; column += 4) {
      let from = b + <usize>column * cs;
      let at = to + <usize>(column * 4);
      for (let i = 0; i < whole; i += 4) {
        const c0 = v128.load(from);
        const c1 = v128.load(from + cs);
        const c2 = v128.load(from + 2 * cs);
        const c3 = v128.load(from + 3 * cs);
        const l01 = v128.shuffle<u32>(c0, c1, 0, 4, 1, 5);
        const h01 = v128.shuffle<u32>(c0, c1, 2, 6, 3, 7);
        const l23 = v128.shuffle<u32>(c2, c3, 0, 4, 1, 5);
        const h23 = v128.shuffle<u32>(c2, c3, 2, 6, 3, 7);
        v128.store(at, v128.shuffle<u64>(l01, l23, 0, 2));
        v128.store(at + width, v128.shuffle<u64>(l01, l23, 1, 3));
        v128.store(at + 2 * width, v128.shuffle<u64>(h01, h23, 0, 2));
        v128.store(at + 3 * width, v128.shuffle<u64>(h01, h23, 1, 3));
        from += 16;
        at += <usize>(NR * 16);
      }
    }
    to += <usize>(whole * NR * 4);
    b += <usize>(whole * 4);
  }
  while (to < end) {
    let from = b;
    for (let at = to; at < to + <usize>(NR * 4); at += 4) {
      store<f32>(at, load<f32>(from));
      from += cs;
    }
    to += <usize>(NR * 4);
    b += rs;
  }
}

/** Stores v and what lies at `from`, which is C itself or a row for all rows; nothing is added if that is 0. */
@inline
function put(at: usize, v: v128, offset: usize, from: usize): void {
  v128.store(at + offset, from ? f32x4.add(v128.load(from + offset), v) : v);
}

function tile3x12(k: i32, a: usize, b: usize, c: usize, crs: usize, from: usize, frs: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c10 = c00, c11 = c00, c12 = c00, c20 = c00, c21 = c00, c22 = c00;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    let r = v128.load32_splat(a);
    c00 = madd(r, b0, c00);
    c01 = madd(r, b1, c01);
    c02 = madd(r, b2, c02);
    r = v128.load32_splat(a, 4);
    c10 = madd(r, b0, c10);
    c11 = madd(r, b1, c11);
    c12 = madd(r, b2, c12);
    r = v128.load32_splat(a, 8);
    c20 = madd(r, b0, c20);
    c21 = madd(r, b1, c21);
    c22 = madd(r, b2, c22);
    a += 12;
    b += 48;
  }
  put(c, c00, 0, from);
  put(c, c01, 16, from);
  put(c, c02, 32, from);
  c += crs;
  from += frs;
  put(c, c10, 0, from);
  put(c, c11, 16, from);
  put(c, c12, 32, from);
  c += crs;
  from += frs;
  put(c, c20, 0, from);
  put(c, c21, 16, from);
  put(c, c22, 32, from);
}

/** One row of three panels, which lie `step` bytes apart: a tile for it alone would wait for its own sums. */
function tile1x36(k: i32, a: usize, b: usize, step: usize, c: usize, from: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0;
  let d = b + step, e = d + step;
  for (; k > 0; k--) {
    const r = v128.load32_splat(a);
    c0 = madd(r, v128.load(b), c0);
    c1 = madd(r, v128.load(b, 16), c1);
    c2 = madd(r, v128.load(b, 32), c2);
    c3 = madd(r, v128.load(d), c3);
    c4 = madd(r, v128.load(d, 16), c4);
    c5 = madd(r, v128.load(d, 32), c5);
    c6 = madd(r, v128.load(e), c6);
    c7 = madd(r, v128.load(e, 16), c7);
    c8 = madd(r, v128.load(e, 32), c8);
    a += 12;
    b += 48;
    d += 48;
    e += 48;
  }
  put(c, c0, 0, from);
  put(c, c1, 16, from);
  put(c, c2, 32, from);
  put(c, c3, 48, from);
  put(c, c4, 64, from);
  put(c, c5, 80, from);
  put(c, c6, 96, from);
  put(c, c7, 112, from);
  put(c, c8, 128, from);
}

/** Nine rows, of three panels of A that lie `step` bytes apart, of the first four columns of a panel of B: what is left over of a width. */
function tile9x4(k: i32, a: usize, step: usize, b: usize, c: usize, crs: usize, from: usize, frs: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0;
  let d = a + step, e = d + step;
  for (; k > 0; k--) {
    const v = v128.load(b);
    c0 = madd(v128.load32_splat(a), v, c0);
    c1 = madd(v128.load32_splat(a, 4), v, c1);
    c2 = madd(v128.load32_splat(a, 8), v, c2);
    c3 = madd(v128.load32_splat(d), v, c3);
    c4 = madd(v128.load32_splat(d, 4), v, c4);
    c5 = madd(v128.load32_splat(d, 8), v, c5);
    c6 = madd(v128.load32_splat(e), v, c6);
    c7 = madd(v128.load32_splat(e, 4), v, c7);
    c8 = madd(v128.load32_splat(e, 8), v, c8);
    a += 12;
    d += 12;
    e += 12;
    b += 48;
  }
  put(c, c0, 0, from);
  put(c + crs, c1, 0, from + frs);
  put(c + 2 * crs, c2, 0, from + 2 * frs);
  put(c + 3 * crs, c3, 0, from + 3 * frs);
  put(c + 4 * crs, c4, 0, from + 4 * frs);
  put(c + 5 * crs, c5, 0, from + 5 * frs);
  put(c + 6 * crs, c6, 0, from + 6 * frs);
  put(c + 7 * crs, c7, 0, from + 7 * frs);
  put(c + 8 * crs, c8, 0, from + 8 * frs);
}

function tile2x16(k: i32, a: usize, b: usize, c: usize, crs: usize, from: usize, frs: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  for (; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    let r = v128.load32_splat(a);
    c00 = madd(r, b0, c00);
    c01 = madd(r, b1, c01);
    c02 = madd(r, b2, c02);
    c03 = madd(r, b3, c03);
    r = v128.load32_splat(a, 4);
    c10 = madd(r, b0, c10);
    c11 = madd(r, b1, c11);
    c12 = madd(r, b2, c12);
    c13 = madd(r, b3, c13);
    a += 8;
    b += 64;
  }
  put(c, c00, 0, from);
  put(c, c01, 16, from);
  put(c, c02, 32, from);
  put(c, c03, 48, from);
  c += crs;
  from += frs;
  put(c, c10, 0, from);
  put(c, c11, 16, from);
  put(c, c12, 32, from);
  put(c, c13, 48, from);
}

@inline
function tile(k: i32, a: usize, b: usize, c: usize, crs: usize, from: usize, frs: usize): void {
  if (MR == 3) tile3x12(k, a, b, c, crs, from, frs);
  else tile2x16(k, a, b, c, crs, from, frs);
}

/** A tile at the edge: through `temp`, of which the part inside C is copied. */
function edgeTile(k: i32, a: usize, b: usize, c: usize, crs: usize, from: usize, frs: usize, rows: i32, columns: i32, temp: usize): void {
  tile(k, a, b, temp, <usize>(NR * 4), 0, 0);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    for (; at + 16 <= <usize>columns << 2; at += 16) put(c, v128.load(temp + at), at, from);
    for (; at < <usize>columns << 2; at += 4) store<f32>(c + at, from ? load<f32>(from + at) + load<f32>(temp + at) : load<f32>(temp + at));
    temp += <usize>(NR * 4);
    c += crs;
    from += frs;
  }
}

/** y[j] (`ys` apart) = sum over k of x[k] B[k, j], or added to it. */
function vectorMatrix(n: i32, k: i32, x: usize, xs: usize, b: usize, brs: usize, bcs: usize, y: usize, ys: usize, add: i32): void {
  if (bcs == 4 && ys == 4) {
    // Row by row of B, four rows in one go over y.
    let from = 0;
    if (!add) memory.fill(y, 0, <usize>(n * 4));
    const whole = n & ~3;
    for (; from + 4 <= k; from += 4) {
      const x0 = v128.load32_splat(x);
      const x1 = v128.load32_splat(x + xs);
      const x2 = v128.load32_splat(x + 2 * xs);
      const x3 = v128.load32_splat(x + 3 * xs);
      for (let j: usize = 0; j < <usize>(whole * 4); j += 16) {
        const at = b + j;
        const sum = madd(x0, v128.load(at), madd(x1, v128.load(at + brs), madd(x2, v128.load(at + 2 * brs), madd(x3, v128.load(at + 3 * brs), v128.load(y + j)))));
        v128.store(y + j, sum);
      }
      for (let j = <usize>(whole * 4); j < <usize>(n * 4); j += 4) {
        const at = b + j;
        store<f32>(y + j, load<f32>(y + j) + load<f32>(x) * load<f32>(at) + load<f32>(x + xs) * load<f32>(at + brs) + load<f32>(x + 2 * xs) * load<f32>(at + 2 * brs) + load<f32>(x + 3 * xs) * load<f32>(at + 3 * brs));
      }
      x += 4 * xs;
      b += 4 * brs;
    }
    for (; from < k; from++) {
      const value = load<f32>(x);
      for (let j: usize = 0; j < <usize>(n * 4); j += 4) store<f32>(y + j, load<f32>(y + j) + value * load<f32>(b + j));
      x += xs;
      b += brs;
    }
    return;
  }
  for (let j = 0; j < n; j++) {
    let sum: f32 = 0;
    let i = 0;
    let u = x;
    let v = b;
    if (brs == 4 && xs == 4) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (; i + 16 <= k; i += 16) {
        s0 = madd(v128.load(u), v128.load(v), s0);
        s1 = madd(v128.load(u, 16), v128.load(v, 16), s1);
        s2 = madd(v128.load(u, 32), v128.load(v, 32), s2);
        s3 = madd(v128.load(u, 48), v128.load(v, 48), s3);
        u += 64;
        v += 64;
      }
      sum = sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
    }
    for (; i < k; i++) {
      sum += load<f32>(u) * load<f32>(v);
      u += xs;
      v += brs;
    }
    store<f32>(y, add ? load<f32>(y) + sum : sum);
    y += ys;
    b += bcs;
  }
}

/** The inner dimension in equal parts of at most KC: 784 is done as 4 times 196, not as 256, 256, 256 and 16. */
@inline
function partOf(k: i32): i32 {
  const parts = max((k + KC - 1) / KC, 1);
  return (k + parts - 1) / parts;
}

/** The panels of B for columns j .. j + columns and rows p .. p + inner, one after the other. */
function packPanels(to: usize, b: usize, bRow: usize, bColumn: usize, j: i32, columns: i32, p: i32, inner: i32): void {
  for (let jr = 0; jr < columns; jr += NR) {
    packB(to, b + <usize>p * bRow + <usize>(j + jr) * bColumn, bRow, bColumn, min(NR, columns - jr), inner);
    to += <usize>(inner * NR * 4);
  }
}

/** C, columns j .. j + columns, (+)= the part of A of `inner` columns from p times packed panels; `add` as `gemm` has it. */
function multiplyPanels(m: i32, a: usize, aRow: usize, aColumn: usize, panels: usize, c: usize, cRow: usize, add: usize, j: i32, columns: i32, p: i32, inner: i32, packedA: usize, temp: usize): void {
  const stepA = <usize>(inner * MR * 4), stepB = <usize>(inner * NR * 4);
  // What is added to C: itself, or one row.
  const self = add == 1;
  const frs: usize = self ? cRow : 0;
  for (let i = 0; i < m; i += MC) {
    const rows = min(MC, m - i);
    let at = packedA;
    for (let ir = 0; ir < rows; ir += MR) {
      packA(at, a + <usize>(i + ir) * aRow + <usize>p * aColumn, aRow, aColumn, min(MR, rows - ir), inner);
      at += stepA;
    }
    // A row that is left over from tiles of three.
    const lone = MR == 3 && rows % MR == 1 ? 1 : 0;
    let panelB = panels;
    for (let jr = 0; jr < columns; jr += NR) {
      let panelA = packedA;
      const over = <usize>((j + jr) << 2);
      let out = c + <usize>i * cRow + over;
      let from = self ? out : add ? add + over : 0;
      const width = columns - jr;
      let ir = 0;
      if (MR == 3 && width == 4) {
        for (; rows - ir >= 9; ir += 9) {
          tile9x4(inner, panelA, stepA, panelB, out, cRow, from, frs);
          panelA += 3 * stepA;
          out += 9 * cRow;
          from += 9 * frs;
        }
      }
      for (; ir < rows - lone; ir += MR) {
        if (width >= NR && rows - ir >= MR) tile(inner, panelA, panelB, out, cRow, from, frs);
        else edgeTile(inner, panelA, panelB, out, cRow, from, frs, min(MR, rows - ir), min(NR, width), temp);
        panelA += stepA;
        out += <usize>MR * cRow;
        from += <usize>MR * frs;
      }
      panelB += stepB;
    }
    if (lone) {
      const last = packedA + <usize>((rows - 1) * inner * 4), over = <usize>(j << 2);
      let out = c + <usize>(i + rows - 1) * cRow + over;
      let from = self ? out : add ? add + over : 0;
      let left = columns;
      panelB = panels;
      for (; left >= 3 * NR; left -= 3 * NR) {
        tile1x36(inner, last, panelB, stepB, out, from);
        panelB += 3 * stepB;
        out += <usize>(3 * NR * 4);
        if (from) from += <usize>(3 * NR * 4);
      }
      for (; left > 0; left -= NR) {
        edgeTile(inner, last, panelB, out, cRow, from, 0, 1, min(NR, left), temp);
        panelB += stepB;
        out += <usize>(NR * 4);
        if (from) from += <usize>(NR * 4);
      }
    }
  }
}

/** C = the row at `add`, or 0 without one, where C is not added to itself. */
function start(m: i32, n: i32, c: usize, cRow: usize, add: usize): void {
  if (add == 1) return;
  for (let row = 0; row < m; row++) {
    if (add) memory.copy(c, add, <usize>n << 2);
    else memory.fill(c, 0, <usize>n << 2);
    c += cRow;
  }
}

/** Strides in elements. C is written if `add` is 0 and added to if it is 1; else that is the address of a row which is added to every row. */
export function gemm(m: i32, n: i32, k: i32, a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, crs: i32, add: usize, scratch: usize): void {
  const aRow = <usize>ars << 2, aColumn = <usize>acs << 2, bRow = <usize>brs << 2, bColumn = <usize>bcs << 2, cRow = <usize>crs << 2;
  if (m == 0 || n == 0) return;
  if (k == 0 || ((m == 1 || n == 1) && add > 1)) {
    start(m, n, c, cRow, add);
    if (k == 0) return;
  }
  if (m == 1) return vectorMatrix(n, k, a, aColumn, b, bRow, bColumn, c, 4, <i32>(add != 0));
  if (n == 1) return vectorMatrix(m, k, b, bRow, a, aColumn, aRow, c, cRow, <i32>(add != 0));
  const panels = scratch + PACKED_A;
  const part = partOf(k);
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j);
    for (let p = 0; p < k; p += part) {
      const inner = min(part, k - p);
      packPanels(panels, b, bRow, bColumn, j, columns, p, inner);
      multiplyPanels(m, a, aRow, aColumn, panels, c, cRow, p > 0 ? 1 : add, j, columns, p, inner, scratch, panels + PACKED_B);
    }
  }
}

/** Floats of all panels of a B. */
export function packedLength(n: i32, k: i32): i32 {
  return (n + NR - 1) / NR * NR * k;
}

/** All panels of B, as `gemmPacked` reads them. */
export function packRight(n: i32, k: i32, b: usize, brs: i32, bcs: i32, to: usize): void {
  const part = partOf(k), width = packedLength(n, 1);
  for (let p = 0; p < k; p += part) packPanels(to + <usize>(p * width) * 4, b, <usize>brs << 2, <usize>bcs << 2, 0, n, p, min(part, k - p));
}

/** As `gemm`, with the right side packed, for the columns from .. to of C; `from` is a multiple of the tile's columns. */
export function gemmPacked(m: i32, n: i32, k: i32, from: i32, to: i32, a: usize, ars: i32, acs: i32, packed: usize, c: usize, crs: i32, add: usize, scratch: usize): void {
  const aRow = <usize>ars << 2, aColumn = <usize>acs << 2, cRow = <usize>crs << 2;
  if (m == 0 || n == 0) return;
  if (k == 0) return start(m, n, c, cRow, add);
  const part = partOf(k), width = packedLength(n, 1);
  for (let j = from; j < to; j += NC) {
    for (let p = 0; p < k; p += part) {
      const inner = min(part, k - p);
      multiplyPanels(m, a, aRow, aColumn, packed + (<usize>(p * width) + <usize>(j * inner)) * 4, c, cRow, p > 0 ? 1 : add, j, min(NC, to - j), p, inner, scratch, scratch + PACKED_A + PACKED_B);
    }
  }
}
