/**
 * Cross entropy of logits that a linear map makes from the input.
 *
 * Guarantees: the reference path of PyTorch 2.13's `F.linear_cross_entropy` (executed); its option to compute in chunks is not offered. Refuses sizes that do not
 * fit, with PyTorch's messages.
 */
import type { Tensor } from '../../ops/tensor.ts';
import { RuntimeError } from '../../tensor/errors.ts';
import { numelOf, sameShape, type Shape } from '../../tensor/shape.ts';
import { linear } from './linear.ts';
import { crossEntropy, type ClassLossOptions } from './loss.ts';

export interface LinearCrossEntropyOptions extends Omit<ClassLossOptions, 'ignoreIndex'> {
  readonly labelSmoothing?: number;
  /** [C], or [C, ...dims] as the weight. */
  readonly linearBias?: Tensor | null;
  /** A class that does not count; -100 unless given. Only for targets that are classes. */
  readonly ignoreIndex?: number | null;
}

/** As Python prints a tuple. */
const sizeText = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Input [N, F] (or [F]), weight [C, ...dims, F]; the target is what `crossEntropy` takes for logits [N, C, ...dims]. */
export function linearCrossEntropy(input: Tensor, linearWeight: Tensor, target: Tensor, options: LinearCrossEntropyOptions = {}): Tensor {
  const { linearBias = null, ignoreIndex = null, ...rest } = options;
  if (input.dim() < 1 || input.dim() > 2) throw new RuntimeError(`expected input with dimensionality 1 or 2, got ${input.dim()}`);
  if (linearWeight.dim() < 2) throw new RuntimeError(`expected linear_weight with dimensionality at least 2, got ${linearWeight.dim()}`);
  const [features, classes] = [linearWeight.size(-1), linearWeight.size(0)];
  if (input.size(-1) !== features) throw new RuntimeError(`expected equal input and linear_weight last dimensions (in_features), got ${input.size(-1)} and ${features}, respectively`);
  const dims = linearWeight.shape.slice(1, -1);
  if (linearBias !== null && !sameShape(linearBias.shape, [classes, ...dims])) throw new RuntimeError(`expected linear_bias shape ${sizeText([classes, ...dims])}, got ${sizeText(linearBias.shape)}`);
  if (dims.length > 0 && input.dim() === 1) {
    throw new RuntimeError(`K-dimensional loss defined by linear_weight shape ${sizeText(linearWeight.shape)} requires batched input, (N, ${features}), got unbatched input with shape ${sizeText(input.shape)}`);
  }
  const shape = [...input.shape.slice(0, -1), classes, ...dims];
  if (sameShape(target.shape, shape) && ignoreIndex !== null) throw new RuntimeError('ignore_index cannot be specified when target contains probabilities');
  const logits = linear(input, linearWeight.reshape(numelOf([classes, ...dims]), features), linearBias === null ? null : linearBias.reshape(-1)).reshape(shape);
  return crossEntropy(logits, target, { ...rest, ignoreIndex: ignoreIndex ?? -100 });
}
