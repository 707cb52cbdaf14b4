/**
 * How a guard reaches the gradient switches of a library.
 *
 * Guarantees: looked up in this order: what `configure` was given, the port that the model carries, the only port registered
 * in the process (`Symbol.for('modeguard.gradPort')` on globalThis holds a Set of them; `@modeguard/engine` adds one when loaded).
 * Refuses to choose between several registered ports.
 */
import { settings } from '../settings.ts';

export interface GradAdapter {
  isEnabled(): boolean;
  isInferenceMode?(): boolean;
  noGrad<T>(fn: () => T): T;
  inferenceMode?<T>(fn: () => T): T;
}

const slot = Symbol.for('modeguard.gradPort');

/** @throws Error where no library or more than one is to be found */
export function findGradAdapter(model?: object): GradAdapter {
  if (settings.grad !== null) return settings.grad;
  const carried = (model as { readonly [slot]?: GradAdapter } | undefined)?.[slot];
  if (carried !== undefined) return carried;
  const registered = [...((globalThis as { readonly [slot]?: ReadonlySet<GradAdapter> })[slot] ?? [])];
  if (registered.length === 1) return registered[0]!;
  throw new Error(
    registered.length === 0
      ? 'modeguard: no library with gradient scopes is known. Call configure({ grad: { isEnabled, noGrad } }) once, or import the engine first.'
      : `modeguard: ${registered.length} libraries with gradient scopes are loaded. Say which by configure({ grad }) or by passing the model.`,
  );
}
