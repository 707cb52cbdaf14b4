/**
 * Norms of vectors and distances between them, as functions.
 *
 * Guarantees: defaults are PyTorch's.
 */
import '../../ops/indexing-methods.ts';
import '../../ops/math-methods.ts';
import { tensor } from '../../ops/creation.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import { broadcastShapes } from '../../tensor/shape.ts';

/** x divided by its p-norm over `dim`, or by `eps` where that is larger. */
export function normalize(x: Tensor, options: { readonly p?: number; readonly dim?: number; readonly eps?: number } = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return x.div(x.norm(p, dim, true).clamp(eps));
}

/** The cosine of the angle between vectors along `dim` of the shape to which both broadcast; each norm is at least `eps`. */
export function cosineSimilarity(a: Tensor, b: Tensor, dim = 1, eps = 1e-8): Tensor {
  const shape = broadcastShapes(a.shape, b.shape);
  const unit = (part: Tensor): Tensor => {
    const whole = part.expand(shape);
    return whole.div(whole.norm(2, dim, true).clamp(eps));
  };
  return unit(a).mul(unit(b)).sum(dim);
}

/** The p-norm of a - b + eps over the last dimension. */
export function pairwiseDistance(a: Tensor, b: Tensor, options: { readonly p?: number; readonly eps?: number; readonly keepdim?: boolean } = {}): Tensor {
  return a.sub(b).add(options.eps ?? 1e-6).norm(options.p ?? 2, -1, options.keepdim ?? false);
}

/** The p-norms of the differences between all pairs of rows of [N, M]: [N (N - 1) / 2], the pairs (0, 1), (0, 2), …, (1, 2), … */
export function pdist(x: Tensor, p = 2): Tensor {
  if (x.dim() !== 2) throw new RuntimeError(`pdist only supports 2D tensors, got: ${x.dim()}D`);
  if (!(p >= 0)) throw new RuntimeError('pdist only supports non-negative p values');
  const rows = x.size(0);
  const pairs: [number, number][] = [];
  for (let first = 0; first < rows; first++) for (let second = first + 1; second < rows; second++) pairs.push([first, second]);
  const side = (which: 0 | 1): Tensor => x.indexSelect(0, tensor(pairs.map((pair) => pair[which]), { dtype: 'int64' }));
  return side(0).sub(side(1)).norm(p, 1);
}
