/**
 * Where `watchModes` has seen the modes of modules being set.
 */
import type { ModeOrigin } from './torch-like-adapter.ts';

const origins = new WeakMap<object, ModeOrigin>();

export function watchedOrigin(module: object): ModeOrigin | undefined {
  return origins.get(module);
}

export function rememberOrigin(module: object, origin: ModeOrigin): void {
  origins.set(module, origin);
}
