/**
 * Adagrad: steps divided by the root of the sum of all squared gradients so far (Duchi, Hazan and Singer 2011).
 *
 * Guarantees: PyTorch's update: sum += g²; w -= lr / (1 + (t - 1) * lrDecay) * g / (sqrt(sum) + eps); the state exists from the
 * construction on. Refuses negative settings.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import { full } from '../ops/creation.ts';
import { Optimizer, requireNonNegative, type CommonSettings, type GivenParameters, type ParameterState, type ParamGroup } from './optimizer.ts';
import { updateElements } from './update-elements.ts';

export interface AdagradGroup extends CommonSettings {
  lrDecay: number;
  initialAccumulatorValue: number;
  eps: number;
}
export type AdagradSettings = Partial<AdagradGroup>;

export class Adagrad extends Optimizer<AdagradGroup> {
  constructor(parameters: GivenParameters<AdagradGroup>, settings: AdagradSettings = {}) {
    const defaults: AdagradGroup = { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false, ...settings };
    requireNonNegative({
      'learning rate': defaults.lr,
      'lr_decay value': defaults.lrDecay,
      'weight_decay value': defaults.weightDecay,
      'initial_accumulator_value value': defaults.initialAccumulatorValue,
      'epsilon value': defaults.eps,
    });
    super(parameters, defaults);
    withoutRecording(() => {
      for (const group of this.paramGroups) for (const parameter of group.params) this.state.set(parameter, { step: 0, sum: this.#start(parameter) });
    });
  }

  /** The optimizer's value, whatever the group's, as in PyTorch. */
  #start(parameter: Tensor): Tensor {
    return full(parameter.shape, this.defaults.initialAccumulatorValue, { dtype: parameter.dtype });
  }

  protected override update(parameter: Tensor, grad: Tensor, group: ParamGroup<AdagradGroup>, state: ParameterState): void {
    const { lr, lrDecay, weightDecay, eps } = group;
    const step = (state['step'] = ((state['step'] as number | undefined) ?? 0) + 1);
    const sum = (state['sum'] ??= this.#start(parameter)) as Tensor;
    const sign = group.maximize ? -1 : 1;
    const size = lr / (1 + (step - 1) * lrDecay);
    updateElements([parameter.array, sum.array], grad.array, ([w, s], g) => {
      for (let at = 0; at < g.length; at++) {
        const slope = weightDecay === 0 ? sign * g[at]! : sign * g[at]! + weightDecay * w![at]!;
        const total = s![at]! + slope * slope;
        s![at] = total;
        w![at] = w![at]! - (size * slope) / (Math.sqrt(total) + eps);
      }
    });
  }
}
