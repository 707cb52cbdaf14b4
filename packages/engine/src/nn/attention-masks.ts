/**
 * Masks of attention: what they may be, and how two of them become one.
 *
 * Guarantees (PyTorch 2.13, executed): a bool mask says with true where *not* to look and becomes -Infinity there; a floating-point mask is
 * added to the scores as it is. Refuses other types, ranks and sizes with PyTorch's messages. The gradient of a floating-point mask flows.
 */
import { Tensor } from '../ops/tensor.ts';
import { isFloating, type DType } from '../tensor/dtype.ts';
import { mapArray } from '../tensor/elementwise.ts';
import { AssertionError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sameShape } from '../tensor/shape.ts';
import { userWarning } from '../tensor/user-warning.ts';

/** The mask as numbers to add to scores of type `dtype`. `beside` is the other mask, whose type should be the same. */
export function additiveMask(mask: Tensor | null, name: string, dtype: DType, beside: { readonly mask: Tensor | null; readonly name: string } | null = null): Tensor | null {
  if (mask === null) return null;
  if (mask.dtype !== 'bool' && !isFloating(mask.dtype)) throw new AssertionError(`only bool and floating types of ${name} are supported`);
  if (beside !== null && beside.mask !== null && beside.mask.dtype !== mask.dtype) {
    userWarning(`Support for mismatched ${name} and ${beside.name} is deprecated. Use same type for both instead.`);
  }
  return mask.dtype === 'bool' ? new Tensor(mapArray(mask.array, (value) => (value === 0 ? 0 : -Infinity), dtype)) : mask;
}

/** [size, size] with -Infinity above the diagonal: each place looks at itself and what is before it. */
export function squareSubsequentMask(size: number, dtype: DType = 'float32'): Tensor {
  const values = Float64Array.from({ length: size * size }, (_, at) => (at % size > Math.floor(at / size) ? -Infinity : 0));
  return new Tensor(NdArray.from('float64', [size, size], values).copy(dtype));
}

/** Whether to tell the attention that the mask is causal: as it was told itself, or, where it was not, by looking at the mask. */
export function isCausalMask(mask: Tensor | null, told: boolean | null, size: number): boolean {
  if (told !== null || mask === null) return told === true;
  const causal = squareSubsequentMask(size, mask.dtype);
  if (!sameShape(mask.shape, causal.shape)) return false;
  const [given, wanted] = [mask.array.contiguousData(), causal.array.contiguousData()];
  return given.every((value, at) => value === wanted[at]);
}

/** Checks ranks; true for a batch. */
export function checkAttentionShapes(query: Tensor, key: Tensor, value: Tensor, keyPaddingMask: Tensor | null, attnMask: Tensor | null, heads: number): boolean {
  const rank = query.dim();
  if (rank !== 2 && rank !== 3) throw new AssertionError(`query should be unbatched 2D or batched 3D tensor but received ${rank}-D query tensor`);
  const which = rank === 3 ? 'batched (3-D)' : 'unbatched (2-D)';
  if (key.dim() !== rank || value.dim() !== rank) {
    throw new AssertionError(`For ${which} \`query\`, expected \`key\` and \`value\` to be ${rank}-D but found ${key.dim()}-D and ${value.dim()}-D tensors respectively`);
  }
  if (keyPaddingMask !== null && keyPaddingMask.dim() !== rank - 1) {
    throw new AssertionError(`For ${which} \`query\`, expected \`key_padding_mask\` to be \`None\` or ${rank - 1}-D but found ${keyPaddingMask.dim()}-D tensor instead`);
  }
  if (attnMask === null) return rank === 3;
  if (attnMask.dim() !== 2 && attnMask.dim() !== 3) {
    throw new AssertionError(`For ${which} \`query\`, expected \`attn_mask\` to be \`None\`, 2-D or 3-D but found ${attnMask.dim()}-D tensor instead`);
  }
  if (rank === 2 && attnMask.dim() === 3) {
    const expected = [heads, query.size(0), key.size(0)];
    if (!sameShape(attnMask.shape, expected)) throw new AssertionError(`Expected \`attn_mask\` shape to be (${expected.join(', ')}) but got torch.Size([${attnMask.shape.join(', ')}])`);
  }
  return rank === 3;
}
