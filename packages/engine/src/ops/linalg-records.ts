/**
 * Functions of square matrices, and products of reflections.
 *
 * Guarantees: computed in double precision for every type. `matrixExp` by scaling, a Taylor polynomial and squaring; its gradient is a block of the exponential of a block matrix (N. J. Higham, Functions of
 * Matrices, 2008, theorem 3.6). `solve` by elimination with partial pivoting. `householderProduct` are the first columns of H1 H2 … with Hi = I - taui vi vi^T, where vi is column i of the first input
 * below its diagonal, with 1 on it, as LAPACK's `orgqr` has it; what is on and above the diagonal is neither read nor given a gradient. Shapes: [*, n, n]; [*, n, n] and [*, n, m]; [*, n, k] and [*, k].
 * Refuses a singular matrix, in PyTorch's words.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { Matrix } from '../tensor/dense-matrix.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { floatingKernel } from './refuse-types.ts';

export interface LinalgAttributes {
  readonly matrixExp: None;
  /** Inputs: A and B; the result is A^-1 B. */
  readonly solve: None;
  /** Inputs: the reflectors and tau. */
  readonly householderProduct: None;
}

/** The matrices in the last two dimensions, one after the other. */
function matricesOf(x: NdArray): readonly Matrix[] {
  const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const data = x.contiguousData();
  return Array.from({ length: numelOf(x.shape.slice(0, -2)) }, (_, at) => Matrix.from(rows, columns, (row, column) => data[(at * rows + row) * columns + column]!));
}

function joined(like: NdArray, shape: Shape, parts: readonly { readonly data: Float64Array }[]): NdArray {
  const all = new Float64Array(numelOf(shape));
  let at = 0;
  for (const { data } of parts) {
    all.set(data, at);
    at += data.length;
  }
  return NdArray.from('float64', shape, all).copy(like.dtype);
}

/** The Taylor polynomial is exact to double precision for a norm of a half. */
const taylorDegree = 16;

function exponential(a: Matrix): Matrix {
  const halvings = Math.max(0, Math.ceil(Math.log2(a.norm1() / 0.5)));
  const small = a.map((value) => value / 2 ** halvings);
  let result = Matrix.identity(a.rows);
  for (let degree = taylorDegree; degree > 0; degree--) result = small.times(result.map((value) => value / degree)).plus(Matrix.identity(a.rows));
  for (let time = 0; time < halvings; time++) result = result.times(result);
  return result;
}

/** The derivative of exp at a^T in the direction of `grad`. */
function exponentialGradient(a: Matrix, grad: Matrix): Matrix {
  const n = a.rows;
  const block = exponential(Matrix.from(2 * n, 2 * n, (row, column) => (row < n ? (column < n ? a.at(column, row) : grad.at(row, column - n)) : column < n ? 0 : a.at(column - n, row - n))));
  return Matrix.from(n, n, (row, column) => block.at(row, column + n));
}

function solved(a: Matrix, b: Matrix): Matrix {
  const solution = a.solve(b);
  if (solution === null) throw new RuntimeError('torch.linalg.solve: The solver failed because the input matrix is singular.');
  return solution;
}

/** Column i below the diagonal, with 1 on it. */
function reflector(reflectors: Matrix, i: number): Float64Array {
  return Float64Array.from({ length: reflectors.rows }, (_, row) => (row < i ? 0 : row === i ? 1 : reflectors.at(row, i)));
}

/** H x = x - tau v (v^T x). */
function reflect(x: Matrix, v: Float64Array, tau: number): Matrix {
  const along = x.leftTimes(v);
  return Matrix.from(x.rows, x.columns, (row, column) => x.at(row, column) - tau * v[row]! * along[column]!);
}

/** Hi … Hk applied to the first k columns of the identity, for every i from k + 1 down to 1; the last is the product. */
function partialProducts(reflectors: Matrix, tau: Float64Array): readonly Matrix[] {
  const products = [Matrix.from(reflectors.rows, reflectors.columns, (row, column) => Number(row === column))];
  for (let i = tau.length - 1; i >= 0; i--) products.push(reflect(products.at(-1)!, reflector(reflectors, i), tau[i]!));
  return products;
}

/** With a = (H1 … Hi-1)^T grad and r = Hi+1 … Hk I, the gradient of Hi is M = a r^T; so that of tau is -v^T M v and that of v is -tau (M + M^T) v. */
function productGradient(reflectors: Matrix, tau: Float64Array, grad: Matrix): { readonly reflectors: Matrix; readonly tau: Float64Array } {
  const products = partialProducts(reflectors, tau);
  const ofTau = new Float64Array(tau.length);
  const ofReflectors = Matrix.from(reflectors.rows, reflectors.columns, () => 0);
  let a = grad;
  for (let i = 0; i < tau.length; i++) {
    const v = reflector(reflectors, i);
    const r = products[tau.length - 1 - i]!;
    const [va, vr] = [a.leftTimes(v), r.leftTimes(v)];
    ofTau[i] = -va.reduce((sum, value, at) => sum + value * vr[at]!, 0);
    for (let row = i + 1; row < reflectors.rows; row++) {
      let sum = 0;
      for (let at = 0; at < va.length; at++) sum += a.at(row, at) * vr[at]! + r.at(row, at) * va[at]!;
      ofReflectors.set(row, i, -tau[i]! * sum);
    }
    a = reflect(a, v, tau[i]!);
  }
  return { reflectors: ofReflectors, tau: ofTau };
}

const tausOf = (tau: NdArray): readonly Float64Array[] => {
  const count = tau.shape.at(-1)!;
  const data = tau.contiguousData();
  return Array.from({ length: numelOf(tau.shape.slice(0, -1)) }, (_, at) => Float64Array.from(data.subarray(at * count, (at + 1) * count)));
};

export const matrixExpRecord: OpRecord<None> = /* @__PURE__ */ floatingKernel('linalg_matrix_exp', {
  forward: ([a]) => joined(a!, a!.shape, matricesOf(a!).map(exponential)),
  gradient: {
    saves: () => ({ inputs: [0] }),
    of: (grad, { input }) => {
      const grads = matricesOf(grad);
      return [joined(grad, grad.shape, matricesOf(input(0)).map((a, at) => exponentialGradient(a, grads[at]!)))];
    },
  },
});

export const solveRecord: OpRecord<None> = /* @__PURE__ */ floatingKernel('linalg_solve', {
  forward: ([a, b]) => {
    const sides = matricesOf(b!);
    return joined(b!, b!.shape, matricesOf(a!).map((matrix, at) => solved(matrix, sides[at]!)));
  },
  gradient: {
    saves: (needs) => ({ inputs: [0], output: needs[0] === true }),
    // With X = A^-1 B: the gradient of B is A^-T grad, that of A is -(A^-T grad) X^T.
    of: (grad, { needs, shapes, input, output }) => {
      const grads = matricesOf(grad);
      const ofB = matricesOf(input(0)).map((a, at) => solved(a.transposed(), grads[at]!));
      const solutions = needs[0] ? matricesOf(output()) : [];
      return [
        needs[0] ? joined(grad, shapes[0]!, ofB.map((part, at) => part.times(solutions[at]!.transposed()).map((value) => -value))) : null,
        needs[1] ? joined(grad, shapes[1]!, ofB) : null,
      ];
    },
  },
});

export const householderProductRecord: OpRecord<None> = /* @__PURE__ */ floatingKernel('orgqr', {
  forward: ([reflectors, tau]) => {
    const taus = tausOf(tau!);
    return joined(reflectors!, reflectors!.shape, matricesOf(reflectors!).map((matrix, at) => partialProducts(matrix, taus[at]!).at(-1)!));
  },
  gradient: {
    saves: () => ({ inputs: [0, 1] }),
    of: (grad, { needs, shapes, input }) => {
      const [taus, grads] = [tausOf(input(1)), matricesOf(grad)];
      const parts = matricesOf(input(0)).map((matrix, at) => productGradient(matrix, taus[at]!, grads[at]!));
      return [needs[0] ? joined(grad, shapes[0]!, parts.map(({ reflectors }) => reflectors)) : null, needs[1] ? joined(grad, shapes[1]!, parts.map(({ tau }) => ({ data: tau }))) : null];
    },
  },
});

export const linalgRecords: Records<LinalgAttributes> = { matrixExp: matrixExpRecord, solve: solveRecord, householderProduct: householderProductRecord };
