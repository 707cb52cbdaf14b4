/**
 * Batch normalisation of [N, C, H, W] input; see `batch-norm-base.ts`. Refuses input of another rank with PyTorch's message.
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { BatchNormBase } from './batch-norm-base.ts';

export class BatchNorm2d extends BatchNormBase {
  protected override checkInput(x: Tensor): void {
    if (x.dim() !== 4) throw new ValueError(`expected 4D input (got ${x.dim()}D input)`);
  }
}
