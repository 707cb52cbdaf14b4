/**
 * What a generator gives next, kept and put back.
 *
 * Guarantees: after `restore` the draws are those that came after `keepState`, for every kind of draw. A state may be put back several times.
 */
import type { Generator } from './generator.ts';

/** Keeps the state that the generator is in; the function that it returns puts it back. */
export function keepState(generator: Generator): () => void {
  const { engine, spareNormal } = generator;
  const words = engine.words.slice();
  const { position } = engine;
  return () => {
    generator.engine.words.set(words);
    generator.engine.position = position;
    generator.spareNormal = spareNormal;
  };
}
