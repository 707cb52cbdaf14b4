/**
 * The mathematical methods of a tensor beyond plain arithmetic.
 *
 * Guarantees: names and defaults are PyTorch's, in camelCase. Tests (`all`, `isnan`, …) give bool tensors.
 */
import { normalizeDim, normalizeDims } from '../tensor/shape.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { ApplyingTensor } from './applying-tensor.ts';
import type { Dims, Operand, Tensor } from './tensor.ts';

interface Spread {
  readonly correction?: number;
  readonly keepdim?: boolean;
}

export abstract class MathTensor extends ApplyingTensor {
  sin(): Tensor { return this.apply('sin', {}); }
  cos(): Tensor { return this.apply('cos', {}); }
  tan(): Tensor { return this.apply('tan', {}); }
  asin(): Tensor { return this.apply('asin', {}); }
  acos(): Tensor { return this.apply('acos', {}); }
  atan(): Tensor { return this.apply('atan', {}); }
  sinh(): Tensor { return this.apply('sinh', {}); }
  cosh(): Tensor { return this.apply('cosh', {}); }
  /** The error function. */
  erf(): Tensor { return this.apply('erf', {}); }
  log1p(): Tensor { return this.apply('log1p', {}); }
  log2(): Tensor { return this.apply('log2', {}); }
  log10(): Tensor { return this.apply('log10', {}); }
  expm1(): Tensor { return this.apply('expm1', {}); }
  rsqrt(): Tensor { return this.apply('rsqrt', {}); }
  reciprocal(): Tensor { return this.apply('reciprocal', {}); }
  sign(): Tensor { return this.apply('sign', {}); }
  floor(): Tensor { return this.apply('floor', {}); }
  ceil(): Tensor { return this.apply('ceil', {}); }
  /** To the nearest whole number, to the even one of two. */
  round(): Tensor { return this.apply('round', {}); }
  trunc(): Tensor { return this.apply('trunc', {}); }
  /** The rest of a division, with the sign of the divisor. */
  remainder(divisor: Operand): Tensor { return this.apply('remainder', {}, divisor); }
  /** this + weight * (end - this). */
  lerp(end: Tensor, weight: Operand): Tensor { return this.apply('lerp', {}, end, weight); }
  isnan(): Tensor { return this.apply('isnan', {}); }
  isinf(): Tensor { return this.apply('isinf', {}); }
  logicalNot(): Tensor { return this.apply('logicalNot', {}); }
  logicalAnd(other: Operand): Tensor { return this.apply('logicalAnd', {}, other); }
  logicalOr(other: Operand): Tensor { return this.apply('logicalOr', {}, other); }
  logicalXor(other: Operand): Tensor { return this.apply('logicalXor', {}, other); }
  /** `x & y` in Python; on booleans the same as `logicalAnd`. */
  bitwiseAnd(other: Operand): Tensor { return this.apply('bitwiseAnd', {}, other); }
  bitwiseOr(other: Operand): Tensor { return this.apply('bitwiseOr', {}, other); }
  bitwiseXor(other: Operand): Tensor { return this.apply('bitwiseXor', {}, other); }
  /** `~x` in Python. */
  bitwiseNot(): Tensor { return this.apply('bitwiseNot', {}); }

  /** this + value * a * b. */
  addcmul(a: Tensor, b: Tensor, options: { readonly value?: number } = {}): Tensor {
    return this.apply('add', {}, a.mul(b).mul(options.value ?? 1));
  }

  /** this + value * a / b. */
  addcdiv(a: Tensor, b: Tensor, options: { readonly value?: number } = {}): Tensor {
    return this.apply('add', {}, a.div(b).mul(options.value ?? 1));
  }

  #over(dims: Dims | undefined | null, keepdim: boolean): { readonly dims: readonly number[]; readonly keepdim: boolean } {
    return { dims: normalizeDims(dims ?? undefined, this.shape.length), keepdim };
  }

  prod(dim?: number, keepdim = false): Tensor { return this.apply('prod', this.#over(dim, keepdim)); }
  all(dims?: Dims, keepdim = false): Tensor { return this.apply('all', this.#over(dims, keepdim)); }
  any(dims?: Dims, keepdim = false): Tensor { return this.apply('any', this.#over(dims, keepdim)); }
  logsumexp(dims: Dims, keepdim = false): Tensor { return this.apply('logsumexp', this.#over(dims, keepdim)); }

  /** (sum of |x|^p)^(1/p) over `dims`, all of them if none are given. */
  norm(p = 2, dims: Dims | null = null, keepdim = false): Tensor { return this.apply('vectorNorm', { ...this.#over(dims, keepdim), p }); }

  /** Variance with `count - correction` in the denominator; 1, the default, is the unbiased estimate. */
  var(dims?: Dims, { correction = 1, keepdim = false }: Spread = {}): Tensor {
    return this.apply('variance', { ...this.#over(dims, keepdim), correction });
  }

  std(dims?: Dims, options: Spread = {}): Tensor {
    return this.var(dims, options).sqrt();
  }

  cumsum(dim: number): Tensor { return this.apply('cumsum', { dim: normalizeDim(dim, this.shape.length) }); }
  cumprod(dim: number): Tensor { return this.apply('cumprod', { dim: normalizeDim(dim, this.shape.length) }); }

  #requireRank(rank: number, name: string): void {
    if (this.shape.length !== rank) throw new RuntimeError(`${name} must be a ${rank}D tensor`);
  }

  /** [B, n, m] times [B, m, p]. */
  bmm(other: Tensor): Tensor {
    this.#requireRank(3, 'batch1');
    if (other.dim() !== 3) throw new RuntimeError('batch2 must be a 3D tensor');
    if (other.size(0) !== this.shape[0] || other.size(1) !== this.shape[2]) {
      throw new RuntimeError(`Expected size for first two dimensions of batch2 tensor to be: [${this.shape[0]}, ${this.shape[2]}] but got: [${other.size(0)}, ${other.size(1)}].`);
    }
    return this.apply('matmul', {}, other);
  }

  /** beta * this + alpha * (batch1 @ batch2); this broadcasts. */
  baddbmm(batch1: Tensor, batch2: Tensor, options: { readonly beta?: number; readonly alpha?: number } = {}): Tensor {
    return batch1.bmm(batch2).mul(options.alpha ?? 1).add(this.apply('mul', {}, options.beta ?? 1));
  }

  /** beta * this + alpha * (mat1 @ mat2); this broadcasts. */
  addmm(mat1: Tensor, mat2: Tensor, options: { readonly beta?: number; readonly alpha?: number } = {}): Tensor {
    return mat1.matmul(mat2).mul(options.alpha ?? 1).add(this.apply('mul', {}, options.beta ?? 1));
  }
}
