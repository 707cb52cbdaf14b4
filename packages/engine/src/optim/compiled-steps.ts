/**
 * Steps of gradient descent and of Adam by the compiled kernels: one pass over a parameter, its gradient and its state.
 *
 * Guarantees: false where no kernel applies (another type than float32, views, the reference backend), and nothing is written then. Every array
 * that is written counts one write. The arithmetic is float32 throughout, as PyTorch's.
 */
import { kernels } from '../backend/backend.ts';
import type { Kernels } from '../backend/kernels.ts';
import type { NdArray } from '../tensor/nd-array.ts';

/** The kernels work on whole vectors of whole blocks. */
function applicable(arrays: readonly NdArray[]): Kernels | null {
  return arrays.every((array) => array.dtype === 'float32' && array.offset === 0 && array.numel === array.storage.length && array.isContiguous()) ? kernels() : null;
}

export interface SgdNumbers {
  readonly lr: number;
  readonly sign: number;
  readonly weightDecay: number;
  readonly momentum: number;
  /** How much of the gradient enters the buffer. */
  readonly share: number;
  readonly nesterov: boolean;
}

export function compiledSgd(w: NdArray, grad: NdArray, buffer: NdArray | null, numbers: SgdNumbers): boolean {
  const compiled = applicable(buffer === null ? [w, grad] : [w, grad, buffer]);
  if (compiled === null) return false;
  const { lr, sign, weightDecay, momentum, share, nesterov } = numbers;
  compiled.sgdStep(w.address(), grad.address(), buffer?.address() ?? 0, w.numel, lr, sign, weightDecay, momentum, share, Number(nesterov));
  w.storage.version++;
  if (buffer !== null) buffer.storage.version++;
  return true;
}

export interface AdamNumbers {
  readonly sign: number;
  /** What share of the weight is added to the gradient, and what share of it is kept. */
  readonly added: number;
  readonly kept: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The step, and the factor of the root of the second moment, corrected for the start at 0. */
  readonly size: number;
  readonly correction: number;
  readonly eps: number;
}

export function compiledAdam(w: NdArray, grad: NdArray, mean: NdArray, square: NdArray, largest: NdArray | null, numbers: AdamNumbers): boolean {
  const written = largest === null ? [w, mean, square] : [w, mean, square, largest];
  const compiled = applicable([...written, grad]);
  if (compiled === null) return false;
  const { sign, added, kept, beta1, beta2, size, correction, eps } = numbers;
  compiled.adamStep(w.address(), grad.address(), mean.address(), square.address(), largest?.address() ?? 0, w.numel, sign, added, kept, 1 - beta1, beta2, 1 - beta2, size, correction, eps);
  for (const array of written) array.storage.version++;
  return true;
}
