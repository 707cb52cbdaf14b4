/**
 * Lays compiled kernels over a family of reference records.
 *
 * Guarantees: an entry replaces arithmetic only: what is saved, which gradients exist and every refusal stay those of the record,
 * which also does whatever an entry declines by returning null (another type than float32, the reference backend).
 *
 * Worked example: `over(convRecord, compiledConvolution)` is the operation that `conv2d` applies.
 */
import type { GradientContext, OpRecord } from '../autograd/op-record.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import type { Records } from './records.ts';

export interface Compiled<A> {
  readonly forward: (inputs: readonly NdArray[], attributes: A) => NdArray | null;
  readonly gradient?: (grad: NdArray, context: GradientContext<A>) => readonly (NdArray | null)[] | null;
}

/** One record with its compiled counterpart tried first. */
export function over<A>(record: OpRecord<A>, compiled: Compiled<A>): OpRecord<A> {
  const { gradient } = record;
  return {
    ...record,
    compiled: true,
    forward: (inputs, attributes) => compiled.forward(inputs, attributes) ?? record.forward(inputs, attributes),
    gradient:
      'notDifferentiable' in gradient || compiled.gradient === undefined
        ? gradient
        : { saves: gradient.saves, of: (grad, context) => compiled.gradient!(grad, context) ?? gradient.of(grad, context) },
  };
}

/** The records of a family, those that have a compiled counterpart with that tried first. */
export function withCompiled<Attributes>(records: Records<Attributes>, compiled: { readonly [Name in keyof Attributes]?: Compiled<Attributes[Name]> }): Records<Attributes> {
  const laid: { [Name in keyof Attributes]: OpRecord<Attributes[Name]> } = { ...records };
  for (const name in compiled) laid[name] = over(records[name], compiled[name]!);
  return laid;
}
