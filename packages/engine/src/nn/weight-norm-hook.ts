/**
 * Weight normalisation as a hook: the weight is g * v / |v|, length and direction learned apart (Salimans and Kingma 2016).
 *
 * Guarantees: PyTorch's `weight_norm`: parameters `weight_g` and `weight_v` in the place of `weight`, the norm taken over everything but `dim`
 * (null: over everything), the weight computed anew before each call, the same in both modes. Refuses what `reparametrization-hook.ts` says.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { releaseFromScopes } from '../autograd/scope.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';
import { fieldsOf, install, parameterFor, uninstall } from './reparametrization-hook.ts';

/** The length of every slice of `v` along `dim`, with the other dimensions kept as 1; of all of it for null. */
export function normExceptDim(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return v.square().sum().sqrt();
  const kept = dim < 0 ? dim + v.dim() : dim;
  return v.square().sum(v.shape.map((_, at) => at).filter((at) => at !== kept), true).sqrt();
}

/** g * v / |v|. */
export function normalizedWeight(g: Tensor, v: Tensor, dim: number | null): Tensor {
  return v.mul(g.div(normExceptDim(v, dim)));
}

export function weightNorm<M extends Module>(module: M, name = 'weight', dim: number | null = 0): M {
  const weight = parameterFor(module, 'weight_norm', 'WeightNorm', name);
  const fields = fieldsOf(module);
  delete fields[name];
  module.registerParameter(`${name}_g`, new Parameter(withoutRecording(() => normExceptDim(weight.detach(), dim))));
  module.registerParameter(`${name}_v`, new Parameter(weight.detach()));
  const compute = (target: Module): Tensor => normalizedWeight(fieldsOf(target)[`${name}_g`]!, fieldsOf(target)[`${name}_v`]!, dim);
  fields[name] = compute(module);
  releaseFromScopes(fields[name]!);
  install(module, { kind: 'weight_norm', name, modeSensitive: false, compute });
  return module;
}

/** Ends it: `weight` is a parameter again. */
export function removeWeightNorm<M extends Module>(module: M, name = 'weight'): M {
  uninstall(module, 'weight_norm', name, (found) => withoutRecording(() => found.compute(module)), [`${name}_g`, `${name}_v`]);
  return module;
}
