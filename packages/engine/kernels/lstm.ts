// One step of an LSTM cell: from the sums of its gates [batch, 4 * hidden] (input, forget, cell, output) and the c before.
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
