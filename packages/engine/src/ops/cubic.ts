/**
 * The cubic convolution kernel of Keys with a = -0.75, which PyTorch's `bicubic` uses: the weights of the four elements around a place.
 *
 * Guarantees: the weights add up to 1, and their slopes to 0. Refuses nothing; `t` is in [0, 1).
 *
 * Worked example: at t = 0 the weights are [0, 1, 0, 0]; at 0.5 they are [-0.09375, 0.59375, 0.59375, -0.09375].
 */
const a = -0.75;

/** The weights of the elements at -1, 0, 1 and 2 for a place at `t`. */
export function cubicWeights(t: number): number[] {
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** How the weights change with `t`. */
export function cubicSlopes(t: number): number[] {
  const near = (x: number): number => (3 * (a + 2) * x - 2 * (a + 3)) * x;
  const far = (x: number): number => (3 * a * x - 10 * a) * x + 8 * a;
  return [far(t + 1), near(t), -near(1 - t), -far(2 - t)];
}
