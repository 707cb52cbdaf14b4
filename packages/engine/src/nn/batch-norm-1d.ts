/**
 * Batch normalisation of [N, C] or [N, C, L] input; see `batch-norm-base.ts`. Refuses input of another rank with PyTorch's message.
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { BatchNormBase } from './batch-norm-base.ts';

export class BatchNorm1d extends BatchNormBase {
  protected override checkInput(x: Tensor): void {
    if (x.dim() !== 2 && x.dim() !== 3) throw new ValueError(`expected 2D or 3D input (got ${x.dim()}D input)`);
  }
}
