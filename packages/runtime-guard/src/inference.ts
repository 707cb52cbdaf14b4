/**
 * `inference`: evaluation mode and no gradients, for exactly as long as the code runs.
 *
 * Guarantees: those of `withMode`, and no graph is recorded meanwhile, through awaits too where the library's scope follows tasks.
 * Refuses a model whose library offers no gradient scope that the guard can find.
 *
 * Worked example: `const y = inference(model, () => model.call(x).argmax(1).toArray());`
 */
import { findGradAdapter } from './adapters/grad-adapter.ts';
import { withMode } from './with-mode.ts';

/**
 * @param options.scope  'noGrad' (default: results may be used in training later) or 'inferenceMode' (they may not)
 */
export function inference<T>(model: object, fn: () => T, options: { readonly scope?: 'noGrad' | 'inferenceMode' } = {}): T {
  const grad = findGradAdapter(model);
  const scope = options.scope ?? 'noGrad';
  if (scope === 'inferenceMode' && grad.inferenceMode === undefined) throw new Error('modeguard: this library has no inferenceMode; use the scope noGrad');
  return withMode(model, 'eval', () => (scope === 'noGrad' ? grad.noGrad(fn) : grad.inferenceMode!(fn)));
}
