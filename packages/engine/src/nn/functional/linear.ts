/**
 * Linear and bilinear maps as functions.
 *
 * Guarantees: shapes and defaults are PyTorch's. Refuses sizes that do not fit, in its wording.
 */
import { applyNamed } from '../../ops/apply-named.ts';
import { linearOps } from '../../ops/compiled-linear.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import { numelOf } from '../../tensor/shape.ts';

/** x @ weight^T + bias; weight is [out, in], x [..., in]. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  if (weight.dim() === 1) return bias === null ? x.matmul(weight) : x.matmul(weight).add(bias);
  const inputs = weight.size(1);
  if (x.shape.at(-1) !== inputs) {
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${numelOf(x.shape.slice(0, -1))}x${x.shape.at(-1) ?? 1} and ${inputs}x${weight.size(0)})`);
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
