/**
 * What a module's class says about its sensitivity to the mode, as far as that can be believed.
 *
 * Guarantees: a "no" of a layer does not speak for a subclass that brings a forward of its own: for that one the answer is
 * unknown, and its run decides. A hook that computes something by the mode (spectral normalisation) makes any module sensitive.
 */
import type { Module } from './module.ts';

/** How far up the prototype chain `name` is defined; Infinity if nowhere. */
function distanceTo(name: 'forward' | 'isModeSensitive', module: Module): number {
  let distance = 0;
  for (let prototype: unknown = module; prototype !== null; prototype = Object.getPrototypeOf(prototype), distance++) {
    if (Object.hasOwn(prototype as object, name)) return distance;
  }
  return Infinity;
}

/** Whether a hook of a module computes something that depends on the mode; null where no such hook was ever installed. */
let sensitiveByHook: ((module: Module) => boolean) | null = null;

export function askHooksBy(ask: (module: Module) => boolean): void {
  sensitiveByHook = ask;
}

export function knownSensitivity(module: Module): boolean | undefined {
  if (sensitiveByHook?.(module)) return true;
  const said = module.isModeSensitive();
  return said === false && distanceTo('forward', module) < distanceTo('isModeSensitive', module) ? undefined : said;
}
