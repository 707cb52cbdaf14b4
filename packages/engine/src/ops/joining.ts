/**
 * `cat`, `stack` and `where`: functions of several tensors.
 *
 * Guarantees: gradients reach every operand. Refuses an empty list and shapes that do not fit, naming both.
 */
import { applyOp } from '../autograd/apply-op.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { normalizeDim, sameShape } from '../tensor/shape.ts';
import { catRecord, whereRecord } from './choice-records.ts';
import { scalarTensor } from './creation.ts';
import { Tensor, type Operand } from './tensor.ts';

/** Joins tensors along an existing dimension; all other sizes must agree. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new RuntimeError('torch.cat(): expected a non-empty list of Tensors');
  const scalar = tensors.findIndex((part) => part.dim() === 0);
  if (scalar >= 0) throw new RuntimeError(`zero-dimensional tensor (at position ${scalar}) cannot be concatenated`);
  return applyOp('cat', catRecord, tensors, { dim: normalizeDim(dim, first.dim()) });
}

/** Joins tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new RuntimeError('stack expects a non-empty TensorList');
  for (const [index, part] of tensors.entries()) {
    if (!sameShape(part.shape, first.shape)) {
      throw new RuntimeError(`stack expects each tensor to be equal size, but got [${first.shape.join(', ')}] at entry 0 and [${part.shape.join(', ')}] at entry ${index}`);
    }
  }
  const at = normalizeDim(dim, first.dim() + 1);
  return cat(tensors.map((part) => part.unsqueeze(at)), at);
}

/** `a` where the condition is true, else `b`; all three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [x, y] = [a, b].map((side, index) => (side instanceof Tensor ? side : scalarTensor(side, [b, a][index]!)));
  return applyOp('where', whereRecord, [condition, x!, y!], {});
}
