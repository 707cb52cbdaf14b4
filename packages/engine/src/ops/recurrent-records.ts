/**
 * One layer of a recurrent network, in one direction, over a whole sequence, as one operation.
 *
 * Inputs: x [T, B, I], the first h [B, P], for an LSTM the first c [B, H], the weights w_ih [G*H, I] and w_hh [G*H, P], with `bias` b_ih and
 * b_hh [G*H], with `projected` w_hr [P, H]. G is the number of gates: 1 (tanh, relu), 3 (GRU: reset, update, new), 4 (LSTM: input, forget,
 * cell, output), in PyTorch's order. P is H unless projected. `reverse` goes from the last time to the first.
 * Output: one vector of [h of every time, T*B*P | c of every time, T*B*H, LSTM only | gates of every time], all of it differentiable; the gates
 * (T*B*4H; for a GRU with the hidden part of the new gate in fourth place) are what the gradient needs, kept instead of computed again.
 * Where nothing is `recorded`, the output is [h of every time | the last c, B*H, LSTM only], and there is no gradient.
 *
 * Guarantees: the equations of `torch.nn.LSTM`, `GRU` and `RNN` (Hochreiter and Schmidhuber 1997; Cho et al. 2014 with the reset after the
 * product, as cuDNN has it). The products with the input and all products of the gradient but one are made for all times at once.
 */
import type { GradientContext } from '../autograd/op-record.ts';
import { allocate, type TypedArray } from '../tensor/dtype.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumArray } from '../tensor/reduce.ts';
import { cells, type CellKind } from './recurrent-cells.ts';
import type { Records } from './records.ts';

export interface RecurrentAttributes {
  readonly kind: CellKind;
  readonly reverse: boolean;
  readonly bias: boolean;
  readonly projected: boolean;
  /** Whether the gradient may be asked for, so that what it needs is kept. */
  readonly recorded: boolean;
}

/** Where each input is in the list; -1 for what is not there. */
export function positions({ kind, bias, projected }: RecurrentAttributes): Record<'c0' | 'wIh' | 'wHh' | 'bIh' | 'bHh' | 'wHr', number> {
  const weights = kind === 'LSTM' ? 3 : 2;
  return {
    c0: kind === 'LSTM' ? 2 : -1,
    wIh: weights,
    wHh: weights + 1,
    bIh: bias ? weights + 2 : -1,
    bHh: bias ? weights + 3 : -1,
    wHr: projected ? weights + 2 + (bias ? 2 : 0) : -1,
  };
}

/** Sizes and the places of the parts in the output. */
export function layoutOf(shapes: readonly (readonly number[])[], attributes: RecurrentAttributes): Layout {
  const [steps, batch, width] = shapes[0]! as [number, number, number];
  const at = positions(attributes);
  const [rows, out] = shapes[at.wHh]! as [number, number];
  const cell = cells[attributes.kind];
  const hidden = rows / cell.gates;
  const states = steps * batch * out;
  const { recorded } = attributes;
  const memories = attributes.kind === 'LSTM' ? (recorded ? steps : 1) * batch * hidden : 0;
  return { steps, batch, width, rows, out, hidden, states, memories, total: states + memories + (recorded ? steps * batch * cell.kept * hidden : 0) };
}

interface Layout {
  readonly steps: number;
  readonly batch: number;
  readonly width: number;
  /** Gates times hidden size. */
  readonly rows: number;
  readonly out: number;
  readonly hidden: number;
  readonly states: number;
  readonly memories: number;
  readonly total: number;
}

const plus = (vector: TypedArray, bias: TypedArray | null): void => {
  if (bias === null) return;
  for (let at = 0, column = 0; at < vector.length; at++, column = column + 1 === bias.length ? 0 : column + 1) vector[at]! += bias[column]!;
};

function forward(inputs: readonly NdArray[], attributes: RecurrentAttributes): NdArray {
  const at = positions(attributes);
  const shape = layoutOf(inputs.map((input) => input.shape), attributes);
  const { steps, batch, width, rows, out, hidden, states, memories, total } = shape;
  const { dtype } = inputs[0]!;
  const cell = cells[attributes.kind];
  const biases = [at.bIh, at.bHh].map((position) => (position < 0 ? null : inputs[position]!.contiguousData().slice()));
  const fromInput = matrixProduct(inputs[0]!.reshape([steps * batch, width]), inputs[at.wIh]!.transpose(0, 1)).contiguousData().slice();
  plus(fromInput, biases[0]!);
  const recurrent = inputs[at.wHh]!.transpose(0, 1);
  const packed = allocate(dtype, total);
  let state = inputs[1]!;
  let memory: TypedArray | null = at.c0 < 0 ? null : inputs[at.c0]!.contiguousData().slice();
  const passing = attributes.recorded ? null : allocate(dtype, batch * cell.kept * hidden);
  for (let step = 0; step < steps; step++) {
    const time = attributes.reverse ? steps - 1 - step : step;
    const fromState = matrixProduct(state, recurrent).contiguousData().slice();
    plus(fromState, biases[1]!);
    const h = allocate(dtype, batch * hidden);
    const place = attributes.recorded ? time : 0;
    const c = memory === null ? null : packed.subarray(states + place * batch * hidden, states + (place + 1) * batch * hidden);
    const keptAt = states + memories + place * batch * cell.kept * hidden;
    cell.forward({
      batch,
      hidden,
      fromInput: fromInput.subarray(time * batch * rows, (time + 1) * batch * rows),
      fromState,
      before: attributes.projected ? h : state.contiguousData(),
      memory,
      h,
      c,
      kept: passing ?? packed.subarray(keptAt, keptAt + batch * cell.kept * hidden),
    });
    const next = NdArray.from(dtype, [batch, hidden], h);
    state = at.wHr < 0 ? next : matrixProduct(next, inputs[at.wHr]!.transpose(0, 1));
    packed.set(state.contiguousData(), time * batch * out);
    if (c !== null) memory = c;
  }
  return NdArray.from(dtype, [total], packed);
}

function gradient(grad: NdArray, context: GradientContext<RecurrentAttributes>): readonly (NdArray | null)[] {
  const { attributes, shapes, needs } = context;
  const at = positions(attributes);
  const { steps, batch, width, rows, out, hidden, states, memories } = layoutOf(shapes, attributes);
  const { kind, reverse } = attributes;
  const cell = cells[kind];
  const { dtype } = grad;
  const output = context.output().contiguousData().slice();
  const arriving = grad.contiguousData().slice();
  const [wHh, wHr] = [context.input(at.wHh), at.wHr < 0 ? null : context.input(at.wHr)];
  const first = { h: context.input(1).contiguousData().slice(), c: at.c0 < 0 ? null : context.input(at.c0).contiguousData().slice() };
  const before = previousStates(output, first.h, steps, batch * out, reverse);
  const ofInput = allocate(dtype, steps * batch * rows);
  const ofState = allocate(dtype, steps * batch * rows);
  const unprojected = wHr === null ? null : allocate(dtype, steps * batch * hidden);
  const ofOut = wHr === null ? null : allocate(dtype, steps * batch * out);
  let carriedH = allocate(dtype, batch * out);
  const carriedC = allocate(dtype, first.c === null ? 0 : batch * hidden);
  for (let step = steps - 1; step >= 0; step--) {
    const time = reverse ? steps - 1 - step : step;
    const dOut = allocate(dtype, batch * out);
    for (let index = 0; index < dOut.length; index++) dOut[index] = arriving[time * batch * out + index]! + carriedH[index]!;
    ofOut?.set(dOut, time * batch * out);
    const dH = wHr === null ? dOut : matrixProduct(NdArray.from(dtype, [batch, out], dOut), wHr).contiguousData().slice();
    const part = <A extends TypedArray>(array: A, start: number, size: number): A => array.subarray(start + time * size, start + (time + 1) * size) as A;
    const dBefore = allocate(dtype, batch * out);
    const previous = reverse ? time + 1 : time - 1;
    cell.backward({
      batch,
      hidden,
      dH,
      dC: carriedC,
      dMemory: first.c === null ? null : part(arriving, states, batch * hidden),
      dKept: part(arriving, states + memories, batch * cell.kept * hidden),
      kept: part(output, states + memories, batch * cell.kept * hidden),
      h: part(output, 0, batch * out),
      c: first.c === null ? null : part(output, states, batch * hidden),
      beforeC: first.c === null || step === 0 ? first.c : output.subarray(states + previous * batch * hidden, states + (previous + 1) * batch * hidden),
      beforeH: part(before, 0, batch * out),
      ofInput: part(ofInput, 0, batch * rows),
      ofState: part(ofState, 0, batch * rows),
      dBefore,
      unprojected: unprojected === null ? null : part(unprojected, 0, batch * hidden),
    });
    carriedH = matrixProduct(NdArray.from(dtype, [batch, rows], part(ofState, 0, batch * rows).slice()), wHh).contiguousData().slice();
    for (let index = 0; index < carriedH.length; index++) carriedH[index]! += dBefore[index]!;
  }
  const all = (data: TypedArray, columns: number): NdArray => NdArray.from(dtype, [steps * batch, columns], data);
  const [inputSide, stateSide] = [all(ofInput, rows), all(ofState, rows)];
  const sumRows = (side: NdArray): NdArray => sumArray(side, [0], false);
  const gradients: (NdArray | null)[] = shapes.map(() => null);
  if (needs[0]) gradients[0] = matrixProduct(inputSide, context.input(at.wIh)).reshape([steps, batch, width]);
  if (needs[1]) gradients[1] = NdArray.from(dtype, [batch, out], carriedH);
  if (at.c0 >= 0 && needs[at.c0]) gradients[at.c0] = NdArray.from(dtype, [batch, hidden], carriedC);
  if (needs[at.wIh]) gradients[at.wIh] = matrixProduct(inputSide.transpose(0, 1), context.input(0).reshape([steps * batch, width]));
  if (needs[at.wHh]) gradients[at.wHh] = matrixProduct(stateSide.transpose(0, 1), all(before, out));
  if (at.bIh >= 0 && needs[at.bIh]) gradients[at.bIh] = sumRows(inputSide);
  if (at.bHh >= 0 && needs[at.bHh]) gradients[at.bHh] = sumRows(stateSide);
  if (at.wHr >= 0 && needs[at.wHr]) gradients[at.wHr] = matrixProduct(all(ofOut!, out).transpose(0, 1), all(unprojected!, hidden));
  return gradients;
}

/** The h that each time started from. */
function previousStates(output: TypedArray, first: TypedArray, steps: number, size: number, reverse: boolean): TypedArray {
  const before = output.slice(0, steps * size);
  if (steps === 0) return before;
  if (reverse) before.copyWithin(0, size);
  else before.copyWithin(size, 0, (steps - 1) * size);
  before.set(first, reverse ? (steps - 1) * size : 0);
  return before;
}

export interface RecurrentOpAttributes {
  readonly recurrent: RecurrentAttributes;
}

export const recurrentRecords: Records<RecurrentOpAttributes> = {
  recurrent: {
    forward,
    gradient: {
      // Biases need not be kept.
      saves: (needs) => ({ inputs: needs.map((_, index) => index), output: true }),
      of: gradient,
    },
  },
};
