/**
 * Applies a registered operation by name, for functions that are no method of one tensor.
 */
import { applyInPlace, applyOp } from '../autograd/apply-op.ts';
import type { OpAttributes, OpName } from './op-attributes.ts';
import { registry } from './registry.ts';
import type { Tensor } from './tensor.ts';

export function applyNamed<K extends OpName>(op: K, inputs: readonly Tensor[], attributes: OpAttributes[K]): Tensor {
  return applyOp<OpAttributes[K], Tensor>(op, registry[op], inputs, attributes);
}

/** The same, with the result written into `target`, the first input. Returns `target`. */
export function applyInPlaceNamed<K extends OpName>(op: K, target: Tensor, others: readonly Tensor[], attributes: OpAttributes[K]): Tensor {
  return applyInPlace<OpAttributes[K], Tensor>(op, registry[op], target, others, attributes);
}
