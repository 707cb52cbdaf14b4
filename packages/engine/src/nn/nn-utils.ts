/**
 * The `nn.utils` namespace of the package: everything that is `torch.nn.utils` there.
 */
export { clipGradNorm_, clipGradValue_ } from './clip-gradients.ts';
