// One step of an LSTM cell, forward from the sums of its gates [batch, 4 * hidden] (input, forget, cell, output) and the c before, and backward.
// Formulas: `src/ops/recurrent-cells.ts`.
import { loadLanes, madd, storeLanes } from './simd';
import { sigmoid, tanh } from './functions';

@inline
function unit(gates: usize, before: usize, kept: usize, c: usize, h: usize, width: usize, count: i32): void {
  const input = sigmoid(count == 4 ? v128.load(gates) : loadLanes(gates, 4, count));
  const forget = sigmoid(count == 4 ? v128.load(gates + width) : loadLanes(gates + width, 4, count));
  const cell = tanh(count == 4 ? v128.load(gates + 2 * width) : loadLanes(gates + 2 * width, 4, count));
  const output = sigmoid(count == 4 ? v128.load(gates + 3 * width) : loadLanes(gates + 3 * width, 4, count));
  const now = madd(forget, count == 4 ? v128.load(before) : loadLanes(before, 4, count), f32x4.mul(input, cell));
  const out = f32x4.mul(output, tanh(now));
  if (count == 4) {
    v128.store(kept, input);
    v128.store(kept + width, forget);
    v128.store(kept + 2 * width, cell);
    v128.store(kept + 3 * width, output);
    v128.store(c, now);
    v128.store(h, out);
  } else {
    storeLanes(kept, input, count);
    storeLanes(kept + width, forget, count);
    storeLanes(kept + 2 * width, cell, count);
    storeLanes(kept + 3 * width, output, count);
    storeLanes(c, now, count);
    storeLanes(h, out, count);
  }
}

export function lstmStep(gates: usize, before: usize, kept: usize, c: usize, h: usize, batch: i32, hidden: i32): void {
  const width = <usize>hidden << 2;
  for (; batch > 0; batch--) {
    let left = hidden;
    for (; left >= 4; left -= 4) {
      unit(gates, before, kept, c, h, width, 4);
      gates += 16;
      before += 16;
      kept += 16;
      c += 16;
      h += 16;
    }
    if (left > 0) {
      const rest = <usize>left << 2;
      unit(gates, before, kept, c, h, width, left);
      gates += rest;
      before += rest;
      kept += rest;
      c += rest;
      h += rest;
    }
    gates += 3 * width;
    kept += 3 * width;
  }
}

@inline
function read(at: usize, count: i32): v128 {
  return count == 4 ? v128.load(at) : loadLanes(at, 4, count);
}

@inline
function write(at: usize, v: v128, count: i32): void {
  if (count == 4) v128.store(at, v);
  else storeLanes(at, v, count);
}

@inline
function unitGradient(gradH: usize, laterH: usize, gradC: usize, laterC: usize, gradKept: usize, kept: usize, c: usize, before: usize, gates: usize, width: usize, count: i32): void {
  const one = f32x4.splat(1);
  const input = read(kept, count), forget = read(kept + width, count), cell = read(kept + 2 * width, count), output = read(kept + 3 * width, count);
  const bounded = tanh(read(c, count));
  const ofH = f32x4.add(read(gradH, count), read(laterH, count));
  const slope = f32x4.mul(output, f32x4.sub(one, f32x4.mul(bounded, bounded)));
  const now = madd(ofH, slope, f32x4.add(read(laterC, count), read(gradC, count)));
  write(gates, f32x4.mul(madd(now, cell, read(gradKept, count)), f32x4.mul(input, f32x4.sub(one, input))), count);
  write(gates + width, f32x4.mul(madd(now, read(before, count), read(gradKept + width, count)), f32x4.mul(forget, f32x4.sub(one, forget))), count);
  write(gates + 2 * width, f32x4.mul(madd(now, input, read(gradKept + 2 * width, count)), f32x4.sub(one, f32x4.mul(cell, cell))), count);
  write(gates + 3 * width, f32x4.mul(madd(ofH, bounded, read(gradKept + 3 * width, count)), f32x4.mul(output, f32x4.sub(one, output))), count);
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
      const left = <i32>((width - at) >> 2);
      if (left >= 4) unitGradient(gradH + at, laterH + at, gradC + at, laterC + at, gradKept + at, kept + at, c + at, before + at, gates + at, width, 4);
      else unitGradient(gradH + at, laterH + at, gradC + at, laterC + at, gradKept + at, kept + at, c + at, before + at, gates + at, width, left);
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
