/**
 * Matrix products of the last two dimensions, the others broadcast.
 *
 * Guarantees: operands may be views of any strides. Refuses inner sizes and types that differ, in PyTorch's wording. The reference
 * accumulates each element in double precision and rounds once; the kernel works in float32, in blocks, and copies no operand.
 */
import { kernels } from '../backend/backend.ts';
import type { Kernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { allocate, nativeName } from './dtype.ts';
import { RuntimeError } from './errors.ts';
import { NdArray } from './nd-array.ts';
import { broadcastShapes, numelOf } from './shape.ts';

function check(a: NdArray, b: NdArray): void {
  const [rows, inner] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const [innerB, columns] = [b.shape.at(-2)!, b.shape.at(-1)!];
  if (inner !== innerB) {
    // What PyTorch folds into one product of matrices it also refuses as one.
    if (b.rank === 2) throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${numelOf(a.shape.slice(0, -1))}x${inner} and ${innerB}x${columns})`);
    if (a.rank === 2) throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${numelOf(b.shape.slice(0, -2)) * columns}x${innerB} and ${inner}x${rows})`);
    const batch = numelOf(broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)));
    throw new RuntimeError(`Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${inner}] but got: [${batch}, ${innerB}].`);
  }
  if (a.dtype !== b.dtype) throw new RuntimeError(`expected m1 and m2 to have the same dtype, but got: ${nativeName[a.dtype]} != ${nativeName[b.dtype]}`);
}

export function matrixProduct(a: NdArray, b: NdArray): NdArray {
  check(a, b);
  const compiled = a.dtype === 'float32' ? kernels() : null;
  return compiled === null ? referenceProduct(a, b) : compiledProduct(compiled, a, b);
}

function compiledProduct({ gemm }: Kernels, a: NdArray, b: NdArray): NdArray {
  const [rankA, rankB] = [a.rank, b.rank];
  const rows = a.shape[rankA - 2]!;
  const inner = a.shape[rankA - 1]!;
  const columns = b.shape[rankB - 1]!;
  const scratch = scratchOf(0);
  const [aRow, aColumn] = [a.strides[rankA - 2]!, a.strides[rankA - 1]!];
  const [bRow, bColumn] = [b.strides[rankB - 2]!, b.strides[rankB - 1]!];
  if (rankA === 2 && rankB === 2) {
    const out = NdArray.uninitialized('float32', [rows, columns]);
    gemm(rows, columns, inner, a.address(), aRow, aColumn, b.address(), bRow, bColumn, out.address(), columns, 0, scratch);
    return out;
  }
  if (rankB === 2) {
    // One product over all rows of the batch.
    const flat = a.reshape([numelOf(a.shape.slice(0, -1)), inner]);
    const out = NdArray.uninitialized('float32', [...a.shape.slice(0, -1), columns]);
    gemm(flat.shape[0]!, columns, inner, flat.address(), flat.strides[0]!, flat.strides[1]!, b.address(), bRow, bColumn, out.address(), columns, 0, scratch);
    if (flat.storage !== a.storage) flat.storage.free();
    return out;
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = NdArray.uninitialized('float32', [...batch, rows, columns]);
  const left = a.expand([...batch, rows, inner]);
  const right = b.expand([...batch, inner, columns]);
  const [leftAt, rightAt] = [left.address(), right.address()];
  let outAt = out.address();
  const index = new Array<number>(batch.length).fill(0);
  const count = numelOf(batch);
  for (let matrix = 0; matrix < count; matrix++) {
    let [from, against] = [0, 0];
    for (let dim = 0; dim < index.length; dim++) {
      from += index[dim]! * left.strides[dim]!;
      against += index[dim]! * right.strides[dim]!;
    }
    gemm(rows, columns, inner, leftAt + from * 4, aRow, aColumn, rightAt + against * 4, bRow, bColumn, outAt, columns, 0, scratch);
    outAt += rows * columns * 4;
    for (let dim = index.length - 1; dim >= 0 && ++index[dim]! === batch[dim]; dim--) index[dim] = 0;
  }
  return out;
}

function referenceProduct(a: NdArray, b: NdArray): NdArray {
  const [rows, inner] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const columns = b.shape.at(-1)!;
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = a.expand([...batch, rows, inner]).contiguousData();
  // Rows of the transposed right operand are contiguous, so both sides of each dot product are.
  const right = b.expand([...batch, inner, columns]).transpose(-2, -1).contiguousData();
  const shape = [...batch, rows, columns];
  const out = allocate(a.dtype, numelOf(shape));
  const batches = numelOf(batch);
  let position = 0;
  for (let matrix = 0; matrix < batches; matrix++) {
    for (let row = 0; row < rows; row++) {
      const leftStart = (matrix * rows + row) * inner;
      for (let column = 0; column < columns; column++) {
        const rightStart = (matrix * columns + column) * inner;
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += left[leftStart + k]! * right[rightStart + k]!;
        out[position++] = sum;
      }
    }
  }
  return NdArray.from(a.dtype, shape, out);
}
