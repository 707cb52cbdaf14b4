/**
 * One layer of a transformer's encoder: self-attention and a feed-forward network, each with dropout, a residual and a normalisation.
 *
 * Guarantees (Vaswani et al. 2017; PyTorch 2.13, executed): parts and state keys of `torch.nn.TransformerEncoderLayer`, dropout 0.1 by default.
 * On the fused path of inference (in evaluation mode, batch first, nothing to differentiate; see `attention-fast-path.ts`) the values are the same, but no
 * part is called: an inner dropout that was left in training mode does not drop there (B13), and does where gradients are on.
 * Input [L, B, E], with `batchFirst` [B, L, E], or [L, E].
 */
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { activeTrace } from '../trace/trace.ts';
import { additiveMask } from './attention-masks.ts';
import { getFastpathEnabled, gradientsForbidFastPath } from './attention-fast-path.ts';
import { ReLU } from './activations.ts';
import { Dropout } from './dropout.ts';
import { gelu, layerNorm, linear, relu } from './functional.ts';
import { LayerNorm } from './layer-norm.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { moduleState } from './module-state.ts';
import { MultiheadAttention } from './multihead-attention.ts';

export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor) | Module;

export interface TransformerLayerSettings {
  readonly dimFeedforward?: number;
  readonly dropout?: number;
  readonly activation?: Activation;
  readonly layerNormEps?: number;
  readonly batchFirst?: boolean;
  /** Normalises before each block instead of after its residual. */
  readonly normFirst?: boolean;
  readonly bias?: boolean;
}

export interface EncoderLayerOptions {
  readonly srcMask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  readonly isCausal?: boolean;
}

/** F.gelu without its options. */
const exactGelu = (x: Tensor): Tensor => gelu(x);

export function activationFrom(activation: Activation): ((x: Tensor) => Tensor) | Module {
  if (activation === 'relu') return relu;
  if (activation === 'gelu') return exactGelu;
  if (typeof activation === 'string') throw new RuntimeError(`activation should be relu/gelu, not ${String(activation)}`);
  return activation;
}

export const activate = (activation: ((x: Tensor) => Tensor) | Module, x: Tensor): Tensor => (activation instanceof Module ? (activation.call(x) as Tensor) : activation(x));

export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: ((x: Tensor) => Tensor) | Module;

  constructor(dModel: number, nhead: number, settings: TransformerLayerSettings = {}) {
    super();
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps: eps = 1e-5, batchFirst = false, normFirst = false, bias = true } = settings;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias });
    this.normFirst = normFirst;
    this.norm1 = new LayerNorm(dModel, { eps, bias });
    this.norm2 = new LayerNorm(dModel, { eps, bias });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = activationFrom(activation);
  }

  /** Whether the activation is one of those that the fused path knows. */
  get activationIsFusable(): boolean {
    return this.activation === relu || this.activation === gelu || this.activation === exactGelu || this.activation instanceof ReLU;
  }

  private get tensorsOfCall(): readonly (Tensor | null)[] {
    const { self_attn: attention, norm1, norm2, linear1, linear2 } = this;
    return [attention.in_proj_weight, attention.in_proj_bias, attention.out_proj.weight, attention.out_proj.bias, ...[norm1, norm2, linear1, linear2].flatMap(({ weight, bias }) => [weight, bias])];
  }

  /** Why this call would not take the fused path of inference, in PyTorch's words; '' if it would. */
  whyNotFastPath(src: Tensor): string {
    const { self_attn: attention } = this;
    const reasons: readonly (readonly [boolean, string])[] = [
      [!getFastpathEnabled(), 'torch.backends.mha.get_fastpath_enabled() was not True'],
      [src.dim() !== 3, `input not batched; expected src.dim() of 3 but got ${src.dim()}`],
      [this.training, 'training is enabled'],
      [!attention.batchFirst, 'self_attn.batch_first was not True'],
      [attention.in_proj_bias === null, 'self_attn was passed bias=False'],
      [attention.in_proj_weight === null, 'self_attn._qkv_same_embed_dim was not True'],
      [!this.activationIsFusable, 'activation_relu_or_gelu was not True'],
      [this.norm1.eps !== this.norm2.eps, 'norm1.eps is not equal to norm2.eps'],
      [attention.numHeads % 2 === 1, 'num_head is odd'],
      [activeTrace !== null || [...this.modules()].some((part) => (part[moduleState].hooks?.forwardPre.length ?? 0) + (part[moduleState].hooks?.forward.length ?? 0) > 0), 'forward pre-/hooks are attached to the module'],
    ];
    const found = reasons.find(([holds]) => holds)?.[1];
    return found ?? gradientsForbidFastPath([src, ...this.tensorsOfCall]);
  }

  override forward(src: Tensor, options: EncoderLayerOptions = {}): Tensor {
    const { srcMask = null, srcKeyPaddingMask = null, isCausal = false } = options;
    const padding = additiveMask(srcKeyPaddingMask, 'src_key_padding_mask', src.dtype, { mask: srcMask, name: 'src_mask' });
    const mask = additiveMask(srcMask, 'src_mask', src.dtype);
    const blocks = this.whyNotFastPath(src) === '' ? this.fused(mask, padding) : this.parts(mask, padding, isCausal);
    if (this.normFirst) {
      const attended = src.add(blocks.attend(blocks.norm(this.norm1, src)));
      return attended.add(blocks.feed(blocks.norm(this.norm2, attended)));
    }
    const attended = blocks.norm(this.norm1, src.add(blocks.attend(src)));
    return blocks.norm(this.norm2, attended.add(blocks.feed(attended)));
  }

  private parts(attnMask: Tensor | null, keyPaddingMask: Tensor | null, isCausal: boolean): Blocks {
    return {
      norm: (norm, x) => norm.call(x),
      attend: (x) => this.dropout1.call(this.self_attn.call(x, x, x, { attnMask, keyPaddingMask, needWeights: false, isCausal })[0]),
      feed: (x) => this.dropout2.call(this.linear2.call(this.dropout.call(activate(this.activation, this.linear1.call(x))))),
    };
  }

  private fused(attnMask: Tensor | null, keyPaddingMask: Tensor | null): Blocks {
    return {
      norm: (norm, x) => layerNorm(x, norm.normalizedShape, norm.weight, norm.bias, norm.eps),
      attend: (x) => this.self_attn.fused(x, { attnMask, keyPaddingMask, needWeights: false })[0],
      feed: (x) => linear(activate(this.activation, linear(x, this.linear1.weight, this.linear1.bias)), this.linear2.weight, this.linear2.bias),
    };
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

/** What the two ways through a layer have in common. */
interface Blocks {
  readonly norm: (norm: LayerNorm, x: Tensor) => Tensor;
  readonly attend: (x: Tensor) => Tensor;
  readonly feed: (x: Tensor) => Tensor;
}
