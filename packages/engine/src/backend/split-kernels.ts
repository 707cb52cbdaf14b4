/**
 * The kernels with their work split among threads.
 *
 * Guarantees: the same results as one thread gives, bit for bit, because only independent rows, columns, images or stretches are split,
 * and no sum is. What is too small to be worth a fork (0.3 to 4 microseconds) runs on the calling thread alone.
 */
import { scratchOf } from '../memory/linear-memory.ts';
import type { Kernels, SequenceKernels } from './kernels.ts';
import type { Call, Team } from './team.ts';

/** Multiply-adds, and elements, from which a fork pays. */
const leastProducts = 250_000;
const leastElements = 32_768;

/**
 * Calls for `count` things in as many parts as there are threads, each a multiple of `unit` but the last; that is never a single one, which
 * a product would sum in another order.
 */
function parts(team: Team, count: number, unit: number, call: (from: number, size: number, thread: number) => Call): readonly Call[] {
  let size = Math.ceil(count / team.size / unit) * unit;
  while (size < count && count % size === 1) size += unit;
  const calls: Call[] = [];
  for (let from = 0; from < count; from += size) calls.push(call(from, Math.min(size, count - from), calls.length));
  return calls;
}

export function splitKernels(single: Kernels & SequenceKernels, team: Team): Kernels & SequenceKernels {
  /** Columns of the tile of a product. */
  const tileColumns = single.packedLength(1, 1);
  const convolutionOf = (name: 'convForward' | 'convInputGradient') => (from: number, to: number, ...rest: readonly [number, number, number, number, number, number, number, number]): void => {
    const numbers = rest.slice(0, -1);
    team.run(parts(team, to - from, 1, (start, size, thread) => [name, from + start, from + start + size, ...numbers, scratchOf(thread)]));
  };
  return {
    ...single,
    gemm: (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add, scratch) => {
      if (m * n * k < leastProducts) return single.gemm(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add, scratch);
      team.run(
        m > n
          ? parts(team, m, 6, (from, size, thread) => ['gemm', size, n, k, a + from * aRow * 4, aRow, aColumn, b, bRow, bColumn, c + from * cRow * 4, cRow, add, scratchOf(thread)])
          : parts(team, n, tileColumns, (from, size, thread) => ['gemm', m, size, k, a, aRow, aColumn, b + from * bColumn * 4, bRow, bColumn, c + from * 4, cRow, add > 1 ? add + from * 4 : add, scratchOf(thread)]),
      );
    },
    gemmPacked: (m, n, k, first, last, ...rest) => {
      if (m * (last - first) * k < leastProducts) return single.gemmPacked(m, n, k, first, last, ...rest);
      const numbers = rest.slice(0, -1);
      team.run(parts(team, last - first, tileColumns, (from, size, thread) => ['gemmPacked', m, n, k, first + from, first + from + size, ...numbers, scratchOf(thread)]));
    },
    unary: (code, x, y, count, a, b) => {
      if (count < leastElements) return single.unary(code, x, y, count, a, b);
      team.run(parts(team, count, 16, (from, size) => ['unary', code, x + from * 4, y + from * 4, size, a, b]));
    },
    binary: (code, rows, columns, a, aRow, aColumn, b, bRow, bColumn, out) => {
      if (rows * columns < leastElements) return single.binary(code, rows, columns, a, aRow, aColumn, b, bRow, bColumn, out);
      team.run(
        rows === 1
          ? parts(team, columns, 16, (from, size) => ['binary', code, 1, size, a + from * aColumn * 4, aRow, aColumn, b + from * bColumn * 4, bRow, bColumn, out + from * 4])
          : parts(team, rows, 1, (from, size) => ['binary', code, size, columns, a + from * aRow * 4, aRow, aColumn, b + from * bRow * 4, bRow, bColumn, out + from * columns * 4]),
      );
    },
    sumRows: (x, rows, columns, scale, out) => {
      if (rows === 1 || rows * columns < leastElements) return single.sumRows(x, rows, columns, scale, out);
      team.run(parts(team, rows, 1, (from, size) => ['sumRows', x + from * columns * 4, size, columns, scale, out + from * 4]));
    },
    sumColumns: (x, rows, columns, stride, scale, out) => {
      if (rows * columns < leastElements) return single.sumColumns(x, rows, columns, stride, scale, out);
      team.run(parts(team, columns, 16, (from, size) => ['sumColumns', x + from * 4, rows, size, stride, scale, out + from * 4]));
    },
    softmaxRows: (x, rows, columns, scale, out) => {
      if (rows * columns < leastElements) return single.softmaxRows(x, rows, columns, scale, out);
      team.run(parts(team, rows, 1, (from, size) => ['softmaxRows', x + from * columns * 4, size, columns, scale, out + from * columns * 4]));
    },
    maskedSoftmaxRows: (x, first, rows, columns, period, scale, out) => {
      if (rows * columns < leastElements) return single.maskedSoftmaxRows(x, first, rows, columns, period, scale, out);
      team.run(parts(team, rows, 1, (from, size) => ['maskedSoftmaxRows', x + from * columns * 4, first + from, size, columns, period, scale, out + from * columns * 4]));
    },
    logSoftmaxRows: (x, rows, columns, out) => {
      if (rows * columns < leastElements) return single.logSoftmaxRows(x, rows, columns, out);
      team.run(parts(team, rows, 1, (from, size) => ['logSoftmaxRows', x + from * columns * 4, size, columns, out + from * columns * 4]));
    },
    softmaxGradientRows: (grad, y, rows, columns, scale, out) => {
      if (rows * columns < leastElements) return single.softmaxGradientRows(grad, y, rows, columns, scale, out);
      team.run(parts(team, rows, 1, (from, size) => ['softmaxGradientRows', grad + from * columns * 4, y + from * columns * 4, size, columns, scale, out + from * columns * 4]));
    },
    logSoftmaxGradientRows: (grad, y, rows, columns, out) => {
      if (rows * columns < leastElements) return single.logSoftmaxGradientRows(grad, y, rows, columns, out);
      team.run(parts(team, rows, 1, (from, size) => ['logSoftmaxGradientRows', grad + from * columns * 4, y + from * columns * 4, size, columns, out + from * columns * 4]));
    },
    sgdStep: (w, grad, buffer, count, ...numbers) => {
      if (count < leastElements) return single.sgdStep(w, grad, buffer, count, ...numbers);
      team.run(parts(team, count, 16, (from, size) => ['sgdStep', w + from * 4, grad + from * 4, buffer === 0 ? 0 : buffer + from * 4, size, ...numbers]));
    },
    adamStep: (w, grad, mean, square, top, count, ...numbers) => {
      if (count < leastElements) return single.adamStep(w, grad, mean, square, top, count, ...numbers);
      team.run(parts(team, count, 16, (from, size) => ['adamStep', w + from * 4, grad + from * 4, mean + from * 4, square + from * 4, top === 0 ? 0 : top + from * 4, size, ...numbers]));
    },
    scaleChannels: (x, out, batch, channels, run, scales, shifts) =>
      team.run(parts(team, batch, 1, (from, size) => ['scaleChannels', x + from * channels * run * 4, out + from * channels * run * 4, size, channels, run, scales, shifts])),
    combineChannels: (grad, x, out, batch, channels, run, a, b, c) =>
      team.run(parts(team, batch, 1, (from, size) => ['combineChannels', grad + from * channels * run * 4, x + from * channels * run * 4, out + from * channels * run * 4, size, channels, run, a, b, c])),
    layerNormRows: (x, out, rows, columns, weight, bias, eps, means, variances) => {
      if (rows * columns < leastElements) return single.layerNormRows(x, out, rows, columns, weight, bias, eps, means, variances);
      team.run(parts(team, rows, 1, (from, size) => ['layerNormRows', x + from * columns * 4, out + from * columns * 4, size, columns, weight, bias, eps, means + from * 8, variances + from * 8]));
    },
    // Each thread keeps the shape in an instance of its own.
    convShape: (...numbers) => team.run(Array.from({ length: team.size }, (): Call => ['convShape', ...numbers])),
    convForward: convolutionOf('convForward'),
    convInputGradient: convolutionOf('convInputGradient'),
  };
}
