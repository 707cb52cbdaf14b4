/**
 * A gated recurrent unit, in several layers and both directions.
 *
 * Guarantees and refuses what `recurrent.ts` says; the gates are in PyTorch's order (reset, update, new), and the reset gate falls on the product
 * of the hidden state with its bias. `call(x, h0)` gives [output, hN]: output [T, B, directions * H], hN [layers * directions, B, H].
 */
import type { Tensor } from '../ops/tensor.ts';
import { RecurrentBase, type RecurrentSettings } from './recurrent.ts';

export class GRU extends RecurrentBase {
  constructor(inputSize: number, hiddenSize: number, settings: RecurrentSettings = {}) {
    super('GRU', inputSize, hiddenSize, settings);
  }

  override forward(input: Tensor, hx: Tensor | null = null): [Tensor, Tensor] {
    const { output, states } = this.run(input, hx === null ? null : [hx]);
    return [output, states[0]!];
  }
}
