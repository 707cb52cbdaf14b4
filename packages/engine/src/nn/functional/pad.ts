/**
 * Padding as a function.
 *
 * Guarantees: `pad` lists sizes for the last dimension first, [left, right, top, bottom, ...], as PyTorch's; negative constant ones crop. 'reflect', 'replicate'
 * and 'circular' pad the last one, two or three dimensions of [N, C, *] or [C, *]. Refuses paddings that the mode cannot fill, in PyTorch's wording.
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { padRecord } from '../../ops/spatial-records.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';

export type PaddingMode = 'constant' | 'reflect' | 'replicate' | 'circular';

function sourceOf(position: number, size: number, mode: PaddingMode): number {
  if (position >= 0 && position < size) return position;
  switch (mode) {
    case 'constant':
      return -1;
    case 'reflect':
      return position < 0 ? -position : 2 * (size - 1) - position;
    case 'replicate':
      return position < 0 ? 0 : size - 1;
    case 'circular':
      return ((position % size) + size) % size;
  }
}

export function pad(x: Tensor, sizes: readonly number[], mode: PaddingMode = 'constant', value = 0): Tensor {
  if (sizes.length % 2 !== 0) throw new RuntimeError('Padding length must be divisible by 2');
  const rank = x.dim();
  const dims = sizes.length / 2;
  if (dims > rank) throw new RuntimeError(`Padding length should be less than or equal to two times the input dimension but got padding length ${sizes.length} and input of dimension ${rank}`);
  if (mode !== 'constant') {
    if (value !== 0) throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument`);
    if (dims > 3 || (rank !== dims + 1 && rank !== dims + 2)) throw new RuntimeError(`Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now`);
  }
  const sources = x.shape.map((size, dim) => {
    const at = 2 * (rank - 1 - dim);
    const [before, after] = [sizes[at] ?? 0, sizes[at + 1] ?? 0];
    if (mode === 'reflect' && (before >= size || after >= size)) {
      throw new RuntimeError(`Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${dim} of input [${x.shape.join(', ')}]`);
    }
    if (mode === 'circular' && (before > size || after > size)) throw new RuntimeError('Padding value causes wrapping around more than once.');
    const length = size + before + after;
    if (length < 0) throw new RuntimeError(`The input size ${size}, plus negative padding ${before} and ${after} resulted in a negative output size, which is invalid. Check dimension ${dim} of your input.`);
    return Int32Array.from({ length }, (_, index) => sourceOf(index - before, size, mode));
  });
  return applyOp('pad', padRecord, [x], { sources, value });
}
