/**
 * A stack of decoder layers, each a copy of the one given, and possibly a normalisation at the end.
 *
 * Guarantees: as PyTorch's, the copies start with equal weights; whether the target's mask is causal is found out by looking at it unless it is told.
 */
import './copy-methods.ts';
import type { Tensor } from '../ops/tensor.ts';
import { isCausalMask } from './attention-masks.ts';
import { ModuleList } from './containers.ts';
import { Module } from './module.ts';
import type { DecoderOptions, TransformerDecoderLayer } from './transformer-decoder-layer.ts';

export interface DecoderStackOptions extends Omit<DecoderOptions, 'tgtIsCausal'> {
  readonly tgtIsCausal?: boolean | null;
}

export class TransformerDecoder extends Module {
  layers: ModuleList<TransformerDecoderLayer>;
  readonly numLayers: number;
  norm: Module | null;

  constructor(decoderLayer: TransformerDecoderLayer, numLayers: number, norm: Module | null = null) {
    super();
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => decoderLayer.deepCopy()));
    this.numLayers = numLayers;
    this.norm = norm;
  }

  override forward(tgt: Tensor, memory: Tensor, options: DecoderStackOptions = {}): Tensor {
    const batchFirst = this.layers.length > 0 && this.layers.at(0).self_attn.batchFirst;
    const tgtIsCausal = isCausalMask(options.tgtMask ?? null, options.tgtIsCausal ?? null, tgt.size(tgt.dim() === 3 && batchFirst ? 1 : 0));
    let output = tgt;
    for (const layer of this.layers) output = layer.call(output, memory, { ...options, tgtIsCausal });
    return this.norm === null ? output : (this.norm.call(output) as Tensor);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
