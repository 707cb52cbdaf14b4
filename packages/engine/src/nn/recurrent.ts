/**
 * What `RNN`, `LSTM` and `GRU` share: parameters, checks of shapes, and the run over layers and directions.
 *
 * Guarantees (PyTorch 2.13, executed): parameters `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then for a projection
 * `weight_hr_l0`, then those of the other direction with `_reverse`, then the next layer; all drawn uniform in ±1/sqrt(hiddenSize) in that
 * order, so that a seeded layer equals PyTorch's. Input [T, B, I], with `batchFirst` [B, T, I], or [T, I] without a batch. Dropout falls on the
 * output of every layer but the last, in training mode only; with one layer it does nothing and is warned about (B08).
 * Refuses sizes that do not fit, with PyTorch's messages. Packed sequences are not offered.
 */
import { isRecording } from '../autograd/grad-mode.ts';
import { uniform, zeros } from '../ops/creation.ts';
import { applyNamed } from '../ops/apply-named.ts';
import { recurrentOps } from '../ops/compiled-recurrent.ts';
import { cat, stack } from '../ops/joining.ts';
import type { CellKind } from '../ops/recurrent-cells.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { sameShape, type Shape } from '../tensor/shape.ts';
import { userWarning } from '../tensor/user-warning.ts';
import { dropout } from './functional.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface RecurrentSettings {
  readonly numLayers?: number;
  readonly bias?: boolean;
  /** [B, T, I] instead of [T, B, I], for input and output; the states keep their order. */
  readonly batchFirst?: boolean;
  /** Probability of dropout between layers. */
  readonly dropout?: number;
  readonly bidirectional?: boolean;
}

const gateCounts: Readonly<Record<CellKind, number>> = { LSTM: 4, GRU: 3, RNN_TANH: 1, RNN_RELU: 1 };

/** One direction of one layer over x [T, B, I]: h of every time [T, B, P], and the last h and c. */
export function recurrentLayer(kind: CellKind, reverse: boolean, x: Tensor, states: readonly Tensor[], weights: { readonly bias: boolean; readonly projected: boolean; readonly list: readonly Tensor[] }): { readonly output: Tensor; readonly last: readonly Tensor[] } {
  const inputs = [x, ...states, ...weights.list];
  const recorded = isRecording() && inputs.some((input) => input.requiresGrad);
  const packed = applyNamed(recurrentOps, 'recurrent', inputs, { kind, reverse, bias: weights.bias, projected: weights.projected, recorded });
  const [steps, batch] = [x.size(0), x.size(1)];
  const [out, hidden] = [states[0]!.size(1), weights.list[1]!.size(0) / gateCounts[kind]];
  const output = packed.narrow(0, 0, steps * batch * out).reshape(steps, batch, out);
  const time = reverse ? 0 : steps - 1;
  const h = output.select(0, time);
  if (kind !== 'LSTM') return { output, last: [h] };
  const c = packed.narrow(0, steps * batch * out + (recorded ? time : 0) * batch * hidden, batch * hidden).reshape(batch, hidden);
  return { output, last: [h, c] };
}

export abstract class RecurrentBase extends Module {
  readonly kind: CellKind;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(kind: CellKind, inputSize: number, hiddenSize: number, settings: RecurrentSettings & { readonly projSize?: number }) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout: rate = 0, bidirectional = false, projSize = 0 } = settings;
    if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1)) throw new ValueError('dropout should be a number in range [0, 1] representing the probability of an element being zeroed');
    if (rate > 0 && numLayers === 1) {
      userWarning(`dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout=${rate} and num_layers=1`);
    }
    if (!(inputSize > 0)) throw new ValueError('input_size must be greater than zero');
    if (!(hiddenSize > 0)) throw new ValueError('hidden_size must be greater than zero');
    if (!(numLayers > 0)) throw new ValueError('num_layers must be greater than zero');
    if (projSize < 0) throw new ValueError('proj_size should be a positive integer or zero to disable projections');
    if (projSize >= hiddenSize) throw new ValueError('proj_size has to be smaller than hidden_size');
    this.kind = kind;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = rate;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    const rows = gateCounts[kind] * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    for (let layer = 0; layer < numLayers; layer++) {
      for (const suffix of this.suffixes(layer)) {
        const width = layer === 0 ? inputSize : this.outSize * (bidirectional ? 2 : 1);
        const shapes: [string, Shape][] = [['weight_ih', [rows, width]], ['weight_hh', [rows, this.outSize]]];
        if (bias) shapes.push(['bias_ih', [rows]], ['bias_hh', [rows]]);
        if (projSize > 0) shapes.push(['weight_hr', [projSize, hiddenSize]]);
        for (const [name, shape] of shapes) this.registerParameter(`${name}_${suffix}`, new Parameter(uniform(shape, -bound, bound)));
      }
    }
  }

  /** Width of the output of one direction. */
  protected get outSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize;
  }

  private suffixes(layer: number): readonly string[] {
    return this.bidirectional ? [`l${layer}`, `l${layer}_reverse`] : [`l${layer}`];
  }

  private weights(suffix: string): readonly Tensor[] {
    const names = ['weight_ih', 'weight_hh', ...(this.bias ? ['bias_ih', 'bias_hh'] : []), ...(this.projSize > 0 ? ['weight_hr'] : [])];
    return names.map((name) => (this as unknown as Record<string, Tensor>)[`${name}_${suffix}`]!);
  }

  /** There for programs that call it: parameters need not be gathered here. */
  flattenParameters(): void {}

  /** Runs all layers. `given` are the first states, each [layers * directions, B, size], without the B if the input has none. */
  protected run(input: Tensor, given: readonly Tensor[] | null): { readonly output: Tensor; readonly states: readonly Tensor[] } {
    const name = this.kind.startsWith('RNN') ? 'RNN' : this.kind;
    if (input.dim() !== 2 && input.dim() !== 3) throw new ValueError(`${name}: Expected input to be 2D or 3D, got ${input.dim()}D ${name === 'RNN' ? 'tensor ' : ''}instead`);
    const batched = input.dim() === 3;
    this.checkStateRanks(batched, given);
    const batchDim = this.batchFirst ? 0 : 1;
    const sequence = batched ? input : input.unsqueeze(batchDim);
    const expected = (this as unknown as Record<string, Tensor>)['weight_ih_l0']!;
    if (input.dtype !== expected.dtype) throw new ValueError(`RNN input dtype (torch.${input.dtype}) does not match weight dtype (torch.${expected.dtype}). Convert input: input.to('${expected.dtype}'), or convert model: model.to('${input.dtype}')`);
    if (sequence.size(-1) !== this.inputSize) throw new RuntimeError(`input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${sequence.size(-1)}`);
    const sizes = this.kind === 'LSTM' ? [this.outSize, this.hiddenSize] : [this.outSize];
    const rows = this.numLayers * (this.bidirectional ? 2 : 1);
    const batch = sequence.size(batchDim);
    const states = sizes.map((size, index) => this.firstState(given === null ? null : batched ? given[index]! : given[index]!.unsqueeze(1), [rows, batch, size], index, input));
    const { output, last } = this.layers(this.batchFirst ? sequence.transpose(0, 1) : sequence, states);
    const ordered = this.batchFirst ? output.transpose(0, 1) : output;
    return batched ? { output: ordered, states: last } : { output: ordered.squeeze(batchDim), states: last.map((state) => state.squeeze(1)) };
  }

  private checkStateRanks(batched: boolean, given: readonly Tensor[] | null): void {
    const rank = batched ? 3 : 2;
    if (given === null || given.every((state) => state.dim() === rank)) return;
    const [one, which] = this.kind === 'LSTM' ? ['hx and cx should', `(${given.map((state) => `${state.dim()}-D`).join(', ')}) tensors`] : ['hx should', `${given[0]!.dim()}-D tensor`];
    throw new RuntimeError(`For ${batched ? 'batched 3-D' : 'unbatched 2-D'} input, ${one} also be ${rank}-D but got ${which}`);
  }

  private firstState(given: Tensor | null, shape: Shape, index: number, input: Tensor): Tensor {
    if (given === null) return zeros([...shape], { dtype: input.dtype });
    if (sameShape(given.shape, shape)) return given;
    const what = this.kind === 'LSTM' ? `hidden[${index}] size` : 'hidden size';
    throw new RuntimeError(`Expected ${what} (${shape.join(', ')}), got [${given.shape.join(', ')}]`);
  }

  private layers(sequence: Tensor, states: readonly Tensor[]): { readonly output: Tensor; readonly last: readonly Tensor[] } {
    if (sequence.size(0) === 0) throw new RuntimeError('Expected sequence length to be larger than 0 in RNN');
    const last: Tensor[][] = states.map(() => []);
    let x = sequence;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs = this.suffixes(layer).map((suffix, direction, { length }) => {
        const row = layer * length + direction;
        const result = recurrentLayer(this.kind, direction === 1, x, states.map((state) => state.select(0, row)), { bias: this.bias, projected: this.projSize > 0, list: this.weights(suffix) });
        for (const [index, state] of result.last.entries()) last[index]!.push(state);
        return result.output;
      });
      x = outputs.length === 1 ? outputs[0]! : cat(outputs, 2);
      if (layer < this.numLayers - 1) x = dropout(x, this.dropout, this.training);
    }
    return { output: x, last: last.map((parts) => stack(parts)) };
  }

  override isModeSensitive(): boolean {
    return this.dropout > 0 && this.numLayers > 1;
  }

  protected override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push('bias=False');
    if (this.batchFirst) parts.push('batch_first=True');
    if (this.dropout !== 0) parts.push(`dropout=${Number.isInteger(this.dropout) ? this.dropout.toFixed(1) : this.dropout}`);
    if (this.bidirectional) parts.push('bidirectional=True');
    return parts.join(', ');
  }
}
