/**
 * Single steps of recurrent networks: `RNNCell`, `LSTMCell`, `GRUCell`.
 *
 * Guarantees: parameters `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`, drawn uniform in ±1/sqrt(hiddenSize) in that order. Input [B, I] or [I], states of
 * the same rank, zeros if none are given. The same in both modes. Refuses other ranks and sizes with PyTorch's messages.
 */
import { uniform, zeros } from '../ops/creation.ts';
import type { CellKind } from '../ops/recurrent-cells.ts';
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';
import { recurrentLayer } from './recurrent.ts';

abstract class Cell extends Module {
  readonly kind: CellKind;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null;
  bias_hh: Parameter | null;

  constructor(kind: CellKind, gates: number, inputSize: number, hiddenSize: number, settings: { readonly bias?: boolean }) {
    super();
    this.kind = kind;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.bias = settings.bias ?? true;
    const bound = hiddenSize > 0 ? 1 / Math.sqrt(hiddenSize) : 0;
    const draw = (...shape: number[]): Parameter => new Parameter(uniform(shape, -bound, bound));
    this.weight_ih = draw(gates * hiddenSize, inputSize);
    this.weight_hh = draw(gates * hiddenSize, hiddenSize);
    this.bias_ih = this.bias ? draw(gates * hiddenSize) : null;
    this.bias_hh = this.bias ? draw(gates * hiddenSize) : null;
  }

  /** The states after one step, each of the rank of the input. */
  protected step(input: Tensor, given: readonly Tensor[] | null): readonly Tensor[] {
    const name = this.constructor.name;
    const fits = (rank: number): boolean => rank === 1 || rank === 2;
    if (!fits(input.dim())) throw new ValueError(`${name}: Expected input to be 1D or 2D, got ${input.dim()}D instead`);
    for (const [index, state] of (given ?? []).entries()) {
      if (!fits(state.dim())) throw new ValueError(`${name}: Expected ${this.kind === 'LSTM' ? `hx[${index}]` : 'hidden'} to be 1D or 2D, got ${state.dim()}D instead`);
    }
    const batched = input.dim() === 2;
    const x = batched ? input : input.unsqueeze(0);
    if (x.size(1) !== this.inputSize) throw new RuntimeError(`input has inconsistent input_size: got ${x.size(1)} expected ${this.inputSize}`);
    const states = (given ?? new Array<null>(this.kind === 'LSTM' ? 2 : 1).fill(null)).map((state, index) => {
      const h = state === null ? zeros(x.size(0), this.hiddenSize, { dtype: input.dtype }) : batched ? state : state.unsqueeze(0);
      if (h.size(0) !== x.size(0)) throw new RuntimeError(`Input batch size ${x.size(0)} doesn't match hidden${index} batch size ${h.size(0)}`);
      if (h.size(1) !== this.hiddenSize) throw new RuntimeError(`hidden${index} has inconsistent hidden_size: got ${h.size(1)}, expected ${this.hiddenSize}`);
      return h;
    });
    const list = [this.weight_ih, this.weight_hh, ...(this.bias_ih === null || this.bias_hh === null ? [] : [this.bias_ih, this.bias_hh])];
    const { last } = recurrentLayer(this.kind, false, x.unsqueeze(0), states, { bias: this.bias_ih !== null && this.bias_hh !== null, projected: false, list });
    return batched ? last : last.map((state) => state.squeeze(0));
  }

  override isModeSensitive(): boolean {
    return false;
  }

  protected override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`;
  }
}

/** h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu. */
export class RNNCell extends Cell {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, settings: { readonly bias?: boolean; readonly nonlinearity?: 'tanh' | 'relu' } = {}) {
    const { nonlinearity = 'tanh' } = settings;
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') throw new RuntimeError(`Unknown nonlinearity: ${String(nonlinearity)}`);
    super(nonlinearity === 'tanh' ? 'RNN_TANH' : 'RNN_RELU', 1, inputSize, hiddenSize, settings);
    this.nonlinearity = nonlinearity;
  }

  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx === null ? null : [hx])[0]!;
  }

  protected override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`;
  }
}

/** `call(x, [h, c])` gives [h', c']. */
export class LSTMCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, settings: { readonly bias?: boolean } = {}) {
    super('LSTM', 4, inputSize, hiddenSize, settings);
  }

  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, Tensor] {
    const [h, c] = this.step(input, hx);
    return [h!, c!];
  }
}

export class GRUCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, settings: { readonly bias?: boolean } = {}) {
    super('GRU', 3, inputSize, hiddenSize, settings);
  }

  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx === null ? null : [hx])[0]!;
  }
}
