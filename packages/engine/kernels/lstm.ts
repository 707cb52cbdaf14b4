// One step of an LSTM cell, forward from the sums of its gates [batch, 4 * hidden] (input, forget, cell, output) and the c before, and backward.
// Formulas: `src/ops/recurrent-cells.ts`.
import { madd, storeLanes } from './simd';
import { sigmoid, tanh } from './functions';

/** The first `count` (1 to 4) lanes. */
@inline
function write(at: usize, v: v128, count: i32): void {
  if (count == 4) v128.store(at, v);
  else storeLanes(at, v, count);
}

/** Up to four units; what is read past the last is not written. */
@inline
function unit(gates: usize, before: usize, kept: usize, c: usize, h: usize, width: usize, count: i32): void {
  const input = sigmoid(v128.load(gates)), forget = sigmoid(v128.load(gates + width)), cell = tanh(v128.load(gates + 2 * width)), output = sigmoid(v128.load(gates + 3 * width));
  const now = madd(forget, v128.load(before), f32x4.mul(input, cell));
  write(kept, input, count);
  write(kept + width, forget, count);
  write(kept + 2 * width, cell, count);
  write(kept + 3 * width, output, count);
  write(c, now, count);
  write(h, f32x4.mul(output, tanh(now)), count);
}

export function lstmStep(gates: usize, before: usize, kept: usize, c: usize, h: usize, batch: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  for (; batch > 0; batch--) {
    for (let at: usize = 0; at < width; at += 16) unit(gates + at, before + at, kept + at, c + at, h + at, width, min(4, <i32>((width - at) >> 2)));
    gates += 4 * width;
    before += width;
    kept += 4 * width;
    c += width;
    h += width;
  }
}

@inline
function unitGradient(gradH: usize, laterH: usize, gradC: usize, laterC: usize, gradKept: usize, kept: usize, c: usize, before: usize, gates: usize, width: usize, count: i32): void {
  const one = f32x4.splat(1);
  const input = v128.load(kept), forget = v128.load(kept + width), cell = v128.load(kept + 2 * width), output = v128.load(kept + 3 * width);
  const bounded = tanh(v128.load(c));
  const ofH = f32x4.add(v128.load(gradH), v128.load(laterH));
  const slope = f32x4.mul(output, f32x4.sub(one, f32x4.mul(bounded, bounded)));
  const now = madd(ofH, slope, f32x4.add(v128.load(laterC), v128.load(gradC)));
  write(gates, f32x4.mul(madd(now, cell, v128.load(gradKept)), f32x4.mul(input, f32x4.sub(one, input))), count);
  write(gates + width, f32x4.mul(madd(now, v128.load(before), v128.load(gradKept + width)), f32x4.mul(forget, f32x4.sub(one, forget))), count);
  write(gates + 2 * width, f32x4.mul(madd(now, input, v128.load(gradKept + 2 * width)), f32x4.sub(one, f32x4.mul(cell, cell))), count);
  write(gates + 3 * width, f32x4.mul(madd(ofH, bounded, v128.load(gradKept + 3 * width)), f32x4.mul(output, f32x4.sub(one, output))), count);
  write(laterC, f32x4.mul(now, forget), count);
}

/**
 * The gradient of the sums of the gates from those that arrive at h, c and the gates themselves, and from those of later steps; that of c is
 * replaced by the one for the step before.
 */
export function lstmStepGradient(gradH: usize, laterH: usize, gradC: usize, laterC: usize, gradKept: usize, kept: usize, c: usize, before: usize, gates: usize, batch: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  for (; batch > 0; batch--) {
    for (let at: usize = 0; at < width; at += 16) {
      unitGradient(gradH + at, laterH + at, gradC + at, laterC + at, gradKept + at, kept + at, c + at, before + at, gates + at, width, min(4, <i32>((width - at) >> 2)));
    }
    gradH += width;
    laterH += width;
    gradC += width;
    laterC += width;
    c += width;
    before += width;
    gradKept += 4 * width;
    kept += 4 * width;
    gates += 4 * width;
  }
}
