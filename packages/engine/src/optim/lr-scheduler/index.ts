/**
 * The `optim.lrScheduler` namespace of the package: everything that is `torch.optim.lr_scheduler` there.
 */
export { LRScheduler, type ScheduleOptions, type ScheduleStateDict } from './lr-scheduler.ts';
export { ConstantLR } from './constant-lr.ts';
export { CosineAnnealingLR } from './cosine-annealing-lr.ts';
export { CosineAnnealingWarmRestarts } from './cosine-annealing-warm-restarts.ts';
export { ExponentialLR } from './exponential-lr.ts';
export { LambdaLR } from './lambda-lr.ts';
export { LinearLR } from './linear-lr.ts';
export { MultiStepLR } from './multi-step-lr.ts';
export { OneCycleLR, type OneCycleOptions } from './one-cycle-lr.ts';
export { PolynomialLR } from './polynomial-lr.ts';
export { ReduceLROnPlateau, type PlateauOptions } from './reduce-lr-on-plateau.ts';
export { SequentialLR } from './sequential-lr.ts';
export { StepLR } from './step-lr.ts';
