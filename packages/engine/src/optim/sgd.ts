/**
 * Stochastic gradient descent with momentum and weight decay.
 *
 * Guarantees: PyTorch's update: g += weightDecay * w; buffer = momentum * buffer + g (the first time g itself); w -= lr * buffer. Works in
 * either mode of the model. Refuses an empty list, tensors that are no leaves, and negative settings.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { callSite } from '../trace/call-site.ts';
import { activeTrace } from '../trace/trace.ts';

export interface SGDSettings {
  readonly lr?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
}

export class SGD {
  readonly parameters: readonly Tensor[];
  lr: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly #velocity = new Map<Tensor, Tensor>();

  constructor(parameters: Iterable<Tensor>, settings: SGDSettings = {}) {
    this.parameters = [...parameters];
    this.lr = settings.lr ?? 1e-3;
    this.momentum = settings.momentum ?? 0;
    this.weightDecay = settings.weightDecay ?? 0;
    if (this.parameters.length === 0) throw new ValueError('optimizer got an empty parameter list');
    if (this.parameters.some((parameter) => !parameter.isLeaf)) throw new ValueError("can't optimize a non-leaf Tensor");
    if (!(this.lr >= 0)) throw new ValueError(`Invalid learning rate: ${this.lr}`);
    if (!(this.momentum >= 0)) throw new ValueError(`Invalid momentum value: ${this.momentum}`);
    if (!(this.weightDecay >= 0)) throw new ValueError(`Invalid weight_decay value: ${this.weightDecay}`);
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    withoutRecording(() => {
      for (const parameter of this.parameters) {
        if (parameter.grad === null) continue;
        const grad: Tensor = parameter.grad;
        parameter.sub_(this.#direction(parameter, grad).mul(this.lr));
      }
    });
    const trace = activeTrace();
    if (trace !== null) trace.emit({ kind: 'step', idle: trace.ownersOf(this.parameters.filter((parameter) => parameter.requiresGrad && parameter.grad === null)), site: callSite() });
  }

  #direction(parameter: Tensor, grad: Tensor): Tensor {
    const decayed = this.weightDecay === 0 ? grad : grad.add(parameter.detach().mul(this.weightDecay));
    if (this.momentum === 0) return decayed;
    const velocity = this.#velocity.get(parameter);
    if (velocity !== undefined) return velocity.mul_(this.momentum).add_(decayed);
    const first = decayed.clone();
    this.#velocity.set(parameter, first);
    return first;
  }

  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters) {
      if (options.setToNone ?? true) parameter.grad = null;
      else parameter.grad?.zero_();
    }
  }
}
