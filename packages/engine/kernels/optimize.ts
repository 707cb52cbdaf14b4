// One pass over a parameter, its gradient and its state: gradient descent with momentum, and Adam. Formulas: `src/optim`.

/** With `momentum` 0 the buffer is not touched. `share` is how much of the gradient enters the buffer. */
export function sgdStep(w: usize, g: usize, buffer: usize, n: i32, rate: f32, sign: f32, decay: f32, momentum: f32, share: f32, nesterov: i32): void {
  for (let at: usize = 0, size = <usize>n << 2; at < size; at += 16) {
    // The last vector may reach beyond: it is done alone.
    if (at + 16 > size) {
      for (; at < size; at += 4) {
        const x = load<f32>(w + at);
        let slope = sign * load<f32>(g + at) + decay * x;
        if (momentum != 0) {
          const mean = momentum * load<f32>(buffer + at) + share * slope;
          store<f32>(buffer + at, mean);
          slope = nesterov ? slope + momentum * mean : mean;
        }
        store<f32>(w + at, x - rate * slope);
      }
      return;
    }
    const x = v128.load(w + at);
    let slope = f32x4.add(f32x4.mul(f32x4.splat(sign), v128.load(g + at)), f32x4.mul(f32x4.splat(decay), x));
    if (momentum != 0) {
      const mean = f32x4.add(f32x4.mul(f32x4.splat(momentum), v128.load(buffer + at)), f32x4.mul(f32x4.splat(share), slope));
      v128.store(buffer + at, mean);
      slope = nesterov ? f32x4.add(slope, f32x4.mul(f32x4.splat(momentum), mean)) : mean;
    }
    v128.store(w + at, f32x4.sub(x, f32x4.mul(f32x4.splat(rate), slope)));
  }
}

@inline
function adamVector(w: usize, g: usize, m: usize, v: usize, top: usize, sign: v128, added: v128, kept: v128, rest1: v128, beta2: v128, rest2: v128, size: v128, correction: v128, eps: v128): void {
  const x = v128.load(w);
  const slope = f32x4.add(f32x4.mul(sign, v128.load(g)), f32x4.mul(added, x));
  const m0 = v128.load(m);
  const average = f32x4.add(m0, f32x4.mul(rest1, f32x4.sub(slope, m0)));
  let spread = f32x4.add(f32x4.mul(beta2, v128.load(v)), f32x4.mul(rest2, f32x4.mul(slope, slope)));
  v128.store(m, average);
  v128.store(v, spread);
  if (top) {
    spread = f32x4.max(v128.load(top), spread);
    v128.store(top, spread);
  }
  const step = f32x4.div(f32x4.mul(size, average), f32x4.add(f32x4.mul(f32x4.sqrt(spread), correction), eps));
  v128.store(w, f32x4.sub(f32x4.mul(kept, x), step));
}

/** `top` is 0 without amsgrad. n is rounded up to whole vectors: blocks of the pool are, and what is beyond the last element is nobody's. */
export function adamStep(w: usize, g: usize, m: usize, v: usize, top: usize, n: i32, sign: f32, added: f32, kept: f32, rest1: f32, beta2: f32, rest2: f32, size: f32, correction: f32, eps: f32): void {
  const s = f32x4.splat(sign), a = f32x4.splat(added), k = f32x4.splat(kept), r1 = f32x4.splat(rest1), b2 = f32x4.splat(beta2), r2 = f32x4.splat(rest2), z = f32x4.splat(size), c = f32x4.splat(correction), e = f32x4.splat(eps);
  for (let at: usize = 0; at < <usize>n << 2; at += 16) adamVector(w + at, g + at, m + at, v + at, top ? top + at : 0, s, a, k, r1, b2, r2, z, c, e);
}
