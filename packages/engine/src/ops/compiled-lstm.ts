/**
 * One direction of an LSTM layer by the compiled kernels: one product for the inputs of all times, then per time one product that adds to it
 * and one pass over the gates; backward per time one pass and one product, then one product for each weight.
 *
 * Guarantees: the output is laid out as `recurrent-records.ts` says, so that its gradient reads it. Null for other cells, for a
 * projection and for other types than float32.
 */
import type { GradientContext } from '../autograd/op-record.ts';
import { sequenceKernels } from '../backend/sequence-kernels.ts';
import type { Kernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { addArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { packedRight } from '../tensor/packed-right.ts';
import { sumArray } from '../tensor/reduce.ts';
import { linear } from './compiled-linear.ts';
import { layoutOf, positions, type RecurrentAttributes } from './recurrent-records.ts';

export function compiledLstm(inputs: readonly NdArray[], attributes: RecurrentAttributes): NdArray | null {
  const compiled = attributes.kind === 'LSTM' && !attributes.projected && inputs.every((input) => input.dtype === 'float32') ? sequenceKernels() : null;
  if (compiled === null) return null;
  const at = positions(attributes);
  const { recorded } = attributes;
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
    const next = packedAt + states * 4 + (recorded ? time * size : 0);
    // A unit reads its sums and its c before it writes: what nobody asks for goes where they were.
    compiled.lstmStep(sums, c, recorded ? packedAt + (states + memories) * 4 + time * batch * rows * 4 : sums, next, h, batch, hidden);
    c = next;
  }
  gates.storage.free();
  return packed;
}

/** The h that each time started from, [steps * batch, hidden]. */
export function statesBefore(compiled: Kernels, packedAt: number, first: NdArray, steps: number, size: number, reverse: boolean): NdArray {
  const before = NdArray.uninitialized('float32', [steps * first.shape[0]!, first.shape[1]!]);
  const at = before.address();
  const later = (steps - 1) * size;
  compiled.copy(1, later, reverse ? packedAt + size * 4 : packedAt, 0, 1, reverse ? at : at + size * 4, 0, 1);
  compiled.copy(1, size, first.contiguous().address(), 0, 1, reverse ? at + later * 4 : at, 0, 1);
  return before;
}

export function compiledLstmGradient(grad: NdArray, { attributes, shapes, needs, input, output }: GradientContext<RecurrentAttributes>): readonly (NdArray | null)[] | null {
  const compiled = attributes.kind === 'LSTM' && !attributes.projected && grad.dtype === 'float32' ? sequenceKernels() : null;
  const { steps, batch, width, rows, hidden, states, memories } = layoutOf(shapes, attributes);
  if (compiled === null || steps === 0) return null;
  const at = positions(attributes);
  const [wIh, wHh] = [input(at.wIh), input(at.wHh)];
  const [packedAt, arrivingAt] = [output().contiguous().address(), grad.contiguous().address()];
  const gates = NdArray.uninitialized('float32', [steps * batch, rows]);
  const [ofH, ofC] = [NdArray.filled('float32', [batch, hidden], 0), NdArray.filled('float32', [batch, hidden], 0)];
  const [laterH, laterC, firstC] = [ofH.address(), ofC.address(), input(at.c0).contiguous().address()];
  const panels = packedRight(compiled, wHh, batch, true);
  const size = batch * hidden * 4;
  const [memoriesAt, keptAt] = [states * 4, (states + memories) * 4];
  for (let step = steps - 1; step >= 0; step--) {
    const time = attributes.reverse ? steps - 1 - step : step;
    const before = step === 0 ? firstC : packedAt + memoriesAt + (attributes.reverse ? time + 1 : time - 1) * size;
    const [state, memory, kept] = [time * size, memoriesAt + time * size, keptAt + 4 * time * size];
    const sums = gates.address() + 4 * time * size;
    compiled.lstmStepGradient(arrivingAt + state, laterH, arrivingAt + memory, laterC, arrivingAt + kept, packedAt + kept, packedAt + memory, before, sums, batch, hidden);
    if (panels === null) compiled.gemm(batch, hidden, rows, sums, rows, 1, wHh.address(), wHh.strides[0]!, wHh.strides[1]!, laterH, hidden, 0, scratchOf(0));
    else compiled.gemmPacked(batch, hidden, rows, 0, hidden, sums, rows, 1, panels, laterH, hidden, 0, scratchOf(0));
  }
  const gradients: (NdArray | null)[] = shapes.map(() => null);
  if (needs[0]) gradients[0] = matrixProduct(gates, wIh).reshape([steps, batch, width]);
  if (needs[1]) gradients[1] = ofH;
  if (needs[at.c0]) gradients[at.c0] = ofC;
  if (needs[at.wIh]) gradients[at.wIh] = matrixProduct(gates.transpose(0, 1), input(0).reshape([steps * batch, width]));
  if (needs[at.wHh]) gradients[at.wHh] = matrixProduct(gates.transpose(0, 1), statesBefore(compiled, packedAt, input(1), steps, batch * hidden, attributes.reverse));
  for (const bias of [at.bIh, at.bHh]) if (bias >= 0 && needs[bias]) gradients[bias] = sumArray(gates, [0], false);
  return gradients;
}
