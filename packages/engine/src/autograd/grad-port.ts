/**
 * The seam between this engine and a runtime guard that does not import it.
 *
 * Guarantees: loading the engine adds one port to the set under `Symbol.for('modeguard.gradPort')` on globalThis; modules carry
 * their engine's port under the same symbol, so that with several engines in a process each model finds its own. A guard reads
 * both structurally. Nothing else of the engine is global.
 */
import { inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad } from './grad-mode.ts';

export interface GradPort {
  readonly name: string;
  isEnabled(): boolean;
  isInferenceMode(): boolean;
  noGrad<T>(fn: () => T): T;
  inferenceMode<T>(fn: () => T): T;
}

const slot = Symbol.for('modeguard.gradPort');

export const gradPort: GradPort = {
  name: '@modeguard/engine',
  isEnabled: isGradEnabled,
  isInferenceMode: isInferenceModeEnabled,
  noGrad,
  inferenceMode: (fn) => inferenceMode(fn),
};

const shared = globalThis as { [slot]?: Set<GradPort> };
(shared[slot] ??= new Set()).add(gradPort);
