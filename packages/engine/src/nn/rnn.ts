/**
 * An Elman network: h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu instead of tanh, in several layers and both directions.
 *
 * Guarantees and refuses what `recurrent.ts` says. `call(x, h0)` gives [output, hN]: output [T, B, directions * H], hN [layers * directions, B, H].
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { RecurrentBase, type RecurrentSettings } from './recurrent.ts';

export class RNN extends RecurrentBase {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, settings: RecurrentSettings & { readonly nonlinearity?: 'tanh' | 'relu' } = {}) {
    const { nonlinearity = 'tanh' } = settings;
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') throw new ValueError(`Unknown nonlinearity '${String(nonlinearity)}'. Select from 'tanh' or 'relu'.`);
    super(nonlinearity === 'tanh' ? 'RNN_TANH' : 'RNN_RELU', inputSize, hiddenSize, settings);
    this.nonlinearity = nonlinearity;
  }

  override forward(input: Tensor, hx: Tensor | null = null): [Tensor, Tensor] {
    const { output, states } = this.run(input, hx === null ? null : [hx]);
    return [output, states[0]!];
  }
}
