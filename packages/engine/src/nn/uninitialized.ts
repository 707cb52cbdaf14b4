/**
 * Which parameters and buffers have no values yet, and how they get them.
 *
 * Guarantees: the object stays the same; it is an ordinary parameter or tensor afterwards. Its type can be changed before. What makes such tensors is
 * `uninitialized-parameter.ts`, which programs without lazy layers do not carry.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { DType } from '../tensor/dtype.ts';

interface Uninitialized {
  readonly dtype: DType;
  /** Makes another one of its kind. */
  readonly another: (dtype: DType) => Tensor;
}

const uninitialized = new WeakMap<Tensor, Uninitialized>();

export function setUninitialized(tensor: Tensor, state: Uninitialized): void {
  uninitialized.set(tensor, state);
}

export function isUninitialized(tensor: Tensor | null): boolean {
  return tensor !== null && uninitialized.has(tensor);
}

export function uninitializedType(tensor: Tensor): DType {
  return uninitialized.get(tensor)!.dtype;
}

/** The type that it will have. */
export function setUninitializedType(tensor: Tensor, dtype: DType): void {
  uninitialized.set(tensor, { ...uninitialized.get(tensor)!, dtype });
}

export function copyOfUninitialized(tensor: Tensor): Tensor {
  const { dtype, another } = uninitialized.get(tensor)!;
  return another(dtype);
}

/** Gives it values, converted to its type. */
export function materialize(tensor: Tensor, values: Tensor): void {
  const dtype = uninitializedType(tensor);
  uninitialized.delete(tensor);
  for (const name of ['shape', 'dtype', 'dispose', 'detach', 'toString']) delete (tensor as unknown as Record<string, unknown>)[name];
  const array = withoutRecording(() => values.array.copy(dtype));
  array.storage.handles++;
  Object.defineProperty(tensor, 'array', { value: array, writable: true, configurable: true, enumerable: true });
  tensor.historyVersion = array.storage.rewrites;
}
