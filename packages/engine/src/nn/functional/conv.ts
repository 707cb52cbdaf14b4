/**
 * Convolutions and transposed convolutions as functions.
 *
 * Guarantees: PyTorch's shapes, defaults and checks, which are those of `convolve.ts`. A single sample without the dimension of the batch is taken, too.
 */
import type { Tensor } from '../../ops/tensor.ts';
import { convolve, convolveTransposed, type ConvOptions, type ConvTransposeOptions } from './convolve.ts';

export type { ConvOptions, ConvTransposeOptions } from './convolve.ts';

/** Cross-correlation of [N, C, L] with weight [O, C / groups, k]. */
export function conv1d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  return convolve(1, input, weight, bias, options);
}

/** Cross-correlation of [N, C, H, W] with weight [O, C / groups, kh, kw]. */
export function conv2d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  return convolve(2, input, weight, bias, options);
}

/** Cross-correlation of [N, C, D, H, W] with weight [O, C / groups, kd, kh, kw]. */
export function conv3d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  return convolve(3, input, weight, bias, options);
}

/** The adjoint of `conv1d`: weight is [C, O / groups, k]. */
export function convTranspose1d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor {
  return convolveTransposed(1, input, weight, bias, options);
}

/** The adjoint of `conv2d`: weight is [C, O / groups, kh, kw]. */
export function convTranspose2d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor {
  return convolveTransposed(2, input, weight, bias, options);
}

/** The adjoint of `conv3d`: weight is [C, O / groups, kd, kh, kw]. */
export function convTranspose3d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvTransposeOptions = {}): Tensor {
  return convolveTransposed(3, input, weight, bias, options);
}
