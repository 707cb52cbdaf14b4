/**
 * Which parameters and buffers have no values yet, and how they get them.
 *
 * Guarantees: the object stays the same; it is an ordinary parameter or tensor afterwards. Its type can be changed before. What makes such tensors is
 * `uninitialized-parameter.ts`, which programs without lazy layers do not carry, nor what is done for them.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { DType } from '../tensor/dtype.ts';

interface Uninitialized {
  readonly dtype: DType;
  /** Makes another one of its kind. */
  readonly another: (dtype: DType) => Tensor;
}

class UninitializedTensors {
  readonly #states = new WeakMap<Tensor, Uninitialized>();

  add(tensor: Tensor, state: Uninitialized): void {
    this.#states.set(tensor, state);
  }

  has(tensor: Tensor | null): boolean {
    return tensor !== null && this.#states.has(tensor);
  }

  /** The type that it will have. */
  typeOf(tensor: Tensor): DType {
    return this.#states.get(tensor)!.dtype;
  }

  setType(tensor: Tensor, dtype: DType): void {
    this.#states.set(tensor, { ...this.#states.get(tensor)!, dtype });
  }

  copy(tensor: Tensor): Tensor {
    const { dtype, another } = this.#states.get(tensor)!;
    return another(dtype);
  }

  /** Gives it values, converted to its type. */
  materialize(tensor: Tensor, values: Tensor): void {
    const dtype = this.typeOf(tensor);
    this.#states.delete(tensor);
    for (const name of ['shape', 'dtype', 'dispose', 'detach', 'toString']) delete (tensor as unknown as Record<string, unknown>)[name];
    const array = withoutRecording(() => values.array.copy(dtype));
    array.storage.handles++;
    Object.defineProperty(tensor, 'array', { value: array, writable: true, configurable: true, enumerable: true });
    tensor.historyVersion = array.storage.rewrites;
  }
}

/** Those that there are; null until the first is made. A variable, so that a bundler sees where none ever is. */
export let uninitialized: UninitializedTensors | null = null;

export function addUninitialized(tensor: Tensor, state: Uninitialized): void {
  uninitialized ??= new UninitializedTensors();
  uninitialized.add(tensor, state);
}
