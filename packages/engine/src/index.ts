/**
 * `@modeguard/engine`: tensors, gradients and modules with PyTorch's training and evaluation modes.
 *
 * Everything public is named here; nothing else may be imported. Loading the package fills the port described in
 * `autograd/grad-port.ts`, through which a runtime guard finds the gradient state.
 */
import './ops/indexing-methods.ts';
import './ops/math-methods.ts';
import './ops/printing-methods.ts';
import './autograd/gradient-hook-methods.ts';
import './nn/copy-methods.ts';
import './nn/hook-methods.ts';
import './nn/load-methods.ts';
import './nn/lookup-methods.ts';
import './nn/traced-call.ts';
import './optim/state-methods.ts';

export * from './core.ts';
export { einsum } from './ops/einsum.ts';
export { checkpoint } from './nn/checkpoint.ts';
export * as nn from './nn/index.ts';
export * as F from './nn/functional.ts';
export * as optim from './optim/index.ts';
export * as trace from './trace/index.ts';
export { withTrace } from './trace/trace.ts';
export type { TraceEvent } from './trace/events.ts';
