/**
 * Nested JavaScript arrays to arrays and back.
 *
 * Guarantees: the shape is read off the nesting; numbers become float32, booleans bool, unless a type is given. (PyTorch
 * makes `tensor([1, 2])` int64; JavaScript cannot tell 1 from 1.0, so float32 is the documented default here.)
 * Refuses ragged nesting, naming the lengths that disagree, and elements that are no number or boolean.
 */
import { allocate, type DType } from './dtype.ts';
import { ValueError } from './errors.ts';
import { NdArray } from './nd-array.ts';
import { numelOf } from './shape.ts';

export type Scalar = number | boolean;
export type Nested = Scalar | readonly Nested[] | Float32Array | Float64Array;

function isList(value: unknown): value is ArrayLike<Nested> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

export function fromNested(value: Nested, dtype?: DType): NdArray {
  const shape: number[] = [];
  let first: unknown = value;
  while (isList(first)) {
    shape.push(first.length);
    first = first[0];
  }
  const type = dtype ?? (typeof first === 'boolean' ? 'bool' : 'float32');
  const data = allocate(type, numelOf(shape));
  let position = 0;
  const fill = (part: unknown, depth: number): void => {
    if (depth < shape.length) {
      if (!isList(part)) throw new ValueError(`expected a list of length ${shape[depth]} at dim ${depth} (got ${typeof part})`);
      if (part.length !== shape[depth]) throw new ValueError(`expected sequence of length ${shape[depth]} at dim ${depth} (got ${part.length})`);
      for (let index = 0; index < part.length; index++) fill(part[index], depth + 1);
      return;
    }
    if (typeof part !== 'number' && typeof part !== 'boolean') throw new TypeError(`tensor(): an element must be a number or a boolean, got ${isList(part) ? 'a deeper list' : String(part)}`);
    data[position++] = type === 'bool' ? (part ? 1 : 0) : type === 'int64' || type === 'int32' ? Math.trunc(Number(part)) : Number(part);
  };
  fill(value, 0);
  return NdArray.from(type, shape, data);
}

/** Numbers (booleans for bool) nested as the shape says; a bare value for a 0-dimensional array. */
export type NestedOutput = Scalar | NestedOutput[];

export function toNested(array: NdArray): NestedOutput {
  const data = array.contiguousData();
  let position = 0;
  const build = (dim: number): NestedOutput => {
    if (dim === array.rank) {
      const value = data[position++]!;
      return array.dtype === 'bool' ? value !== 0 : value;
    }
    return Array.from({ length: array.shape[dim]! }, () => build(dim + 1));
  };
  return build(0);
}
