/**
 * The mathematical methods of a tensor beyond plain arithmetic, with the operations that they apply.
 *
 * Guarantees: importing this file gives them to every tensor, as the package does and `@modeguard/engine/core` does not. Names and defaults are PyTorch's, in camelCase. Tests (`all`,
 * `isnan`, …) give bool tensors.
 *
 * Worked example: after `import '../ops/math-methods.ts'` the call `tensor([1, 2, 3]).cumsum(0)` gives 1, 3, 6.
 */
import { applyInPlace } from '../autograd/apply-op.ts';
import { addMethods } from '../tensor/add-methods.ts';
import { normalizeDim, reducedDims } from '../tensor/shape.ts';
import { isFloating, nativeName } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { ApplyingTensor } from './applying-tensor.ts';
import { extremumOps, type ExtremumAttributes } from './extremum-ops.ts';
import { logicRecords, type LogicAttributes } from './logic-records.ts';
import { mathRecords, type MathAttributes } from './math-records.ts';
import { Tensor, type Dims, type Operand } from './tensor.ts';

interface Spread {
  readonly correction?: number;
  readonly keepdim?: boolean;
}

type Attributes = MathAttributes & LogicAttributes & ExtremumAttributes;
const records = { ...mathRecords, ...logicRecords, ...extremumOps };

function apply<K extends keyof Attributes>(x: ApplyingTensor, op: K, attributes: Attributes[K], ...others: readonly Operand[]): Tensor {
  return ApplyingTensor.applyFrom<Attributes, K>(records, op, x, attributes, others);
}

function over(x: ApplyingTensor, dims: Dims | undefined | null, keepdim: boolean): { readonly dims: readonly number[]; readonly keepdim: boolean } {
  return { dims: reducedDims(dims ?? undefined, x.shape.length), keepdim };
}

interface Share {
  readonly value?: number;
}

const scaled = (product: Tensor, { value = 1 }: Share): Tensor => (value === 1 ? product : product.mul(value));

function requireOneType(x: ApplyingTensor, end: Tensor): void {
  if (end.dtype !== x.dtype) throw new RuntimeError(`expected dtype ${nativeName[x.dtype]} for \`end\` but got dtype ${nativeName[end.dtype]}`);
}

function requireFraction(a: Tensor, b: Tensor): void {
  if (isFloating(a.dtype) || isFloating(b.dtype)) return;
  throw new RuntimeError(
    'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as ' +
      '(input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. ' +
      'The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
  );
}

abstract class MathMethods extends ApplyingTensor {
  maximum(other: Operand): Tensor { return apply(this, 'maximum', {}, other); }
  minimum(other: Operand): Tensor { return apply(this, 'minimum', {}, other); }
  sin(): Tensor { return apply(this, 'sin', {}); }
  cos(): Tensor { return apply(this, 'cos', {}); }
  tan(): Tensor { return apply(this, 'tan', {}); }
  asin(): Tensor { return apply(this, 'asin', {}); }
  acos(): Tensor { return apply(this, 'acos', {}); }
  atan(): Tensor { return apply(this, 'atan', {}); }
  sinh(): Tensor { return apply(this, 'sinh', {}); }
  cosh(): Tensor { return apply(this, 'cosh', {}); }
  /** The error function. */
  erf(): Tensor { return apply(this, 'erf', {}); }
  log1p(): Tensor { return apply(this, 'log1p', {}); }
  log2(): Tensor { return apply(this, 'log2', {}); }
  log10(): Tensor { return apply(this, 'log10', {}); }
  expm1(): Tensor { return apply(this, 'expm1', {}); }
  rsqrt(): Tensor { return apply(this, 'rsqrt', {}); }
  reciprocal(): Tensor { return apply(this, 'reciprocal', {}); }
  sign(): Tensor { return apply(this, 'sign', {}); }
  floor(): Tensor { return apply(this, 'floor', {}); }
  ceil(): Tensor { return apply(this, 'ceil', {}); }
  /** To the nearest whole number, to the even one of two. */
  round(): Tensor { return apply(this, 'round', {}); }
  trunc(): Tensor { return apply(this, 'trunc', {}); }
  /** The rest of a division, with the sign of the divisor. */
  remainder(divisor: Operand): Tensor { return apply(this, 'remainder', {}, divisor); }
  /** this + weight * (end - this). */
  lerp(end: Tensor, weight: Operand): Tensor {
    requireOneType(this, end);
    return apply(this, 'lerp', {}, end, weight);
  }
  isnan(): Tensor { return apply(this, 'isnan', {}); }
  isinf(): Tensor { return apply(this, 'isinf', {}); }
  isfinite(): Tensor { return apply(this, 'isfinite', {}); }
  logicalNot(): Tensor { return apply(this, 'logicalNot', {}); }
  logicalAnd(other: Operand): Tensor { return apply(this, 'logicalAnd', {}, other); }
  logicalOr(other: Operand): Tensor { return apply(this, 'logicalOr', {}, other); }
  logicalXor(other: Operand): Tensor { return apply(this, 'logicalXor', {}, other); }
  /** `x & y` in Python; on booleans the same as `logicalAnd`. */
  bitwiseAnd(other: Operand): Tensor { return apply(this, 'bitwiseAnd', {}, other); }
  bitwiseOr(other: Operand): Tensor { return apply(this, 'bitwiseOr', {}, other); }
  bitwiseXor(other: Operand): Tensor { return apply(this, 'bitwiseXor', {}, other); }
  /** `~x` in Python. */
  bitwiseNot(): Tensor { return apply(this, 'bitwiseNot', {}); }

  /** this + value * a * b. */
  addcmul(a: Tensor, b: Tensor, options: Share = {}): Tensor {
    return this.apply('add', {}, scaled(a.mul(b), options));
  }

  /** this + value * a / b. */
  addcdiv(a: Tensor, b: Tensor, options: Share = {}): Tensor {
    requireFraction(a, b);
    return this.apply('add', {}, scaled(a.div(b), options));
  }

  neg_(): this { return this.applyInPlace('neg', {}); }
  abs_(): this { return this.applyInPlace('abs', {}); }
  sqrt_(): this { return this.applyInPlace('sqrt', {}); }
  sigmoid_(): this { return this.applyInPlace('sigmoid', {}); }
  tanh_(): this { return this.applyInPlace('tanh', {}); }
  pow_(exponent: Operand): this { return this.applyInPlace('pow', {}, exponent); }
  /** Moves this by `weight` of the way towards `end`. */
  lerp_(end: Tensor, weight: Operand): this {
    requireOneType(this, end);
    return applyInPlace('lerp', records.lerp, this as ApplyingTensor, [end, this.operand(weight)], {}) as this;
  }
  addcmul_(a: Tensor, b: Tensor, options: Share = {}): this { return this.applyInPlace('add', {}, scaled(a.mul(b), options)); }
  addcdiv_(a: Tensor, b: Tensor, options: Share = {}): this {
    requireFraction(a, b);
    return this.applyInPlace('add', {}, scaled(a.div(b), options));
  }

  prod(dim?: number, keepdim = false): Tensor { return apply(this, 'prod', over(this, dim, keepdim)); }
  all(dims?: Dims, keepdim = false): Tensor { return apply(this, 'all', over(this, dims, keepdim)); }
  any(dims?: Dims, keepdim = false): Tensor { return apply(this, 'any', over(this, dims, keepdim)); }
  logsumexp(dims: Dims, keepdim = false): Tensor { return apply(this, 'logsumexp', over(this, dims, keepdim)); }

  /** (sum of |x|^p)^(1/p) over `dims`, all of them if none are given. */
  norm(p = 2, dims: Dims | null = null, keepdim = false): Tensor { return apply(this, 'vectorNorm', { ...over(this, dims, keepdim), p }); }

  /** Variance with `count - correction` in the denominator; 1, the default, is the unbiased estimate. */
  var(dims?: Dims, { correction = 1, keepdim = false }: Spread = {}): Tensor {
    return apply(this, 'variance', { ...over(this, dims, keepdim), correction });
  }

  std(dims?: Dims, options: Spread = {}): Tensor {
    return apply(this.var(dims, options), 'std', {});
  }

  cumsum(dim: number): Tensor { return apply(this, 'cumsum', { dim: normalizeDim(dim, this.shape.length) }); }
  cumprod(dim: number): Tensor { return apply(this, 'cumprod', { dim: normalizeDim(dim, this.shape.length) }); }

  /** [B, n, m] times [B, m, p]. */
  bmm(other: Tensor): Tensor {
    if (this.shape.length !== 3) throw new RuntimeError('batch1 must be a 3D tensor');
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

declare module './tensor.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Tensor extends MathMethods {}
}

addMethods(Tensor, MathMethods);
