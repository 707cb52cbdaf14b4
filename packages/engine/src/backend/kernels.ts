/**
 * The functions that the compiled kernels export, all on float32. Pointers are byte addresses in the linear memory; counts and
 * strides are elements; rows are contiguous unless a stride says otherwise.
 */
import type { BinaryCode, UnaryCode } from './codes.ts';

export interface Kernels {
  /** Set where `gemm` stands for something that does better without panels. */
  readonly packsNothing?: true;
  /** C[m, n] = A[m, k] B[k, n], plus C if `add` is 1, plus in every row the row at the address `add` if it is neither 0 nor 1; the columns of C are adjacent. `scratch` as `memory/linear-memory.ts` gives it. */
  gemm(m: number, n: number, k: number, a: number, aRow: number, aColumn: number, b: number, bRow: number, bColumn: number, c: number, cRow: number, add: number, scratch: number): void;
  /** How many floats B[k, n] is as `packRight` lays it out for `gemmPacked`, which does what `gemm` does, for the columns from .. to of C: for a B that many products share. */
  packedLength(n: number, k: number): number;
  packRight(n: number, k: number, b: number, bRow: number, bColumn: number, to: number): void;
  gemmPacked(m: number, n: number, k: number, from: number, to: number, a: number, aRow: number, aColumn: number, packed: number, c: number, cRow: number, add: number, scratch: number): void;
  /** y = f(x); clamp has its bounds in `a` and `b`, affine is a * x + b. */
  unary(code: UnaryCode, x: number, y: number, count: number, a: number, b: number): void;
  /** out = f(a, b) over a plane; a stride of 0 repeats. */
  binary(code: BinaryCode, rows: number, columns: number, a: number, aRow: number, aColumn: number, b: number, bRow: number, bColumn: number, out: number): void;
  copy(rows: number, columns: number, from: number, fromRow: number, fromColumn: number, to: number, toRow: number, toColumn: number): void;
  fill(to: number, count: number, value: number): void;
  sumRows(x: number, rows: number, columns: number, scale: number, out: number): void;
  sumColumns(x: number, rows: number, columns: number, stride: number, scale: number, out: number): void;
  /** Of `scale`, which is positive, times x. */
  softmaxRows(x: number, rows: number, columns: number, scale: number, out: number): void;
  logSoftmaxRows(x: number, rows: number, columns: number, out: number): void;
  softmaxGradientRows(grad: number, y: number, rows: number, columns: number, scale: number, out: number): void;
  logSoftmaxGradientRows(grad: number, y: number, rows: number, columns: number, out: number): void;
  /** w -= rate * slope; `buffer` is 0 without momentum. */
  sgdStep(w: number, grad: number, buffer: number, count: number, rate: number, sign: number, decay: number, momentum: number, share: number, nesterov: number): void;
  /** `top` is 0 without amsgrad. Works on whole vectors: the arrays must be whole blocks. */
  adamStep(w: number, grad: number, mean: number, square: number, top: number, count: number, sign: number, added: number, kept: number, rest1: number, beta2: number, rest2: number, size: number, correction: number, eps: number): void;
  /** [batch, channels, run] to a mean and a biased variance per channel, as doubles. */
  channelStatistics(x: number, batch: number, channels: number, run: number, means: number, variances: number): void;
  /** out = scale * x + shift, floats per channel. */
  scaleChannels(x: number, out: number, batch: number, channels: number, run: number, scales: number, shifts: number): void;
  /** The sums per channel of g and of g * (x - mean), as doubles. */
  channelGradientSums(grad: number, x: number, batch: number, channels: number, run: number, means: number, sums: number, products: number): void;
  /** out = a * g + b * x + c, floats per channel. */
  combineChannels(grad: number, x: number, out: number, batch: number, channels: number, run: number, a: number, b: number, c: number): void;
  /** Says what the next calls of the three functions below are about. */
  convShape(channels: number, height: number, width: number, outChannels: number, kernelHeight: number, kernelWidth: number, strideY: number, strideX: number, paddingY: number, paddingX: number, dilationY: number, dilationX: number, outHeight: number, outWidth: number): void;
  /** Parts from .. to (images times groups), their sides `step` bytes apart; at most 1008 output columns. */
  convForward(from: number, to: number, groups: number, x: number, xStep: number, weight: number, weightStep: number, out: number, outStep: number, scratch: number): void;
  convInputGradient(from: number, to: number, groups: number, grad: number, gradStep: number, weight: number, weightStep: number, dx: number, dxStep: number, scratch: number): void;
  /** One part; adds to `dWeight`. */
  convWeightGradient(x: number, grad: number, dWeight: number, scratch: number): void;
}

/** Those that layers for sequences bring along (`sequence-kernels.ts`). */
export interface SequenceKernels {
  /** Rows in which all is -Infinity give zeros. With a `period` row r, counted from `first`, sees its first r % period + 1 columns; with 0 all. */
  maskedSoftmaxRows(x: number, first: number, rows: number, columns: number, period: number, scale: number, out: number): void;
  /** `weight` and `bias` may be 0; means and biased variances per row are doubles. */
  layerNormRows(x: number, out: number, rows: number, columns: number, weight: number, bias: number, eps: number, means: number, variances: number): void;
  /** dx, unless it is 0; adds to the gradients of weight and bias, unless they are 0. */
  layerNormGradientRows(grad: number, x: number, dx: number, rows: number, columns: number, weight: number, eps: number, means: number, variances: number, dWeight: number, dBias: number): void;
  /** The sums of the gates [batch, 4 * hidden] and the c before to the gates, c and h. */
  lstmStep(gates: number, before: number, kept: number, c: number, h: number, batch: number, hidden: number): void;
  /** The gradients of h, c and the gates that arrive, of h and c from later, to those of the sums (`gates`); `laterC` is overwritten. */
  lstmStepGradient(gradH: number, laterH: number, gradC: number, laterC: number, gradKept: number, kept: number, c: number, before: number, gates: number, batch: number, hidden: number): void;
}
