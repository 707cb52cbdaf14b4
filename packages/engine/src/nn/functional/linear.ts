/**
 * Linear and bilinear maps as functions, and distances between vectors.
 *
 * Guarantees: shapes and defaults are PyTorch's. Refuses sizes that do not fit, in its wording.
 */
import { applyNamed } from '../../ops/apply-named.ts';
import { linearOps } from '../../ops/compiled-linear.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import { formatSize, numelOf } from '../../tensor/shape.ts';

/** x @ weight^T + bias; weight is [out, in], x [..., in]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const inputs = weight.size(1);
  if (x.shape.at(-1) !== inputs) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${numelOf(x.shape.slice(0, -1))}x${x.shape.at(-1) ?? 1} and ${inputs}x${weight.size(0)}): input ${formatSize(x.shape)}, weight ${formatSize(weight.shape)}`);
  }
  const fused = weight.dim() === 2 && x.dtype === weight.dtype && (bias === null || (bias.dtype === x.dtype && bias.dim() === 1 && bias.size(0) === weight.size(0)));
  if (fused) return applyNamed(linearOps, 'linear', bias === null ? [x, weight] : [x, weight, bias], {});
  const product = x.matmul(weight.t());
  return bias === null ? product : product.add(bias);
}

/** a^T W_k b + bias_k for every output k: a [..., A], b [..., B], weight [out, A, B]. */
export function bilinear(a: Tensor, b: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [out, inA, inB] = weight.shape as [number, number, number];
  if (a.shape.at(-1) !== inA) throw new RuntimeError(`bilinear(): input1 size does not match weight size: got ${a.shape.at(-1)} but expected ${inA}`);
  if (b.shape.at(-1) !== inB) throw new RuntimeError(`bilinear(): input2 size does not match weight size: got ${b.shape.at(-1)} but expected ${inB}`);
  const lead = a.shape.slice(0, -1);
  const left = a.reshape(-1, inA).matmul(weight.permute(1, 0, 2).reshape(inA, out * inB)).reshape(-1, out, inB);
  const product = left.mul(b.reshape(-1, 1, inB)).sum(-1).reshape([...lead, out]);
  return bias === null ? product : product.add(bias);
}

/** x divided by its p-norm over `dim`, or by `eps` where that is larger. */
export function normalize(x: Tensor, options: { readonly p?: number; readonly dim?: number; readonly eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, dim, true).clamp(eps));
}

/** The cosine of the angle between vectors along `dim`; each norm is at least `eps`. */
export function cosineSimilarity(a: Tensor, b: Tensor, dim = 1, eps = 1e-8): Tensor {
  const unit = (part: Tensor): Tensor => part.div(part.norm(2, dim, true).clamp(eps));
  return unit(a).mul(unit(b)).sum(dim);
}

/** The p-norm of a - b + eps over the last dimension. */
export function pairwiseDistance(a: Tensor, b: Tensor, options: { readonly p?: number; readonly eps?: number; readonly keepdim?: boolean } = {}): Tensor {
  return a.sub(b).add(options.eps ?? 1e-6).norm(options.p ?? 2, -1, options.keepdim ?? false);
}
