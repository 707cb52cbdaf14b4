/**
 * The backward pass: gradients from one output to the leaves.
 *
 * Guarantees: every node runs once, after all its consumers (descending creation number), with its gradients summed;
 * saved arrays are freed unless the graph is retained. Depth of the graph is no limit: nothing recurses. Memory: a
 * gradient that has arrived and was passed on, and what a record made on the way to its gradients, goes back to the pool at once,
 * provided that it was made in this pass and no tensor, no graph and no other gradient shares it. A gradient is summed in place
 * under the same condition.
 */
import { residency } from '../memory/residency.ts';
import { newestStorage, type Storage } from '../memory/storage.ts';
import { addArrays, addInto } from '../tensor/elementwise.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import type { GradientHooks } from './gradient-hooks.ts';
import { GraphNode, type Edge, type GradientLeaf } from './graph-node.ts';

function reachableFrom(root: GraphNode): GraphNode[] {
  const seen = new Set<GraphNode>([root]);
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const edge of node.edges) {
      if (edge instanceof GraphNode && !seen.has(edge)) {
        seen.add(edge);
        open.push(edge);
      }
    }
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}

class BackwardPass {
  readonly #since = newestStorage();
  readonly #pending = new Map<GraphNode | GradientLeaf, NdArray>();
  readonly #leaves = new Set<GradientLeaf>();
  readonly visited: GraphNode[] = [];

  /** Made in this pass, and reachable only through this pass. */
  #isOurs(storage: Storage): boolean {
    return storage.number > this.#since && storage.handles === 0 && storage.saves === 0;
  }

  add(edge: GraphNode | GradientLeaf, part: NdArray): void {
    const sum = this.#pending.get(edge);
    if (sum === undefined) {
      part.storage.gradients++;
      this.#pending.set(edge, part);
      if (!(edge instanceof GraphNode)) this.#leaves.add(edge);
      return;
    }
    if (this.#isOurs(sum.storage) && sum.storage.gradients === 1 && sum.storage !== part.storage && addInto(sum, part)) return;
    const total = addArrays(sum, part);
    total.storage.gradients++;
    this.#pending.set(edge, total);
    sum.storage.gradients--;
    this.#drop(sum.storage);
  }

  #drop(storage: Storage): void {
    if (storage.gradients === 0 && this.#isOurs(storage)) storage.free();
  }

  /** The gradient that the hooks leave, in the place of the one that arrived. */
  #hooked(hooks: GradientHooks, arriving: NdArray): NdArray {
    const sent = hooks.run(arriving);
    if (sent === arriving) return arriving;
    sent.storage.gradients++;
    arriving.storage.gradients--;
    this.#drop(arriving.storage);
    return sent;
  }

  visit(node: GraphNode, retainGraph: boolean): void {
    let arriving = this.#pending.get(node);
    if (arriving === undefined) return;
    this.#pending.delete(node);
    this.visited.push(node);
    if (node.hooks !== null) arriving = this.#hooked(node.hooks, arriving);
    residency.safePoint();
    const outer = residency.collectEntering([]);
    let entered: Storage[];
    try {
      const parts = node.gradients(arriving);
      for (const [index, edge] of node.edges.entries()) {
        const part = parts[index] ?? null;
        // What arrives at a tensor has its type: where types were mixed, the gradient of the wider one is narrowed (PyTorch's `validate_outputs`).
        if (edge !== null && part !== null) this.add(edge, part.dtype === edge.dtype ? part : part.copy(edge.dtype));
      }
    } finally {
      entered = residency.collectEntering(outer)!;
    }
    arriving.storage.gradients--;
    if (!retainGraph) node.free();
    this.#drop(arriving.storage);
    for (const storage of entered) this.#drop(storage);
  }

  finish(): void {
    for (const leaf of this.#leaves) {
      const sum = this.#pending.get(leaf)!;
      sum.storage.gradients--;
      leaf.accumulateGrad(sum, sum.storage.gradients === 0 && this.#isOurs(sum.storage));
      this.#drop(sum.storage);
    }
  }
}

/** Returns the nodes through which a gradient flowed. */
export function runBackward(start: Exclude<Edge, null>, grad: NdArray, retainGraph: boolean): readonly GraphNode[] {
  if (!(start instanceof GraphNode)) {
    start.accumulateGrad(grad, false);
    return [];
  }
  const pass = new BackwardPass();
  pass.add(start, grad);
  for (const node of reachableFrom(start)) pass.visit(node, retainGraph);
  pass.finish();
  return pass.visited;
}
