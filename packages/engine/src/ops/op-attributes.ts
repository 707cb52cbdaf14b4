/**
 * The list of operations with the attributes each takes beside its tensors.
 *
 * Guarantees: the registry and the table of gradient checks are mapped over this type, so an operation without a record, and
 * a differentiable one without a checked example, do not compile or do not pass.
 */
import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { ActivationAttributes } from './activation-records.ts';
import type { AttentionAttributes } from './attention-records.ts';
import type { ChoiceAttributes } from './choice-records.ts';
import type { ConvAttributes } from './conv-records.ts';
import type { CtcAttributes } from './ctc-records.ts';
import type { EmbeddingAttributes } from './embedding-records.ts';
import type { ExtremumAttributes } from './extremum-ops.ts';
import type { GridSampleAttributes } from './grid-sample-records.ts';
import type { IndexAttributes } from './index-records.ts';
import type { LinalgAttributes } from './linalg-records.ts';
import type { LinearAttributes } from './linear-records.ts';
import type { LogicAttributes } from './logic-records.ts';
import type { LossAttributes } from './loss-records.ts';
import type { MathAttributes } from './math-records.ts';
import type { NormAttributes } from './norm-records.ts';
import type { PoolAttributes } from './pool-records.ts';
import type { RecurrentOpAttributes } from './recurrent-records.ts';
import type { SpatialAttributes } from './spatial-records.ts';

export type None = Readonly<Record<never, never>>;
export interface Reduction {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}
export interface AlongDim {
  readonly dim: number;
}

/** What the methods of every tensor apply. */
export interface TensorOpAttributes {
  // elementwise, two operands
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly pow: None;
  // elementwise, one operand
  readonly neg: None;
  readonly exp: None;
  readonly log: None;
  readonly sqrt: None;
  readonly abs: None;
  readonly relu: None;
  readonly sigmoid: None;
  readonly tanh: None;
  readonly softplus: None;
  readonly clamp: { readonly min: number; readonly max: number };
  readonly to: { readonly dtype: DType };
  readonly clone: None;
  // comparison
  readonly eq: None;
  readonly ne: None;
  readonly gt: None;
  readonly lt: None;
  readonly ge: None;
  readonly le: None;
  // reduction
  readonly sum: Reduction;
  readonly mean: Reduction;
  readonly amax: Reduction;
  readonly amin: Reduction;
  readonly argmax: { readonly dim: number | null; readonly keepdim: boolean };
  readonly argmin: { readonly dim: number | null; readonly keepdim: boolean };
  readonly softmax: AlongDim;
  readonly logSoftmax: AlongDim;
  // products
  readonly matmul: None;
  // shape
  readonly reshape: { readonly shape: Shape };
  readonly permute: { readonly order: readonly number[] };
  readonly expand: { readonly shape: Shape };
  readonly narrow: { readonly dim: number; readonly start: number; readonly length: number };
  readonly select: { readonly dim: number; readonly index: number };
  readonly squeeze: { readonly dim: number | null };
  readonly unsqueeze: AlongDim;
  readonly contiguous: None;
  // picking
  readonly gather: AlongDim;
}

export interface OpAttributes
  extends TensorOpAttributes, ActivationAttributes, AttentionAttributes, ChoiceAttributes, ConvAttributes, CtcAttributes, EmbeddingAttributes, ExtremumAttributes, GridSampleAttributes, IndexAttributes, LinalgAttributes, LinearAttributes, LogicAttributes, LossAttributes, MathAttributes, NormAttributes, PoolAttributes, RecurrentOpAttributes, SpatialAttributes {}

export type OpName = keyof OpAttributes;
