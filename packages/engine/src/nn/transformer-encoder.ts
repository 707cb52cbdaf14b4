/**
 * A stack of encoder layers, each a copy of the one given, and possibly a normalisation at the end.
 *
 * Guarantees (PyTorch 2.13, executed): the copies start with equal weights. With padding at the ends of the sequences, and everything else as the
 * fused path of inference wants it, the layers do without the padding (PyTorch's nested tensors): padded places come out as 0, in training
 * mode and with gradients they do not (B14). A padding mask with a gap, or a mask beside it, takes the ordinary way.
 */
import './copy-methods.ts';
import { where } from '../ops/joining.ts';
import type { Tensor } from '../ops/tensor.ts';
import { AssertionError } from '../tensor/errors.ts';
import { userWarning } from '../tensor/user-warning.ts';
import { additiveMask, isCausalMask } from './attention-masks.ts';
import { getFastpathEnabled, gradientsForbidFastPath } from './attention-fast-path.ts';
import { ModuleList } from './containers.ts';
import { Module } from './module.ts';
import { TransformerEncoderLayer } from './transformer-encoder-layer.ts';

export interface EncoderOptions {
  readonly mask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  /** Null, the default, finds out by looking at the mask. */
  readonly isCausal?: boolean | null;
}

/** Whether every row of the mask is open places first and padding after them. */
function paddedAtTheEnd(padding: Tensor): boolean {
  const [rows, columns] = padding.shape as [number, number];
  const values = padding.array.contiguousData();
  for (let row = 0; row < rows; row++) {
    for (let column = 1; column < columns; column++) if (values[row * columns + column - 1] !== 0 && values[row * columns + column] === 0) return false;
  }
  return true;
}

export class TransformerEncoder extends Module {
  layers: ModuleList<TransformerEncoderLayer>;
  readonly numLayers: number;
  norm: Module | null;
  readonly enableNestedTensor: boolean;
  readonly maskCheck: boolean;

  constructor(encoderLayer: TransformerEncoderLayer, numLayers: number, norm: Module | null = null, settings: { readonly enableNestedTensor?: boolean; readonly maskCheck?: boolean } = {}) {
    super();
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => encoderLayer.deepCopy()));
    this.numLayers = numLayers;
    this.norm = norm;
    this.maskCheck = settings.maskCheck ?? true;
    const wanted = settings.enableNestedTensor ?? true;
    const obstacle = TransformerEncoder.obstacle(encoderLayer);
    if (wanted && obstacle !== '') userWarning(`enable_nested_tensor is True, but self.use_nested_tensor is False because ${obstacle}`);
    this.enableNestedTensor = wanted && obstacle === '';
  }

  private static obstacle(layer: TransformerEncoderLayer): string {
    if (!(layer instanceof TransformerEncoderLayer)) return 'encoder_layer was not TransformerEncoderLayer';
    const { self_attn: attention } = layer;
    if (layer.normFirst) return 'encoder_layer.norm_first was True';
    if (!attention.batchFirst) return 'encoder_layer.self_attn.batch_first was not True(use batch_first for better inference performance)';
    if (attention.in_proj_weight === null) return 'encoder_layer.self_attn._qkv_same_embed_dim was not True';
    if (attention.in_proj_bias === null) return 'encoder_layer.self_attn was passed bias=False';
    if (!layer.activationIsFusable) return 'encoder_layer.activation_relu_or_gelu was not True';
    if (layer.norm1.eps !== layer.norm2.eps) return 'encoder_layer.norm1.eps was not equal to encoder_layer.norm2.eps';
    return attention.numHeads % 2 === 1 ? 'encoder_layer.self_attn.num_heads is odd' : '';
  }

  /** Whether the layers do without the padded places. */
  private skipsPadding(src: Tensor, mask: Tensor | null, padding: Tensor | null): boolean {
    const [first] = this.layers;
    if (!getFastpathEnabled() || !this.enableNestedTensor || first === undefined || first.training || src.dim() !== 3 || padding === null || mask !== null) return false;
    if (this.maskCheck && !paddedAtTheEnd(padding)) return false;
    return gradientsForbidFastPath([src, ...first.parameters()]) === '';
  }

  override forward(src: Tensor, options: EncoderOptions = {}): Tensor {
    const padding = additiveMask(options.srcKeyPaddingMask ?? null, 'src_key_padding_mask', src.dtype, { mask: options.mask ?? null, name: 'mask' });
    const mask = additiveMask(options.mask ?? null, 'mask', src.dtype);
    const skips = this.skipsPadding(src, mask, padding);
    const batchFirst = this.layers.length > 0 && this.layers.at(0).self_attn.batchFirst;
    const isCausal = isCausalMask(mask, options.isCausal ?? null, src.size(src.dim() === 3 && batchFirst ? 1 : 0));
    let output = src;
    for (const layer of this.layers) {
      if (skips && layer.self_attn.training && layer.training) {
        throw new AssertionError('MultiheadAttention does not support NestedTensor outside of its fast path. The fast path was not hit because training is enabled');
      }
      output = layer.call(output, { srcMask: mask, isCausal, srcKeyPaddingMask: padding });
    }
    if (skips) output = where(padding!.ne(0).unsqueeze(2), 0, output);
    return this.norm === null ? output : (this.norm.call(output) as Tensor);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
