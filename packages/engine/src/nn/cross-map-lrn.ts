/**
 * Response normalisation across channels, of [N, C, H, W]: kept by PyTorch for old models. The same in both modes.
 *
 * Guarantees: y = x * (k + alpha / size * sum of x^2 over the window)^-beta, the window being what PyTorch's running sum makes of it (2.13, `nn/modules/_functions.py`;
 * executed): the channels nearer than (size - 1) / 2 + 1, and the first channel for all that come after it, because it is never subtracted again. The gradient is
 * that of this formula; PyTorch's is that of a window without the first channel. Refuses input that is not 4-dimensional.
 */
import { tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { ResponseNorm } from './group-norm.ts';

export class CrossMapLRN2d extends ResponseNorm {
  override forward(x: Tensor): Tensor {
    if (x.dim() !== 4) throw new ValueError(`CrossMapLRN2d: Expected input to be 4D, got ${x.dim()}D instead.`);
    const { size, alpha, beta, k } = this;
    const reach = Math.trunc((size - 1) / 2 + 1);
    const channels = Array.from({ length: x.size(1) }, (_, channel) => channel);
    const window = tensor(channels.map((channel) => channels.map((other) => Number(Math.abs(channel - other) < reach || (other === 0 && channel >= reach)))), { dtype: x.dtype });
    const sums = window.matmul(x.square().flatten(2)).reshape(x.shape);
    return x.mul(sums.mul(alpha / size).add(k).pow(-beta));
  }
}
