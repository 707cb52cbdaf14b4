/**
 * The numbers by which the elementwise kernels know their functions; `kernels/elementwise.ts` has the other side.
 */
export const unaryCode = { neg: 0, exp: 1, log: 2, sqrt: 3, abs: 4, relu: 5, sigmoid: 6, tanh: 7, softplus: 8, clamp: 9, square: 10, gelu: 11, silu: 12, affine: 13 } as const;

/** The `…Gradient` functions take the gradient that arrives, and the output (relu, sqrt, sigmoid, tanh) or the input of the function. */
export const binaryCode = {
  add: 0, sub: 1, mul: 2, div: 3, maximum: 4, minimum: 5,
  reluGradient: 6, sqrtGradient: 7, sigmoidGradient: 8, tanhGradient: 9, absGradient: 10, softplusGradient: 11, squareGradient: 12, geluGradient: 13, siluGradient: 14,
} as const;

export type UnaryCode = (typeof unaryCode)[keyof typeof unaryCode];
export type BinaryCode = (typeof binaryCode)[keyof typeof binaryCode];
