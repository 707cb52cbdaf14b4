/**
 * The methods of a tensor that watch its gradient.
 *
 * Guarantees: importing this file gives them to every tensor, as `@modeguard/engine` does and `@modeguard/engine/core` does not. When hooks run is in `gradient-hooks.ts`.
 *
 * Worked example: after `import './gradient-hook-methods.ts'` and `x.registerHook((grad) => grad.mul(2))` a backward pass leaves twice the gradient in `x.grad`.
 */
import { addMethods } from '../tensor/add-methods.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { GradientHooks } from './gradient-hooks.ts';
import { TensorBase } from './tensor-base.ts';

function hooksOf(tensor: TensorBase): GradientHooks {
  if (tensor.gradFn !== null) return (tensor.gradFn.hooks ??= new GradientHooks());
  return (tensor.leafHooks ??= new GradientHooks());
}

abstract class GradientHookMethods extends TensorBase {
  /**
   * Calls `hook` with the gradient of this tensor when a backward pass has it; a tensor that it returns takes its place.
   * @throws RuntimeError if this requires no gradients
   */
  override registerHook(hook: (grad: this) => this | null | void): { remove(): void } {
    if (!this.requiresGrad) throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient");
    return { remove: hooksOf(this).add((grad) => hook(this.wrap(grad, false))?.array ?? grad) };
  }

  /** Keeps the gradient of a result in `grad`, as that of a leaf is. @throws RuntimeError if this requires no gradients */
  override retainGrad(): void {
    if (!this.requiresGrad) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False");
    if (!this.isLeaf) hooksOf(this).retain = (grad) => this.storeGrad(grad, false);
  }
}

declare module './tensor-base.ts' {
  interface TensorBase {
    registerHook(hook: (grad: this) => this | null | void): { remove(): void };
    retainGrad(): void;
  }
}

addMethods(TensorBase, GradientHookMethods);
