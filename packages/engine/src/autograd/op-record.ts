/**
 * What an operation is: one record with its forward and its gradient.
 *
 * Guarantees: a record without a gradient does not compile; one that has none must say why. A gradient sees only what it
 * declared to save, so that the version check of in-place writes covers all that it reads.
 */
import type { NdArray } from '../tensor/nd-array.ts';
import type { Shape } from '../tensor/shape.ts';

export interface Saved {
  readonly inputs?: readonly number[];
  readonly output?: boolean;
}

export interface GradientContext<A> {
  readonly attributes: A;
  /** Shapes of the inputs, saved or not. */
  readonly shapes: readonly Shape[];
  /** Which inputs want a gradient. */
  readonly needs: readonly boolean[];
  /** A saved input; asking for one that was not declared is an error of the record. */
  input(index: number): NdArray;
  output(): NdArray;
}

export interface Gradient<A> {
  /** What must be kept, given which inputs want a gradient: a function of those alone, asked once. */
  readonly saves: (needs: readonly boolean[]) => Saved;
  /**
   * The gradient of each input, null where none is wanted. Must not write into `grad`. Arrays made here and not returned are freed
   * on return, so none may be kept elsewhere.
   */
  readonly of: (grad: NdArray, context: GradientContext<A>) => readonly (NdArray | null)[];
}

export interface NotDifferentiable {
  readonly notDifferentiable: string;
}

export interface OpRecord<A> {
  readonly forward: (inputs: readonly NdArray[], attributes: A) => NdArray;
  readonly gradient: Gradient<A> | NotDifferentiable;
  /** The output shares the memory of the first input. */
  readonly view?: boolean;
  /** Kernels are tried before this record's arithmetic. */
  readonly compiled?: boolean;
}
