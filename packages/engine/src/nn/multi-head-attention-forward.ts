/**
 * Attention with several heads as a function: projections in, softmax(q k^T / sqrt(E)) v for each head, projection out.
 *
 * Guarantees: PyTorch's `F.multi_head_attention_forward` (2.13, executed), of which `training` is true unless told otherwise: an eval model that
 * forgets it keeps dropping (B11). Shapes: query [L, B, E] or [L, E], key and value [S, B, E] or [S, E]; returns the output, shaped as
 * the query, and with `needWeights` the weights *after* dropout (B10), averaged over the heads or [B, heads, L, S]. A row in which everything is
 * masked is NaN with `needWeights` and 0 without, as there. Vaswani et al. 2017, section 3.2.2. Refuses what does not fit in PyTorch's words.
 */
import { zeros } from '../ops/creation.ts';
import { cat } from '../ops/joining.ts';
import type { Tensor } from '../ops/tensor.ts';
import { AssertionError, RuntimeError } from '../tensor/errors.ts';
import { formatSize, sameShape } from '../tensor/shape.ts';
import { additiveMask, checkAttentionShapes } from './attention-masks.ts';
import { scaledDotProductAttention } from './functional/attention.ts';
import { dropout } from './functional/dropout.ts';
import { linear } from './functional/linear.ts';

/** The weights of one attention: either `inProjWeight` [3E, E], or one for each of query, key and value. */
export interface AttentionParameters {
  readonly heads: number;
  readonly inProjWeight: Tensor | null;
  readonly separate: readonly [Tensor, Tensor, Tensor] | null;
  readonly inProjBias: Tensor | null;
  readonly biasK: Tensor | null;
  readonly biasV: Tensor | null;
  readonly addZeroAttn: boolean;
  readonly outProjWeight: Tensor;
  readonly outProjBias: Tensor | null;
}

export interface MultiHeadAttentionOptions {
  /** True where a key is padding; [B, S] or [S]. */
  readonly keyPaddingMask?: Tensor | null;
  readonly needWeights?: boolean;
  /** [L, S] or [B * heads, L, S]. */
  readonly attnMask?: Tensor | null;
  readonly averageAttnWeights?: boolean;
  /** A hint that `attnMask` is the causal one. */
  readonly isCausal?: boolean;
}

function project(query: Tensor, key: Tensor, value: Tensor, { inProjWeight, separate, inProjBias }: AttentionParameters): readonly [Tensor, Tensor, Tensor] {
  const size = query.size(-1);
  const bias = (from: number, count = 1): Tensor | null => inProjBias?.narrow(0, from * size, count * size) ?? null;
  if (separate !== null) return [linear(query, separate[0], bias(0)), linear(key, separate[1], bias(1)), linear(value, separate[2], bias(2))];
  const weight = inProjWeight!;
  const parts = (projected: Tensor, count: number): Tensor[] => Array.from({ length: count }, (_, part) => projected.narrow(-1 + projected.dim(), part * size, size));
  if (key === value && query === key) return parts(linear(query, weight, inProjBias), 3) as [Tensor, Tensor, Tensor];
  const rows = (from: number, count = 1): Tensor => weight.narrow(0, from * size, count * size);
  if (key === value) return [linear(query, rows(0), bias(0)), ...parts(linear(key, rows(1, 2), bias(1, 2)), 2)] as unknown as [Tensor, Tensor, Tensor];
  return [linear(query, rows(0), bias(0)), linear(key, rows(1), bias(1)), linear(value, rows(2), bias(2))];
}

const zeroColumn = (mask: Tensor | null): Tensor | null => (mask === null ? null : cat([mask, zeros([...mask.shape.slice(0, -1), 1], { dtype: mask.dtype })], mask.dim() - 1));

function checkMask(mask: Tensor, batch: number, heads: number, length: number, sources: number): Tensor {
  const wanted = mask.dim() === 2 ? [length, sources] : [batch * heads, length, sources];
  if (!sameShape(mask.shape, wanted)) throw new RuntimeError(`The shape of the ${mask.dim()}D attn_mask is ${formatSize(mask.shape)}, but should be (${wanted.join(', ')}).`);
  return mask.dim() === 2 ? mask.unsqueeze(0) : mask;
}

export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  parameters: AttentionParameters,
  options: MultiHeadAttentionOptions & { readonly dropoutP: number; readonly training?: boolean },
): [Tensor, Tensor | null] {
  const { heads, biasK, biasV, addZeroAttn } = parameters;
  const { needWeights = true, averageAttnWeights = true, isCausal = false, training = true } = options;
  const batched = checkAttentionShapes(query, key, value, options.keyPaddingMask ?? null, options.attnMask ?? null, heads);
  if (!batched) {
    // The same tensor stays the same, so that it is projected once.
    const lifted = new Map([query, key, value].map((part) => [part, part.unsqueeze(1)]));
    const [output, weights] = multiHeadAttentionForward(lifted.get(query)!, lifted.get(key)!, lifted.get(value)!, parameters, { ...options, keyPaddingMask: options.keyPaddingMask?.unsqueeze(0) ?? null });
    return [output.squeeze(1), weights?.squeeze(0) ?? null];
  }
  const [length, batch, size] = query.shape as [number, number, number];
  const headSize = size / heads;
  let padding = additiveMask(options.keyPaddingMask ?? null, 'key_padding_mask', query.dtype, { mask: options.attnMask ?? null, name: 'attn_mask' });
  if (isCausal && options.attnMask == null) {
    throw new RuntimeError('Need attn_mask if specifying the is_causal hint. You may use the Transformer module method `generateSquareSubsequentMask` to create this mask.');
  }
  // Only where neither weights nor padding need the mask itself, the hint is enough.
  const hinted = isCausal && padding === null && !needWeights;
  let mask = hinted ? null : additiveMask(options.attnMask ?? null, 'attn_mask', query.dtype);
  const expected = (parameters.inProjWeight?.size(1) ?? parameters.separate![0].size(1));
  if (size !== expected) throw new AssertionError(`was expecting embedding dimension of ${expected}, but got ${size}`);
  if (parameters.separate !== null) {
    if (!sameShape(key.shape.slice(0, 2), value.shape.slice(0, 2))) throw new AssertionError(`key's sequence and batch dims ${formatSize(key.shape.slice(0, 2))} do not match value's ${formatSize(value.shape.slice(0, 2))}`);
  } else if (!sameShape(key.shape, value.shape)) {
    throw new AssertionError(`key shape ${formatSize(key.shape)} does not match value shape ${formatSize(value.shape)}`);
  }
  let [q, k, v] = project(query, key, value, parameters);
  if (mask !== null) mask = checkMask(mask, batch, heads, length, key.size(0));
  if (biasK !== null && biasV !== null) {
    k = cat([k, biasK.expand(1, batch, size)], 0);
    v = cat([v, biasV.expand(1, batch, size)], 0);
    [mask, padding] = [zeroColumn(mask), zeroColumn(padding)];
  }
  // [batch * heads, length, headSize]
  const split = (part: Tensor): Tensor => part.reshape(part.size(0), batch * heads, headSize).transpose(0, 1);
  [q, k, v] = [split(q), split(k), split(v)];
  if (addZeroAttn) {
    const row = zeros(batch * heads, 1, headSize, { dtype: q.dtype });
    [k, v] = [cat([k, row], 1), cat([v, row], 1)];
    [mask, padding] = [zeroColumn(mask), zeroColumn(padding)];
  }
  const sources = k.size(1);
  if (padding !== null) {
    if (padding.size(0) !== batch) throw new AssertionError(`Expected key_padded_mask.shape[0] to be ${batch}, but got ${padding.size(0)}`);
    if (padding.size(1) !== sources) throw new AssertionError(`Expected key_padded_mask.shape[1] to be ${sources}, but got ${padding.size(1)}`);
    const spread = padding.reshape(batch, 1, 1, sources).expand(batch, heads, 1, sources).reshape(batch * heads, 1, sources);
    mask = mask === null ? spread : mask.add(spread);
  }
  const rate = training ? options.dropoutP : 0;
  const join = (part: Tensor): Tensor => linear(part.transpose(0, 1).reshape(length, batch, size), parameters.outProjWeight, parameters.outProjBias);
  if (!needWeights) return [join(scaledDotProductAttention(q, k, v, { attnMask: mask, dropoutP: rate, isCausal: hinted })), null];
  const products = q.mul(Math.sqrt(1 / headSize)).matmul(k.transpose(1, 2));
  let weights = (mask === null ? products : products.add(mask)).softmax(-1);
  if (rate > 0) weights = dropout(weights, rate);
  const each = weights.reshape(batch, heads, length, sources);
  return [join(weights.matmul(v)), averageAttnWeights ? each.mean(1) : each];
}
