/**
 * One layer of a transformer's decoder: self-attention, attention to the memory, and a feed-forward network.
 *
 * Guarantees (Vaswani et al. 2017; PyTorch 2.13, executed): parts and state keys of `torch.nn.TransformerDecoderLayer`, dropout 0.1 by default.
 * There is no fused path for the layer; its attentions may take theirs. `call(tgt, memory, options)`, shapes as of the encoder's layer.
 */
import type { Tensor } from '../ops/tensor.ts';
import { Dropout } from './dropout.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import { activate, activationFrom, type TransformerLayerSettings } from './transformer-encoder-layer.ts';

export interface DecoderOptions {
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}

export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: ((x: Tensor) => Tensor) | Module;

  constructor(dModel: number, nhead: number, settings: TransformerLayerSettings = {}) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps: eps = 1e-5, batchFirst = false, normFirst = false, bias = true } = settings;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.normFirst = normFirst;
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.norm3 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = activationFrom(activation);
  }

  override forward(tgt: Tensor, memory: Tensor, options: DecoderOptions = {}): Tensor {
    const { tgtMask = null, memoryMask = null, tgtKeyPaddingMask = null, memoryKeyPaddingMask = null, tgtIsCausal = false, memoryIsCausal = false } = options;
    const toItself = (x: Tensor): Tensor =>
      this.dropout1.call(this.self_attn.call(x, x, x, { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal, needWeights: false })[0]);
    const toMemory = (x: Tensor): Tensor =>
      this.dropout2.call(this.multihead_attn.call(x, memory, memory, { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal, needWeights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout3.call(this.linear2.call(this.dropout.call(activate(this.activation, this.linear1.call(x)))));
    if (this.normFirst) {
      const first = tgt.add(toItself(this.norm1.call(tgt)));
      const second = first.add(toMemory(this.norm2.call(first)));
      return second.add(feed(this.norm3.call(second)));
    }
    const first = this.norm1.call(tgt.add(toItself(tgt)));
    const second = this.norm2.call(first.add(toMemory(first)));
    return this.norm3.call(second.add(feed(second)));
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
