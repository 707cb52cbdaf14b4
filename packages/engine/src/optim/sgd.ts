/**
 * Stochastic gradient descent with momentum, dampening, Nesterov momentum and weight decay.
 *
 * Guarantees: PyTorch's update: g += weightDecay * w; buffer = momentum * buffer + (1 - dampening) * g (the first time g itself);
 * w -= lr * buffer, or with `nesterov` w -= lr * (g + momentum * buffer). Refuses negative settings, and Nesterov momentum without momentum
 * or with dampening.
 */
import type { Tensor } from '../ops/tensor.ts';
import { zerosLike } from '../ops/creation.ts';
import { ValueError } from '../tensor/errors.ts';
import { Optimizer, requireNonNegative, type CommonSettings, type GivenParameters, type ParameterState, type ParamGroup } from './optimizer.ts';
import { compiledSgd } from './compiled-steps.ts';
import { updateElements } from './update-elements.ts';

export interface SGDGroup extends CommonSettings {
  momentum: number;
  dampening: number;
  nesterov: boolean;
}
export type SGDSettings = Partial<SGDGroup>;

export class SGD extends Optimizer<SGDGroup> {
  constructor(parameters: GivenParameters<SGDGroup>, settings: SGDSettings = {}) {
    const defaults: SGDGroup = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...settings };
    requireNonNegative({ 'learning rate': defaults.lr, 'momentum value': defaults.momentum, 'weight_decay value': defaults.weightDecay });
    if (defaults.nesterov && (defaults.momentum <= 0 || defaults.dampening !== 0)) throw new ValueError('Nesterov momentum requires a momentum and zero dampening');
    super(parameters, defaults);
  }

  protected override get borrowsGradients(): boolean {
    return true;
  }

  protected override update(parameter: Tensor, grad: Tensor, group: ParamGroup<SGDGroup>, state: ParameterState): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group;
    const sign = group.maximize ? -1 : 1;
    if (momentum === 0) {
      if (compiledSgd(parameter.array, grad.array, null, { lr, sign, weightDecay, momentum, share: 1, nesterov })) return;
      updateElements([parameter.array], grad.array, ([w], g) => {
        for (let at = 0; at < g.length; at++) w![at] = w![at]! - lr * (weightDecay === 0 ? sign * g[at]! : sign * g[at]! + weightDecay * w![at]!);
      });
      return;
    }
    const started = state['momentumBuffer'] != null;
    const buffer = (state['momentumBuffer'] ??= zerosLike(parameter)) as Tensor;
    const share = started ? 1 - dampening : 1;
    if (compiledSgd(parameter.array, grad.array, buffer.array, { lr, sign, weightDecay, momentum, share, nesterov })) return;
    updateElements([parameter.array, buffer.array], grad.array, ([w, b], g) => {
      for (let at = 0; at < g.length; at++) {
        const slope = weightDecay === 0 ? sign * g[at]! : sign * g[at]! + weightDecay * w![at]!;
        const mean = momentum * b![at]! + share * slope;
        b![at] = mean;
        w![at] = w![at]! - lr * (nesterov ? slope + momentum * mean : mean);
      }
    });
  }
}
