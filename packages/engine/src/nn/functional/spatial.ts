/**
 * Sizes per spatial dimension, and tensors with or without a batch dimension.
 *
 * Guarantees: a number stands for all dimensions, a list of one too, as in PyTorch. Refuses lists of another length and, where PyTorch does,
 * numbers below 1.
 */
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import type { Shape } from '../../tensor/shape.ts';

/** One number for all spatial dimensions, or one for each. */
export type Sizes = number | Shape;

export function perDimension(sizes: Sizes, rank: number, name: string): Shape {
  const list = typeof sizes === 'number' ? [sizes] : sizes;
  if (list.length !== 1 && list.length !== rank) throw new RuntimeError(`expected ${name} to be a single integer value or a list of ${rank} values to match the spatial dimensions, but got ${name}=[${list.join(', ')}]`);
  return list.length === rank ? list : new Array<number>(rank).fill(list[0]!);
}

/** Calls `run` with a batch dimension in front of [C, *spatial], and takes it away again. */
export function batched<T extends readonly Tensor[]>(x: Tensor, rank: number, op: string, run: (x: Tensor) => T): T {
  if (x.dim() !== rank + 1 && x.dim() !== rank + 2) {
    throw new RuntimeError(`Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${op}, but got input of size: [${x.shape.join(', ')}]`);
  }
  if (x.dim() === rank + 2) return run(x);
  return run(x.unsqueeze(0)).map((part) => part.squeeze(0)) as unknown as T;
}
