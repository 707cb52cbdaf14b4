/**
 * `@modeguard/runtime-guard`: assertions of training / evaluation mode and gradient state at run time.
 *
 * Works with any library whose models have `training`, `train(mode)` and `namedModules()`; needs none of them.
 */
export { configure } from './configure.ts';
export { expectGrad, type GradExpectation } from './expect-grad.ts';
export { expectMode, type ExpectModeOptions } from './expect-mode.ts';
export { inference } from './inference.ts';
export { takeViolations } from './take-violations.ts';
export { watchModes } from './watch-modes.ts';
export { withMode } from './with-mode.ts';
export { ModeViolation, type Mode, type Offender, type ViolationRule } from './mode-violation.ts';
export type { GradAdapter } from './adapters/grad-adapter.ts';
export type { Policy, Sink } from './settings.ts';
