/**
 * A recorded operation: edges to what it was computed from, and the saved arrays its gradient reads.
 *
 * Guarantees: a saved array that was written to in place since is refused (PyTorch 2.13's wording), and so is a second
 * backward through a graph whose saved arrays were freed. Edges hold no output, so a graph lives only as long as its results.
 */
import type { NdArray } from '../tensor/nd-array.ts';
import type { Shape } from '../tensor/shape.ts';
import { scalarTypeName } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import type { Gradient, GradientContext } from './op-record.ts';

/** A leaf that accumulates its gradient. */
export interface GradientLeaf {
  accumulateGrad(grad: NdArray): void;
}

export type Edge = { readonly kind: 'node'; readonly node: GraphNode } | { readonly kind: 'leaf'; readonly leaf: GradientLeaf } | null;

interface SavedArray {
  readonly array: NdArray;
  readonly version: number;
  /** Which operation made it, for the message. */
  readonly origin: string;
}

let created = 0;

export class GraphNode {
  /** `AddBackward0`: PyTorch's name of the gradient function. */
  readonly name: string;
  readonly edges: readonly Edge[];
  /** Creation number; a backward visits in descending order. */
  readonly sequence = ++created;
  readonly #compute: (grad: NdArray) => readonly (NdArray | null)[];
  #savedInputs: (SavedArray | undefined)[];
  #savedOutput: SavedArray | undefined;
  #freed = false;

  constructor(setup: {
    readonly op: string;
    readonly edges: readonly Edge[];
    readonly gradient: Gradient<unknown>;
    readonly attributes: unknown;
    readonly inputs: readonly NdArray[];
    readonly origins: readonly string[];
    readonly output: NdArray;
    /** The version the output has once this operation is done: an in-place one has yet to write. */
    readonly outputVersion: number;
  }) {
    const { gradient, attributes, edges, inputs } = setup;
    this.name = `${setup.op[0]!.toUpperCase()}${setup.op.slice(1)}Backward0`;
    this.edges = edges;
    const needs = edges.map((edge) => edge !== null);
    const saved = gradient.saves(needs);
    this.#savedInputs = inputs.map((array, index) =>
      saved.inputs?.includes(index) ? { array, version: array.storage.version, origin: setup.origins[index]! } : undefined,
    );
    this.#savedOutput = saved.output ? { array: setup.output, version: setup.outputVersion, origin: `output 0 of ${this.name}` } : undefined;
    const context: GradientContext<unknown> = {
      attributes,
      shapes: inputs.map((array): Shape => array.shape),
      needs,
      input: (index) => this.#read(this.#savedInputs[index]),
      output: () => this.#read(this.#savedOutput),
    };
    this.#compute = (grad) => gradient.of(grad, context);
  }

  gradients(grad: NdArray): readonly (NdArray | null)[] {
    if (this.#freed) {
      throw new RuntimeError(
        'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). ' +
          'Saved intermediate values of the graph are freed when you call .backward(). Specify { retainGraph: true } if you need to backward through the graph a second time.',
      );
    }
    return this.#compute(grad);
  }

  free(): void {
    this.#freed = true;
    this.#savedInputs = [];
    this.#savedOutput = undefined;
  }

  toString(): string {
    return `<${this.name}>`;
  }

  #read(saved: SavedArray | undefined): NdArray {
    if (saved === undefined) throw new Error(`${this.name}: the gradient reads an array that the record does not save`);
    const { array, version } = saved;
    if (array.storage.version !== version) {
      throw new RuntimeError(
        'one of the variables needed for gradient computation has been modified by an inplace operation: ' +
          `[torch.${scalarTypeName[array.dtype]}Tensor [${array.shape.join(', ')}]], which is ${saved.origin}, ` +
          `is at version ${array.storage.version}; expected version ${version} instead. ` +
          `Hint: ${this.name} needs the value from before; use the out-of-place operation.`,
      );
    }
    return array;
  }
}
