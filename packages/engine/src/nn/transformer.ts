/**
 * Encoder and decoder together (Vaswani et al. 2017).
 *
 * Guarantees: parts, state keys and initial values of `torch.nn.Transformer`: every parameter of more than one dimension is drawn anew by Glorot's
 * uniform rule after the construction of the parts. `call(src, tgt, options)`, [L, B, E], with `batchFirst` [B, L, E], or [L, E].
 * Refuses batches and features that do not fit, in PyTorch's words.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { squareSubsequentMask } from './attention-masks.ts';
import { LayerNorm } from './layer-norm.ts';
import { Module } from './module.ts';
import { xavierUniform_ } from './init.ts';
import { TransformerDecoder } from './transformer-decoder.ts';
import { TransformerDecoderLayer } from './transformer-decoder-layer.ts';
import { TransformerEncoder } from './transformer-encoder.ts';
import { TransformerEncoderLayer, type TransformerLayerSettings } from './transformer-encoder-layer.ts';

export interface TransformerSettings extends TransformerLayerSettings {
  readonly numEncoderLayers?: number;
  readonly numDecoderLayers?: number;
}

export interface TransformerOptions {
  readonly srcMask?: Tensor | null;
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly srcIsCausal?: boolean | null;
  readonly tgtIsCausal?: boolean | null;
  readonly memoryIsCausal?: boolean;
}

export class Transformer extends Module {
  encoder: TransformerEncoder;
  decoder: TransformerDecoder;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(dModel = 512, nhead = 8, settings: TransformerSettings = {}) {
    super();
    const { numEncoderLayers = 6, numDecoderLayers = 6, layerNormEps: eps = 1e-5, bias = true, batchFirst = false } = settings;
    this.encoder = new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, settings), numEncoderLayers, new LayerNorm(dModel, { eps, bias }));
    this.decoder = new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, settings), numDecoderLayers, new LayerNorm(dModel, { eps, bias }));
    withoutRecording(() => {
      for (const parameter of this.parameters()) if (parameter.dim() > 1) xavierUniform_(parameter);
    });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
  }

  override forward(src: Tensor, tgt: Tensor, options: TransformerOptions = {}): Tensor {
    const batchDim = this.batchFirst ? 0 : 1;
    if (src.dim() === 3 && src.size(batchDim) !== tgt.size(batchDim)) throw new RuntimeError('the batch number of src and tgt must be equal');
    if (src.size(-1) !== this.dModel || tgt.size(-1) !== this.dModel) throw new RuntimeError('the feature number of src and tgt must be equal to d_model');
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = null, ...rest } = options;
    const memory = this.encoder.call(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder.call(tgt, memory, rest);
  }

  /** [size, size] with -Infinity above the diagonal: a mask under which each place sees what is before it. */
  static generateSquareSubsequentMask(size: number, dtype: DType = 'float32'): Tensor {
    return squareSubsequentMask(size, dtype);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
