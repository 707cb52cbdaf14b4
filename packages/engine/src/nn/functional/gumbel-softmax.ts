/**
 * Samples of a softmax.
 *
 * Guarantees: random in both modes, as in PyTorch (mode inventory 2).
 */
import { rand, zerosLike } from '../../ops/creation.ts';
import '../../ops/indexing-methods.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { normalizeDim } from '../../tensor/shape.ts';

/**
 * A sample of the softmax with Gumbel noise, random in both modes; `hard` gives the one-hot vector of its maximum, with the gradient of the soft one.
 * Jang et al. 2017.
 */
export function gumbelSoftmax(logits: Tensor, options: { readonly tau?: number; readonly hard?: boolean; readonly dim?: number } = {}): Tensor {
  const { tau = 1, hard = false, dim = -1 } = options;
  const noise = rand([...logits.shape]).neg().add(1).log().neg().log().neg().to(logits.dtype);
  const soft = logits.add(noise).div(tau).softmax(dim);
  if (!hard) return soft;
  const at = normalizeDim(dim, logits.dim());
  const top = soft.detach().max(at, true).indices;
  const oneHot = zerosLike(soft).scatter(at, top, 1);
  return oneHot.sub(soft.detach()).add(soft);
}
