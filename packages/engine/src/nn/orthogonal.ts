/**
 * `nn.utils.parametrizations.orthogonal`: a weight whose columns, or rows if they are fewer, stay orthonormal.
 *
 * Guarantees (PyTorch 2.13, executed): the maps `matrixExp`, `cayley` and `householder`; a trivialization moves the map so that it starts from the weight itself, made orthogonal if it was not; the diagonal
 * of the original is no parameter but signs. Batches of matrices in the last two dimensions. Refuses fewer dimensions than two, an unknown map, an assigned weight of another shape, and, without a trivialization, an
 * assignment to `matrixExp` and `cayley`, which have no right inverse.
 *
 * Worked example: `nn.utils.parametrizations.orthogonal(new nn.Linear(20, 40)).weight` is a 40 x 20 matrix Q with Q^T Q = I, before and after every optimizer step.
 */
import '../ops/indexing-methods.ts';
import { applyOp } from '../autograd/apply-op.ts';
import { withoutRecording } from '../autograd/grad-mode.ts';
import { randn, zeros } from '../ops/creation.ts';
import { cat } from '../ops/joining.ts';
import { householderProductRecord, matrixExpRecord, solveRecord } from '../ops/linalg-records.ts';
import { Tensor } from '../ops/tensor.ts';
import { Matrix } from '../tensor/dense-matrix.ts';
import { NotImplementedError, ValueError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { formatSize, sameShape, type Shape } from '../tensor/shape.ts';
import { Module } from './module.ts';
import { registerParametrization, type Parametrization } from './parametrize.ts';

const maps = ['matrixExp', 'cayley', 'householder'] as const;
export type OrthogonalMap = (typeof maps)[number];

export interface OrthogonalOptions {
  /** `matrixExp` for square matrices, else `householder`, if nothing is said. */
  readonly orthogonalMap?: OrthogonalMap;
  readonly useTrivialization?: boolean;
}

/** The distance from 1 to the next number of the type. */
const epsilons = { float32: 2 ** -23, float64: Number.EPSILON } as const;

/** Applies `change` to every matrix in the last two dimensions. */
function eachMatrix(x: Tensor, change: (matrix: Matrix) => Matrix): Tensor {
  const [rows, columns] = [x.size(-2), x.size(-1)];
  const data = x.array.contiguousData();
  const out = new Float64Array(data.length);
  for (let start = 0; start < data.length; start += rows * columns) out.set(change(Matrix.from(rows, columns, (row, column) => data[start + row * columns + column]!)).data, start);
  return new Tensor(NdArray.from('float64', x.shape, out).copy(x.dtype));
}

function diagonalOf(x: Tensor): Tensor {
  const [rows, columns] = [x.size(-2), x.size(-1)];
  const data = x.array.contiguousData();
  const batch = x.shape.slice(0, -2);
  const out = Float64Array.from({ length: (data.length / (rows * columns)) * columns }, (_, at) => data[Math.floor(at / columns) * rows * columns + (at % columns) * (columns + 1)]!);
  return new Tensor(NdArray.from('float64', [...batch, columns], out));
}

/** The identity in the shape of a matrix, times `value`. */
function scaledIdentity(like: Tensor, value: number): Tensor {
  return eachMatrix(zeros(like.shape, { dtype: like.dtype }), (matrix) => Matrix.from(matrix.rows, matrix.columns, (row, column) => (row === column ? value : 0)));
}

const columnsOf = (q: Matrix, factors: Matrix): Matrix => Matrix.from(q.rows, q.columns, (row, column) => q.at(row, column) * Math.sign(factors.at(column, column)));

/** Q of the decomposition of a tall matrix into Q R with a positive diagonal of R. */
function madeOrthogonal(x: Tensor): Tensor {
  const factored: { readonly factors: Matrix; readonly tau: Float64Array }[] = [];
  const factors = eachMatrix(x, (matrix) => {
    const found = matrix.factorQR();
    factored.push(found);
    return found.factors;
  });
  const tau = new Tensor(NdArray.from('float64', [...x.shape.slice(0, -2), x.size(-1)], Float64Array.from(factored.flatMap((found) => [...found.tau]))).copy(x.dtype));
  const q = applyOp('householderProduct', householderProductRecord, [factors, tau], {});
  let at = 0;
  return eachMatrix(q, (matrix) => columnsOf(matrix, factored[at++]!.factors));
}

function isOrthogonal(x: Tensor): boolean {
  const tolerance = 10 * x.size(-2) * epsilons[x.dtype as keyof typeof epsilons];
  let holds = true;
  eachMatrix(x, (matrix) => {
    const product = matrix.transposed().times(matrix);
    for (let row = 0; row < product.rows; row++) {
      for (let column = 0; column < product.columns; column++) {
        const wanted = Number(row === column);
        if (!(Math.abs(product.at(row, column) - wanted) <= tolerance + 1e-5 * wanted)) holds = false;
      }
    }
    return matrix;
  });
  return holds;
}

const turned = (x: Tensor): Tensor => x.transpose(-2, -1);

export class Orthogonal extends Module implements Parametrization {
  readonly shape: Shape;
  readonly orthogonalMap: OrthogonalMap;
  readonly useTrivialization: boolean;
  declare base: Tensor | null;

  constructor(weight: Tensor, orthogonalMap: OrthogonalMap, useTrivialization: boolean) {
    super();
    this.shape = weight.shape;
    this.orthogonalMap = orthogonalMap;
    this.useTrivialization = useTrivialization;
    if (useTrivialization) this.registerBuffer('base', null);
  }

  override forward(x: Tensor): Tensor {
    const wide = x.size(-2) < x.size(-1);
    const tall = wide ? turned(x) : x;
    let q = this.orthogonalMap === 'householder' ? this.reflected(tall) : this.rotated(tall);
    if (this.useTrivialization) q = this.base!.matmul(q);
    return wide ? turned(q) : q;
  }

  /** The map of a skew-symmetric matrix, of which x gives what is below the diagonal. */
  private rotated(x: Tensor): Tensor {
    const [n, k] = [x.size(-2), x.size(-1)];
    const lower = n === k ? x.tril() : cat([x.tril(), zeros([...x.shape.slice(0, -1), n - k], { dtype: x.dtype })], -1);
    const skew = lower.sub(turned(lower));
    if (this.orthogonalMap === 'matrixExp') return applyOp('matrixExp', matrixExpRecord, [skew], {}).narrow(-1, 0, k);
    const [half, identity] = [skew.mul(0.5), scaledIdentity(skew, 1)];
    return applyOp('solve', solveRecord, [identity.sub(half), identity.add(half)], {}).narrow(-1, 0, k);
  }

  private reflected(x: Tensor): Tensor {
    const reflectors = x.tril(-1);
    const tau = reflectors.mul(reflectors).sum(-2).add(1).pow(-1).mul(2);
    const signs = diagonalOf(x).to('int32').to(x.dtype);
    return applyOp('householderProduct', householderProductRecord, [reflectors, tau], {}).mul(signs.unsqueeze(-2));
  }

  rightInverse(value: Tensor): Tensor {
    if (!sameShape(value.shape, this.shape)) throw new ValueError(`Expected a matrix or batch of matrices of shape ${formatSize(this.shape)}. Got a tensor of shape ${formatSize(value.shape)}.`);
    return withoutRecording(() => {
      const wide = value.size(-2) < value.size(-1);
      const tall = wide ? turned(value) : value;
      if (!this.useTrivialization) return wide ? turned(this.reflectorsOf(tall)) : this.reflectorsOf(tall);
      const [n, k] = [tall.size(-2), tall.size(-1)];
      const whole = n === k ? tall : cat([tall, randn([...tall.shape.slice(0, -1), n - k], { dtype: tall.dtype as 'float32' | 'float64' })], -1);
      this.registerBuffer('base', n === k && isOrthogonal(tall) ? tall.clone() : madeOrthogonal(whole));
      return scaledIdentity(value, -1);
    });
  }

  /** What `reflected` makes `value` of, if that is orthogonal. */
  private reflectorsOf(value: Tensor): Tensor {
    if (this.orthogonalMap !== 'householder') throw new NotImplementedError('It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.');
    return eachMatrix(value, (matrix) => {
      const { factors, tau } = matrix.factorQR();
      // A diagonal of R that is positive, so that an orthogonal matrix is its own Q.
      return Matrix.from(factors.rows, factors.columns, (row, column) => (row === column ? Math.sign(factors.at(row, row)) * (tau[row] === 0 ? -1 : 1) : factors.at(row, column)));
    });
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

/**
 * Makes the matrix, or batch of matrices, `name` of `module` orthogonal from now on.
 * @throws ValueError if there is no such tensor, if it has fewer than two dimensions, or for another map
 */
export function orthogonal<M extends Module>(module: M, name = 'weight', options: OrthogonalOptions = {}): M {
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!(weight instanceof Tensor)) throw new ValueError(`Module '${String(module)}' has no parameter or buffer with name '${name}'`);
  if (weight.dim() < 2) throw new ValueError(`Expected a matrix or batch of matrices. Got a tensor of ${weight.dim()} dimensions.`);
  const { orthogonalMap = weight.size(-2) === weight.size(-1) ? 'matrixExp' : 'householder', useTrivialization = true } = options;
  if (!maps.includes(orthogonalMap)) throw new ValueError(`orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${String(orthogonalMap)}`);
  return registerParametrization(module, name, new Orthogonal(weight, orthogonalMap, useTrivialization), { unsafe: true });
}
