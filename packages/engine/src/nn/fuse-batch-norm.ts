/**
 * A linear map and the batch normalisation behind it as one linear map, for evaluation.
 *
 * Guarantees: the result computes in evaluation mode what the two compute one after the other, to rounding; the operands stay as they are. PyTorch's `fuse_conv_bn_eval`
 * and `fuse_linear_bn_eval` (2.13, executed). Refuses layers in training mode, where the statistics are those of the batch, and normalisation without running
 * statistics, with PyTorch's messages.
 *
 * Worked example: `fuseConvBnEval(conv.eval(), norm.eval())` with w' = w * g / sqrt(v + eps) and b' = (b - m) * g / sqrt(v + eps) + shift.
 */
import './copy-methods.ts';
import '../ops/math-methods.ts';
import { withoutRecording } from '../autograd/grad-mode.ts';
import { onesLike, zerosLike } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { AssertionError } from '../tensor/errors.ts';
import type { BatchNormBase } from './batch-norm-base.ts';
import type { Conv1d, Conv2d, Conv3d } from './conv.ts';
import type { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-transpose.ts';
import type { Linear } from './linear.ts';
import { Parameter } from './parameter.ts';

type Convolution = Conv1d | Conv2d | Conv3d | ConvTranspose1d | ConvTranspose2d | ConvTranspose3d;

function fused(layer: Convolution | Linear, norm: BatchNormBase, dim: number): Convolution | Linear {
  if (layer.training || norm.training) throw new AssertionError('Fusion only for eval!');
  const { runningMean, runningVar } = norm;
  if (runningMean === null || runningVar === null) throw new AssertionError('bn.running_mean and bn.running_var must not be None');
  return withoutRecording(() => {
    const result = layer.deepCopy();
    const scale = runningVar.add(norm.eps).rsqrt().mul(norm.weight ?? onesLike(runningVar));
    const { weight, bias } = result as { weight: Tensor; bias: Parameter | null };
    const offset = (bias ?? zerosLike(runningMean)).sub(runningMean).mul(scale).add(norm.bias ?? zerosLike(runningMean));
    const perOutput = scale.reshape(weight.shape.map((_, at) => (at === dim ? -1 : 1)));
    result.weight = new Parameter(weight.mul(perOutput).to(weight.dtype), { requiresGrad: weight.requiresGrad });
    result.bias = new Parameter(offset.to((bias ?? weight).dtype), { requiresGrad: (bias ?? weight).requiresGrad });
    return result;
  });
}

/** For a transposed convolution say so with `transpose`: its outputs are the second dimension of the weight. */
export function fuseConvBnEval<C extends Convolution>(conv: C, norm: BatchNormBase, transpose = false): C {
  return fused(conv, norm, transpose ? 1 : 0) as C;
}

export function fuseLinearBnEval<L extends Linear>(linear: L, norm: BatchNormBase): L {
  if (linear.outFeatures !== norm.numFeatures && norm.numFeatures !== 1 && !linear.training && !norm.training) {
    throw new AssertionError(`To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=${linear.outFeatures} and bn.num_features=${norm.numFeatures}`);
  }
  return fused(linear, norm, 0) as L;
}
