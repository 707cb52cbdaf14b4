/**
 * Spectral normalisation as a hook: before each call the weight is divided by its largest singular value (Miyato et al. 2018).
 *
 * Guarantees (C01; PyTorch 2.13, executed): in training mode each call improves the singular vectors first, also under `noGrad`; in evaluation mode they
 * are frozen. The state holds `weight_orig`, `weight_u` and `weight_v` in the place of `weight`. Vectors start at random, as there.
 * Refuses a number of iterations that is not positive, and what `reparametrization-hook.ts` says.
 *
 * Worked example: `const layer = nn.utils.spectralNorm(new nn.Linear(20, 40));`
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { activeTrace } from '../trace/trace.ts';
import type { Module } from './module.ts';
import { iterate, randomUnitVector, singularValue, weightMatrix } from './power-iteration.ts';
import { fieldsOf, install, parameterFor, uninstall } from './reparametrization-hook.ts';
import { outputDimension } from './output-dimension.ts';

export interface SpectralNormOptions {
  readonly nPowerIterations?: number;
  readonly eps?: number;
  /** The dimension of the outputs; 0, or 1 for transposed convolutions. */
  readonly dim?: number;
}

interface Setup {
  readonly name: string;
  readonly steps: number;
  readonly eps: number;
  readonly dim: number;
}

function computeWeight(module: Module, { name, steps, eps, dim }: Setup, training: boolean): Tensor {
  const fields = fieldsOf(module);
  const [weight, u, v] = [fields[`${name}_orig`]!, fields[`${name}_u`]!, fields[`${name}_v`]!];
  const matrix = weightMatrix(weight, dim);
  if (training) {
    iterate(matrix, u, v, steps, eps, 'v');
    for (const side of ['u', 'v']) activeTrace?.bufferWritten(module, `${name}_${side}`, 'forward');
  }
  return weight.div(singularValue(matrix, u, v));
}

export function spectralNorm<M extends Module>(module: M, name = 'weight', options: SpectralNormOptions = {}): M {
  const { nPowerIterations: steps = 1, eps = 1e-12, dim = outputDimension(module) } = options;
  if (!(steps > 0)) throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${steps}`);
  const weight = parameterFor(module, 'spectral_norm', 'SpectralNorm', name);
  const setup: Setup = { name, steps, eps, dim };
  const matrix = weightMatrix(weight.detach(), dim);
  const [u, v] = [randomUnitVector(matrix.size(0), weight, eps), randomUnitVector(matrix.size(1), weight, eps)];
  delete fieldsOf(module)[name];
  module.registerParameter(`${name}_orig`, weight);
  // Programs expect the field to be there before the first call.
  fieldsOf(module)[name] = withoutRecording(() => weight.detach());
  module.registerBuffer(`${name}_u`, u);
  module.registerBuffer(`${name}_v`, v);
  install(module, { kind: 'spectral_norm', name, modeSensitive: true, compute: (target, frozen) => computeWeight(target, setup, target.training && frozen !== true) });
  return module;
}

/** Ends it: `weight` is a parameter again, normalised by the vectors as they are. */
export function removeSpectralNorm<M extends Module>(module: M, name = 'weight'): M {
  uninstall(module, 'spectral_norm', name, (found) => withoutRecording(() => found.compute(module, true)), [`${name}_orig`, `${name}_u`, `${name}_v`]);
  return module;
}
