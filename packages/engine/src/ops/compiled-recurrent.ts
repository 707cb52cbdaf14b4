/**
 * One direction of a GRU layer or of a plain recurrent one by the compiled kernels: as `compiled-lstm.ts`, with the pass over the gates made of elementwise kernels.
 *
 * Guarantees: the output is laid out as `recurrent-records.ts` says, so that its gradient reads it. Null for other types than float32, for an LSTM, which has kernels of its own, and for
 * an empty sequence.
 */
import type { GradientContext } from '../autograd/op-record.ts';
import { kernels } from '../backend/backend.ts';
import { binaryCode, unaryCode } from '../backend/codes.ts';
import type { Kernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { addArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { packedRight } from '../tensor/packed-right.ts';
import { sumArray } from '../tensor/reduce.ts';
import { linear } from './compiled-linear.ts';
import { compiledLstm, compiledLstmGradient, statesBefore } from './compiled-lstm.ts';
import { layoutOf, positions, recurrentRecords, type RecurrentAttributes, type RecurrentOpAttributes } from './recurrent-records.ts';
import type { Records } from './records.ts';
import { withCompiled } from './with-compiled.ts';

const { add, sub, mul, reluGradient, sigmoidGradient, tanhGradient } = binaryCode;

/** The kernels for arrays of `batch` rows of `hidden` numbers, which lie `stride` apart. */
class Rows {
  readonly #compiled: Kernels;
  readonly #batch: number;
  readonly #hidden: number;

  constructor(compiled: Kernels, batch: number, hidden: number) {
    this.#compiled = compiled;
    this.#batch = batch;
    this.#hidden = hidden;
  }

  /** out = f(a, b), `out` being dense. */
  pair(code: Parameters<Kernels['binary']>[0], a: number, aStride: number, b: number, bStride: number, out: number): void {
    this.#compiled.binary(code, this.#batch, this.#hidden, a, aStride, 1, b, bStride, 1, out);
  }

  copy(from: number, fromStride: number, to: number, toStride: number): void {
    this.#compiled.copy(this.#batch, this.#hidden, from, fromStride, 1, to, toStride, 1);
  }
}

/** C (+)= A B^T for the same B at every time, or A B. */
function multiplier(compiled: Kernels, b: NdArray, batch: number): (a: number, c: number, added: number) => void {
  const [inner, columns] = b.shape as [number, number];
  const panels = packedRight(compiled, b, batch, true);
  const at = b.address();
  return (a, c, added) => {
    if (panels === null) compiled.gemm(batch, columns, inner, a, inner, 1, at, b.strides[0]!, b.strides[1]!, c, columns, added, scratchOf(0));
    else compiled.gemmPacked(batch, columns, inner, 0, columns, a, inner, 1, panels, c, columns, added, scratchOf(0));
  };
}

const timeOf = (step: number, steps: number, reverse: boolean): number => (reverse ? steps - 1 - step : step);

function compiledForward(inputs: readonly NdArray[], attributes: RecurrentAttributes): NdArray | null {
  if (attributes.kind === 'LSTM') return compiledLstm(inputs, attributes);
  const compiled = inputs.every((input) => input.dtype === 'float32') ? kernels() : null;
  const at = positions(attributes);
  const { steps, batch, width, rows, hidden, states, total } = layoutOf(inputs.map((input) => input.shape), attributes);
  if (compiled === null || steps === 0) return null;
  const gru = attributes.kind === 'GRU';
  const biases = attributes.bias ? [inputs[at.bIh]!, inputs[at.bHh]!] : null;
  // The hidden part of a GRU's new gate stays apart: its bias, too.
  const bias = biases === null ? null : gru ? biases[0]! : addArrays(biases[0]!, biases[1]!);
  const fromInput = linear(inputs[0]!.reshape([steps * batch, width]), inputs[at.wIh]!, bias, compiled);
  const ofState = gru && biases !== null ? biases[1]!.contiguous().address() : 0;
  const packed = NdArray.uninitialized('float32', [total]);
  const [inputAt, packedAt] = [fromInput.address(), packed.address()];
  const product = multiplier(compiled, inputs[at.wHh]!.transpose(0, 1), batch);
  const [on, size] = [new Rows(compiled, batch, hidden), batch * hidden * 4];
  const scratch = gru ? NdArray.uninitialized('float32', [6 * batch * hidden]) : null;
  let h = inputs[1]!.contiguous().address();
  for (let step = 0; step < steps; step++) {
    const time = timeOf(step, steps, attributes.reverse);
    const [sums, next] = [inputAt + time * batch * rows * 4, packedAt + time * size];
    if (scratch === null) {
      product(h, sums, 1);
      compiled.unary(attributes.kind === 'RNN_RELU' ? unaryCode.relu : unaryCode.tanh, sums, next, batch * hidden, 0, 0);
    } else {
      const kept = packedAt + states * 4 + 4 * time * size;
      const part = scratch.address();
      const [gates, fresh] = [part + 3 * size, part + 5 * size];
      product(h, part, ofState);
      // reset and update at once
      compiled.binary(add, batch, 2 * hidden, sums, rows, 1, part, rows, 1, gates);
      compiled.unary(unaryCode.sigmoid, gates, gates, 2 * batch * hidden, 0, 0);
      if (attributes.recorded) {
        compiled.copy(batch, 2 * hidden, gates, 2 * hidden, 1, kept, 4 * hidden, 1);
        on.copy(part + 8 * hidden, rows, kept + 12 * hidden, 4 * hidden);
      }
      // n = tanh(a + r * q)
      on.pair(mul, gates, 2 * hidden, part + 8 * hidden, rows, fresh);
      on.pair(add, fresh, hidden, sums + 8 * hidden, rows, fresh);
      compiled.unary(unaryCode.tanh, fresh, fresh, batch * hidden, 0, 0);
      if (attributes.recorded) on.copy(fresh, hidden, kept + 8 * hidden, 4 * hidden);
      // h' = n + z * (h - n)
      on.pair(sub, h, hidden, fresh, hidden, next);
      on.pair(mul, next, hidden, gates + 4 * hidden, 2 * hidden, next);
      on.pair(add, next, hidden, fresh, hidden, next);
    }
    h = next;
  }
  for (const array of [fromInput, scratch, biases !== null && !gru ? bias : null]) array?.storage.free();
  return packed;
}

function compiledGradient(grad: NdArray, context: GradientContext<RecurrentAttributes>): readonly (NdArray | null)[] | null {
  const { attributes, shapes, needs, input, output } = context;
  if (attributes.kind === 'LSTM') return compiledLstmGradient(grad, context);
  const compiled = grad.dtype === 'float32' ? kernels() : null;
  const { steps, batch, width, rows, hidden, states } = layoutOf(shapes, attributes);
  if (compiled === null || steps === 0) return null;
  const at = positions(attributes);
  const gru = attributes.kind === 'GRU';
  const [packedAt, arrivingAt] = [output().contiguous().address(), grad.contiguous().address()];
  const inputSide = NdArray.uninitialized('float32', [steps * batch, rows]);
  const stateSide = gru ? NdArray.uninitialized('float32', [steps * batch, rows]) : inputSide;
  const before = statesBefore(compiled, packedAt, input(1), steps, batch * hidden, attributes.reverse);
  const later = NdArray.filled('float32', [batch, hidden], 0);
  const scratch = NdArray.uninitialized('float32', [4 * batch * hidden]);
  const product = multiplier(compiled, input(at.wHh), batch);
  const [on, size] = [new Rows(compiled, batch, hidden), batch * hidden * 4];
  const [laterAt, dH] = [later.address(), scratch.address()];
  const [dFresh, dReset, dUpdate] = [dH + size, dH + 2 * size, dH + 3 * size];
  const four = 4 * hidden;
  for (let step = steps - 1; step >= 0; step--) {
    const time = timeOf(step, steps, attributes.reverse);
    const [ofInput, ofState] = [inputSide, stateSide].map((side) => side.address() + time * batch * rows * 4) as [number, number];
    on.pair(add, arrivingAt + time * size, hidden, laterAt, hidden, dH);
    if (!gru) {
      on.pair(attributes.kind === 'RNN_RELU' ? reluGradient : tanhGradient, dH, hidden, packedAt + time * size, hidden, ofInput);
      product(ofInput, laterAt, 0);
      continue;
    }
    const [kept, dKept] = [packedAt, arrivingAt].map((from) => from + states * 4 + 4 * time * size) as [number, number];
    const [update, fresh, part] = [kept + four, kept + 2 * four, kept + 3 * four];
    const h = before.address() + time * size;
    // ((1 - z) dh + dn) (1 - n^2); the product z dh goes to the h before, too.
    on.pair(mul, dH, hidden, update, four, laterAt);
    on.pair(sub, dH, hidden, laterAt, hidden, dFresh);
    on.pair(add, dFresh, hidden, dKept + 2 * four, four, dFresh);
    on.pair(tanhGradient, dFresh, hidden, fresh, four, dFresh);
    on.pair(mul, dFresh, hidden, part, four, dReset);
    on.pair(add, dReset, hidden, dKept, four, dReset);
    on.pair(sigmoidGradient, dReset, hidden, kept, four, dReset);
    on.pair(sub, h, hidden, fresh, four, dUpdate);
    on.pair(mul, dUpdate, hidden, dH, hidden, dUpdate);
    on.pair(add, dUpdate, hidden, dKept + four, four, dUpdate);
    on.pair(sigmoidGradient, dUpdate, hidden, update, four, dUpdate);
    // The hidden part of the new gate gets its own; dh is not needed any more.
    on.pair(mul, dFresh, hidden, kept, four, dH);
    on.pair(add, dH, hidden, dKept + 3 * four, four, dH);
    for (const [side, last] of [[ofInput, dFresh], [ofState, dH]] as const) {
      for (const [gate, from] of [dReset, dUpdate, last].entries()) on.copy(from, hidden, side + gate * four, rows);
    }
    product(ofState, laterAt, 1);
  }
  const gradients: (NdArray | null)[] = shapes.map(() => null);
  if (needs[0]) gradients[0] = matrixProduct(inputSide, input(at.wIh)).reshape([steps, batch, width]);
  if (needs[1]) gradients[1] = later;
  if (needs[at.wIh]) gradients[at.wIh] = matrixProduct(inputSide.transpose(0, 1), input(0).reshape([steps * batch, width]));
  if (needs[at.wHh]) gradients[at.wHh] = matrixProduct(stateSide.transpose(0, 1), before);
  for (const [bias, side] of [[at.bIh, inputSide], [at.bHh, stateSide]] as const) if (bias >= 0 && needs[bias]) gradients[bias] = sumArray(side, [0], false);
  return gradients;
}

export const recurrentOps: Records<RecurrentOpAttributes> = /* @__PURE__ */ withCompiled<RecurrentOpAttributes>(recurrentRecords, { recurrent: { forward: compiledForward, gradient: compiledGradient } });
