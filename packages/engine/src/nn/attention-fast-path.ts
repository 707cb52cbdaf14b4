/**
 * Whether attention and transformer layers may take PyTorch's fused path for inference.
 *
 * Guarantees: the switch of `torch.backends.mha`; on by default. What the fused path changes is kept, though nothing is fused here (mode
 * inventory 1e; PyTorch 2.13, executed): an encoder layer on it calls none of its parts, so that no dropout inside it drops, whatever its own mode
 * (B13), and a row in which everything is masked is NaN. Parts with forward hooks keep a layer off the path, and so does a trace that
 * listens to their calls, because a trace of PyTorch is made of hooks.
 */
import { isGradEnabled } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';

let enabled = true;

/** Whether attention may use the fused path. */
export function getFastpathEnabled(): boolean {
  return enabled;
}

/** Allows or forbids the fused path for the whole process. */
export function setFastpathEnabled(value: boolean): void {
  enabled = value;
}

/** Why gradients keep a call off the path, '' if they do not. */
export function gradientsForbidFastPath(tensors: readonly (Tensor | null)[]): string {
  return isGradEnabled() && tensors.some((tensor) => tensor?.requiresGrad === true)
    ? 'grad is enabled and at least one of query or the input/output projection weights or biases requires_grad'
    : '';
}
