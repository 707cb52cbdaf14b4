/**
 * The `optim` namespace of the package.
 */
export { Optimizer, type CommonSettings, type GivenGroup, type GivenParameters, type ParameterState, type ParamGroup } from './optimizer.ts';
export type { OptimizerStateDict } from './optimizer-state-dict.ts';
export { SGD, type SGDGroup, type SGDSettings } from './sgd.ts';
export { Adam, type AdamGroup, type AdamSettings } from './adam.ts';
export { AdamW } from './adamw.ts';
export { RMSprop, type RMSpropGroup, type RMSpropSettings } from './rmsprop.ts';
export { Adagrad, type AdagradGroup, type AdagradSettings } from './adagrad.ts';
export * as lrScheduler from './lr-scheduler/index.ts';
export { AveragedModel, emaAverage, swaAverage, type AverageFn, type AveragedModelSettings } from './averaged-model.ts';
export { updateBatchNorm } from './update-batch-norm.ts';
