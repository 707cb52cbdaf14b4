/**
 * Applies an operation of a family by name, for functions that are no method of one tensor.
 *
 * Worked example: `applyNamed(activationOps, 'gelu', [x], { approximate: 'none' })`.
 */
import { applyInPlace, applyOp } from '../autograd/apply-op.ts';
import type { Records } from './records.ts';
import type { Tensor } from './tensor.ts';

export function applyNamed<Attributes, K extends keyof Attributes & string>(family: Records<Attributes>, op: K, inputs: readonly Tensor[], attributes: Attributes[K]): Tensor {
  return applyOp<Attributes[K], Tensor>(op, family[op], inputs, attributes);
}

/** The same, with the result written into `target`, the first input. Returns `target`. */
export function applyInPlaceNamed<Attributes, K extends keyof Attributes & string>(family: Records<Attributes>, op: K, target: Tensor, others: readonly Tensor[], attributes: Attributes[K]): Tensor {
  return applyInPlace<Attributes[K], Tensor>(op, family[op], target, others, attributes);
}
