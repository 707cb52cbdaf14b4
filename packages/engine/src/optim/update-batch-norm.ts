/**
 * Running statistics of a model computed anew from data, as after averaging its weights.
 *
 * Guarantees (G04; PyTorch 2.13, executed): statistics are reset, the model runs over the data in training mode without gradients, every batch with
 * the same weight, and the momenta are put back. Then `model.train(mode)` with the mode that the *model* had: parts that had one of their own lose it,
 * as there. Nothing is done if there is no batch normalisation with running statistics.
 *
 * Worked example: `optim.updateBatchNorm(batches, average);`
 */
import { noGrad, withoutRecording } from '../autograd/grad-mode.ts';
import { BatchNormBase } from '../nn/batch-norm-base.ts';
import type { Module } from '../nn/module.ts';
import type { Tensor } from '../ops/tensor.ts';

/** `batches` holds inputs, or arrays of which the first is the input. */
export function updateBatchNorm(batches: Iterable<Tensor | readonly Tensor[]>, model: Module): void {
  const norms = [...model.modules()].filter((part): part is BatchNormBase => part instanceof BatchNormBase);
  if (norms.length === 0) return;
  const momenta = new Map(norms.map((norm) => [norm, norm.momentum]));
  withoutRecording(() => {
    for (const norm of norms) {
      norm.runningMean?.zero_();
      norm.runningVar?.fill_(1);
      norm.numBatchesTracked?.zero_();
      norm.momentum = null;
    }
  });
  const mode = model.training;
  model.train();
  noGrad(() => {
    for (const batch of batches) model.call(Array.isArray(batch) ? (batch as readonly Tensor[])[0] : batch);
  });
  for (const [norm, momentum] of momenta) norm.momentum = momentum;
  model.train(mode);
}
