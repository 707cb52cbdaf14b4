/**
 * Products, views and picking.
 *
 * Guarantees: view records share memory wherever strides allow; their gradients place what arrives where it was taken from.
 * `gather` refuses indices out of range, and an index that is larger than what it picks from.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { OpAttributes } from './op-attributes.ts';

type Records<K extends keyof OpAttributes> = { readonly [Name in K]: OpRecord<OpAttributes[Name]> };

/** Zeros of `shape` with `grad` written where `region` looks. */
function placed(grad: NdArray, shape: Shape, region: (target: NdArray) => NdArray): NdArray {
  const target = NdArray.filled(grad.dtype, shape, 0);
  region(target).assign(grad);
  return target;
}

function view<A>(forward: (x: NdArray, attributes: A) => NdArray, backward: (grad: NdArray, shape: Shape, attributes: A) => NdArray): OpRecord<A> {
  return {
    view: true,
    forward: ([x], attributes) => forward(x!, attributes),
    gradient: { saves: () => ({}), of: (grad, { shapes, attributes }) => [backward(grad, shapes[0]!, attributes)] },
  };
}

const backToShape = (grad: NdArray, shape: Shape): NdArray => grad.reshape(shape);

const asVector = (x: NdArray): NdArray => (x.rank === 0 ? x.reshape([1]) : x);

/** Calls `visit(position in the index, position in the memory of the source)` for every element that `index` picks along `dim`. Scalars count as vectors of one element. */
function eachGathered(indices: NdArray, from: NdArray, dim: number, visit: (output: number, source: number) => void): void {
  const [index, source] = [asVector(indices), asVector(from)];
  const picks = index.contiguousData();
  const size = source.shape[dim]!;
  // Rows of the source under the shape of the index, as if every pick were 0.
  new NdArray(source.storage, source.dtype, index.shape, source.strides.map((stride, at) => (at === dim ? 0 : stride)), source.offset).forEachRow((start, stride, length, position) => {
    for (let at = 0; at < length; at++) {
      const pick = picks[position + at]!;
      if (pick < 0 || pick >= size) throw new RuntimeError(`index ${pick} is out of bounds for dimension ${dim} with size ${size}`);
      visit(position + at, start + at * stride + pick * source.strides[dim]!);
    }
  });
}

export function requireIndex(op: string, index: NdArray, types: string): void {
  if (!index.dtype.startsWith('int')) throw new RuntimeError(`${op}(): Expected dtype ${types} for index`);
}

export function gatherForward(x: NdArray, index: NdArray, dim: number): NdArray {
  const out = NdArray.filled(x.dtype, index.shape, 0);
  const target = out.storage.data;
  const { data } = x.storage;
  eachGathered(index, x, dim, (at, from) => (target[at] = data[from]!));
  return out;
}

export function scatterAdd(grad: NdArray, index: NdArray, shape: Shape, dim: number): NdArray {
  const out = NdArray.filled(grad.dtype, shape, 0);
  const values = grad.contiguousData();
  const { data } = out.storage;
  eachGathered(index, out, dim, (at, to) => (data[to]! += values[at]!));
  return out;
}

/** a^T grad, summed over the batches that b is repeated for; for one matrix b that sum is part of one product. */
function rightGradient(a: NdArray, grad: NdArray, shape: Shape): NdArray {
  if (shape.length > 2) return sumToShape(matrixProduct(a.transpose(-2, -1), grad), shape);
  const rows = numelOf(grad.shape.slice(0, -1));
  return matrixProduct(a.reshape([rows, shape[0]!]).transpose(0, 1), grad.reshape([rows, shape[1]!]));
}

export const shapeRecords: Records<
  | 'matmul' | 'reshape' | 'permute' | 'expand' | 'narrow' | 'select' | 'squeeze' | 'unsqueeze' | 'contiguous' | 'gather'
> = {
  matmul: {
    forward: ([a, b]) => matrixProduct(a!, b!),
    gradient: {
      saves: (needs) => ({ inputs: [...(needs[0] ? [1] : []), ...(needs[1] ? [0] : [])] }),
      of: (grad, { needs, shapes, input }) => [
        needs[0] ? sumToShape(matrixProduct(grad, input(1).transpose(-2, -1)), shapes[0]!) : null,
        needs[1] ? rightGradient(input(0), grad, shapes[1]!) : null,
      ],
    },
  },
  reshape: view((x, { shape }) => x.reshape(shape), backToShape),
  permute: view(
    (x, { order }) => x.permute(order),
    (grad, shape, { order }) => grad.permute(shape.map((_, dim) => order.findIndex((from) => (from < 0 ? from + shape.length : from) === dim))),
  ),
  expand: view((x, { shape }) => x.expand(shape), sumToShape),
  narrow: view(
    (x, { dim, start, length }) => x.narrow(dim, start, length),
    (grad, shape, { dim, start, length }) => placed(grad, shape, (target) => target.narrow(dim, start, length)),
  ),
  select: view(
    (x, { dim, index }) => x.select(dim, index),
    (grad, shape, { dim, index }) => placed(grad, shape, (target) => target.select(dim, index)),
  ),
  squeeze: view((x, { dim }) => x.squeeze(dim ?? undefined), backToShape),
  unsqueeze: view((x, { dim }) => x.unsqueeze(dim), backToShape),
  contiguous: view((x) => x.contiguous(), (grad) => grad),
  gather: {
    forward: ([x, index], { dim }) => {
      // An empty index is taken as it is.
      if (index!.numel > 0) {
        requireIndex('gather', index!, 'int32/int64');
        const larger = index!.shape.findIndex((size, at) => at !== dim && size > x!.shape[at]!);
        if (asVector(index!).rank !== asVector(x!).rank) throw new RuntimeError('Index tensor must have the same number of dimensions as input tensor');
        if (larger >= 0) throw new RuntimeError(`Size does not match at dimension ${larger} expected index [${index!.shape.join(', ')}] to be no larger than self [${x!.shape.join(', ')}] apart from dimension ${dim}`);
      }
      return gatherForward(x!, index!, dim);
    },
    gradient: {
      saves: () => ({ inputs: [1] }),
      of: (grad, { attributes: { dim }, shapes, input }) => [scatterAdd(grad, input(1), shapes[0]!, dim), null],
    },
  },
};
