/**
 * A long short-term memory, in several layers and both directions, with or without a projection of h.
 *
 * Guarantees and refuses what `recurrent.ts` says; the gates are in PyTorch's order (input, forget, cell, output). `call(x, [h0, c0])` gives
 * [output, [hN, cN]]: output [T, B, directions * P], hN [layers * directions, B, P], cN [layers * directions, B, H], P = projSize or H.
 */
import type { Tensor } from '../ops/tensor.ts';
import { RecurrentBase, type RecurrentSettings } from './recurrent.ts';

export class LSTM extends RecurrentBase {
  constructor(inputSize: number, hiddenSize: number, settings: RecurrentSettings & { readonly projSize?: number } = {}) {
    super('LSTM', inputSize, hiddenSize, settings);
  }

  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, [Tensor, Tensor]] {
    const { output, states } = this.run(input, hx);
    return [output, [states[0]!, states[1]!]];
  }
}
