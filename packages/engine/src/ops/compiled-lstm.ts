/**
 * One direction of an LSTM layer by the compiled kernels: one product for the inputs of all times, then per time one product that adds to it
 * and one pass over the gates.
 *
 * Guarantees: the output is laid out as `recurrent-records.ts` says, so that its gradient reads it. Null for other cells, for a
 * projection and for other types than float32.
 */
import { kernels } from '../backend/backend.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { addArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { layoutOf, positions, recurrentRecords, type RecurrentAttributes, type RecurrentOpAttributes } from './recurrent-records.ts';
import type { Records } from './records.ts';
import { withCompiled } from './with-compiled.ts';

function compiledLstm(inputs: readonly NdArray[], attributes: RecurrentAttributes): NdArray | null {
  const compiled = attributes.kind === 'LSTM' && !attributes.projected && inputs.every((input) => input.dtype === 'float32') ? kernels() : null;
  if (compiled === null) return null;
  const at = positions(attributes);
  const { steps, batch, width, rows, hidden, states, memories, total } = layoutOf(inputs.map((input) => input.shape), attributes);
  const gates = matrixProduct(inputs[0]!.reshape([steps * batch, width]), inputs[at.wIh]!.transpose(0, 1));
  const gatesAt = gates.address();
  if (attributes.bias) {
    const bias = addArrays(inputs[at.bIh]!, inputs[at.bHh]!);
    compiled.binary(0, steps * batch, rows, gatesAt, rows, 1, bias.address(), 0, 1, gatesAt);
    bias.storage.free();
  }
  const packed = NdArray.uninitialized('float32', [total]);
  const packedAt = packed.address();
  const recurrent = inputs[at.wHh]!;
  // Every time multiplies by the same weight: it is packed once, unless a single row needs no packing.
  const panels = batch > 1 ? NdArray.uninitialized('float32', [compiled.packedLength(rows, hidden)]) : null;
  const panelsAt = panels?.address() ?? 0;
  const recurrentAt = recurrent.address();
  if (panels !== null) compiled.packRight(rows, hidden, recurrentAt, recurrent.strides[1]!, recurrent.strides[0]!, panelsAt);
  let h = inputs[1]!.contiguous().address();
  let c = inputs[at.c0]!.contiguous().address();
  const size = batch * hidden * 4;
  for (let step = 0; step < steps; step++) {
    const time = attributes.reverse ? steps - 1 - step : step;
    const sums = gatesAt + time * batch * rows * 4;
    if (panels === null) compiled.gemm(batch, rows, hidden, h, hidden, 1, recurrentAt, recurrent.strides[1]!, recurrent.strides[0]!, sums, rows, 1, scratchOf(0));
    else compiled.gemmPacked(batch, rows, hidden, 0, rows, h, hidden, 1, panelsAt, sums, rows, 1, scratchOf(0));
    h = packedAt + time * size;
    const next = packedAt + states * 4 + time * size;
    compiled.lstmStep(sums, c, packedAt + (states + memories) * 4 + time * batch * rows * 4, next, h, batch, hidden);
    c = next;
  }
  gates.storage.free();
  panels?.storage.free();
  return packed;
}

export const recurrentOps: Records<RecurrentOpAttributes> = /* @__PURE__ */ withCompiled<RecurrentOpAttributes>(recurrentRecords, { recurrent: { forward: compiledLstm } });
