/**
 * Matrix products of the last two dimensions, the others broadcast.
 *
 * Guarantees: each element is accumulated in double precision and rounded once. Refuses inner sizes that differ, in PyTorch's
 * wording. Operands may be transposed views; they are linearised once per product.
 */
import { allocate, scalarTypeName } from './dtype.ts';
import { RuntimeError } from './errors.ts';
import { NdArray } from './nd-array.ts';
import { broadcastShapes, formatSize, numelOf } from './shape.ts';

export function matrixProduct(a: NdArray, b: NdArray): NdArray {
  const [rows, inner] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const [innerB, columns] = [b.shape.at(-2)!, b.shape.at(-1)!];
  if (a.dtype !== b.dtype) throw new RuntimeError(`expected m1 and m2 to have the same dtype, but got: ${scalarTypeName[a.dtype]} != ${scalarTypeName[b.dtype]}`);
  if (inner !== innerB) {
    throw new RuntimeError(
      a.rank === 2 && b.rank === 2
        ? `mat1 and mat2 shapes cannot be multiplied (${rows}x${inner} and ${innerB}x${columns})`
        : `Expected size for the last dimension of the first operand (${inner}) and the second to last of the second (${innerB}) to match: shapes ${formatSize(a.shape)} and ${formatSize(b.shape)}`,
    );
  }
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
