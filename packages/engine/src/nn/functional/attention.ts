/**
 * Scaled dot-product attention as a function.
 *
 * Guarantees: `dropoutP` applies always, whatever the mode: there is no `training` argument to forget, write
 * `dropoutP: this.training ? p : 0` (mode inventory 2, executed).
 */
import { applyNamed } from '../../ops/apply-named.ts';
import { attentionOps } from '../../ops/compiled-attention.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { allocate } from '../../tensor/dtype.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { NdArray } from '../../tensor/nd-array.ts';
import { broadcastShapes } from '../../tensor/shape.ts';
import { dropoutMask } from './dropout-mask.ts';

export interface AttentionOptions {
  /** Bool (true takes part) or numbers that are added to the scores; broadcasts to [*, L, S]. */
  readonly attnMask?: Tensor | null;
  readonly dropoutP?: number;
  readonly isCausal?: boolean;
  /** Default: 1 / sqrt(E). */
  readonly scale?: number | null;
  /** Lets groups of query heads share the key and value heads of dimension -3. */
  readonly enableGqa?: boolean;
}

/** What a bool mask adds to the scores. */
function biasOf(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype !== 'bool') return mask;
  const allowed = mask.array.contiguousData();
  const bias = allocate(like.dtype, allowed.length);
  for (let at = 0; at < bias.length; at++) bias[at] = allowed[at] === 0 ? -Infinity : 0;
  return like.wrap(NdArray.from(like.dtype, mask.shape, bias), false);
}

/**
 * softmax(query key^T * scale + mask) value, for query [*, L, E], key [*, S, E] and value [*, S, Ev].
 * @throws RuntimeError for a causal call that also has a mask, for types or sizes that do not fit
 */
export function scaledDotProductAttention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): Tensor {
  const { attnMask = null, dropoutP = 0, isCausal = false, enableGqa = false } = options;
  if (query.dtype !== key.dtype || query.dtype !== value.dtype) {
    throw new RuntimeError(`Expected query, key, and value to have the same dtype, but got query.dtype: ${query.dtype} key.dtype: ${key.dtype} and value.dtype: ${value.dtype} instead.`);
  }
  if (query.dim() < 2 || key.dim() < 2 || value.dim() < 2) {
    throw new RuntimeError(`Expected query, key, and value to all be  at least 2 dimensional, but got query.dim(): ${query.dim()}, key.dim(): ${key.dim()} and value.dim(): ${value.dim()} instead.`);
  }
  if (attnMask !== null && isCausal) throw new RuntimeError('_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True');
  if (attnMask !== null && attnMask.dtype !== 'bool' && attnMask.dtype !== query.dtype) {
    throw new RuntimeError(`Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${attnMask.dtype} and  query.dtype: ${query.dtype} instead.`);
  }
  if (!(dropoutP >= 0 && dropoutP <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${dropoutP}`);
  const repeats = enableGqa ? query.size(-3) / key.size(-3) : 1;
  const spread = (part: Tensor): Tensor => {
    if (repeats === 1) return part;
    const lead = part.shape.slice(0, -2);
    return part.unsqueeze(-3).expand(...lead, repeats, part.size(-2), part.size(-1)).reshape(...lead.slice(0, -1), lead.at(-1)! * repeats, part.size(-2), part.size(-1));
  };
  if (!Number.isInteger(repeats)) throw new RuntimeError('Number of heads in key and value must divide the number of heads in query');
  const [keys, values] = [spread(key), spread(value)];
  const shape = [...broadcastShapes(query.shape.slice(0, -2), keys.shape.slice(0, -2)), query.size(-2), keys.size(-2)];
  return applyNamed(attentionOps, 'scaledDotProductAttention', attnMask === null ? [query, keys, values] : [query, keys, values, biasOf(attnMask, query)], {
    scale: options.scale ?? 1 / Math.sqrt(query.size(-1)),
    isCausal,
    dropout: dropoutP === 0 ? null : dropoutP === 1 ? NdArray.filled(query.dtype, shape, 0) : dropoutMask('scaledDotProductAttention', shape, query.dtype, dropoutP),
  });
}
