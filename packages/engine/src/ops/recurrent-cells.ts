/**
 * One step of each kind of recurrent cell, forward and backward, on rows of plain numbers.
 *
 * Guarantees: PyTorch's equations. With i, f, g, o / r, z, n the gates: LSTM c' = f*c + i*g, h' = o*tanh(c'); GRU n = tanh(a + r*q),
 * h' = (1-z)*n + z*h, where q is the hidden part of the new gate; tanh and relu h' = fn(a). Every array is [batch, ...] in row-major order.
 * The pre-activations come in two parts, from the input and from the state, each with its bias.
 */
import type { TypedArray } from '../tensor/dtype.ts';

export type CellKind = 'LSTM' | 'GRU' | 'RNN_TANH' | 'RNN_RELU';

export interface ForwardStep {
  readonly batch: number;
  readonly hidden: number;
  readonly fromInput: TypedArray;
  readonly fromState: TypedArray;
  /** h before this step (a GRU needs it). */
  readonly before: TypedArray;
  /** c before this step. */
  readonly memory: TypedArray | null;
  // written:
  readonly h: TypedArray;
  readonly c: TypedArray | null;
  readonly kept: TypedArray;
}

export interface BackwardStep {
  readonly batch: number;
  readonly hidden: number;
  /** Gradient of h, with what later steps sent. */
  readonly dH: TypedArray;
  /** Gradient of c from later steps; overwritten with that of the c before. */
  readonly dC: TypedArray;
  /** Gradients that arrive at c and at the kept gates themselves. */
  readonly dMemory: TypedArray | null;
  readonly dKept: TypedArray;
  readonly kept: TypedArray;
  readonly h: TypedArray;
  readonly c: TypedArray | null;
  readonly beforeC: TypedArray | null;
  readonly beforeH: TypedArray;
  // written: gradients of the two parts of the pre-activations, of the h before other than through its product, and h before a projection
  readonly ofInput: TypedArray;
  readonly ofState: TypedArray;
  readonly dBefore: TypedArray;
  readonly unprojected: TypedArray | null;
}

interface Cell {
  readonly gates: number;
  /** Numbers kept per hidden unit for the gradient. */
  readonly kept: number;
  forward(step: ForwardStep): void;
  backward(step: BackwardStep): void;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const lstm: Cell = {
  gates: 4,
  kept: 4,
  forward({ batch, hidden, fromInput, fromState, memory, h, c, kept }) {
    for (let row = 0; row < batch; row++) {
      const start = row * 4 * hidden;
      for (let unit = 0; unit < hidden; unit++) {
        const at = start + unit;
        const input = logistic(fromInput[at]! + fromState[at]!);
        const forget = logistic(fromInput[at + hidden]! + fromState[at + hidden]!);
        const cell = Math.tanh(fromInput[at + 2 * hidden]! + fromState[at + 2 * hidden]!);
        const output = logistic(fromInput[at + 3 * hidden]! + fromState[at + 3 * hidden]!);
        const now = forget * memory![row * hidden + unit]! + input * cell;
        kept[at] = input;
        kept[at + hidden] = forget;
        kept[at + 2 * hidden] = cell;
        kept[at + 3 * hidden] = output;
        c![row * hidden + unit] = now;
        h[row * hidden + unit] = output * Math.tanh(now);
      }
    }
  },
  backward({ batch, hidden, dH, dC, dMemory, dKept, kept, c, beforeC, ofInput, ofState, unprojected }) {
    for (let row = 0; row < batch; row++) {
      for (let unit = 0; unit < hidden; unit++) {
        const at = row * 4 * hidden + unit;
        const place = row * hidden + unit;
        const [input, forget, cell, output] = [kept[at]!, kept[at + hidden]!, kept[at + 2 * hidden]!, kept[at + 3 * hidden]!];
        const bounded = Math.tanh(c![place]!);
        if (unprojected !== null) unprojected[place] = output * bounded;
        const dNow = dC[place]! + dMemory![place]! + dH[place]! * output * (1 - bounded * bounded);
        ofInput[at] = (dNow * cell + dKept[at]!) * input * (1 - input);
        ofInput[at + hidden] = (dNow * beforeC![place]! + dKept[at + hidden]!) * forget * (1 - forget);
        ofInput[at + 2 * hidden] = (dNow * input + dKept[at + 2 * hidden]!) * (1 - cell * cell);
        ofInput[at + 3 * hidden] = (dH[place]! * bounded + dKept[at + 3 * hidden]!) * output * (1 - output);
        dC[place] = dNow * forget;
      }
    }
    ofState.set(ofInput);
  },
};

const gru: Cell = {
  gates: 3,
  kept: 4,
  forward({ batch, hidden, fromInput, fromState, before, h, kept }) {
    for (let row = 0; row < batch; row++) {
      const start = row * 3 * hidden;
      for (let unit = 0; unit < hidden; unit++) {
        const at = start + unit;
        const to = row * 4 * hidden + unit;
        const reset = logistic(fromInput[at]! + fromState[at]!);
        const update = logistic(fromInput[at + hidden]! + fromState[at + hidden]!);
        const part = fromState[at + 2 * hidden]!;
        const fresh = Math.tanh(fromInput[at + 2 * hidden]! + reset * part);
        kept[to] = reset;
        kept[to + hidden] = update;
        kept[to + 2 * hidden] = fresh;
        kept[to + 3 * hidden] = part;
        h[row * hidden + unit] = (1 - update) * fresh + update * before[row * hidden + unit]!;
      }
    }
  },
  backward({ batch, hidden, dH, dKept, kept, beforeH, ofInput, ofState, dBefore }) {
    for (let row = 0; row < batch; row++) {
      for (let unit = 0; unit < hidden; unit++) {
        const from = row * 4 * hidden + unit;
        const at = row * 3 * hidden + unit;
        const place = row * hidden + unit;
        const [reset, update, fresh, part] = [kept[from]!, kept[from + hidden]!, kept[from + 2 * hidden]!, kept[from + 3 * hidden]!];
        const dFresh = (dH[place]! * (1 - update) + dKept[from + 2 * hidden]!) * (1 - fresh * fresh);
        const dReset = (dFresh * part + dKept[from]!) * reset * (1 - reset);
        const dUpdate = (dH[place]! * (beforeH[place]! - fresh) + dKept[from + hidden]!) * update * (1 - update);
        ofInput[at] = ofState[at] = dReset;
        ofInput[at + hidden] = ofState[at + hidden] = dUpdate;
        ofInput[at + 2 * hidden] = dFresh;
        ofState[at + 2 * hidden] = dFresh * reset + dKept[from + 3 * hidden]!;
        dBefore[place] = dH[place]! * update;
      }
    }
  },
};

function elman(fn: (x: number) => number, slope: (h: number) => number): Cell {
  return {
    gates: 1,
    kept: 0,
    forward({ fromInput, fromState, h }) {
      for (let at = 0; at < h.length; at++) h[at] = fn(fromInput[at]! + fromState[at]!);
    },
    backward({ dH, h, ofInput, ofState }) {
      for (let at = 0; at < dH.length; at++) ofInput[at] = ofState[at] = dH[at]! * slope(h[at]!);
    },
  };
}

export const cells: Readonly<Record<CellKind, Cell>> = {
  LSTM: lstm,
  GRU: gru,
  RNN_TANH: elman(Math.tanh, (h) => 1 - h * h),
  // Not Math.max: a NaN must stay NaN.
  RNN_RELU: elman((x) => (x < 0 ? 0 : x), (h) => (h > 0 ? 1 : 0)),
};
