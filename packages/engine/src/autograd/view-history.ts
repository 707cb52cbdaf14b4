/**
 * The history of tensors that share memory, when one of them is written to in place: the base's gets the write, and the views' are rebuilt from the base's.
 *
 * Guarantees: what PyTorch's `CopySlices` and `AsStrided` do: the gradient of the base passes through the write where the written view looks, and as it is
 * elsewhere; that of a view is placed where it looks. Both find their places by strides in memory, so that any chain of views is one step.
 *
 * Worked example: with y = x * 2 and `y.at(0).mul_(3)`, the gradient of `y.sum()` by x is 6 in the first row and 2 in the others.
 */
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import type { Shape } from '../tensor/shape.ts';
import { GraphNode, type Edge } from './graph-node.ts';
import type { TensorBase } from './tensor-base.ts';

/** A step with one whole array to give back, which saves nothing. */
type Of = (grad: NdArray) => readonly (NdArray | null)[];
const step = (op: string, base: NdArray, edges: readonly Edge[], of: Of): ConstructorParameters<typeof GraphNode> => [op, base.dtype, edges, { saves: () => ({}), of }, {}, [base.shape], {}, [], []];

/** Zeros for a whole memory, and a way to look at them as `array` looks at its own, under another shape perhaps. */
function shadow(dtype: NdArray['dtype'], { storage: { length } }: NdArray): (array: NdArray, shape?: Shape) => NdArray {
  const { storage } = NdArray.filled(dtype, [length], 0);
  return (array, shape = array.shape) => new NdArray(storage, dtype, shape, array.strides, array.offset);
}

/** The history of `view` as a part of `base`, whose own is that of `edge`. */
export function viewNode(base: NdArray, view: NdArray, edge: Edge): GraphNode {
  // Where a dimension repeats one element, the gradients of all repeats belong to it.
  const once = view.shape.map((size, dim) => (view.strides[dim] === 0 ? 1 : size));
  return new GraphNode(
    ...step('asStrided', base, [edge], (grad) => {
      const look = shadow(grad.dtype, base);
      look(view, once).assign(sumToShape(grad, once));
      return [look(base).copy()];
    }),
  );
}

/** A recorded write into `view`, as a step in the history of its base. */
export function copySlices(write: GraphNode, base: TensorBase, view: NdArray): GraphNode {
  const { array } = base;
  const node = new GraphNode(
    ...step('copySlices', array, [base.edge(), ...write.edges.slice(1)], (grad) => {
      const look = shadow(grad.dtype, array);
      const [whole, region] = [look(array), look(view)];
      whole.assign(grad);
      const [own, ...others] = write.gradients(region.copy());
      region.assign(own ?? NdArray.filled(grad.dtype, view.shape, 0));
      return [whole.copy(), ...others];
    }),
  );
  node.inner = write;
  return node;
}
