/**
 * The dispatcher: runs an operation's forward, records it if gradients are on, and tells the trace what came from what.
 *
 * Guarantees: every operation, in place or not, passes through here, so that gradient modes, inference tensors, version
 * counters and the trace are right for all of them. Refuses, in PyTorch's wording: saving an inference tensor for
 * backward, in-place writes to inference tensors outside inference mode, to leaves that require gradients and to views of them.
 * A write to a view becomes part of the history of its base (`view-history.ts`); views that were made outside of the graph or together with others are refused.
 */
import { residency } from '../memory/residency.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { isFloating, scalarTypeName } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { category } from '../tensor/promotion.ts';
import { activeTrace } from '../trace/trace.ts';
import { isInferenceModeEnabled, isRecording } from './grad-mode.ts';
import { GraphNode, type Edge } from './graph-node.ts';
import type { Gradient, OpRecord, Saved } from './op-record.ts';
import type { TensorBase } from './tensor-base.ts';
import { copySlices } from './view-history.ts';

/** What an operation saves depends only on how many inputs there are and which of them want a gradient: asked once for each. */
const savedFor = new WeakMap<Gradient<never>, Saved[]>();

function savedBy(gradient: Gradient<never>, edges: readonly Edge[]): Saved {
  // The leading one tells apart calls with other numbers of inputs.
  let mask = 1 << edges.length;
  for (let index = 0; index < edges.length; index++) if (edges[index] !== null) mask |= 1 << index;
  if (edges.length > 16) return gradient.saves(edges.map((edge) => edge !== null));
  let known = savedFor.get(gradient);
  if (known === undefined) savedFor.set(gradient, (known = []));
  return (known[mask] ??= gradient.saves(edges.map((edge) => edge !== null)));
}

/** The graph node for this application, or null if nothing is recorded. */
function record<A>(op: string, opRecord: OpRecord<A>, inputs: readonly TensorBase[], attributes: A, output: NdArray, inPlace = false): GraphNode | null {
  const { gradient } = opRecord;
  if ('notDifferentiable' in gradient || !isRecording() || !isFloating(output.dtype)) return null;
  let wanted = false;
  for (let index = 0; index < inputs.length; index++) if (inputs[index]!.requiresGrad) wanted = true;
  if (!wanted) return null;
  const edges = inputs.map((input) => input.edge());
  const saved = savedBy(gradient as Gradient<never>, edges);
  const arrays: NdArray[] = [];
  const versions: number[] = [];
  if (saved.inputs !== undefined) {
    for (const index of saved.inputs) {
      const input = inputs[index]!;
      if (input.isInference()) {
        throw new RuntimeError(
          'Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation tracked by autograd. ' +
            'To work around this, you can make a clone to get a normal tensor and use it in autograd, or use `noGrad` instead of `inferenceMode`.',
        );
      }
      // What an in-place operation reads of its own target is kept as it was.
      const kept = inPlace && index === 0 ? input.array.copy() : input.array;
      arrays.push(kept);
      versions.push(kept.storage.version);
    }
  }
  if (saved.output === true) {
    arrays.push(output);
    // An in-place operation has yet to write.
    versions.push(output.storage.version + (inPlace ? 1 : 0));
  }
  return new GraphNode(op, output.dtype, edges, gradient as Gradient<unknown>, attributes, inputs.map((input) => input.array.shape), saved, arrays, versions);
}

export function applyOp<A, T extends TensorBase>(op: string, opRecord: OpRecord<A>, inputs: readonly T[], attributes: A): T {
  residency.safePoint();
  const output = opRecord.forward(inputs.map((input) => input.array), attributes);
  const node = record(op, opRecord, inputs, attributes, output);
  if (output.storage.origin === '') output.storage.origin = op;
  const first = inputs[0]!;
  const sharesMemory = opRecord.view === true && output.storage === first.array.storage;
  // A view of a normal tensor stays normal, even in inference mode.
  const result = first.wrap(output, sharesMemory ? first.isInference() : isInferenceModeEnabled());
  result.gradFn = node;
  if (sharesMemory) {
    // A view that is a leaf with a gradient of its own is a base to its views.
    result.viewOf = first.viewOf === null || (first.requiresGrad && first.isLeaf) ? first : first.viewOf;
    result.viewMade = first.viewMade ?? (isInferenceModeEnabled() ? 'inference' : isRecording() ? null : 'no_grad');
  }
  const trace = activeTrace;
  if (trace !== null) {
    trace.derive(result, inputs);
    if (node !== null) trace.recordNode(node);
  }
  return result;
}

function refuseInPlace(target: TensorBase, others: readonly TensorBase[]): void {
  if (target.array.strides.some((stride, dim) => stride === 0 && target.shape[dim]! > 1) && target.array.numel > 0) {
    throw new RuntimeError('unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.');
  }
  if (!isRecording() || !isFloating(target.dtype)) return;
  const { base, viewMade } = target;
  if (base !== null && viewMade !== null && (base.requiresGrad || others.some((other) => other.requiresGrad))) {
    if (typeof viewMade === 'object') throw new RuntimeError(viewMade.refusal);
    const [now, suffix] = viewMade === 'inference' ? ['in normal mode', '_mode'] : ['with grad mode enabled', ''];
    throw new RuntimeError(
      `A view was created in ${viewMade} mode and is being modified inplace ${now}. Given that this use case is ambiguous and error-prone, it is forbidden. ` +
        `You can clarify your code by moving both the view and the inplace either both inside the ${viewMade}${suffix} block ` +
        "(if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).",
    );
  }
  if (target.isLeaf && target.requiresGrad) throw new RuntimeError('a leaf Variable that requires grad is being used in an in-place operation.');
  if (base?.isLeaf && base.requiresGrad) throw new RuntimeError('a view of a leaf Variable that requires grad is being used in an in-place operation.');
}

/** Runs `op` with `target` as its first input and writes the result back into it. Returns `target`. */
export function applyInPlace<A, T extends TensorBase>(op: string, opRecord: OpRecord<A>, target: T, others: readonly T[], attributes: A): T {
  refuseInPlace(target, others);
  residency.safePoint();
  const inputs = [target, ...others];
  const output = opRecord.forward(inputs.map((input) => input.array), attributes);
  if (category(output.dtype) > category(target.dtype)) {
    throw new RuntimeError(`result type ${scalarTypeName[output.dtype]} can't be cast to the desired output type ${scalarTypeName[target.dtype]}`);
  }
  // Recorded before the write: a saved input that is the target itself then counts as modified, as in PyTorch.
  const node = record(op, opRecord, inputs, attributes, target.array, true);
  target.array.assign(output);
  // PyTorch finds this out when it counts the write, which has then been made (2.13, executed).
  if (target.isInference() && !isInferenceModeEnabled()) {
    throw new RuntimeError(
      'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.' +
        'See https://github.com/pytorch/rfcs/pull/17 for more details.',
    );
  }
  const { base } = target;
  const step = node !== null && base !== null ? copySlices(node, base, target.array) : node;
  if (step !== null) {
    const changed = base ?? target;
    changed.gradFn = step;
    changed.historyVersion = ++target.array.storage.rewrites;
  }
  const trace = activeTrace;
  if (trace !== null) {
    trace.derive(target, inputs);
    if (step !== null) trace.recordNode(step);
  }
  return target;
}
