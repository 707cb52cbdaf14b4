/**
 * `watchModes`: remembers where the mode of a model is set, for libraries that do not do so themselves.
 *
 * Guarantees: wraps `train` and `eval` of this model and of the submodules it has now, without changing what they do or
 * return; the returned function unwraps them. Call sites leave this package out. Assignments of `training` are not seen.
 */
import { rememberOrigin } from './adapters/watched-origins.ts';
import { adapterFor } from './adapters/module-adapter.ts';
import { ownRoot } from './settings.ts';

function callerSite(): string | null {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const frames = (new Error().stack ?? '').split('\n');
  Error.stackTraceLimit = limit;
  for (const frame of frames) {
    const location = /^\s*at (?:.*\()?(?:file:\/\/)?(.+?:\d+:\d+)\)?$/.exec(frame)?.[1];
    if (location !== undefined && !location.startsWith(ownRoot) && !location.startsWith('node:')) return location;
  }
  return null;
}

/** @returns the function that ends the watch */
export function watchModes(model: object): () => void {
  const adapter = adapterFor(model);
  let outermost = true;
  const undo: (() => void)[] = [];
  for (const { module } of adapter.entries(model)) {
    for (const name of ['train', 'eval'] as const) {
      const original = (module as Record<string, unknown>)[name];
      if (typeof original !== 'function') continue;
      const previous = Object.getOwnPropertyDescriptor(module, name);
      const wrapped = function (this: unknown, ...given: unknown[]): unknown {
        if (!outermost) return original.apply(this, given);
        outermost = false;
        const at = callerSite();
        try {
          return original.apply(this, given);
        } finally {
          outermost = true;
          if (at !== null) for (const entry of adapter.entries(module)) rememberOrigin(entry.module, { at, via: name });
        }
      };
      Object.defineProperty(module, name, { value: wrapped, configurable: true, writable: true, enumerable: previous?.enumerable ?? false });
      undo.push(() => {
        if (previous === undefined) delete (module as Record<string, unknown>)[name];
        else Object.defineProperty(module, name, previous);
      });
    }
  }
  return () => {
    for (const restore of undo.splice(0)) restore();
  };
}
