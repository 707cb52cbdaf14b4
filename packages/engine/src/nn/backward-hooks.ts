/**
 * Full backward hooks of a module: they see, and may replace, the gradients of its outputs and of its inputs.
 *
 * Guarantees: PyTorch's rules (2.13, executed). A backward pre-hook runs when the gradients of all outputs are known, a backward hook
 * when those of all inputs are; what is no tensor, and what the gradient does not reach, has the gradient null, a tensor that requires none zeros. If no input requires a gradient, the backward hook runs right after
 * the pre-hooks, with null for every input, and a warning. Nothing is observed where nothing is recorded. Refuses another number of
 * gradients than there are. Outputs that are neither a tensor nor an array of them are not observed, with a warning.
 *
 * How: the tensors pass through one operation each that keeps its gradient and sends an empty one on to a node that all of them share;
 * when that node is reached, all gradients are there, and it sends them on to where the tensors came from.
 */
import { applyOp } from '../autograd/apply-op.ts';
import { isRecording } from '../autograd/grad-mode.ts';
import type { OpRecord } from '../autograd/op-record.ts';
import { zerosLike } from '../ops/creation.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { userWarning } from '../tensor/user-warning.ts';
import type { Module } from './module.ts';
import type { BackwardHook, BackwardPreHook, Gradients } from './module-hooks.ts';

type OnGradients = (grads: Gradients) => Gradients;
type Hooks<H> = readonly { readonly hook: H }[];
const empty = (): NdArray => NdArray.filled('float32', [], 0);

/** The same values; once their gradients are known, `onGradients` decides what flows on. Null if nothing is recorded here. */
function throughHook(values: readonly unknown[], onGradients: OnGradients): readonly unknown[] | null {
  const tensors = values.filter((value): value is Tensor => value instanceof Tensor);
  if (!isRecording() || !tensors.some((tensor) => tensor.requiresGrad)) return null;
  const arrived = new Map<number, Tensor>();
  const shared: OpRecord<object> = {
    forward: empty,
    gradient: {
      saves: () => ({}),
      of: () => {
        const sent = onGradients(values.map((value, index) => arrived.get(index) ?? (value instanceof Tensor && !value.requiresGrad ? zerosLike(value) : null)));
        arrived.clear();
        return values.flatMap((value, index): (NdArray | null)[] => (value instanceof Tensor ? [sent[index]?.array ?? null] : []));
      },
    },
  };
  const node = applyOp('backwardHookFunction', shared, tensors, {});
  return values.map((value, index) => {
    if (!(value instanceof Tensor) || !value.requiresGrad) return value;
    const kept: OpRecord<object> = {
      view: true,
      forward: ([x]) => x!.reshape(x!.shape),
      gradient: {
        saves: () => ({}),
        of: (grad) => {
          arrived.set(index, new Tensor(grad, { inference: false }));
          return [null, empty()];
        },
      },
    };
    return applyOp('backwardHookFunction', kept, [value, node], {});
  });
}

function replaced(result: Gradients | Tensor | null | void, given: Gradients, what: string): Gradients {
  if (result === undefined || result === null) return given;
  const list = result instanceof Tensor ? [result] : result;
  if (list.length !== given.length) throw new RuntimeError(`${what}, got ${list.length}, but expected ${given.length}`);
  return list;
}

/** Prepares the inputs of one call; `output` then does the same for what the call returned. */
export function observeGradients(
  module: Module,
  preHooks: Hooks<BackwardPreHook>,
  hooks: Hooks<BackwardHook>,
  inputs: readonly unknown[],
): { readonly inputs: readonly unknown[]; readonly output: (output: unknown) => unknown } {
  if (preHooks.length === 0 && hooks.length === 0) return { inputs, output: (output) => output };
  let gradOutputs: Gradients | null = null;
  const observed = throughHook(inputs, (grads) => {
    // The gradient did not come through the outputs.
    if (gradOutputs === null) return grads;
    let sent = grads;
    for (const { hook } of [...hooks]) sent = replaced(hook(module, sent, gradOutputs), sent, 'Backward hook returned an invalid number of grad_input');
    gradOutputs = null;
    return sent;
  });
  const onOutputs: OnGradients = (grads) => {
    let sent = grads;
    for (const { hook } of [...preHooks]) sent = replaced(hook(module, sent), sent, 'Backward pre hook returned an invalid number of grad_output');
    gradOutputs = sent;
    if (observed === null) {
      userWarning('Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require gradients.');
      for (const { hook } of [...hooks]) {
        const result = hook(module, inputs.map(() => null), gradOutputs);
        if (result != null && !(Array.isArray(result) && result.every((grad) => grad === null))) {
          throw new RuntimeError('Backward hook for Modules where no input requires gradient should always return None or None for all gradients.');
        }
      }
      gradOutputs = null;
    }
    return sent;
  };
  return {
    inputs: observed ?? inputs,
    output: (output) => {
      if (!(output instanceof Tensor) && !Array.isArray(output)) {
        userWarning(`For backward hooks to be called, module output should be a Tensor or an array of Tensors but received ${output === null ? 'null' : typeof output}`);
        return output;
      }
      const list: readonly unknown[] = output instanceof Tensor ? [output] : output;
      const through = throughHook(list, onOutputs) ?? list;
      return output instanceof Tensor ? through[0] : through;
    },
  };
}
