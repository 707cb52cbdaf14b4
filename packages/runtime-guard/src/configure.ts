/**
 * `configure`: policy, sink and gradient adapter for all guards of the process.
 */
import type { GradAdapter } from './adapters/grad-adapter.ts';
import { settings, trackModeSites, type Policy, type Sink } from './settings.ts';

const policies: readonly Policy[] = ['throw', 'warn', 'collect', 'off'];

/**
 * Changes what is given and leaves the rest. `grad` is needed only for a library that registers no gradient port of its own
 * (`@modeguard/engine` does); null goes back to the registered ones.
 * @throws TypeError for an unknown policy or a sink that is neither 'console' nor a function
 */
export function configure(changes: { readonly policy?: Policy; readonly sink?: Sink | null; readonly grad?: GradAdapter | null }): void {
  const { policy, sink, grad } = changes;
  if (policy !== undefined && !policies.includes(policy)) throw new TypeError(`configure: policy must be one of ${policies.join(', ')}, got ${String(policy)}`);
  if (sink != null && sink !== 'console' && typeof sink !== 'function') throw new TypeError("configure: sink must be 'console', a function or null");
  if (policy !== undefined) {
    settings.policy = policy;
    trackModeSites(policy !== 'off');
  }
  if (sink !== undefined) settings.sink = sink;
  if (grad !== undefined) settings.grad = grad;
}
