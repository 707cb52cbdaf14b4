/**
 * The backward pass: gradients from one output to the leaves.
 *
 * Guarantees: every node runs once, after all its consumers (descending creation number), with its gradients summed;
 * saved arrays are freed unless the graph is retained. Depth of the graph is no limit: nothing recurses.
 */
import type { NdArray } from '../tensor/nd-array.ts';
import { addArrays } from '../tensor/elementwise.ts';
import type { Edge, GradientLeaf, GraphNode } from './graph-node.ts';

function reachableFrom(root: GraphNode): GraphNode[] {
  const seen = new Set<GraphNode>([root]);
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const edge of node.edges) {
      if (edge?.kind === 'node' && !seen.has(edge.node)) {
        seen.add(edge.node);
        open.push(edge.node);
      }
    }
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}

/** Returns the nodes through which a gradient flowed. */
export function runBackward(start: Exclude<Edge, null>, grad: NdArray, retainGraph: boolean): readonly GraphNode[] {
  if (start.kind === 'leaf') {
    start.leaf.accumulateGrad(grad);
    return [];
  }
  const nodes = reachableFrom(start.node);
  const pending = new Map<GraphNode, NdArray>([[start.node, grad]]);
  const leaves = new Map<GradientLeaf, NdArray>();
  const add = <K>(sums: Map<K, NdArray>, key: K, part: NdArray): void => {
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? part : addArrays(sum, part));
  };
  const visited: GraphNode[] = [];
  for (const node of nodes) {
    const arriving = pending.get(node);
    pending.delete(node);
    if (arriving === undefined) continue;
    visited.push(node);
    const parts = node.gradients(arriving);
    if (!retainGraph) node.free();
    for (const [index, edge] of node.edges.entries()) {
      const part = parts[index] ?? null;
      if (edge === null || part === null) continue;
      if (edge.kind === 'node') add(pending, edge.node, part);
      else add(leaves, edge.leaf, part);
    }
  }
  for (const [leaf, sum] of leaves) leaf.accumulateGrad(sum);
  return visited;
}
