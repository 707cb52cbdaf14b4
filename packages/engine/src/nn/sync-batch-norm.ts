/**
 * Batch normalisation that would share its statistics among processes, of input of any rank from 2.
 *
 * Guarantees (PyTorch 2.13, executed): there is one process here, and so it computes what batch normalisation computes, as there without a process group.
 * `convertSyncBatchnorm` replaces every batch normalisation of a model, with the same parameters, buffers and mode (G02).
 * Refuses input of fewer dimensions or without channels, in PyTorch's words.
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { BatchNormBase } from './batch-norm-base.ts';
import type { Module } from './module.ts';

export class SyncBatchNorm extends BatchNormBase {
  protected override checkInput(x: Tensor): void {
    if (x.dim() < 2) throw new ValueError(`expected at least 2D input (got ${x.dim()}D input)`);
    if (x.size(1) === 0) throw new ValueError('SyncBatchNorm number of input channels should be non-zero');
  }

  /** Returns the model, or what takes its place if it is a batch normalisation itself. */
  static convertSyncBatchnorm(model: Module): Module {
    let result = model;
    if (model instanceof BatchNormBase && !(model instanceof SyncBatchNorm)) {
      const { numFeatures, eps, momentum, affine, trackRunningStats } = model;
      const converted = new SyncBatchNorm(numFeatures, { eps, momentum, affine, trackRunningStats });
      converted.weight = model.weight;
      converted.bias = model.bias;
      converted.runningMean = model.runningMean;
      converted.runningVar = model.runningVar;
      converted.numBatchesTracked = model.numBatchesTracked;
      converted.training = model.training;
      result = converted;
    }
    for (const [name, child] of [...model.childEntries()]) {
      const replacement = SyncBatchNorm.convertSyncBatchnorm(child);
      if (replacement !== child) result.replaceChild(name, replacement);
    }
    return result;
  }
}
