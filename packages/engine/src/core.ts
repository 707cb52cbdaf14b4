/**
 * `@modeguard/engine/core`: what `@modeguard/engine` is without the namespaces, `einsum`, tracing, and the methods of tensors that most networks do without: for pages that are to be small.
 *
 * Guarantees: the same tensors: a program may import from both. Of a tensor's methods those in `ops/math-methods.ts` (`sin`, `norm`, `var`, `cumsum`, `maximum`, `logicalAnd`, `bmm`, …), in
 * `ops/indexing-methods.ts` (`index`, `indexSelect`, `scatter`, `sort`, `topk`, `split`, `flip`, `repeat`, …) and in `autograd/gradient-hook-methods.ts` are there only if something else that the program uses
 * brings them, and so are of modules and optimizers hooks, copies, and what loads state; `toString` shows no values. Nothing of `@modeguard/engine/nn`, `/functional` and `/optim` needs more than it brings itself.
 */
export { Tensor, type Dims, type Operand } from './ops/tensor.ts';
export {
  arange, bernoulli, full, ones, onesLike, rand, randint, randLike, randn, randnLike, randperm, tensor, zeros, zerosLike,
  type RandomOptions, type TensorOptions,
} from './ops/creation.ts';
export { bernoulli_, exponential_, normal_, uniform_ } from './ops/random-fill.ts';
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
