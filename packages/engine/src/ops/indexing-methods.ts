/**
 * The methods of a tensor that pick, place, split and rearrange elements, with the operations that they apply.
 *
 * Guarantees: importing this file gives them to every tensor, as the package does and `@modeguard/engine/core` does not. Names and defaults are PyTorch's, in camelCase. What PyTorch
 * gives as a view is one here, too.
 *
 * Worked example: after `import '../ops/indexing-methods.ts'` the call `tensor([1, 2, 3]).flip(0)` gives 3, 2, 1.
 */
import { applyInPlace } from '../autograd/apply-op.ts';
import { addMethods } from '../tensor/add-methods.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { broadcastShapes, normalizeDim, normalizeDims, numelOf, type Shape } from '../tensor/shape.ts';
import { ApplyingTensor } from './applying-tensor.ts';
import { indexRecords, type IndexAttributes } from './index-records.ts';
import { Tensor, type Dims, type Operand } from './tensor.ts';

export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** An entry of `index`: a tensor of positions, a mask, or null for all of a dimension. */
export type Index = Tensor | null;

function apply<K extends keyof IndexAttributes>(x: ApplyingTensor, op: K, attributes: IndexAttributes[K], ...others: readonly Operand[]): Tensor {
  return ApplyingTensor.applyFrom<IndexAttributes, K>(indexRecords, op, x, attributes, others);
}

function inPlace<K extends keyof IndexAttributes, T extends ApplyingTensor>(x: T, op: K, attributes: IndexAttributes[K], ...others: readonly ApplyingTensor[]): T {
  return applyInPlace<IndexAttributes[K], ApplyingTensor>(op, indexRecords[op], x, others, attributes) as T;
}

/** The dimensions that the entries of an index stand at, and the entries: masks become the positions of their true elements. */
function entriesOf(x: ApplyingTensor, indices: readonly Index[]): { readonly dims: readonly number[]; readonly entries: readonly Tensor[] } {
  const dims: number[] = [];
  const entries: Tensor[] = [];
  let dim = 0;
  for (const entry of indices) {
    if (entry === null) dim++;
    else if (entry.dtype === 'bool') {
      if (entry.shape.some((size, at) => size !== x.shape[dim + at])) {
        throw new RangeError(`The shape of the mask [${entry.shape.join(', ')}] at index 0 does not match the shape of the indexed tensor [${x.shape.join(', ')}] at index 0`);
      }
      const found = entry.nonzero();
      for (let at = 0; at < entry.dim(); at++) {
        dims.push(dim++);
        entries.push(found.select(1, at));
      }
    } else {
      if (entry.dtype !== 'int64' && entry.dtype !== 'int32') throw new RangeError('tensors used as indices must be long, int, byte or bool tensors');
      dims.push(dim++);
      entries.push(entry);
    }
  }
  if (dim > x.shape.length) throw new RangeError(`too many indices for tensor of dimension ${x.shape.length}`);
  if (dims.length === 0) throw new RangeError('index(): give at least one tensor of positions or a mask');
  return { dims, entries };
}

const self = (x: ApplyingTensor): Tensor => x as unknown as Tensor;
/** Views that one function gave: PyTorch lets nobody write to one of them under autograd. */
function together(name: string, views: Tensor[]): Tensor[] {
  for (const [index, view] of views.entries()) {
    const refusal =
      `Output ${index} of ${name} is a view and is being modified inplace. This view is the output of a function that returns multiple views. ` +
      'Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.';
    view.viewMade = { refusal };
  }
  return views;
}

/** `result`, which shows no memory of `x`. */
const copied = (x: ApplyingTensor, result: Tensor): Tensor => (result.array.storage === x.array.storage ? result.clone() : result);
const dimOf = (x: ApplyingTensor, dim: number): number => normalizeDim(dim, x.shape.length);

abstract class IndexingMethods extends ApplyingTensor {
  indexSelect(dim: number, index: Tensor): Tensor { return apply(this, 'indexSelect', { dim: normalizeDim(dim, this.shape.length) }, index); }

  /** A number is written as an element of the tensor's own type. */
  static #source(x: IndexingMethods, source: Operand): Tensor {
    return typeof source === 'object' ? source : self(x.operand(source).wrap(x.operand(source).array.copy(x.dtype), false));
  }

  /** A copy with `source` (a number or a tensor) written at `index` along `dim`. */
  scatter(dim: number, index: Tensor, source: Operand): Tensor { return apply(this, 'scatter', { dim: dimOf(this, dim), fills: typeof source !== 'object' }, index, IndexingMethods.#source(this, source)); }
  scatter_(dim: number, index: Tensor, source: Operand): this { return inPlace(this, 'scatter', { dim: dimOf(this, dim), fills: typeof source !== 'object' }, index, IndexingMethods.#source(this, source)); }
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor { return apply(this, 'scatterAdd', { dim: dimOf(this, dim) }, index, source); }
  scatterAdd_(dim: number, index: Tensor, source: Tensor): this { return inPlace(this, 'scatterAdd', { dim: dimOf(this, dim) }, index, source); }

  /** `x.index(i, null, j)` is `x[i, :, j]` with tensors or masks; indices that are not adjacent bring their dimension to the front. */
  index(...indices: readonly Index[]): Tensor {
    const { dims, entries } = entriesOf(this, indices);
    if (dims.every((dim, at) => dim === dims[0]! + at)) return apply(this, 'index', { dims }, ...entries);
    const order = [...dims, ...this.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim))];
    return self(this).permute(order).index(...entries);
  }

  /** A copy with `values` written (or added, if `accumulate`) where `index` would look. */
  indexPut(indices: readonly Index[], values: Operand, accumulate = false): Tensor {
    const { dims, entries } = entriesOf(this, indices);
    if (!dims.every((dim, at) => dim === dims[0]! + at)) throw new RuntimeError('indexPut(): indices must stand next to each other');
    return apply(this, 'indexPut', { dims, accumulate }, values, ...entries);
  }
  /** Writes `values` where `index` would look: `x[i, :, j] = values` in Python. */
  indexPut_(indices: readonly Index[], values: Operand, accumulate = false): this {
    const { dims, entries } = entriesOf(this, indices);
    if (!dims.every((dim, at) => dim === dims[0]! + at)) throw new RuntimeError('indexPut_(): indices must stand next to each other');
    return inPlace(this, 'indexPut', { dims, accumulate }, this.operand(values), ...entries);
  }

  /** The elements where the mask, which broadcasts, is true, in one dimension. */
  maskedSelect(mask: Tensor): Tensor {
    if (mask.dtype !== 'bool') throw new RuntimeError('masked_select: expected BoolTensor for mask');
    const shape = broadcastShapes(this.shape, mask.shape);
    const from = shape.length === 0 ? [1] : shape;
    return self(this).expand(...from).index(mask.expand(...from));
  }

  maskedFill_(mask: Tensor, value: number): this { return inPlace(this, 'maskedFill', { value }, mask); }
  maskedFill(mask: Tensor, value: number): Tensor { return apply(this, 'maskedFill', { value }, mask); }
  /** Positions of the elements that are not zero, int64 [count, rank]. */
  nonzero(): Tensor { return apply(this, 'nonzero', {}); }

  flip(...dims: readonly (number | readonly number[])[]): Tensor { return apply(this, 'flip', { dims: normalizeDims(dims.flat(), this.shape.length) }); }

  /** Moves elements round; without `dims` in the flattened order. */
  roll(shifts: Dims, dims?: Dims): Tensor {
    if (dims === undefined) return self(this).reshape(-1).roll(shifts, 0).reshape(this.shape);
    // One after the other: a dimension may be named twice.
    const [steps, over] = [[shifts].flat(), [dims].flat().map((dim) => dimOf(this, dim))];
    if (steps.length === 0) throw new RuntimeError('`shifts` required');
    if (steps.length !== over.length) throw new RuntimeError(`shifts and dimensions must align. shifts: ${steps.length}, dims:${over.length}`);
    return apply(this, 'roll', { shifts: steps, dims: over });
  }

  tril(diagonal = 0): Tensor { return apply(this, 'tril', { diagonal }); }
  triu(diagonal = 0): Tensor { return apply(this, 'triu', { diagonal }); }

  argsort(dim = -1, descending = false): Tensor { return apply(this, 'argsort', { dim: dimOf(this, dim), descending }); }
  /** Sorted values and where they were; equal ones keep their order. */
  sort(dim = -1, descending = false): ValuesAndIndices {
    const indices = this.argsort(dim, descending);
    return { values: this.shape.length === 0 ? self(this).clone() : self(this).gather(dim, indices), indices };
  }
  /** The `k` largest (or smallest) along a dimension, in order. */
  topk(k: number, dim = -1, largest = true): ValuesAndIndices {
    if (!(k >= 0 && k <= (this.shape[dimOf(this, dim)] ?? 1))) throw new RuntimeError('selected index k out of range');
    if (this.dtype === 'bool') throw new RuntimeError('topk does not support bool dtypes on CPU');
    // A scalar has one element, of which nobody asks for none.
    if (this.shape.length === 0) return this.sort(dim, largest);
    const indices: Tensor = apply(this, 'argsort', { dim: dimOf(this, dim), descending: largest, first: k });
    return { values: self(this).gather(dim, indices), indices };
  }

  /** Parts of `size` (the last may be smaller), or of the given sizes, along `dim`. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    if (this.shape.length === 0) throw new RuntimeError('split expects at least a 1-dimensional tensor');
    const at = dimOf(this, dim);
    const length = this.shape[at]!;
    const sizes = typeof size === 'number' ? Array.from({ length: Math.max(Math.ceil(length / size), 1) }, (_, index) => Math.min(size, length - index * size)) : size;
    const total = sizes.reduce((sum, part) => sum + part, 0);
    if (total !== length) throw new RuntimeError(`split_with_sizes expects split_sizes to sum exactly to ${length} (input tensor's size at dimension ${at}), but got split_sizes=[${sizes.join(', ')}]`);
    let start = 0;
    const name = typeof size === 'number' ? 'Split' : 'SplitWithSizes';
    return together(name, sizes.map((part) => self(this).narrow(at, (start += part) - part, part)));
  }

  /** At most `chunks` parts of one size. */
  chunk(chunks: number, dim = 0): Tensor[] {
    if (!(chunks > 0)) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    if (this.shape.length === 0) throw new RuntimeError('chunk expects at least a 1-dimensional tensor');
    const length = this.shape[dimOf(this, dim)]!;
    return this.split(length === 0 ? new Array<number>(chunks).fill(0) : Math.ceil(length / chunks), dim);
  }

  /** The entries of a dimension, which disappears. */
  unbind(dim = 0): Tensor[] {
    const at = dimOf(this, dim);
    if (this.shape.length === 0) throw new RangeError(`Dimension specified as ${at} but tensor has no dimensions`);
    return together('Unbind', Array.from({ length: this.shape[at]! }, (_, index) => self(this).select(at, index)));
  }

  /** One dimension as several, whose sizes multiply to its own; one may be -1. */
  unflatten(dim: number, sizes: Shape): Tensor {
    const at = dimOf(this, dim);
    const length = this.shape[at]!;
    const known = numelOf(sizes.filter((size) => size !== -1));
    const full = sizes.map((size) => (size === -1 ? length / known : size));
    if (numelOf(full) !== length) throw new RuntimeError(`unflatten: Provided sizes [${sizes.join(', ')}] don't multiply up to the size of dim ${at} (${length}) in the input tensor`);
    return self(this).reshape(this.shape.toSpliced(at, 1, ...full));
  }

  movedim(source: Dims, destination: Dims): Tensor {
    const rank = this.shape.length;
    const [from, to] = [normalizeDims(source, rank), normalizeDims(destination, rank)];
    if (from.length !== to.length) throw new RuntimeError(`movedim: Invalid source or destination dims: source (${from.length} dims) should contain the same number of dims as destination (${to.length} dims)`);
    const rest = this.shape.map((_, dim) => dim).filter((dim) => !from.includes(dim));
    const order = Array.from({ length: rank }, (_, dim) => (to.includes(dim) ? from[to.indexOf(dim)]! : rest.shift()!));
    return self(this).permute(order);
  }

  /** Copies along each dimension; more numbers than dimensions put new ones in front. */
  repeat(...times: readonly (number | Shape)[]): Tensor {
    const counts = times.flat() as number[];
    if (counts.length < this.shape.length) throw new RuntimeError('Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor');
    const shape = [...new Array<number>(counts.length - this.shape.length).fill(1), ...this.shape];
    const doubled = shape.flatMap((size) => [1, size]);
    return copied(this, self(this).reshape(doubled).expand(...shape.flatMap((size, dim) => [counts[dim]!, size])).reshape(shape.map((size, dim) => size * counts[dim]!)));
  }

  /** As `repeat`, where missing numbers in front are 1. */
  tile(...times: readonly (number | Shape)[]): Tensor {
    const counts = times.flat() as number[];
    return this.repeat([...new Array<number>(Math.max(this.shape.length - counts.length, 0)).fill(1), ...counts]);
  }

  /** Each element several times in a row along `dim`; without one in the flattened order. */
  repeatInterleave(repeats: number, dim?: number): Tensor {
    if (dim === undefined) return self(this).reshape(-1).repeatInterleave(repeats, 0);
    const at = dimOf(this, dim);
    return copied(this, self(this).unsqueeze(at + 1).expand(...this.shape.toSpliced(at + 1, 0, repeats)).reshape(this.shape.with(at, this.shape[at]! * repeats)));
  }
}

declare module './tensor.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Tensor extends IndexingMethods {}
}

addMethods(Tensor, IndexingMethods);
