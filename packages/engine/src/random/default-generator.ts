/**
 * The generator that every random function uses unless told otherwise, as PyTorch's `default_generator`.
 *
 * Guarantees: one per loaded copy of the engine; the same start in every process, so that a run without a seed repeats.
 * (PyTorch seeds from the system; a reference engine is more useful when it repeats.)
 */
import { Generator } from './generator.ts';

export const defaultGenerator = new Generator();

/** Restarts the default generator, as `torch.manual_seed`. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
