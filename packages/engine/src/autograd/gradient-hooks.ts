/**
 * Hooks on the gradient of one tensor.
 *
 * Guarantees (PyTorch 2.13, executed): they run once per backward pass, when the whole gradient of the tensor is known, in the order of their
 * registration; what one returns is the gradient for the next, and in the end for what lies below. A retained gradient is the last one.
 * Refuses nothing: whoever registers a hook has checked that the tensor requires gradients.
 */
import type { NdArray } from '../tensor/nd-array.ts';

/** Returns the gradient that takes the place of the one given. */
export type ArrayHook = (grad: NdArray) => NdArray;

export class GradientHooks {
  #entries: { readonly hook: ArrayHook }[] = [];
  /** Called with the gradient that the hooks leave. */
  retain: ((grad: NdArray) => void) | null = null;

  /** Returns the function that ends it. */
  add(hook: ArrayHook): () => void {
    const entry = { hook };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  run(grad: NdArray): NdArray {
    let sent = grad;
    for (const { hook } of this.#entries) sent = hook(sent);
    this.retain?.(sent);
    return sent;
  }
}
