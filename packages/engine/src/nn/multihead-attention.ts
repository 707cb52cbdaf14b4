/**
 * Attention with several heads as a layer.
 *
 * Guarantees (PyTorch 2.13, executed): the state keys and initial values of `torch.nn.MultiheadAttention`: `in_proj_weight` [3E, E] (with other sizes
 * of key or value `q_proj_weight`, `k_proj_weight`, `v_proj_weight`), `in_proj_bias`, `bias_k`, `bias_v`, `out_proj.weight`, `out_proj.bias`.
 * Dropout falls on the weights, in training mode only. `call(query, key, value, options)` gives [output, weights or null]. Input
 * [L, B, E], with `batchFirst` [B, L, E], or [L, E] without a batch.
 * Refuses an embedding that the heads do not divide.
 */
import { randn, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { isFloating } from '../tensor/dtype.ts';
import { AssertionError, ValueError } from '../tensor/errors.ts';
import { getFastpathEnabled, gradientsForbidFastPath } from './attention-fast-path.ts';
import { xavierUniform_ } from './init.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { multiHeadAttentionForward, type AttentionParameters, type MultiHeadAttentionOptions } from './multi-head-attention-forward.ts';
import { Parameter } from './parameter.ts';

export interface MultiheadAttentionSettings {
  readonly dropout?: number;
  readonly bias?: boolean;
  /** A learned key and value beside those given. */
  readonly addBiasKv?: boolean;
  /** A key and value of zeros beside those given. */
  readonly addZeroAttn?: boolean;
  readonly kdim?: number;
  readonly vdim?: number;
  readonly batchFirst?: boolean;
}

/** The projection of the output, under the name that PyTorch prints. */
class NonDynamicallyQuantizableLinear extends Linear {}

export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  // In the order of PyTorch's state dictionary; the values are drawn after those of the output, as there.
  in_proj_weight: Parameter | null = null;
  q_proj_weight: Parameter | null = null;
  k_proj_weight: Parameter | null = null;
  v_proj_weight: Parameter | null = null;
  in_proj_bias: Parameter | null = null;
  bias_k: Parameter | null = null;
  bias_v: Parameter | null = null;
  out_proj: Linear;

  constructor(embedDim: number, numHeads: number, settings: MultiheadAttentionSettings = {}) {
    super();
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, kdim = embedDim, vdim = embedDim, batchFirst = false } = settings;
    if (!(embedDim > 0 && numHeads > 0)) throw new ValueError(`embed_dim and num_heads must be greater than 0, got embed_dim=${embedDim} and num_heads=${numHeads} instead`);
    if (embedDim % numHeads !== 0) throw new AssertionError('embed_dim must be divisible by num_heads');
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    this.out_proj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias });
    if (kdim === embedDim && vdim === embedDim) {
      this.in_proj_weight = new Parameter(xavierUniform_(zeros(3 * embedDim, embedDim)));
    } else {
      this.q_proj_weight = new Parameter(xavierUniform_(zeros(embedDim, embedDim)));
      this.k_proj_weight = new Parameter(xavierUniform_(zeros(embedDim, kdim)));
      this.v_proj_weight = new Parameter(xavierUniform_(zeros(embedDim, vdim)));
    }
    if (bias) {
      this.in_proj_bias = new Parameter(zeros(3 * embedDim));
      this.out_proj.bias = new Parameter(zeros(embedDim));
    }
    if (addBiasKv) {
      // xavier_normal_ of [1, 1, E], which has as many inputs as outputs.
      const draw = (): Parameter => new Parameter(randn(1, 1, embedDim).mul(Math.sqrt(2 / (2 * embedDim))));
      this.bias_k = draw();
      this.bias_v = draw();
    }
  }

  private get parametersOfCall(): AttentionParameters {
    return {
      heads: this.numHeads,
      inProjWeight: this.in_proj_weight,
      separate: this.in_proj_weight === null ? [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!] : null,
      inProjBias: this.in_proj_bias,
      biasK: this.bias_k,
      biasV: this.bias_v,
      addZeroAttn: this.addZeroAttn,
      outProjWeight: this.out_proj.weight,
      outProjBias: this.out_proj.bias,
    };
  }

  /** Why this call would not take the fused path of inference, in PyTorch's words; '' if it would. */
  whyNotFastPath(query: Tensor, key: Tensor, value: Tensor, options: MultiHeadAttentionOptions = {}): string {
    const reasons: readonly (readonly [boolean, string])[] = [
      [[options.attnMask, options.keyPaddingMask].some((mask) => mask != null && isFloating(mask.dtype)), 'floating-point masks are not supported for fast path.'],
      [!getFastpathEnabled(), 'torch.backends.mha.get_fastpath_enabled() was not True'],
      [query.dim() !== 3, `input not batched; expected query.dim() of 3 but got ${query.dim()}`],
      [query !== key || key !== value, 'non-self attention was used (query, key, and value are not the same Tensor)'],
      [this.in_proj_weight === null, 'in_proj_weight was None'],
      [this.training, 'training is enabled'],
      [this.numHeads % 2 !== 0, 'self.num_heads is not even'],
      [!this.batchFirst, 'batch_first was not True'],
      [this.bias_k !== null, 'self.bias_k was not None'],
      [this.bias_v !== null, 'self.bias_v was not None'],
      [this.addZeroAttn, 'add_zero_attn was enabled'],
      [this.in_proj_bias === null, 'in_proj_bias was None'],
    ];
    const found = reasons.find(([holds]) => holds)?.[1];
    return found ?? gradientsForbidFastPath([query, this.in_proj_weight, this.in_proj_bias, this.out_proj.weight, this.out_proj.bias]);
  }

  override forward(query: Tensor, key: Tensor, value: Tensor, options: MultiHeadAttentionOptions = {}): [Tensor, Tensor | null] {
    return this.whyNotFastPath(query, key, value, options) === '' ? this.fused(query, options) : this.attend(query, key, value, options, this.training);
  }

  /** Self-attention as the fused path computes it: without dropout, and NaN where a row is masked altogether. */
  fused(x: Tensor, options: MultiHeadAttentionOptions): [Tensor, Tensor | null] {
    const { needWeights = true } = options;
    const [output, weights] = this.attend(x, x, x, { ...options, needWeights: true, isCausal: false }, false);
    return [output, needWeights ? weights : null];
  }

  private attend(query: Tensor, key: Tensor, value: Tensor, options: MultiHeadAttentionOptions, training: boolean): [Tensor, Tensor | null] {
    const swap = this.batchFirst && query.dim() === 3;
    // The same tensor stays the same, so that it is projected once.
    const turned = new Map([query, key, value].map((part) => [part, swap && part.dim() === 3 ? part.transpose(0, 1) : part]));
    const [output, weights] = multiHeadAttentionForward(turned.get(query)!, turned.get(key)!, turned.get(value)!, this.parametersOfCall, { ...options, dropoutP: this.dropout, training });
    return [swap ? output.transpose(0, 1) : output, weights];
  }

  override isModeSensitive(): boolean {
    return this.dropout > 0;
  }
}
