/**
 * Placing and rearranging by index: scatter, index by tensors, flip, roll, triangles, sorting.
 *
 * Guarantees: gradients go back to where values came from; where several writes met (`scatter`), to the last one. Sorting is stable, NaN counts as the
 * largest. Refuses indices out of range.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate, isFloating, scalarTypeName } from '../tensor/dtype.ts';
import { chooseArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { broadcastShapes, contiguousStrides, numelOf, type Shape } from '../tensor/shape.ts';
import type { AlongDim } from './op-attributes.ts';
import type { Records } from './records.ts';
import { gatherForward, requireIndex, scatterAdd } from './shape-records.ts';
import { sortedOrder } from './sorted-order.ts';

export interface IndexAttributes {
  readonly indexSelect: AlongDim;
  /** Inputs: x, index, source of the index's shape or larger; or, if it `fills`, one value. */
  readonly scatter: AlongDim & { readonly fills: boolean };
  readonly scatterAdd: AlongDim;
  /** Inputs: x, then one index tensor for each of `dims`, which are adjacent; the indices broadcast. */
  readonly index: { readonly dims: readonly number[] };
  /** Inputs: x, values, then the index tensors: x with `values` written (or added) at the indices. */
  readonly indexPut: { readonly dims: readonly number[]; readonly accumulate: boolean };
  /** Inputs: x, mask. */
  readonly maskedFill: { readonly value: number };
  readonly flip: { readonly dims: readonly number[] };
  readonly roll: { readonly shifts: readonly number[]; readonly dims: readonly number[] };
  readonly tril: { readonly diagonal: number };
  readonly triu: { readonly diagonal: number };
  /** Of each row only the `first` of the order, if that is given. */
  readonly argsort: { readonly dim: number; readonly descending: boolean; readonly first?: number };
  /** The positions of the elements that are not zero, [count, rank]. */
  readonly nonzero: Readonly<Record<never, never>>;
}

/** The index of `indexSelect`, repeated so that `gather` can use it. */
function spreadIndex(index: NdArray, shape: Shape, dim: number): NdArray {
  const sizes = shape.length === 0 ? shape : shape.with(dim, index.numel);
  return index.reshape(sizes.map((size, at) => (at === dim ? size : 1))).expand(sizes);
}

/** Calls `visit(position in the index, position in x, position in the source)` for everything that is scattered; without a source's shape it is one value. Scalars count as vectors of one element. */
function eachScattered(index: NdArray, shape: Shape, source: Shape | null, dim: number, visit: (at: number, to: number, from: number) => void): void {
  if (index.numel === 0) return;
  if (!index.dtype.startsWith('int')) throw new RuntimeError('scatter(): Expected dtype int32/int64 for index');
  const rank = Math.max(index.rank, 1);
  if (rank !== Math.max(shape.length, 1)) throw new RuntimeError('Index tensor must have the same number of dimensions as self tensor');
  if (source !== null && rank !== Math.max(source.length, 1)) throw new RuntimeError('Index tensor must have the same number of dimensions as src tensor');
  if (index.shape.some((size, at) => (at !== dim && size > shape[at]!) || size > (source?.[at] ?? (source === null ? Infinity : 1)))) {
    const beyond = source === null ? '' : ` and to be no larger size than src [${source.join(', ')}]`;
    throw new RuntimeError(`Expected index [${index.shape.join(', ')}] to be no larger than self [${shape.join(', ')}] apart from dimension ${dim}${beyond}`);
  }
  const picks = index.contiguousData();
  const [outer, strides, sourceStrides] = [contiguousStrides(index.shape), contiguousStrides(shape), contiguousStrides(source ?? [])];
  const size = shape[dim] ?? 1;
  for (let at = 0; at < picks.length; at++) {
    const pick = picks[at]!;
    if (pick < 0 || pick >= size) throw new RuntimeError(`index ${pick} is out of bounds for dimension ${dim} with size ${size}`);
    let [rest, to, from] = [at, 0, 0];
    for (let axis = 0; axis < outer.length; axis++) {
      const coordinate = Math.floor(rest / outer[axis]!);
      rest -= coordinate * outer[axis]!;
      to += (axis === dim ? pick : coordinate) * (strides[axis] ?? 0);
      from += coordinate * (sourceStrides[axis] ?? 0);
    }
    visit(at, to, from);
  }
}

function requireOneType(x: NdArray, source: NdArray): void {
  if (source.dtype !== x.dtype) throw new RuntimeError('scatter(): Expected self.dtype to be equal to src.dtype');
}

function commonShape(shapes: readonly Shape[]): Shape {
  try {
    return shapes.reduce(broadcastShapes);
  } catch (cause) {
    throw new RangeError(`shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map((shape) => `[${shape.join(', ')}]`).join(', ')}`, { cause });
  }
}

/** Positions in x of everything that `indices` pick, in the order of the result, and the shape of that. */
function indexed(shape: Shape, dims: readonly number[], indices: readonly NdArray[]): { readonly shape: Shape; readonly positions: Float64Array } {
  const strides = contiguousStrides(shape);
  const common = commonShape(indices.map((index) => index.shape));
  const count = numelOf(common);
  const picked = new Float64Array(count);
  for (const [which, index] of indices.entries()) {
    const dim = dims[which]!;
    const size = shape[dim]!;
    const picks = index.expand(common).contiguousData();
    for (let at = 0; at < count; at++) {
      const pick = picks[at]!;
      if (pick < -size || pick >= size) throw new RangeError(`index ${pick} is out of bounds for dimension ${dim} with size ${size}`);
      picked[at]! += (pick < 0 ? pick + size : pick) * strides[dim]!;
    }
  }
  const [before, after] = [shape.slice(0, dims[0]), shape.slice(dims.at(-1)! + 1)];
  const [outer, inner] = [numelOf(before), numelOf(after)];
  const outerStride = numelOf(shape.slice(dims[0]));
  const positions = new Float64Array(outer * count * inner);
  let position = 0;
  for (let start = 0; start < outer; start++) {
    for (let at = 0; at < count; at++) for (let end = 0; end < inner; end++) positions[position++] = start * outerStride + picked[at]! + end;
  }
  return { shape: [...before, ...common, ...after], positions };
}

function inputsFrom(first: number, count: number): number[] {
  return Array.from({ length: count - first }, (_, index) => first + index);
}

/** Row-major positions that the elements of the result come from. */
function rearrangement<A>(source: (shape: Shape, attributes: A) => (coordinates: number[]) => void): OpRecord<A> {
  const positions = (shape: Shape, attributes: A): Float64Array => {
    const strides = contiguousStrides(shape);
    const move = source(shape, attributes);
    const coordinates = new Array<number>(shape.length);
    return new Float64Array(numelOf(shape)).map((_, at) => {
      let rest = at;
      for (let dim = 0; dim < strides.length; dim++) {
        coordinates[dim] = Math.floor(rest / strides[dim]!);
        rest -= coordinates[dim]! * strides[dim]!;
      }
      move(coordinates);
      let from = 0;
      for (let dim = 0; dim < strides.length; dim++) from += coordinates[dim]! * strides[dim]!;
      return from;
    });
  };
  return {
    forward: ([x], attributes) => {
      const data = x!.contiguousData();
      const out = allocate(x!.dtype, data.length);
      for (const [at, from] of positions(x!.shape, attributes).entries()) out[at] = data[from]!;
      return NdArray.from(x!.dtype, x!.shape, out);
    },
    gradient: {
      saves: () => ({}),
      of: (grad, { attributes, shapes }) => {
        const values = grad.contiguousData();
        const out = allocate(grad.dtype, values.length);
        for (const [at, from] of positions(shapes[0]!, attributes).entries()) out[from] = values[at]!;
        return [NdArray.from(grad.dtype, shapes[0]!, out)];
      },
    },
  };
}

function triangle(name: string, keeps: (row: number, column: number, diagonal: number) => boolean): OpRecord<{ readonly diagonal: number }> {
  const cut = (x: NdArray, diagonal: number): NdArray => {
    if (x.rank < 2) throw new RuntimeError(`${name}: input tensor must have at least 2 dimensions`);
    const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
    const data = x.contiguousData();
    const out = allocate(x.dtype, data.length);
    for (let at = 0; at < out.length; at++) if (keeps(Math.floor(at / columns) % rows, at % columns, diagonal)) out[at] = data[at]!;
    return NdArray.from(x.dtype, x.shape, out);
  };
  return { forward: ([x], { diagonal }) => cut(x!, diagonal), gradient: { saves: () => ({}), of: (grad, { attributes }) => [cut(grad, attributes.diagonal)] } };
}

export const indexRecords: Records<IndexAttributes> = {
  indexSelect: {
    forward: ([x, index], { dim }) => {
      requireIndex('index_select', index!, 'int32 or int64');
      if (index!.rank > 1) throw new RangeError('index_select(): Index is supposed to be a vector');
      if (x!.rank === 0 && index!.numel !== 1) throw new RuntimeError(`index_select(): Index to scalar can have only 1 value, got ${index!.numel} value(s)`);
      return gatherForward(x!, spreadIndex(index!, x!.shape, dim), dim);
    },
    gradient: {
      saves: () => ({ inputs: [1] }),
      of: (grad, { attributes: { dim }, shapes, input }) => [scatterAdd(grad, spreadIndex(input(1), shapes[0]!, dim), shapes[0]!, dim), null],
    },
  },
  scatter: {
    forward: ([x, index, source], { dim, fills }) => {
      requireOneType(x!, source!);
      const out = x!.contiguousData().slice();
      const values = source!.contiguousData();
      eachScattered(index!, x!.shape, fills ? null : source!.shape, dim, (_, to, from) => (out[to] = values[from]!));
      return NdArray.from(x!.dtype, x!.shape, out);
    },
    gradient: {
      saves: () => ({ inputs: [1] }),
      of: (grad, { attributes: { dim, fills }, needs, shapes, input }) => {
        const kept = grad.contiguousData().slice();
        const values = grad.contiguousData();
        const taken = allocate(grad.dtype, numelOf(shapes[2]!));
        eachScattered(input(1), shapes[0]!, fills ? null : shapes[2]!, dim, (_, to, from) => {
          kept[to] = 0;
          taken[from] = values[to]!;
        });
        return [needs[0] ? NdArray.from(grad.dtype, shapes[0]!, kept) : null, null, needs[2] ? NdArray.from(grad.dtype, shapes[2]!, taken) : null];
      },
    },
  },
  scatterAdd: {
    forward: ([x, index, source], { dim }) => {
      requireOneType(x!, source!);
      const out = Float64Array.from(x!.contiguousData());
      const values = source!.contiguousData();
      eachScattered(index!, x!.shape, source!.shape, dim, (_, to, from) => (out[to]! += values[from]!));
      return NdArray.from('float64', x!.shape, out).copy(x!.dtype);
    },
    gradient: {
      saves: (needs) => (needs[2] ? { inputs: [1] } : {}),
      of: (grad, { attributes: { dim }, needs, shapes, input }) => {
        if (!needs[2]) return [grad, null, null];
        const values = grad.contiguousData();
        const taken = allocate(grad.dtype, numelOf(shapes[2]!));
        eachScattered(input(1), shapes[0]!, shapes[2]!, dim, (_, to, from) => (taken[from] = values[to]!));
        return [needs[0] ? grad : null, null, NdArray.from(grad.dtype, shapes[2]!, taken)];
      },
    },
  },
  index: {
    forward: ([x, ...indices], { dims }) => {
      const { shape, positions } = indexed(x!.shape, dims, indices);
      const data = x!.contiguousData();
      const out = allocate(x!.dtype, positions.length);
      for (let at = 0; at < out.length; at++) out[at] = data[positions[at]!]!;
      return NdArray.from(x!.dtype, shape, out);
    },
    gradient: {
      saves: (needs) => ({ inputs: inputsFrom(1, needs.length) }),
      of: (grad, { attributes: { dims }, shapes, input }) => {
        const { positions } = indexed(shapes[0]!, dims, inputsFrom(1, shapes.length).map(input));
        const values = grad.contiguousData();
        const out = new Float64Array(numelOf(shapes[0]!));
        for (let at = 0; at < positions.length; at++) out[positions[at]!]! += values[at]!;
        return [NdArray.from('float64', shapes[0]!, out).copy(grad.dtype), ...inputsFrom(1, shapes.length).map(() => null)];
      },
    },
  },
  indexPut: {
    forward: ([x, values, ...indices], { dims, accumulate }) => {
      if (values!.dtype !== x!.dtype) {
        throw new RuntimeError(`Index put requires the source and destination dtypes match, got ${scalarTypeName[x!.dtype]} for the destination and ${scalarTypeName[values!.dtype]} for the source.`);
      }
      const { shape, positions } = indexed(x!.shape, dims, indices);
      const source = values!.expand(shape).contiguousData();
      const out = Float64Array.from(x!.contiguousData());
      for (let at = 0; at < positions.length; at++) out[positions[at]!] = accumulate ? out[positions[at]!]! + source[at]! : source[at]!;
      return NdArray.from('float64', x!.shape, out).copy(x!.dtype);
    },
    gradient: {
      saves: (needs) => ({ inputs: inputsFrom(2, needs.length) }),
      of: (grad, { attributes: { dims, accumulate }, needs, shapes, input }) => {
        const indices = inputsFrom(2, shapes.length);
        const { shape, positions } = indexed(shapes[0]!, dims, indices.map(input));
        const data = grad.contiguousData();
        const kept = data.slice();
        const taken = allocate(grad.dtype, positions.length);
        for (let at = 0; at < positions.length; at++) {
          taken[at] = data[positions[at]!]!;
          if (!accumulate) kept[positions[at]!] = 0;
        }
        return [
          needs[0] ? NdArray.from(grad.dtype, shapes[0]!, kept) : null,
          needs[1] ? sumToShape(NdArray.from(grad.dtype, shape, taken), shapes[1]!) : null,
          ...indices.map(() => null),
        ];
      },
    },
  },
  maskedFill: {
    forward: ([x, mask], { value }) => {
      if (mask!.dtype !== 'bool') throw new RuntimeError(`masked_fill_ only supports boolean masks, but got mask with dtype ${mask!.dtype}`);
      const written = x!.dtype === 'bool' ? Number(value !== 0) : isFloating(x!.dtype) ? value : Math.trunc(value);
      return chooseArrays(mask!, NdArray.filled(x!.dtype, [], written), x!);
    },
    gradient: {
      saves: () => ({ inputs: [1] }),
      of: (grad, { shapes, input }) => [sumToShape(chooseArrays(input(1), NdArray.filled(grad.dtype, [], 0), grad), shapes[0]!), null],
    },
  },
  flip: rearrangement((shape, { dims }) => (at) => {
    for (const dim of dims) at[dim] = shape[dim]! - 1 - at[dim]!;
  }),
  roll: rearrangement((shape, { shifts, dims }) => (at) => {
    for (const [index, dim] of dims.entries()) at[dim] = (((at[dim]! - shifts[index]!) % shape[dim]!) + shape[dim]!) % shape[dim]!;
  }),
  tril: triangle('tril', (row, column, diagonal) => column - row <= diagonal),
  triu: triangle('triu', (row, column, diagonal) => column - row >= diagonal),
  argsort: {
    forward: ([x], { dim, descending, first }) => {
      const moved = x!.rank === 0 ? x!.reshape([1]) : x!.transpose(dim, -1);
      const count = moved.shape.at(-1)!;
      const kept = first ?? count;
      const sorted = NdArray.from('int64', moved.shape.with(-1, kept), sortedOrder(moved.contiguousData(), count, descending, kept));
      return x!.rank === 0 ? sorted.reshape([]) : sorted.transpose(dim, -1).contiguous();
    },
    gradient: { notDifferentiable: 'an order is no smooth function of the values' },
  },
  nonzero: {
    forward: ([x]) => {
      const data = x!.contiguousData();
      const strides = contiguousStrides(x!.shape);
      const found: number[] = [];
      for (let at = 0; at < data.length; at++) {
        if (data[at] === 0) continue;
        let rest = at;
        for (const stride of strides) {
          found.push(Math.floor(rest / stride));
          rest %= stride;
        }
      }
      const hits = x!.rank === 0 ? (data[0] === 0 ? 0 : 1) : found.length / x!.rank;
      // Dimension by dimension in memory, as PyTorch's lie.
      return NdArray.from('int64', [hits, x!.rank], Float64Array.from(found)).transpose(0, 1).contiguous().transpose(0, 1);
    },
    gradient: { notDifferentiable: 'positions are no smooth function of the values' },
  },
};
