/**
 * The linear map by the compiled kernels: the product with the bias added to every row as it is written.
 *
 * Guarantees: what `linear-records.ts` says; its gradient is made of products that are compiled themselves. Null for other types than float32.
 */
import { kernels } from '../backend/backend.ts';
import type { Kernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { packedRight } from '../tensor/packed-right.ts';
import { asRows, linearRecords, withLast, type LinearAttributes } from './linear-records.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

/** x weight^T + bias, all of them float32. */
export function linear(x: NdArray, weight: NdArray, bias: NdArray | null, compiled: Kernels): NdArray {
  const rows = asRows(x);
  const [count, inner] = rows.shape as [number, number];
  const columns = weight.shape[0]!;
  const out = NdArray.uninitialized('float32', withLast(x.shape, columns));
  const outAt = out.address();
  const right = weight.transpose(0, 1);
  const panels = packedRight(compiled, right, count, false);
  const row = bias === null ? null : bias.contiguous();
  const add = row === null ? 0 : row.address();
  const [from, fromRow, fromColumn] = [rows.address(), rows.strides[0]!, rows.strides[1]!];
  if (panels === null) compiled.gemm(count, columns, inner, from, fromRow, fromColumn, right.address(), right.strides[0]!, right.strides[1]!, outAt, columns, add, scratchOf(0));
  else compiled.gemmPacked(count, columns, inner, 0, columns, from, fromRow, fromColumn, panels, outAt, columns, add, scratchOf(0));
  if (rows.storage !== x.storage) rows.storage.free();
  if (row !== null && row.storage !== bias!.storage) row.storage.free();
  return out;
}

const compiledLinear: Compiled<None> = {
  forward: (inputs) => {
    const compiled = inputs.every((input) => input.dtype === 'float32') ? kernels() : null;
    return compiled === null ? null : linear(inputs[0]!, inputs[1]!, inputs[2] ?? null, compiled);
  },
};

export const linearOps: Records<LinearAttributes> = /* @__PURE__ */ withCompiled<LinearAttributes>(linearRecords, { linear: compiledLinear });
