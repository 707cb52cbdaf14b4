/**
 * A running average of a model's weights: SWA by default, or EMA.
 *
 * Guarantees (G05; PyTorch 2.13, executed): the model is copied with its mode, and later changes of the original reach the copy only through
 * `updateParameters`. The wrapper itself starts in training mode and reaches the copy with `train` and `eval`. Buffers are copied at each update, or averaged
 * with `useBuffers`. State keys: `n_averaged`, `module.…`. A batch normalisation inside has running statistics of other weights until
 * `updateBatchNorm` is run.
 *
 * Worked example: `const average = new optim.AveragedModel(model, { averageFn: optim.emaAverage(0.99) }); …; optimizer.step(); average.updateParameters(model);`
 */
import '../nn/copy-methods.ts';
import { withoutRecording } from '../autograd/grad-mode.ts';
import { Module } from '../nn/module.ts';
import { tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';

/** The new average of `averaged`, which stands for `count` models, and `current`. */
export type AverageFn = (averaged: Tensor, current: Tensor, count: number) => Tensor;

/** The mean of all models so far (Izmailov et al. 2018). */
export const swaAverage: AverageFn = (averaged, current, count) => averaged.add(current.sub(averaged).div(count + 1));

/** decay * average + (1 - decay) * current. @throws ValueError for a decay outside [0, 1] */
export function emaAverage(decay = 0.999): AverageFn {
  if (!(decay >= 0 && decay <= 1)) throw new ValueError(`Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`);
  return (averaged, current) => averaged.mul(decay).add(current.mul(1 - decay));
}

export interface AveragedModelSettings {
  readonly averageFn?: AverageFn;
  readonly useBuffers?: boolean;
}

export class AveragedModel<M extends Module = Module> extends Module {
  readonly module: M;
  readonly averageFn: AverageFn;
  readonly useBuffers: boolean;
  declare nAveraged: Tensor;

  constructor(model: M, settings: AveragedModelSettings = {}) {
    super();
    this.module = model.deepCopy();
    this.averageFn = settings.averageFn ?? swaAverage;
    this.useBuffers = settings.useBuffers ?? false;
    this.registerBuffer('nAveraged', tensor(0, { dtype: 'int64' }), { key: 'n_averaged' });
  }

  override forward(...inputs: Parameters<M['forward']>): ReturnType<M['forward']> {
    return (this.module as Module).call(...inputs) as ReturnType<M['forward']>;
  }

  /** Takes the present weights of `model` into the average. */
  updateParameters(model: M): void {
    withoutRecording(() => {
      const count = Number(this.nAveraged.array.contiguousData()[0]);
      const listed = (of: M): Tensor[] => [...of.parameters(), ...(this.useBuffers ? of.buffers() : [])];
      const current = listed(model);
      for (const [index, averaged] of listed(this.module).entries()) averaged.copy_(count === 0 ? current[index]! : this.averageFn(averaged.detach(), current[index]!.detach(), count));
      if (!this.useBuffers) {
        const buffers = [...model.buffers()];
        for (const [index, buffer] of [...this.module.buffers()].entries()) buffer.copy_(buffers[index]!);
      }
      this.nAveraged.add_(1);
    });
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
