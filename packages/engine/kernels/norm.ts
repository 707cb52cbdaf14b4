// Normalisation in training, forward and backward. Sums within a run of at most 4096 elements are kept in sixteen floats, between
// runs in a double.
//
// Batch normalisation sees x as [batch, channels, run]; its formulas per channel are linear in x and in the gradient, so that the kernels
// are sums per channel and `a * g + b * x + c`. Layer normalisation sees rows. Formulas: `src/ops/norm-records.ts`.
import { madd, sumLanes } from './simd';

const LONGEST: i32 = 4096;

@inline
function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0;
  while (n > 0) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let part = min(n, LONGEST);
    n -= part;
    for (; part >= 16; part -= 16) {
      a = f32x4.add(a, v128.load(x));
      b = f32x4.add(b, v128.load(x, 16));
      c = f32x4.add(c, v128.load(x, 32));
      d = f32x4.add(d, v128.load(x, 48));
      x += 64;
    }
    total += sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    for (; part > 0; part--) {
      total += load<f32>(x);
      x += 4;
    }
  }
  return total;
}

@inline
function squaresOf(x: usize, n: i32, mean: f32): f64 {
  const m = f32x4.splat(mean);
  let total: f64 = 0;
  while (n > 0) {
    let a = f32x4.splat(0), b = a;
    let part = min(n, LONGEST);
    n -= part;
    for (; part >= 8; part -= 8) {
      const u = f32x4.sub(v128.load(x), m), v = f32x4.sub(v128.load(x, 16), m);
      a = madd(u, u, a);
      b = madd(v, v, b);
      x += 32;
    }
    total += sumLanes(f32x4.add(a, b));
    for (; part > 0; part--) {
      const u = load<f32>(x) - mean;
      total += u * u;
      x += 4;
    }
  }
  return total;
}

/** Mean and biased variance per channel, as doubles. */
export function channelStatistics(x: usize, batch: i32, channels: i32, run: i32, means: usize, variances: usize): void {
  const step = <usize>(channels * run) << 2;
  const count = <f64>batch * <f64>run;
  for (let channel = 0; channel < channels; channel++) {
    const start = x + (<usize>(channel * run) << 2);
    let sum: f64 = 0;
    for (let n = 0; n < batch; n++) sum += sumOf(start + <usize>n * step, run);
    const mean = sum / count;
    // The mean as a float is off by up to half a unit: the squares are put right for it.
    const near = <f32>mean;
    let squares: f64 = 0;
    for (let n = 0; n < batch; n++) squares += squaresOf(start + <usize>n * step, run, near);
    const off = mean - <f64>near;
    store<f64>(means, mean);
    store<f64>(variances, max(squares / count - off * off, 0));
    means += 8;
    variances += 8;
  }
}

/** out = scale * x + shift, with floats per channel. */
export function scaleChannels(x: usize, out: usize, batch: i32, channels: i32, run: i32, scales: usize, shifts: usize): void {
  for (let n = 0; n < batch; n++) {
    for (let channel: usize = 0; channel < <usize>channels; channel++) {
      const scale = load<f32>(scales + (channel << 2)), shift = load<f32>(shifts + (channel << 2));
      const s = f32x4.splat(scale), t = f32x4.splat(shift);
      let left = run;
      for (; left >= 4; left -= 4) {
        v128.store(out, madd(v128.load(x), s, t));
        x += 16;
        out += 16;
      }
      for (; left > 0; left--) {
        store<f32>(out, load<f32>(x) * scale + shift);
        x += 4;
        out += 4;
      }
    }
  }
}

/** Per channel, as doubles: the sum of g, and of g * (x - mean). */
export function channelGradientSums(g: usize, x: usize, batch: i32, channels: i32, run: i32, means: usize, sums: usize, products: usize): void {
  const step = <usize>(channels * run) << 2;
  for (let channel = 0; channel < channels; channel++) {
    const start = <usize>(channel * run) << 2;
    const mean = <f32>load<f64>(means);
    const m = f32x4.splat(mean);
    let sum: f64 = 0, product: f64 = 0;
    for (let n = 0; n < batch; n++) {
      let u = g + start + <usize>n * step, v = x + start + <usize>n * step;
      let left = run;
      while (left > 0) {
        let part = min(left, LONGEST);
        left -= part;
        let a = f32x4.splat(0), b = a, c = a, d = a;
        for (; part >= 8; part -= 8) {
          const g0 = v128.load(u), g1 = v128.load(u, 16);
          a = f32x4.add(a, g0);
          b = f32x4.add(b, g1);
          c = madd(g0, f32x4.sub(v128.load(v), m), c);
          d = madd(g1, f32x4.sub(v128.load(v, 16), m), d);
          u += 32;
          v += 32;
        }
        sum += sumLanes(f32x4.add(a, b));
        product += sumLanes(f32x4.add(c, d));
        for (; part > 0; part--) {
          sum += load<f32>(u);
          product += load<f32>(u) * (load<f32>(v) - mean);
          u += 4;
          v += 4;
        }
      }
    }
    store<f64>(sums, sum);
    store<f64>(products, product);
    means += 8;
    sums += 8;
    products += 8;
  }
}

/** out = a * g + b * x + c, with floats per channel. */
export function combineChannels(g: usize, x: usize, out: usize, batch: i32, channels: i32, run: i32, as: usize, bs: usize, cs: usize): void {
  for (let n = 0; n < batch; n++) {
    for (let channel: usize = 0; channel < <usize>channels; channel++) {
      const a = load<f32>(as + (channel << 2)), b = load<f32>(bs + (channel << 2)), c = load<f32>(cs + (channel << 2));
      const av = f32x4.splat(a), bv = f32x4.splat(b), cv = f32x4.splat(c);
      let left = run;
      for (; left >= 4; left -= 4) {
        v128.store(out, madd(v128.load(g), av, madd(v128.load(x), bv, cv)));
        g += 16;
        x += 16;
        out += 16;
      }
      for (; left > 0; left--) {
        store<f32>(out, load<f32>(g) * a + load<f32>(x) * b + c);
        g += 4;
        x += 4;
        out += 4;
      }
    }
  }
}

/** Row by row; `weight` and `bias` may be 0. Means and biased variances as doubles. */
export function layerNormRows(x: usize, out: usize, rows: i32, columns: i32, weight: usize, bias: usize, eps: f64, means: usize, variances: usize): void {
  const size = <usize>columns << 2;
  for (; rows > 0; rows--) {
    const mean = sumOf(x, columns) / <f64>columns;
    const near = <f32>mean;
    const off = mean - <f64>near;
    const variance = max(squaresOf(x, columns, near) / <f64>columns - off * off, 0);
    store<f64>(means, mean);
    store<f64>(variances, variance);
    const scale = <f32>(1 / Math.sqrt(variance + eps));
    const m = f32x4.splat(near), s = f32x4.splat(scale);
    let at: usize = 0;
    for (; at + 16 <= size; at += 16) {
      let y = f32x4.mul(f32x4.sub(v128.load(x + at), m), s);
      if (weight) y = f32x4.mul(y, v128.load(weight + at));
      if (bias) y = f32x4.add(y, v128.load(bias + at));
      v128.store(out + at, y);
    }
    for (; at < size; at += 4) {
      let y = (load<f32>(x + at) - near) * scale;
      if (weight) y = y * load<f32>(weight + at);
      if (bias) y = y + load<f32>(bias + at);
      store<f32>(out + at, y);
    }
    x += size;
    out += size;
    means += 8;
    variances += 8;
  }
}

/** dx of layer normalisation; adds to the gradients of weight and bias unless they are 0. */
export function layerNormGradientRows(g: usize, x: usize, dx: usize, rows: i32, columns: i32, weight: usize, eps: f64, means: usize, variances: usize, dWeight: usize, dBias: usize): void {
  const size = <usize>columns << 2;
  for (; rows > 0; rows--) {
    const mean = <f32>load<f64>(means);
    const scale = <f32>(1 / Math.sqrt(load<f64>(variances) + eps));
    const m = f32x4.splat(mean), s = f32x4.splat(scale);
    let sums = f32x4.splat(0), products = sums;
    let sum: f32 = 0, product: f32 = 0;
    let at: usize = 0;
    for (; at + 16 <= size; at += 16) {
      const grad = v128.load(g + at);
      const y = f32x4.mul(f32x4.sub(v128.load(x + at), m), s);
      const h = weight ? f32x4.mul(grad, v128.load(weight + at)) : grad;
      sums = f32x4.add(sums, h);
      products = madd(h, y, products);
      if (dWeight) v128.store(dWeight + at, madd(grad, y, v128.load(dWeight + at)));
      if (dBias) v128.store(dBias + at, f32x4.add(grad, v128.load(dBias + at)));
    }
    for (; at < size; at += 4) {
      const grad = load<f32>(g + at);
      const y = (load<f32>(x + at) - mean) * scale;
      const h = weight ? grad * load<f32>(weight + at) : grad;
      sum += h;
      product += h * y;
      if (dWeight) store<f32>(dWeight + at, load<f32>(dWeight + at) + grad * y);
      if (dBias) store<f32>(dBias + at, load<f32>(dBias + at) + grad);
    }
    if (dx) {
      const meanH = (sum + sumLanes(sums)) / <f32>columns, meanHY = (product + sumLanes(products)) / <f32>columns;
      const a = f32x4.splat(meanH), b = f32x4.splat(meanHY);
      for (at = 0; at + 16 <= size; at += 16) {
        const grad = v128.load(g + at);
        const y = f32x4.mul(f32x4.sub(v128.load(x + at), m), s);
        const h = weight ? f32x4.mul(grad, v128.load(weight + at)) : grad;
        v128.store(dx + at, f32x4.mul(f32x4.sub(f32x4.sub(h, a), f32x4.mul(y, b)), s));
      }
      for (; at < size; at += 4) {
        const grad = load<f32>(g + at);
        const y = (load<f32>(x + at) - mean) * scale;
        const h = weight ? grad * load<f32>(weight + at) : grad;
        store<f32>(dx + at, (h - meanH - y * meanHY) * scale);
      }
      dx += size;
    }
    g += size;
    x += size;
    means += 8;
    variances += 8;
  }
}
