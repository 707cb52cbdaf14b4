/**
 * The `nn.utils.parametrizations` namespace: spectral and weight normalisation as parametrizations, and `orthogonal`, which has a file of its own.
 *
 * Guarantees (PyTorch 2.13, executed). `spectralNorm`: every *reading* of the weight in training mode improves the singular vectors (C02), inside
 * `parametrize.cached` once; in evaluation mode they are frozen; a vector is divided by its exact norm and depends on no mode. 15 iterations at the start.
 * `weightNorm`: `original0` is the length, `original1` the direction; checkpoints of the hook form (`weight_g`, `weight_v`) are taken.
 */
import { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { activeTrace } from '../trace/trace.ts';
import { Module } from './module.ts';
import { outputDimension } from './output-dimension.ts';
import { registerParametrization, type Parametrization } from './parametrize.ts';
import { iterate, randomUnitVector, singularValue, unitVector, weightMatrix } from './power-iteration.ts';
import type { SpectralNormOptions } from './spectral-norm-hook.ts';
import type { StateDict } from './state-dict.ts';
import { normExceptDim, normalizedWeight } from './weight-norm-hook.ts';

export { Orthogonal, orthogonal, type OrthogonalMap, type OrthogonalOptions } from './orthogonal.ts';

/** Divides a weight by its largest singular value. */
export class SpectralNorm extends Module implements Parametrization {
  readonly dim: number;
  readonly eps: number;
  readonly nPowerIterations: number;
  declare _u: Tensor | null;
  declare _v: Tensor | null;

  constructor(weight: Tensor, nPowerIterations = 1, dim = 0, eps = 1e-12) {
    super();
    const rank = weight.dim();
    if (dim >= rank || dim < -rank) throw new RangeError(`Dimension out of range (expected to be in range of [-${rank}, ${rank - 1}] but got ${dim})`);
    if (!(nPowerIterations > 0)) throw new ValueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${nPowerIterations}`);
    this.dim = dim < 0 ? dim + rank : dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    if (rank <= 1) return;
    const matrix = weightMatrix(weight.detach(), this.dim);
    const [u, v] = [randomUnitVector(matrix.size(0), weight, eps), randomUnitVector(matrix.size(1), weight, eps)];
    this.registerBuffer('_u', u);
    this.registerBuffer('_v', v);
    iterate(matrix, u, v, 15, eps, 'u');
  }

  override forward(weight: Tensor): Tensor {
    if (weight.dim() === 1) return unitVector(weight, this.eps);
    const matrix = weightMatrix(weight, this.dim);
    if (this.training) {
      iterate(matrix, this._u!, this._v!, this.nPowerIterations, this.eps, 'u');
      for (const name of ['_u', '_v']) activeTrace?.bufferWritten(this, name, 'forward');
    }
    return weight.div(singularValue(matrix, this._u!, this._v!));
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }

  override isModeSensitive(): boolean {
    return (this._u ?? null) !== null;
  }
}

/** g * v / |v| from the length g and the direction v. */
export class WeightNorm extends Module implements Parametrization {
  readonly dim: number | null;

  constructor(dim: number | null = 0) {
    super();
    this.dim = dim;
  }

  override forward(g: Tensor, v: Tensor): Tensor {
    return normalizedWeight(g, v, this.dim);
  }

  /** `weight_g` and `weight_v` beside the parametrizations are what the hook form saved. */
  override beforeLoad(prefix: string, state: StateDict): void {
    const place = /^(.*)parametrizations\.([^.]+)\.0\.$/.exec(prefix);
    if (place === null) return;
    const old = `${place[1]}${place[2]}`;
    const [g, v] = [state.get(`${old}_g`), state.get(`${old}_v`)];
    if (g === undefined || v === undefined) return;
    state.delete(`${old}_g`);
    state.delete(`${old}_v`);
    state.set(`${place[1]}parametrizations.${place[2]}.original0`, g);
    state.set(`${place[1]}parametrizations.${place[2]}.original1`, v);
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [normExceptDim(weight, this.dim), weight];
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

export function spectralNorm<M extends Module>(module: M, name = 'weight', options: SpectralNormOptions = {}): M {
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor)) throw new ValueError(`Module '${String(module)}' has no parameter or buffer with name '${name}'`);
  const { nPowerIterations = 1, eps = 1e-12, dim = outputDimension(module) } = options;
  return registerParametrization(module, name, new SpectralNorm(weight, nPowerIterations, dim, eps));
}

export function weightNorm<M extends Module>(module: M, name = 'weight', dim: number | null = 0): M {
  return registerParametrization(module, name, new WeightNorm(dim), { unsafe: true });
}
