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
import { NdArray } from '../tensor/nd-array.ts';
import { packedRight } from '../tensor/packed-right.ts';
import { linear } from './compiled-linear.ts';
import { layoutOf, positions, recurrentRecords, type RecurrentAttributes, type RecurrentOpAttributes } from './recurrent-records.ts';
import type { Records } from './records.ts';
import { withCompiled } from './with-compiled.ts';

function compiledLstm(inputs: readonly NdArray[], attributes: RecurrentAttributes): NdArray | null {
  const compiled = attributes.kind === 'LSTM' && !attributes.projected && inputs.every((input) => input.dtype === 'float32') ? kernels() : null;
  if (compiled === null) return null;
  const at = positions(attributes);
  const { steps, batch, width, rows, hidden, states, memories, total } = layoutOf(inputs.map((input) => input.shape), attributes);
  const bias = attributes.bias ? addArrays(inputs[at.bIh]!, inputs[at.bHh]!) : null;
  const gates = linear(inputs[0]!.reshape([steps * batch, width]), inputs[at.wIh]!, bias, compiled);
  const gatesAt = gates.address();
  bias?.storage.free();
  const packed = NdArray.uninitialized('float32', [total]);
  const packedAt = packed.address();
  const recurrent = inputs[at.wHh]!.transpose(0, 1);
  const panels = packedRight(compiled, recurrent, batch, true);
  const recurrentAt = recurrent.address();
  let h = inputs[1]!.contiguous().address();
  let c = inputs[at.c0]!.contiguous().address();
  const size = batch * hidden * 4;
  for (let step = 0; step < steps; step++) {
    const time = attributes.reverse ? steps - 1 - step : step;
    const sums = gatesAt + time * batch * rows * 4;
    if (panels === null) compiled.gemm(batch, rows, hidden, h, hidden, 1, recurrentAt, recurrent.strides[0]!, recurrent.strides[1]!, sums, rows, 1, scratchOf(0));
    else compiled.gemmPacked(batch, rows, hidden, 0, rows, h, hidden, 1, panels, sums, rows, 1, scratchOf(0));
    h = packedAt + time * size;
    const next = packedAt + states * 4 + time * size;
    compiled.lstmStep(sums, c, packedAt + (states + memories) * 4 + time * batch * rows * 4, next, h, batch, hidden);
    c = next;
  }
  gates.storage.free();
  return packed;
}

export const recurrentOps: Records<RecurrentOpAttributes> = /* @__PURE__ */ withCompiled<RecurrentOpAttributes>(recurrentRecords, { recurrent: { forward: compiledLstm } });
