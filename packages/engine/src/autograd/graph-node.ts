/**
 * A recorded operation: edges to what it was computed from, and the saved arrays its gradient reads.
 *
 * Guarantees: a saved array that was written to in place since is refused (PyTorch 2.13's wording), and so is a second
 * backward through a graph whose saved arrays were freed. Edges hold no output, so a graph lives only as long as its results.
 * Recording is one object and three short arrays: what a gradient gets to see is put together when it is computed.
 */
import type { NdArray } from '../tensor/nd-array.ts';
import type { Shape } from '../tensor/shape.ts';
import { scalarTypeName, type DType } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import type { GradientHooks } from './gradient-hooks.ts';
import type { Gradient, Saved } from './op-record.ts';

/** A leaf that accumulates its gradient. */
export interface GradientLeaf {
  readonly dtype: DType;
  /** `owned`: nobody else has the array, so it may be kept as it is. */
  accumulateGrad(grad: NdArray, owned: boolean): void;
}

/** Where a gradient goes: to the operation that made the tensor, to a leaf, or nowhere. */
export type Edge = GraphNode | GradientLeaf | null;

let created = 0;

export class GraphNode {
  readonly op: string;
  /** Element type of the output, and so of the gradient that arrives here. */
  readonly dtype: DType;
  readonly edges: readonly Edge[];
  /** Creation number; a backward visits in descending order. */
  readonly sequence = ++created;
  /** Hooks on the tensor that this operation made; null until there is one. */
  hooks: GradientHooks | null = null;
  /** The write into a view that this carries into the history of the base, if it is one. */
  inner: GraphNode | null = null;
  private readonly gradient: Gradient<unknown>;
  private readonly attributes: unknown;
  private readonly shapes: readonly Shape[];
  /** Saved inputs in the order of `saved.inputs`, then the output if that is saved. */
  private arrays: readonly NdArray[];
  private readonly versions: readonly number[];
  private readonly saved: Saved;
  private freed = false;

  constructor(op: string, dtype: DType, edges: readonly Edge[], gradient: Gradient<unknown>, attributes: unknown, shapes: readonly Shape[], saved: Saved, arrays: readonly NdArray[], versions: readonly number[]) {
    this.op = op;
    this.dtype = dtype;
    this.edges = edges;
    this.gradient = gradient;
    this.attributes = attributes;
    this.shapes = shapes;
    this.saved = saved;
    this.arrays = arrays;
    this.versions = versions;
    for (let index = 0; index < arrays.length; index++) arrays[index]!.storage.saves++;
  }

  /** `AddBackward0`: PyTorch's name of the gradient function. */
  get name(): string {
    return `${this.op[0]!.toUpperCase()}${this.op.slice(1)}${this.inner === null ? 'Backward0' : ''}`;
  }

  gradients(grad: NdArray): readonly (NdArray | null)[] {
    if (this.freed) {
      throw new RuntimeError(
        'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). ' +
          'Saved intermediate values of the graph are freed when you call .backward(). Specify { retainGraph: true } if you need to backward through the graph a second time.',
      );
    }
    const inputs = this.saved.inputs ?? [];
    return this.gradient.of(grad, {
      attributes: this.attributes,
      shapes: this.shapes,
      needs: this.edges.map((edge) => edge !== null),
      input: (index) => this.read(inputs.indexOf(index), index),
      output: () => this.read(this.saved.output === true ? this.arrays.length - 1 : -1, -1),
    });
  }

  /** Lets go of the saved arrays; those that nobody else can reach give their memory back. */
  free(): void {
    this.freed = true;
    for (const { storage } of this.arrays) {
      storage.saves--;
      storage.freeIfUnreachable();
    }
    this.arrays = [];
    this.inner?.free();
  }

  toString(): string {
    return `<${this.name}>`;
  }

  private read(at: number, input: number): NdArray {
    if (at < 0) throw new Error(`${this.name}: the gradient reads an array that the record does not save`);
    const array = this.arrays[at]!;
    if (array.storage.version !== this.versions[at]) {
      const source = input < 0 ? this : this.edges[input];
      throw new RuntimeError(
        'one of the variables needed for gradient computation has been modified by an inplace operation: ' +
          `[torch.${scalarTypeName[array.dtype]}Tensor [${array.shape.join(', ')}]], which is ${source instanceof GraphNode ? `output 0 of ${source.name}` : 'a leaf'}, ` +
          `is at version ${array.storage.version}; expected version ${this.versions[at]} instead. ` +
          `Hint: ${this.name} needs the value from before.`,
      );
    }
    return array;
  }
}
