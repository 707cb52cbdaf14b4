/**
 * The largest singular value of a weight, by power iteration: what both forms of spectral normalisation compute.
 *
 * Guarantees: the iteration of `torch.nn.utils` (Miyato et al. 2018, algorithm 1): the vectors are overwritten in place, no graph is recorded, and the
 * value u^T W v that is used afterwards is differentiated with u and v as constants. Vectors shorter than `eps` are divided by `eps`.
 */
import '../ops/math-methods.ts';
import { withoutRecording } from '../autograd/grad-mode.ts';
import { randn } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';

/** The weight as a matrix: dimension `dim` first, all others together. */
export function weightMatrix(weight: Tensor, dim: number): Tensor {
  const order = [dim, ...weight.shape.map((_, at) => at).filter((at) => at !== dim)];
  return (dim === 0 ? weight : weight.permute(order)).reshape(weight.size(dim), -1);
}

/** x / max(|x|, eps) for a vector x. */
export function unitVector(x: Tensor, eps: number): Tensor {
  return x.div(x.square().sum().sqrt().maximum(eps));
}

/** A random unit vector as long as one side of the matrix, of its type. */
export function randomUnitVector(length: number, like: Tensor, eps: number): Tensor {
  return withoutRecording(() => unitVector(randn(length).to(like.dtype), eps));
}

/** Improves u and v in place, `steps` times; `first` is the one that is computed first, as the two forms differ in that. */
export function iterate(matrix: Tensor, u: Tensor, v: Tensor, steps: number, eps: number, first: 'u' | 'v'): void {
  withoutRecording(() => {
    const values = matrix.detach();
    const improve = (side: 'u' | 'v'): void => {
      if (side === 'u') u.copy_(unitVector(values.matmul(v), eps));
      else v.copy_(unitVector(values.t().matmul(u), eps));
    };
    for (let step = 0; step < steps; step++) {
      improve(first);
      improve(first === 'u' ? 'v' : 'u');
    }
  });
}

/** u^T W v; u and v are copied, so that the next iteration does not spoil the graph of this one. */
export function singularValue(matrix: Tensor, u: Tensor, v: Tensor): Tensor {
  const [left, right] = withoutRecording(() => [u.clone(), v.clone()]);
  return left!.matmul(matrix.matmul(right!));
}
