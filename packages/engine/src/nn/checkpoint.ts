/**
 * Activation checkpointing: what a part of a network saves for the backward pass is dropped, and computed again when that pass needs it.
 *
 * Guarantees: values and gradients are those without it, of parameters inside, too, and of several outputs (`torch.utils.checkpoint.checkpoint` with `use_reentrant=False`, PyTorch 2.13, executed).
 * The part runs a second time in the backward pass: with the random numbers of the first, so that dropout drops the same, and with all that it does besides, so that running statistics move twice, as PyTorch's do. Without
 * a graph to record it just runs. Refuses a second run that is not like the first, as after a change of mode in between, where PyTorch refuses it, too.
 *
 * Worked example: `checkpoint((x) => block.call(x), x)` in the place of `block.call(x)`.
 */
import { applyOp } from '../autograd/apply-op.ts';
import { enableGrad, isRecording } from '../autograd/grad-mode.ts';
import { GraphNode } from '../autograd/graph-node.ts';
import type { OpRecord } from '../autograd/op-record.ts';
import { Tensor } from '../ops/tensor.ts';
import { defaultGenerator } from '../random/default-generator.ts';
import { keepState } from '../random/generator-state.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';

const empty = (): NdArray => NdArray.filled('float32', [], 0);
const tensorsOf = (output: Tensor | readonly Tensor[]): readonly Tensor[] => (output instanceof Tensor ? [output] : output);

/** The operations by which `outputs` were made of tensors other than `inputs`. */
function recordedBetween(inputs: readonly Tensor[], outputs: readonly Tensor[]): ReadonlySet<GraphNode> {
  const seen = new Set<GraphNode>();
  const ends = new Set(inputs.map((input) => input.gradFn));
  const open = outputs.map((output) => output.gradFn);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null || ends.has(node) || seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.edges) if (edge instanceof GraphNode) open.push(edge);
  }
  return seen;
}

/**
 * `fn(...args)`, saving nothing of what it computes for the backward pass but its arguments.
 * @param fn gives a tensor or an array of them; of `args` the tensors are those that gradients go to, others are passed on
 */
export function checkpoint<A extends readonly unknown[], R extends Tensor | readonly Tensor[]>(fn: (...args: A) => R, ...args: A): R {
  if (!isRecording()) return fn(...args);
  const inputs = args.filter((value): value is A[number] & Tensor => value instanceof Tensor);
  const restore = keepState(defaultGenerator);
  const output = fn(...args);
  const outputs = tensorsOf(output);
  const first = recordedBetween(inputs, outputs);
  if (first.size === 0) return output;
  for (const node of first) node.free();

  const arrived = new Map<number, Tensor>();
  const again = (): (NdArray | null)[] => {
    const continueFrom = keepState(defaultGenerator);
    const copies = args.map((value) => (value instanceof Tensor ? value.detach().requiresGrad_(value.requiresGrad) : value));
    try {
      restore();
      enableGrad(() => {
        const made = tensorsOf(fn(...(copies as unknown as A)));
        const second = recordedBetween([], made).size;
        if (second !== first.size) {
          throw new RuntimeError(
            `checkpoint: A different number of operations was recorded during the original forward and recomputation: ${first.size} and ${second}. ` +
              'What the function computes must not depend on what changes in between, as the mode of a module.',
          );
        }
        const parts = [...arrived].map(([index, grad]) => [made[index]!, grad] as const);
        if (parts.length === 1) parts[0]![0].backward(parts[0]![1]);
        else parts.map(([part, grad]) => part.mul(grad).sum()).reduce((sum, part) => sum.add(part)).backward();
      });
    } finally {
      continueFrom();
      arrived.clear();
    }
    return [...copies.filter((copy): copy is Tensor => copy instanceof Tensor).map((copy) => copy.grad?.array ?? null), null];
  };

  // All outputs keep their gradient and send an empty one to a node that they share; when that is reached, all are there. A leaf of its own makes sure that it is recorded.
  const shared: OpRecord<object> = { forward: empty, gradient: { saves: () => ({}), of: again } };
  const node = applyOp('checkpoint', shared, [...inputs, new Tensor(empty()).requiresGrad_()], {});
  const wrapped = outputs.map((value, index) => {
    if (!value.requiresGrad) return value;
    const kept: OpRecord<object> = {
      forward: ([x]) => x!,
      gradient: {
        saves: () => ({}),
        of: (grad) => {
          arrived.set(index, new Tensor(grad, { inference: false }));
          return [null, empty()];
        },
      },
    };
    return applyOp('checkpoint', kept, [value.detach(), node], {});
  });
  return (output instanceof Tensor ? wrapped[0] : wrapped) as R;
}
