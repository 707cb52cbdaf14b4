/**
 * RMSprop: steps divided by the root of the running mean of the squared gradient.
 *
 * Guarantees: PyTorch's update (Hinton's lecture 6e, eps outside the root): v = alpha * v + (1 - alpha) * g²; with `centered` the
 * squared running mean of g is taken off v (Graves 2013); w -= lr * g / (sqrt(v) + eps), or through a momentum buffer. Refuses negative settings.
 */
import type { Tensor } from '../ops/tensor.ts';
import { zerosLike } from '../ops/creation.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { Optimizer, requireNonNegative, type CommonSettings, type GivenParameters, type ParameterState, type ParamGroup } from './optimizer.ts';
import { updateElements } from './update-elements.ts';

export interface RMSpropGroup extends CommonSettings {
  alpha: number;
  eps: number;
  momentum: number;
  centered: boolean;
}
export type RMSpropSettings = Partial<RMSpropGroup>;

export class RMSprop extends Optimizer<RMSpropGroup> {
  constructor(parameters: GivenParameters<RMSpropGroup>, settings: RMSpropSettings = {}) {
    const defaults: RMSpropGroup = { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false, ...settings };
    requireNonNegative({
      'learning rate': defaults.lr,
      'epsilon value': defaults.eps,
      'momentum value': defaults.momentum,
      'weight_decay value': defaults.weightDecay,
      'alpha value': defaults.alpha,
    });
    super(parameters, defaults);
  }

  protected override update(parameter: Tensor, grad: Tensor, group: ParamGroup<RMSpropGroup>, state: ParameterState): void {
    const { lr, alpha, eps, weightDecay, momentum, centered } = group;
    state['step'] = ((state['step'] as number | undefined) ?? 0) + 1;
    const kept = (name: string): NdArray => ((state[name] ??= zerosLike(parameter)) as Tensor).array;
    const sign = group.maximize ? -1 : 1;
    const arrays = [parameter.array, kept('squareAvg')];
    if (momentum > 0) arrays.push(kept('momentumBuffer'));
    if (centered) arrays.push(kept('gradAvg'));
    updateElements(arrays, grad.array, ([w, v, ...others], g) => {
      const buffer = momentum > 0 ? others[0]! : null;
      const mean = centered ? others.at(-1)! : null;
      for (let at = 0; at < g.length; at++) {
        const slope = weightDecay === 0 ? sign * g[at]! : sign * g[at]! + weightDecay * w![at]!;
        const square = alpha * v![at]! + (1 - alpha) * slope * slope;
        v![at] = square;
        let variance = square;
        if (mean !== null) {
          const average = mean[at]! + (1 - alpha) * (slope - mean[at]!);
          mean[at] = average;
          variance = square - average * average;
        }
        let move = slope / (Math.sqrt(variance) + eps);
        if (buffer !== null) buffer[at] = move = momentum * buffer[at]! + move;
        w![at] = w![at]! - lr * move;
      }
    });
  }
}
