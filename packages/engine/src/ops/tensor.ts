/**
 * The tensor that users hold: an array with autograd and the operations as methods.
 *
 * Guarantees: methods mean what PyTorch's of the same name mean (camelCase; a trailing underscore writes in place).
 * Numbers stand for 0-dimensional tensors and do not widen a float32 operand. Reading values out (`item`, `toArray`,
 * `toTypedArray`) and `argmax` tell the trace. `math-methods.ts`, `indexing-methods.ts` and `printing-methods.ts` add further methods where they are imported.
 *
 * Worked example: `tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [1]])).sum().item()` is 10.
 */
import { applyInPlace } from '../autograd/apply-op.ts';
import type { DType, TypedArray } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { methodsToImport } from '../tensor/methods-to-import.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { toNested, type NestedOutput } from '../tensor/nested.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { normalizeDim, numelOf, reducedDims, type Shape } from '../tensor/shape.ts';
import { activeTrace } from '../trace/trace.ts';
import { ApplyingTensor } from './applying-tensor.ts';
import { notImplemented } from './refuse-types.ts';

/** A tensor, or a number or a boolean in its place. */
export type Operand = Tensor | number | boolean;
export type Dims = number | readonly number[];

function shapeOf(sizes: readonly (number | Shape)[]): Shape {
  return sizes.flat();
}

export class Tensor extends ApplyingTensor {
  override wrap(array: NdArray, inference?: boolean): this {
    // Results of operations on a Parameter are plain tensors.
    return new Tensor(array, inference === undefined ? {} : { inference }) as this;
  }

  #unaryAlong(op: 'sum' | 'mean' | 'amax' | 'amin', dims: Dims | undefined, keepdim: boolean): Tensor {
    return this.apply(op, { dims: reducedDims(dims, this.dim()), keepdim });
  }

  // --- facts

  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[normalizeDim(dim, this.shape.length)]!;
  }

  dim(): number {
    return this.shape.length;
  }

  numel(): number {
    return this.array.numel;
  }

  stride(): readonly number[] {
    return this.array.strides;
  }

  isContiguous(): boolean {
    return this.array.isContiguous();
  }

  // --- elementwise

  add(other: Operand): Tensor { return this.apply('add', {}, other); }
  sub(other: Operand): Tensor { return this.apply('sub', {}, other); }
  mul(other: Operand): Tensor { return this.apply('mul', {}, other); }
  div(other: Operand): Tensor { return this.apply('div', {}, other); }
  pow(exponent: Operand): Tensor { return this.apply('pow', {}, exponent); }
  neg(): Tensor { return this.apply('neg', {}); }
  exp(): Tensor { return this.apply('exp', {}); }
  log(): Tensor { return this.apply('log', {}); }
  sqrt(): Tensor { return this.apply('sqrt', {}); }
  abs(): Tensor { return this.apply('abs', {}); }
  relu(): Tensor { return this.apply('relu', {}); }
  sigmoid(): Tensor { return this.apply('sigmoid', {}); }
  tanh(): Tensor { return this.apply('tanh', {}); }
  /** log(1 + e^x), without overflow. */
  softplus(): Tensor { return this.apply('softplus', {}); }
  square(): Tensor { return this.pow(2); }
  clamp(min: number | null, max: number | null = null): Tensor {
    return this.apply('clamp', { min: min ?? -Infinity, max: max ?? Infinity });
  }

  eq(other: Operand): Tensor { return this.apply('eq', {}, other); }
  ne(other: Operand): Tensor { return this.apply('ne', {}, other); }
  gt(other: Operand): Tensor { return this.apply('gt', {}, other); }
  lt(other: Operand): Tensor { return this.apply('lt', {}, other); }
  ge(other: Operand): Tensor { return this.apply('ge', {}, other); }
  le(other: Operand): Tensor { return this.apply('le', {}, other); }

  // --- reductions

  sum(dims?: Dims, keepdim = false): Tensor { return this.#unaryAlong('sum', dims, keepdim); }
  mean(dims?: Dims, keepdim = false): Tensor { return this.#unaryAlong('mean', dims, keepdim); }
  amax(dims?: Dims, keepdim = false): Tensor { return this.#unaryAlong('amax', dims, keepdim); }
  amin(dims?: Dims, keepdim = false): Tensor { return this.#unaryAlong('amin', dims, keepdim); }

  /** Without a dimension the largest element; with one, values and their indices. Only the first of equal maxima gets the gradient then. */
  max(): Tensor;
  max(dim: number, keepdim?: boolean): { readonly values: Tensor; readonly indices: Tensor };
  max(dim?: number, keepdim = false): Tensor | { readonly values: Tensor; readonly indices: Tensor } {
    return dim === undefined ? this.amax() : this.#best('argmax', dim, keepdim);
  }

  min(): Tensor;
  min(dim: number, keepdim?: boolean): { readonly values: Tensor; readonly indices: Tensor };
  min(dim?: number, keepdim = false): Tensor | { readonly values: Tensor; readonly indices: Tensor } {
    return dim === undefined ? this.amin() : this.#best('argmin', dim, keepdim);
  }

  #best(op: 'argmax' | 'argmin', dim: number, keepdim: boolean): { readonly values: Tensor; readonly indices: Tensor } {
    const at = normalizeDim(dim, this.dim());
    const indices = this.apply(op, { dim: at, keepdim: true });
    const values = this.dim() === 0 ? this.apply('clone', {}) : this.gather(at, indices);
    return keepdim || this.dim() === 0 ? { values, indices } : { values: values.squeeze(at), indices: indices.squeeze(at) };
  }

  #refuseBool(name: string): void {
    if (this.dtype === 'bool') throw new RuntimeError(`${name}(): does not support bool input`);
  }

  argmax(dim?: number, keepdim = false): Tensor {
    activeTrace?.read('argmax', this);
    this.#refuseBool('argmax');
    return this.apply('argmax', { dim: dim === undefined ? null : normalizeDim(dim, this.dim()), keepdim });
  }

  argmin(dim?: number, keepdim = false): Tensor {
    this.#refuseBool('argmin');
    return this.apply('argmin', { dim: dim === undefined ? null : normalizeDim(dim, this.dim()), keepdim });
  }

  softmax(dim: number): Tensor { return this.apply('softmax', { dim: normalizeDim(dim, this.dim()) }); }
  logSoftmax(dim: number): Tensor { return this.apply('logSoftmax', { dim: normalizeDim(dim, this.dim()) }); }

  // --- products

  /** PyTorch's `matmul`: vectors, matrices, and batches of matrices that broadcast. */
  matmul(other: Tensor): Tensor {
    if (this.dim() === 0 || other.dim() === 0) {
      throw new RuntimeError(`both arguments to matmul need to be at least 1D, but they are ${this.dim()}D and ${other.dim()}D`);
    }
    if (this.dtype === 'bool' && other.dtype === 'bool') throw notImplemented(this.dim() === 1 && other.dim() === 1 ? 'dot' : 'addmm_impl_cpu_');
    const left = this.dim() === 1 ? this.unsqueeze(0) : this;
    const right = other.dim() === 1 ? other.unsqueeze(1) : other;
    let product = left.apply('matmul', {}, right);
    if (other.dim() === 1) product = product.squeeze(-1);
    return this.dim() === 1 ? product.squeeze(other.dim() === 1 ? 0 : -2) : product;
  }

  // --- shape

  reshape(...shape: readonly (number | Shape)[]): Tensor { return this.apply('reshape', { shape: shapeOf(shape) }); }
  /** As `reshape`, but refuses where that would copy. */
  view(...shape: readonly (number | Shape)[]): Tensor {
    const result = this.reshape(...shape);
    if (result.array.storage !== this.array.storage) {
      throw new RuntimeError("view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.");
    }
    return result;
  }
  flatten(startDim = 0, endDim = -1): Tensor {
    const start = normalizeDim(startDim, this.dim());
    const end = normalizeDim(endDim, this.dim());
    if (start > end) throw new RuntimeError('flatten() has invalid args: start_dim cannot come after end_dim');
    if (this.dim() === 0) return this.reshape(1);
    return start === end ? this : this.reshape([...this.shape.slice(0, start), numelOf(this.shape.slice(start, end + 1)), ...this.shape.slice(end + 1)]);
  }
  permute(...order: readonly (number | Shape)[]): Tensor { return this.apply('permute', { order: shapeOf(order) }); }
  transpose(dim0: number, dim1: number): Tensor {
    const rank = this.dim();
    const [first, second] = [normalizeDim(dim0, rank), normalizeDim(dim1, rank)];
    const order = this.shape.map((_, dim) => (dim === first ? second : dim === second ? first : dim));
    return this.permute(order);
  }
  t(): Tensor {
    if (this.dim() > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${this.dim()}D`);
    return this.dim() < 2 ? this.permute(this.shape.map((_, dim) => dim)) : this.transpose(0, 1);
  }
  get T(): Tensor {
    return this.permute(this.shape.map((_, dim) => this.dim() - 1 - dim));
  }
  expand(...shape: readonly (number | Shape)[]): Tensor { return this.apply('expand', { shape: shapeOf(shape) }); }
  narrow(dim: number, start: number, length: number): Tensor { return this.apply('narrow', { dim, start, length }); }
  select(dim: number, index: number): Tensor { return this.apply('select', { dim, index }); }
  /** Part [start, end) of the first dimension, negative ends counted from the back, as `Array.prototype.slice`. */
  slice(start = 0, end?: number): Tensor {
    const size = this.size(0);
    const clip = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, 0), size);
    const first = clip(start);
    return this.narrow(0, first, Math.max(clip(end ?? size) - first, 0));
  }
  /** `t.at(0)`: one entry of the first dimension; more indices go deeper. */
  at(...indices: readonly number[]): Tensor {
    return indices.reduce<Tensor>((part, index) => part.select(0, index), this);
  }
  squeeze(dim?: number): Tensor { return this.apply('squeeze', { dim: dim ?? null }); }
  unsqueeze(dim: number): Tensor { return this.apply('unsqueeze', { dim: normalizeDim(dim, this.dim() + 1) }); }
  contiguous(): Tensor { return this.isContiguous() ? this : this.apply('contiguous', {}); }
  clone(): Tensor { return this.apply('clone', {}); }
  to(dtype: DType): Tensor { return dtype === this.dtype ? this : this.apply('to', { dtype }); }

  // --- choosing

  gather(dim: number, index: Tensor): Tensor { return this.apply('gather', { dim: normalizeDim(dim, this.dim()) }, index); }

  // --- in place

  add_(other: Operand): this { return this.applyInPlace('add', {}, other); }
  sub_(other: Operand): this { return this.applyInPlace('sub', {}, other); }
  mul_(other: Operand): this { return this.applyInPlace('mul', {}, other); }
  div_(other: Operand): this { return this.applyInPlace('div', {}, other); }
  relu_(): this { return this.applyInPlace('relu', {}); }
  exp_(): this { return this.applyInPlace('exp', {}); }
  clamp_(min: number | null, max: number | null = null): this {
    return this.applyInPlace('clamp', { min: min ?? -Infinity, max: max ?? Infinity });
  }
  /** Overwrites with the values of `source`, which broadcasts; gradients flow to `source`. */
  copy_(source: Operand): this {
    const value = this.operand(source);
    return applyInPlace('copy', copyRecord, this, [value], {}) as this;
  }
  fill_(value: number): this { return this.copy_(value); }
  zero_(): this { return this.copy_(0); }

  // --- reading

  /** The value of a one-element tensor as a number (a boolean for bool reads as 0 or 1). */
  item(): number {
    if (this.numel() !== 1) throw new RuntimeError(`a Tensor with ${this.numel()} elements cannot be converted to Scalar`);
    activeTrace?.read('item', this);
    return this.array.contiguousData()[0]!;
  }

  toArray(): NestedOutput {
    activeTrace?.read('toArray', this);
    return toNested(this.array);
  }

  /** The values in row-major order, copied. */
  toTypedArray(): TypedArray {
    activeTrace?.read('toTypedArray', this);
    return this.array.contiguousData().slice();
  }

  /** In `@modeguard/engine/core` the shape alone; `printing-methods.ts` adds the values. */
  override toString(): string {
    return `tensor(..., size=(${this.shape.join(', ')}))`;
  }
}

/** `copy_`: the target's old values do not matter, so a gradient of 0 goes to them. */
const copyRecord = {
  forward: ([target, source]: readonly NdArray[]): NdArray => source!.expand(target!.shape).copy(target!.dtype),
  gradient: {
    saves: () => ({}),
    of: (grad: NdArray, { shapes, needs }: { readonly shapes: readonly Shape[]; readonly needs: readonly boolean[] }) => [
      needs[0] ? NdArray.filled(grad.dtype, shapes[0]!, 0) : null,
      needs[1] ? sumToShape(grad, shapes[1]!) : null,
    ],
  },
};

methodsToImport(Tensor, 'maximum minimum sin cos tan asin acos atan sinh cosh erf log1p log2 log10 expm1 rsqrt reciprocal sign floor ceil round trunc remainder lerp isnan isinf isfinite logicalNot logicalAnd logicalOr logicalXor bitwiseAnd bitwiseOr bitwiseXor bitwiseNot addcmul addcdiv neg_ abs_ sqrt_ sigmoid_ tanh_ pow_ lerp_ addcmul_ addcdiv_ prod all any logsumexp norm var std cumsum cumprod bmm baddbmm addmm indexSelect scatter scatter_ scatterAdd scatterAdd_ index indexPut indexPut_ maskedSelect maskedFill_ maskedFill nonzero flip roll tril triu argsort sort topk split chunk unbind unflatten movedim repeat tile repeatInterleave');
