/**
 * `@modeguard/engine`: tensors, gradients and modules with PyTorch's training and evaluation modes.
 *
 * Everything public is named here; nothing else may be imported. Loading the package fills the port described in
 * `autograd/grad-port.ts`, through which a runtime guard finds the gradient state.
 */
export { Tensor, type Dims, type Operand } from './ops/tensor.ts';
export {
  arange, bernoulli, full, ones, onesLike, rand, randint, randLike, randn, randnLike, randperm, tensor, zeros, zerosLike,
  type RandomOptions, type TensorOptions,
} from './ops/creation.ts';
export { bernoulli_, exponential_, normal_, uniform_ } from './ops/random-fill.ts';
export { einsum } from './ops/einsum.ts';
export { cat, stack, where } from './ops/joining.ts';
export { enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad, setGradEnabled } from './autograd/grad-mode.ts';
export { backend, setBackend, type BackendName, type BackendReport } from './backend/backend.ts';
export { setNumThreads } from './backend/threads.ts';
export { scope, type Scope } from './autograd/scope.ts';
export type { GradPort } from './autograd/grad-port.ts';
export { Generator } from './random/generator.ts';
export { defaultGenerator, manualSeed } from './random/default-generator.ts';
export { loadCheckpoint, type CheckpointValue } from './weights/checkpoint.ts';
export { loadWeights, saveWeights } from './weights/safetensors.ts';
export { RuntimeError, ValueError } from './tensor/errors.ts';
export type { DType } from './tensor/dtype.ts';
export type { Nested, NestedOutput } from './tensor/nested.ts';
export type { Shape } from './tensor/shape.ts';
export * as nn from './nn/index.ts';
export * as F from './nn/functional.ts';
export * as optim from './optim/index.ts';
export * as trace from './trace/index.ts';
export { withTrace } from './trace/trace.ts';
export type { TraceEvent } from './trace/events.ts';
