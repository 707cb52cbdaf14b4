/**
 * The port through which a program's use of modes is observed.
 *
 * Guarantees: costs one comparison with null per operation while nobody listens. Listeners are called synchronously, in the
 * order of events; what a listener throws goes to the program that is observed. Listeners that overlap in time share one session.
 */
import type { TraceEvent } from './events.ts';
import { TraceSession } from './session.ts';

/**
 * The session under way, or null when nobody listens. For the engine's own use. A variable and no function, so that a bundler sees where nothing ever listens and
 * leaves out all that would tell.
 */
export let activeTrace: TraceSession | null = null;

/** Calls `listener` with every event from now on; returns the function that ends it. */
export function listen(listener: (event: TraceEvent) => void): () => void {
  // Wrapped, so that one function may listen twice and each end is its own.
  const entry = (event: TraceEvent): void => listener(event);
  const joined = (activeTrace ??= new TraceSession());
  joined.listeners.add(entry);
  return () => {
    joined.listeners.delete(entry);
    if (joined.listeners.size === 0 && activeTrace === joined) activeTrace = null;
  };
}

/**
 * Runs `fn` and returns its result with the events of the run. With an asynchronous `fn` a promise of both, with the events
 * up to its settling. A throw passes through.
 */
export function withTrace<T>(fn: () => Promise<T>): Promise<{ result: T; events: TraceEvent[] }>;
export function withTrace<T>(fn: () => T): { result: T; events: TraceEvent[] };
export function withTrace<T>(fn: () => T | Promise<T>): unknown {
  const events: TraceEvent[] = [];
  const stop = listen((event) => events.push(event));
  let pending = false;
  try {
    const result = fn();
    if (result instanceof Promise) {
      pending = true;
      return result.then((value) => ({ result: value, events })).finally(stop);
    }
    return { result, events };
  } finally {
    if (!pending) stop();
  }
}
