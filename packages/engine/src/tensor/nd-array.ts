/**
 * A strided n-dimensional array: storage, shape, strides and offset, without any knowledge of gradients.
 *
 * Guarantees: `transpose`, `permute`, `narrow`, `select`, `expand`, `squeeze` and `unsqueeze` never copy; `reshape` copies
 * only where PyTorch does (no strides can express the new shape). Two arrays over one storage see each other's writes.
 * Refuses shapes and indices that do not fit. Reads go through `contiguousData`, which is the one place that linearises.
 *
 * Worked example: `NdArray.from('float32', [2, 3], data).transpose(0, 1)` has shape [3, 2], strides [1, 3], the same storage.
 */
import { kernels } from '../backend/backend.ts';
import { bytesPerElement } from '../memory/element-kind.ts';
import { Storage } from '../memory/storage.ts';
import { allocate, elementKind, type DType, type TypedArray } from './dtype.ts';
import { RuntimeError } from './errors.ts';
import { copyElements } from './planes.ts';
import { contiguousStrides, formatSize, inferShape, normalizeDim, numelOf, sameShape, type Shape } from './shape.ts';

/** Elements from which the linear memory is filled in place of an array on the JavaScript heap. */
const leastCompiledFill = 256;

export class NdArray {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;

  constructor(storage: Storage, dtype: DType, shape: Shape, strides: readonly number[], offset: number) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** An array over `data` in row-major order; the data is kept, not copied, unless it is a view of the linear memory. */
  static from(dtype: DType, shape: Shape, data: TypedArray): NdArray {
    if (data.length !== numelOf(shape)) throw new RuntimeError(`${data.length} values do not fill ${formatSize(shape)}`);
    return new NdArray(Storage.over(data), dtype, shape, contiguousStrides(shape), 0);
  }

  static filled(dtype: DType, shape: Shape, value: number): NdArray {
    if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw new RuntimeError(`Trying to create tensor with negative or fractional dimension: [${shape.join(', ')}]`);
    }
    const count = numelOf(shape);
    // Where kernels will want it, and without a copy on the way there.
    const compiled = dtype === 'float32' && count >= leastCompiledFill ? kernels() : null;
    if (compiled !== null) {
      const out = NdArray.uninitialized(dtype, shape);
      compiled.fill(out.address(), count, value);
      return out;
    }
    const data = allocate(dtype, count);
    if (value !== 0) data.fill(value);
    return NdArray.from(dtype, shape, data);
  }

  /** What stands in the place of an array whose elements were ended: it has a shape, and refuses to be read, naming `origin`. */
  static freed(dtype: DType, shape: Shape, origin: string): NdArray {
    return new NdArray(Storage.freed(origin), dtype, shape, contiguousStrides(shape), 0);
  }

  /** Of any content, where kernels write: for results of which every element is written. */
  static uninitialized(dtype: DType, shape: Shape): NdArray {
    return new NdArray(Storage.uninitialized(elementKind[dtype], numelOf(shape)), dtype, shape, contiguousStrides(shape), 0);
  }

  /** The byte address of the first element, brought into the linear memory if need be. Holds until the next operation. */
  address(): number {
    return this.storage.address() + this.offset * bytesPerElement[this.storage.kind]!;
  }

  get numel(): number {
    return numelOf(this.shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  isContiguous(): boolean {
    let step = 1;
    for (let dim = this.rank - 1; dim >= 0; dim--) {
      const size = this.shape[dim]!;
      if (size === 1) continue;
      if (this.strides[dim] !== step) return this.numel === 0;
      step *= size;
    }
    return true;
  }

  /** The elements in row-major order: a window on the storage where that is possible, else a copy. Read only. */
  contiguousData(): TypedArray {
    const { data } = this.storage;
    const count = this.numel;
    if (this.isContiguous()) {
      return this.offset === 0 && count === data.length ? data : data.subarray(this.offset, this.offset + count);
    }
    const copy = allocate(this.dtype, count);
    this.forEachRow((start, stride, length, position) => {
      for (let index = 0, at = start; index < length; index++, at += stride) copy[position + index] = data[at]!;
    });
    return copy;
  }

  /** A fresh contiguous array with the same values, optionally of another type. */
  copy(dtype: DType = this.dtype): NdArray {
    const compiled = dtype === 'float32' && this.dtype === 'float32' ? kernels() : null;
    if (compiled !== null) {
      const out = NdArray.uninitialized(dtype, this.shape);
      copyElements(compiled, this.shape, this.address(), this.strides, out.address(), out.strides);
      return out;
    }
    const data = allocate(dtype, this.numel);
    const source = this.contiguousData();
    const truth = dtype === 'bool';
    if ((truth || dtype === 'int64') && this.dtype !== dtype) for (let index = 0; index < data.length; index++) data[index] = truth ? +(source[index] !== 0) : Math.trunc(source[index]!);
    else data.set(source);
    return NdArray.from(dtype, this.shape, data);
  }

  contiguous(): NdArray {
    return this.isContiguous() ? this : this.copy();
  }

  /** Overwrites the elements with those of `source`, which must have the same shape, and counts the write. */
  assign(source: NdArray): void {
    if (!sameShape(this.shape, source.shape)) {
      throw new RuntimeError(`output with shape [${this.shape.join(', ')}] doesn't match the broadcast shape [${source.shape.join(', ')}]`);
    }
    this.storage.version++;
    // A source over the same memory would be read after it was written.
    const from = source.storage === this.storage ? source.copy() : source;
    const compiled = this.dtype === 'float32' && from.dtype === 'float32' ? kernels() : null;
    if (compiled !== null) return copyElements(compiled, this.shape, from.address(), from.strides, this.address(), this.strides);
    const values = from.contiguousData();
    const { data } = this.storage;
    this.forEachRow((start, stride, length, position) => {
      for (let index = 0, at = start; index < length; index++, at += stride) data[at] = values[position + index]!;
    });
  }

  transpose(dim0: number, dim1: number): NdArray {
    const order = this.shape.map((_, dim) => dim);
    const first = normalizeDim(dim0, this.rank);
    const second = normalizeDim(dim1, this.rank);
    if (this.rank === 0) return this;
    order[first] = second;
    order[second] = first;
    return this.permute(order);
  }

  permute(order: readonly number[]): NdArray {
    const dims = order.map((dim) => normalizeDim(dim, this.rank));
    if (dims.length !== this.rank || new Set(dims).size !== this.rank) {
      throw new RuntimeError(`permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${this.rank} is not equal to len(dims) = ${dims.length}`);
    }
    return this.#view(dims.map((dim) => this.shape[dim]!), dims.map((dim) => this.strides[dim]!), this.offset);
  }

  /** The part [start, start + length) of one dimension. */
  narrow(dim: number, start: number, length: number): NdArray {
    if (this.rank === 0) throw new RuntimeError('narrow() cannot be applied to a 0-dim tensor.');
    const at = normalizeDim(dim, this.rank);
    const size = this.shape[at]!;
    if (length < 0) throw new RuntimeError('narrow(): length must be non-negative.');
    if (start < -size || start > size) throw new RangeError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`);
    const from = start < 0 ? start + size : start;
    if (from + length > size) throw new RuntimeError(`start (${from}) + length (${length}) exceeds dimension size (${size}).`);
    return this.#view(this.shape.with(at, length), this.strides, this.offset + from * this.strides[at]!);
  }

  /** One index of one dimension, which disappears. */
  select(dim: number, index: number): NdArray {
    if (this.rank === 0) throw new RangeError('select() cannot be applied to a 0-dim tensor.');
    const at = normalizeDim(dim, this.rank);
    const size = this.shape[at]!;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw new RangeError(`select(): index ${index} out of range for tensor of size [${this.shape.join(', ')}] at dimension ${at}`);
    }
    const positive = index < 0 ? index + size : index;
    return this.#view(this.shape.toSpliced(at, 1), this.strides.toSpliced(at, 1), this.offset + positive * this.strides[at]!);
  }

  /** Repeats dimensions of size 1 without copying (stride 0); -1 keeps a size. */
  expand(shape: Shape): NdArray {
    const added = shape.length - this.rank;
    if (added < 0) throw new RuntimeError(`expand(${formatSize(this.shape)}, size=[${shape.join(', ')}]): the number of sizes provided (${shape.length}) must be greater or equal to the number of dimensions in the tensor (${this.rank})`);
    const sizes: number[] = [];
    const strides: number[] = [];
    for (const [dim, wanted] of shape.entries()) {
      const size = this.shape[dim - added];
      const target = wanted === -1 && size !== undefined ? size : wanted;
      if (size !== undefined && size !== target && size !== 1) {
        throw new RuntimeError(`The expanded size of the tensor (${target}) must match the existing size (${size}) at non-singleton dimension ${dim}.  Target sizes: [${shape.join(', ')}].  Tensor sizes: [${this.shape.join(', ')}]`);
      }
      sizes.push(target);
      strides.push(size === target ? this.strides[dim - added]! : 0);
    }
    return this.#view(sizes, strides, this.offset);
  }

  squeeze(dim?: number): NdArray {
    const only = dim === undefined ? undefined : normalizeDim(dim, this.rank);
    const kept = this.shape.map((_, at) => at).filter((at) => !(this.shape[at] === 1 && (only === undefined || only === at)));
    return this.#view(kept.map((at) => this.shape[at]!), kept.map((at) => this.strides[at]!), this.offset);
  }

  unsqueeze(dim: number): NdArray {
    const at = normalizeDim(dim, this.rank + 1);
    const stride = at < this.rank ? this.shape[at]! * this.strides[at]! : 1;
    return this.#view(this.shape.toSpliced(at, 0, 1), this.strides.toSpliced(at, 0, stride), this.offset);
  }

  reshape(wanted: Shape): NdArray {
    const shape = inferShape(wanted, this.numel);
    const strides = this.#stridesFor(shape);
    return strides === null ? new NdArray(this.copy().storage, this.dtype, shape, contiguousStrides(shape), 0) : this.#view(shape, strides, this.offset);
  }

  /** Calls `visit(start, stride, length, position)` for every innermost row, in row-major order of the rows; `position` counts the elements before it. */
  forEachRow(visit: (start: number, stride: number, length: number, position: number) => void): void {
    if (this.numel === 0) return;
    const last = this.rank - 1;
    if (last < 0) return visit(this.offset, 1, 1, 0);
    const length = this.shape[last]!;
    const stride = this.strides[last]!;
    const index = new Array<number>(last).fill(0);
    for (let start = this.offset, position = 0; ; position += length) {
      visit(start, stride, length, position);
      let dim = last - 1;
      for (; dim >= 0; dim--) {
        start += this.strides[dim]!;
        if (++index[dim]! < this.shape[dim]!) break;
        start -= this.strides[dim]! * this.shape[dim]!;
        index[dim] = 0;
      }
      if (dim < 0) return;
    }
  }

  #view(shape: Shape, strides: readonly number[], offset: number): NdArray {
    return new NdArray(this.storage, this.dtype, shape, strides, offset);
  }

  /** Strides that show this memory under another shape, or null where none exist. After PyTorch's `computeStride`. */
  #stridesFor(shape: Shape): number[] | null {
    if (this.numel === 0 || this.isContiguous()) return contiguousStrides(shape);
    const strides = new Array<number>(shape.length).fill(0);
    let target = shape.length - 1;
    let chunkStride = this.strides[this.rank - 1]!;
    let chunk = 1;
    let seen = 1;
    for (let dim = this.rank - 1; dim >= 0; dim--) {
      chunk *= this.shape[dim]!;
      const breaks = dim === 0 || (this.shape[dim - 1] !== 1 && this.strides[dim - 1] !== chunk * chunkStride);
      if (!breaks) continue;
      while (target >= 0 && (seen < chunk || shape[target] === 1)) {
        strides[target] = seen * chunkStride;
        seen *= shape[target]!;
        target--;
      }
      if (seen !== chunk) return null;
      if (dim > 0) {
        chunkStride = this.strides[dim - 1]!;
        chunk = 1;
        seen = 1;
      }
    }
    return target === -1 ? strides : null;
  }
}
