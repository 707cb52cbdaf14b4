/**
 * The `optim` namespace of the package.
 */
export { SGD, type SGDSettings } from './sgd.ts';
