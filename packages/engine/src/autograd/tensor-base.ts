/**
 * A tensor as autograd sees it: an array, whether it requires gradients, and how it was made.
 *
 * Guarantees: PyTorch's rules for leaves, `requiresGrad`, `grad`, `backward` and inference tensors, with PyTorch's wording
 * (2.13, executed). Refuses: a backward without a graph or of more than one element without a gradient, turning
 * `requiresGrad` off on a result, on for integers or for an inference tensor outside inference mode.
 * Gradients of gradients are not offered.
 */
import { NdArray } from '../tensor/nd-array.ts';
import { isFloating } from '../tensor/dtype.ts';
import { addArrays, addInto } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { methodsToImport } from '../tensor/methods-to-import.ts';
import { sameShape, type Shape } from '../tensor/shape.ts';
import { activeTrace } from '../trace/trace.ts';
import { isInferenceModeEnabled } from './grad-mode.ts';
import type { GradientHooks } from './gradient-hooks.ts';
import type { Edge, GraphNode } from './graph-node.ts';
import { runBackward } from './run-backward.ts';
import { activeScope, withoutScope } from './scope.ts';
import { viewNode } from './view-history.ts';

/** Without a graph, or together with others: then what PyTorch says of it. */
export type ViewMade = 'no_grad' | 'inference' | { readonly refusal: string } | null;

export abstract class TensorBase {
  /** The values. Views share its storage. */
  array: NdArray;
  /** The tensor whose memory this shares, if this was made as a view of one. */
  viewOf: TensorBase | null = null;
  /** How this view was made, if so that PyTorch lets nobody write to it under autograd. */
  viewMade: ViewMade = null;
  /** `storage.rewrites` when the history was recorded. */
  historyVersion: number;
  #gradFn: GraphNode | null = null;
  readonly #inference: boolean;
  #grad: this | null = null;
  /** Whether anyone but the engine may hold the gradient. */
  #gradIsShown = false;
  #requiresGrad = false;
  /** Of a leaf; those of a result are kept by the operation that made it. */
  leafHooks: GradientHooks | null = null;

  constructor(array: NdArray, options: { readonly inference?: boolean } = {}) {
    this.array = array;
    this.historyVersion = array.storage.rewrites;
    array.storage.handles++;
    activeScope?.add(this);
    this.#inference = options.inference ?? isInferenceModeEnabled();
  }

  /** What this is a view of, as long as that has its memory: it may have been disposed of, or been given other values. */
  get base(): TensorBase | null {
    const { viewOf } = this;
    return viewOf !== null && viewOf.array.storage === this.array.storage ? viewOf : null;
  }

  /** The operation that made this, if it was recorded. Of a view whose memory was written to under autograd since: that it is a part of its base. */
  get gradFn(): GraphNode | null {
    const { base } = this;
    if (base !== null && this.historyVersion !== this.array.storage.rewrites) {
      this.historyVersion = this.array.storage.rewrites;
      const edge = base.edge();
      if (edge !== null) this.#gradFn = viewNode(base.array, this.array, edge);
    }
    return this.#gradFn;
  }

  set gradFn(node: GraphNode | null) {
    this.#gradFn = node;
  }

  /** What backward passes have added up to, on a leaf. */
  get grad(): this | null {
    this.#gradIsShown = true;
    return this.#grad;
  }

  set grad(grad: this | null) {
    if (this.#grad !== null && this.#grad !== grad && !this.#gradIsShown) this.#grad.dispose();
    this.#grad = grad;
    this.#gradIsShown = true;
  }

  /** The gradient for a reader that keeps no hold of it: dropped afterwards, it gives its memory back at once. */
  borrowGrad(): this | null {
    return this.#grad;
  }

  /** A plain tensor over `array`. */
  abstract wrap(array: NdArray, inference?: boolean): this;

  get shape(): Shape {
    return this.array.shape;
  }

  get dtype(): NdArray['dtype'] {
    return this.array.dtype;
  }

  /** Made by the user, not by a recorded operation. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** Made in inference mode: can never take part in a graph. */
  isInference(): boolean {
    return this.#inference;
  }

  /** How many in-place writes the memory has seen; inference tensors do not count. */
  get version(): number {
    if (this.#inference) throw new RuntimeError('Inference tensors do not track version counter.');
    return this.array.storage.version;
  }

  get requiresGrad(): boolean {
    return this.#requiresGrad || this.gradFn !== null;
  }

  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }

  requiresGrad_(value = true): this {
    if (!this.isLeaf) {
      if (value) return this;
      throw new RuntimeError('you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn\'t require differentiation use detach().');
    }
    if (value && !isFloating(this.dtype)) throw new RuntimeError('only Tensors of floating point dtype can require gradients');
    if (value && this.#inference && !isInferenceModeEnabled()) {
      throw new RuntimeError('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.');
    }
    this.#requiresGrad = value;
    return this;
  }

  /** The same memory, outside the graph. */
  detach(): this {
    const detached = this.wrap(this.array, this.#inference);
    detached.viewOf = null;
    activeTrace?.derive(detached, [this]);
    return detached;
  }

  /** Where a gradient of this goes, or null if it needs none. */
  edge(): Edge {
    return this.gradFn ?? (this.#requiresGrad ? this : null);
  }

  /**
   * Puts other values, of any type and shape, in the place of this tensor's, as PyTorch's `tensor.data = …` does: whoever holds the tensor
   * sees them. Graphs recorded before keep the old ones.
   */
  replaceArray(array: NdArray): void {
    this.array.storage.handles--;
    array.storage.handles++;
    this.array = array;
    this.viewOf = null;
    this.historyVersion = array.storage.rewrites;
  }

  /**
   * Ends this tensor now instead of when it is garbage. Its memory is free at once if no other tensor was made over it and no graph keeps it;
   * otherwise as soon as those end. Reading a disposed tensor throws and says which operation made it; disposing twice is allowed.
   */
  dispose(): void {
    const { storage, dtype, shape } = this.array;
    if (storage.isFreed) return;
    storage.handles--;
    storage.freeIfUnreachable();
    // Others still use the memory; this tensor must not.
    if (!storage.isFreed) this.array = NdArray.freed(dtype, shape, storage.origin);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  accumulateGrad(grad: NdArray, owned: boolean): void {
    if (this.leafHooks === null) this.storeGrad(grad, owned);
    else this.storeGrad(this.leafHooks.run(grad), false);
  }

  /** Adds to the gradient, past all hooks. */
  storeGrad(grad: NdArray, owned: boolean): void {
    if (this.#grad !== null) {
      if (!addInto(this.#grad.array, grad)) this.#grad.array.assign(addArrays(this.#grad.array, grad));
      return;
    }
    const kept = owned && grad.dtype === this.dtype && grad.isContiguous() && grad.storage.length === grad.numel;
    // A gradient belongs to its leaf, not to the scope in which it was computed.
    this.#grad = withoutScope(() => this.wrap(kept ? grad : grad.copy(this.dtype), false));
    this.#gradIsShown = false;
  }

  /**
   * Adds the derivative of this scalar (or of `gradient . this`) to the `grad` of every leaf.
   * @throws RuntimeError without a graph, for several elements without `gradient`, for a graph already used up
   */
  backward(gradient?: this | null, options: { readonly retainGraph?: boolean } = {}): void {
    const edge = this.edge();
    const trace = activeTrace;
    if (edge === null) {
      trace?.backwardRan(this, []);
      throw new RuntimeError('element 0 of tensors does not require grad and does not have a grad_fn');
    }
    if (gradient == null && this.array.numel !== 1) throw new RuntimeError('grad can be implicitly created only for scalar outputs');
    if (gradient != null && !sameShape(gradient.shape, this.shape)) {
      throw new RuntimeError(`Mismatch in shape: grad_output[0] has a shape of torch.Size([${gradient.shape.join(', ')}]) and output[0] has a shape of torch.Size([${this.shape.join(', ')}]).`);
    }
    const visited = runBackward(edge, gradient?.array ?? NdArray.filled(this.dtype, this.shape, 1), options.retainGraph ?? false);
    trace?.backwardRan(this, visited);
  }
}

methodsToImport(TensorBase, 'registerHook retainGrad');
