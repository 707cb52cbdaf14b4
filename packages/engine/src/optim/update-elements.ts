/**
 * Runs an optimizer's arithmetic over the elements of a parameter and of its state, in place.
 *
 * Guarantees: the arithmetic sees plain row-major values whatever the strides of the parameter are; every array it may have
 * written counts one write, so that a graph that still needs the old values refuses to use the new ones. Each value is
 * computed in double precision and rounded once per step (PyTorch rounds after every operation in it).
 */
import type { TypedArray } from '../tensor/dtype.ts';
import type { NdArray } from '../tensor/nd-array.ts';

/** `targets` are written, all of the shape of `grad`, which is read. */
export function updateElements(targets: readonly NdArray[], grad: NdArray, update: (targets: readonly TypedArray[], grad: TypedArray) => void): void {
  const linear = targets.map((target) => (target.isContiguous() ? target : target.copy()));
  update(linear.map((array) => array.contiguousData()), grad.contiguousData());
  for (const [index, target] of targets.entries()) {
    if (linear[index] === target) target.storage.version++;
    else target.assign(linear[index]!);
  }
}
