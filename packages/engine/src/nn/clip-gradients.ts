/**
 * Clipping of gradients before an optimizer's step: by their total norm, or element by element.
 *
 * Guarantees: PyTorch's `clip_grad_norm_` and `clip_grad_value_`: gradients are changed in place, parameters without one are
 * skipped, and the total norm from before the clipping is returned. The factor is maxNorm / (norm + 1e-6), at most 1.
 * Refuses a total norm that is no finite number if asked to (`errorIfNonfinite`), before anything is changed.
 *
 * Worked example: `loss.backward(); nn.utils.clipGradNorm_(model.parameters(), 1); optimizer.step();`
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';

export type ParameterSource = Tensor | Iterable<Tensor>;

function gradientsOf(parameters: ParameterSource): readonly Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : [...parameters];
  // Borrowed: a gradient that nobody has seen gives its memory back when it is dropped.
  return list.map((parameter) => parameter.borrowGrad()).filter((grad) => grad !== null);
}

/** (sum of |x|^p)^(1/p) of everything in `lists`; p = 0 counts what is not 0, an infinite p is the largest or smallest. */
function vectorNorm(lists: Iterable<ArrayLike<number>>, p: number): number {
  let sum = p === -Infinity ? Infinity : 0;
  for (const list of lists) {
    for (let at = 0; at < list.length; at++) {
      const size = Math.abs(list[at]!);
      if (p === 2) sum += size * size;
      else if (p === Infinity) sum = size > sum || Number.isNaN(size) ? size : sum;
      else if (p === -Infinity) sum = size < sum || Number.isNaN(size) ? size : sum;
      else sum += p === 0 ? Number(size !== 0) : size ** p;
    }
  }
  if (p === 2) return Math.sqrt(sum);
  return p === 0 || Math.abs(p) === Infinity ? sum : sum ** (1 / p);
}

/**
 * Scales all gradients so that their norm, as of one vector, is at most `maxNorm`. Returns the norm they had, a 0-dimensional tensor.
 * @throws RuntimeError with `errorIfNonfinite` for a norm that is NaN or infinite
 */
export function clipGradNorm_(parameters: ParameterSource, maxNorm: number, options: { readonly normType?: number; readonly errorIfNonfinite?: boolean } = {}): Tensor {
  const { normType = 2, errorIfNonfinite = false } = options;
  const grads = gradientsOf(parameters);
  // As PyTorch: the norm of the list of norms.
  const total = vectorNorm([grads.map((grad) => vectorNorm([grad.array.contiguousData()], normType))], normType);
  if (errorIfNonfinite && !Number.isFinite(total)) {
    throw new RuntimeError(
      `The total norm of order ${Number.isInteger(normType) ? normType.toFixed(1) : normType} for gradients from \`parameters\` is non-finite, so it cannot be clipped. ` +
        'To disable this error and scale the gradients by the non-finite norm anyway, set `errorIfNonfinite: false`',
    );
  }
  const factor = maxNorm / (total + 1e-6);
  withoutRecording(() => {
    for (const grad of grads) grad.mul_(factor > 1 ? 1 : factor);
  });
  return new Tensor(NdArray.filled(grads[0]?.dtype ?? 'float32', [], grads.length === 0 ? 0 : total));
}

/** Limits every element of every gradient to [-clipValue, clipValue]. */
export function clipGradValue_(parameters: ParameterSource, clipValue: number): void {
  const grads = gradientsOf(parameters);
  withoutRecording(() => {
    for (const grad of grads) grad.clamp_(-clipValue, clipValue);
  });
}
