/**
 * Adam: running means of the gradient and of its square, both corrected for their start at 0.
 *
 * Guarantees: PyTorch's update (Kingma and Ba 2015, algorithm 1, with eps outside the corrected root): m = beta1 * m + (1 - beta1) * g;
 * v = beta2 * v + (1 - beta2) * g²; w -= lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps). `amsgrad` uses the largest v so far.
 * Weight decay is added to the gradient; `AdamW` decays the weights themselves. Refuses negative settings and betas outside [0, 1).
 */
import type { Tensor } from '../ops/tensor.ts';
import { zerosLike } from '../ops/creation.ts';
import { ValueError } from '../tensor/errors.ts';
import { Optimizer, requireNonNegative, type CommonSettings, type GivenParameters, type ParameterState, type ParamGroup } from './optimizer.ts';
import { compiledAdam } from './compiled-steps.ts';
import { updateElements } from './update-elements.ts';

export interface AdamGroup extends CommonSettings {
  betas: readonly [number, number];
  eps: number;
  amsgrad: boolean;
  /** w *= 1 - lr * weightDecay before the step, instead of g += weightDecay * w. */
  decoupledWeightDecay: boolean;
}
export type AdamSettings = Partial<AdamGroup>;

export class Adam extends Optimizer<AdamGroup> {
  constructor(parameters: GivenParameters<AdamGroup>, settings: AdamSettings = {}) {
    const defaults: AdamGroup = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false, decoupledWeightDecay: false, ...settings };
    requireNonNegative({ 'learning rate': defaults.lr, 'epsilon value': defaults.eps });
    for (const [index, beta] of defaults.betas.entries()) if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${index}: ${beta}`);
    requireNonNegative({ 'weight_decay value': defaults.weightDecay });
    super(parameters, defaults);
  }

  protected override get borrowsGradients(): boolean {
    return true;
  }

  protected override update(parameter: Tensor, grad: Tensor, group: ParamGroup<AdamGroup>, state: ParameterState): void {
    const { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, decoupledWeightDecay } = group;
    const step = (state['step'] = ((state['step'] as number | undefined) ?? 0) + 1);
    const mean = (state['expAvg'] ??= zerosLike(parameter)) as Tensor;
    const square = (state['expAvgSq'] ??= zerosLike(parameter)) as Tensor;
    const largest = amsgrad ? ((state['maxExpAvgSq'] ??= zerosLike(parameter)) as Tensor) : null;
    const sign = group.maximize ? -1 : 1;
    const [added, kept]: [number, number] = decoupledWeightDecay ? [0, 1 - lr * weightDecay] : [weightDecay, 1];
    const size = lr / (1 - beta1 ** step);
    const correction = 1 / Math.sqrt(1 - beta2 ** step);
    if (compiledAdam(parameter.array, grad.array, mean.array, square.array, largest?.array ?? null, { sign, added, kept, beta1, beta2, size, correction, eps })) return;
    const arrays = [parameter.array, mean.array, square.array, ...(largest === null ? [] : [largest.array])];
    updateElements(arrays, grad.array, ([w, m, v, top], g) => {
      for (let at = 0; at < g.length; at++) {
        const slope = added === 0 ? sign * g[at]! : sign * g[at]! + added * w![at]!;
        const average = m![at]! + (1 - beta1) * (slope - m![at]!);
        let spread = beta2 * v![at]! + (1 - beta2) * slope * slope;
        m![at] = average;
        v![at] = spread;
        if (top !== undefined) top[at] = spread = Math.max(top[at]!, spread);
        w![at] = kept * w![at]! - (size * average) / (Math.sqrt(spread) * correction + eps);
      }
    });
  }
}
