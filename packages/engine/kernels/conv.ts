// Two-dimensional convolution of one image as products of matrices: patches of the image are unrolled, block by block, into scratch
// (rows: channel and place in the kernel; columns: places in the output) and multiplied by the weight [O, C * kh * kw] row-major.
//
// The unrolled block is at most KC rows by COLUMNS columns, so that it stays in the cache; `outWidth` must be at most COLUMNS.
import { gemm } from './gemm';

const KC: i32 = 256;
const COLUMNS: i32 = 1008;
/** The scratch of `gemm` ends before. */
const UNROLLED: usize = 1310720;

// What describes a convolution, set by `convShape`: one call of many numbers instead of many such calls.
let C: i32, H: i32, W: i32, O: i32, KH: i32, KW: i32, SH: i32, SW: i32, PH: i32, PW: i32, DH: i32, DW: i32, OH: i32, OW: i32;

export function convShape(c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, oh: i32, ow: i32): void {
  C = c; H = h; W = w; O = o; KH = kh; KW = kw; SH = sh; SW = sw; PH = ph; PW = pw; DH = dh; DW = dw; OH = oh; OW = ow;
}

@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

/** Rows k0 .. k0 + kn, output rows y0 .. y1. */
function unroll(x: usize, to: usize, k0: i32, kn: i32, y0: i32, y1: i32): void {
  const area = KH * KW;
  for (let k = k0; k < k0 + kn; k++) {
    const channel = k / area;
    const ky = (k - channel * area) / KW;
    const kx = k - channel * area - ky * KW;
    const left = kx * DW - PW;
    // Columns whose place lies in the image: first <= ox < last.
    const first = min(ceilDiv(-left, SW), OW);
    const last = max(min(ceilDiv(W - left, SW), OW), first);
    for (let oy = y0; oy < y1; oy++) {
      const iy = oy * SH - PH + ky * DH;
      const end = to + (<usize>OW << 2);
      if (iy < 0 || iy >= H) {
        for (; to < end; to += 4) store<f32>(to, 0);
        continue;
      }
      const begin = to + (<usize>first << 2), stop = to + (<usize>last << 2);
      for (; to < begin; to += 4) store<f32>(to, 0);
      let from = x + (<usize>((channel * H + iy) * W + first * SW + left) << 2);
      if (SW == 1) {
        for (; to + 16 <= stop; to += 16) {
          v128.store(to, v128.load(from));
          from += 16;
        }
      }
      const step = <usize>SW << 2;
      for (; to < stop; to += 4) {
        store<f32>(to, load<f32>(from));
        from += step;
      }
      for (; to < end; to += 4) store<f32>(to, 0);
    }
  }
}

/** The reverse: adds what is unrolled to the image. */
function rollUp(x: usize, from: usize, k0: i32, kn: i32, y0: i32, y1: i32): void {
  const area = KH * KW;
  for (let k = k0; k < k0 + kn; k++) {
    const channel = k / area;
    const ky = (k - channel * area) / KW;
    const kx = k - channel * area - ky * KW;
    const left = kx * DW - PW;
    const first = min(ceilDiv(-left, SW), OW);
    const last = max(min(ceilDiv(W - left, SW), OW), first);
    for (let oy = y0; oy < y1; oy++) {
      const iy = oy * SH - PH + ky * DH;
      if (iy >= 0 && iy < H) {
        let at = from + (<usize>first << 2);
        const stop = from + (<usize>last << 2);
        let to = x + (<usize>((channel * H + iy) * W + first * SW + left) << 2);
        if (SW == 1) {
          for (; at + 16 <= stop; at += 16) {
            v128.store(to, f32x4.add(v128.load(to), v128.load(at)));
            to += 16;
          }
        }
        const step = <usize>SW << 2;
        for (; at < stop; at += 4) {
          store<f32>(to, load<f32>(to) + load<f32>(at));
          to += step;
        }
      }
      from += <usize>OW << 2;
    }
  }
}

/** Output rows in a block. */
@inline
function blockRows(): i32 {
  return max(COLUMNS / OW, 1);
}

/** Equal parts of at most KC. */
@inline
function blockDepth(k: i32): i32 {
  const parts = (k + KC - 1) / KC;
  return (k + parts - 1) / parts;
}

/** out[O, OH * OW] = weight * patches of x[C, H, W]. */
function convImage(x: usize, weight: usize, out: usize, scratch: usize): void {
  const k = C * KH * KW, depth = blockDepth(k), plane = OH * OW;
  const unrolled = scratch + UNROLLED;
  for (let y = 0; y < OH; y += blockRows()) {
    const end = min(y + blockRows(), OH);
    const columns = (end - y) * OW;
    for (let k0 = 0; k0 < k; k0 += depth) {
      const kn = min(depth, k - k0);
      unroll(x, unrolled, k0, kn, y, end);
      gemm(O, columns, kn, weight + (<usize>k0 << 2), k, 1, unrolled, columns, 1, out + (<usize>(y * OW) << 2), plane, <i32>(k0 > 0), scratch);
    }
  }
}

/** dWeight += grad[O, OH * OW] * transposed patches of x. */
export function convWeightGradient(x: usize, grad: usize, dWeight: usize, scratch: usize): void {
  const k = C * KH * KW, depth = blockDepth(k), plane = OH * OW;
  const unrolled = scratch + UNROLLED;
  for (let y = 0; y < OH; y += blockRows()) {
    const end = min(y + blockRows(), OH);
    const columns = (end - y) * OW;
    for (let k0 = 0; k0 < k; k0 += depth) {
      const kn = min(depth, k - k0);
      unroll(x, unrolled, k0, kn, y, end);
      gemm(O, kn, columns, grad + (<usize>(y * OW) << 2), plane, 1, unrolled, 1, columns, dWeight + (<usize>k0 << 2), k, 1, scratch);
    }
  }
}

/** dx[C, H, W] = what the patches of transposed weight * grad add up to. */
function convImageGradient(grad: usize, weight: usize, dx: usize, scratch: usize): void {
  const k = C * KH * KW, depth = blockDepth(k), plane = OH * OW;
  const unrolled = scratch + UNROLLED;
  memory.fill(dx, 0, <usize>(C * H * W) << 2);
  for (let y = 0; y < OH; y += blockRows()) {
    const end = min(y + blockRows(), OH);
    const columns = (end - y) * OW;
    for (let k0 = 0; k0 < k; k0 += depth) {
      const kn = min(depth, k - k0);
      gemm(kn, columns, O, weight + (<usize>k0 << 2), 1, k, grad + (<usize>(y * OW) << 2), plane, 1, unrolled, columns, 0, scratch);
      rollUp(dx, unrolled, k0, kn, y, end);
    }
  }
}

/** Parts from .. to (images times groups) of a batch; steps in bytes. */
export function convForward(from: i32, to: i32, groups: i32, x: usize, xStep: i32, weight: usize, weightStep: i32, out: usize, outStep: i32, scratch: usize): void {
  for (let part = from; part < to; part++) convImage(x + <usize>part * xStep, weight + <usize>(part % groups) * weightStep, out + <usize>part * outStep, scratch);
}

export function convInputGradient(from: i32, to: i32, groups: i32, grad: usize, gradStep: i32, weight: usize, weightStep: i32, dx: usize, dxStep: i32, scratch: usize): void {
  for (let part = from; part < to; part++) convImageGradient(grad + <usize>part * gradStep, weight + <usize>(part % groups) * weightStep, dx + <usize>part * dxStep, scratch);
}
