/**
 * The `nn.utils` namespace of the package: everything that is `torch.nn.utils` there.
 */
export { clipGradNorm_, clipGradValue_ } from './clip-gradients.ts';
export { functionalCall } from './functional-call.ts';
export { fuseConvBnEval, fuseLinearBnEval } from './fuse-batch-norm.ts';
export { removeSpectralNorm, spectralNorm, type SpectralNormOptions } from './spectral-norm-hook.ts';
export { removeWeightNorm, weightNorm } from './weight-norm-hook.ts';
export * as prune from './prune.ts';
export * as parametrize from './parametrize.ts';
export * as parametrizations from './parametrizations.ts';
