/**
 * The logistic function and the integral of it, as activations, losses and their gradients use them.
 *
 * Guarantees: neither overflows. `logistic(0)` is 0.5, `logOnePlusExp(0)` is log(2).
 */

/** 1 / (1 + e^-x). */
export const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** log(1 + e^x). */
export const logOnePlusExp = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
