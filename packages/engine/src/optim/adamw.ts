/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): the weights shrink by lr * weightDecay before each step, and
 * the running means see the gradient alone. Guarantees PyTorch's update and its default decay of 0.01.
 */
import { Adam, type AdamGroup, type AdamSettings } from './adam.ts';
import type { GivenParameters } from './optimizer.ts';

export class AdamW extends Adam {
  constructor(parameters: GivenParameters<AdamGroup>, settings: Omit<AdamSettings, 'decoupledWeightDecay'> = {}) {
    super(parameters, { weightDecay: 1e-2, ...settings, decoupledWeightDecay: true });
  }
}
