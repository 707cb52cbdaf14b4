/**
 * Whether operations record a graph: `noGrad`, `enableGrad`, `inferenceMode`, `setGradEnabled`.
 *
 * Guarantees: a scope covers exactly its callback, whatever it throws. An asynchronous callback is covered through all its
 * awaits and no other task is (the state lives in `AsyncLocalStorage`). Where the platform has none, an asynchronous callback
 * is refused with an error, because the state would leak into other tasks, as it does in PyTorch.
 * There is no scope object for `using`: it could not be kept from leaking into the caller of an asynchronous function.
 * Semantics: PyTorch 2.13, executed: `enableGrad` inside `inferenceMode` makes `isGradEnabled()` true, yet nothing records.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { activeTrace } from '../trace/trace.ts';
import type { GradScopeEvent, GradState } from '../trace/events.ts';
import { withoutScope } from './scope.ts';

interface GradMode {
  readonly enabled: boolean;
  readonly inference: boolean;
}

const initial: GradMode = { enabled: true, inference: false };

/** Through `process`, not an import, so that the same file loads in a browser. */
function taskLocalStorage(): AsyncLocalStorage<GradMode> | null {
  const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const hooks = platform?.getBuiltinModule?.('node:async_hooks') as typeof import('node:async_hooks') | undefined;
  return hooks === undefined ? null : new hooks.AsyncLocalStorage<GradMode>();
}

const taskLocal = taskLocalStorage();
let synchronous: GradMode = initial;
/** Until the first scope of the process, the answer is known without asking the platform. */
let scopesUsed = false;

function currentMode(): GradMode {
  if (!scopesUsed) return initial;
  return taskLocal === null ? synchronous : (taskLocal.getStore() ?? initial);
}

export function isGradEnabled(): boolean {
  return currentMode().enabled;
}

export function isInferenceModeEnabled(): boolean {
  return currentMode().inference;
}

/** Whether an operation on tensors that require gradients records now. */
export function isRecording(): boolean {
  const mode = currentMode();
  return mode.enabled && !mode.inference;
}

export function gradState(): GradState {
  const mode = currentMode();
  return mode.inference ? 'inference' : mode.enabled ? 'enabled' : 'disabled';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function runSynchronously<T>(scope: string, mode: GradMode, fn: () => T): T {
  const previous = synchronous;
  synchronous = mode;
  try {
    const result = fn();
    if (isThenable(result)) {
      throw new Error(`${scope}: the callback is asynchronous, and this platform has no AsyncLocalStorage to keep the gradient state to its task. Await first, then call ${scope} around the synchronous part.`);
    }
    return result;
  } finally {
    synchronous = previous;
  }
}

function runIn<T>(scope: GradScopeEvent['scope'], mode: GradMode, fn: () => T): T {
  if (typeof fn !== 'function') {
    const trace = activeTrace;
    trace?.emit({ kind: 'gradScope', phase: 'refused', scope, id: trace.nextScopeId(), grad: gradState(), site: trace.site() });
    throw new TypeError(`${scope}: expected a callback, got ${typeof fn}. Write ${scope}(() => model.call(x)).`);
  }
  scopesUsed = true;
  const run = (): T => (taskLocal === null ? runSynchronously(scope, mode, fn) : taskLocal.run(mode, fn));
  const trace = activeTrace;
  if (trace === null) return run();
  const id = trace.nextScopeId();
  const site = trace.site();
  const grad: GradState = mode.inference ? 'inference' : mode.enabled ? 'enabled' : 'disabled';
  const exit = (): void => trace.emit({ kind: 'gradScope', phase: 'exit', scope, id, grad, site });
  trace.emit({ kind: 'gradScope', phase: 'enter', scope, id, grad, site });
  let pending = false;
  try {
    const result = run();
    if (isThenable(result)) {
      pending = true;
      result.then(exit, exit);
    }
    return result;
  } finally {
    if (!pending) exit();
  }
}

/** Runs `fn` without recording a graph. Tensors created with `requiresGrad` inside keep it. */
export function noGrad<T>(fn: () => T): T {
  return runIn('noGrad', { ...currentMode(), enabled: false }, fn);
}

/** Runs `fn` with recording on, inside a `noGrad`. Inside `inferenceMode` it does not bring recording back. */
export function enableGrad<T>(fn: () => T): T {
  return runIn('enableGrad', { ...currentMode(), enabled: true }, fn);
}

export function setGradEnabled<T>(enabled: boolean, fn: () => T): T {
  return runIn('setGradEnabled', { ...currentMode(), enabled }, fn);
}

/** Runs `fn` without graph and with results that can never take part in one. `mode = false` inside turns autograd back on. */
export function inferenceMode<T>(fn: () => T, mode = true): T {
  return runIn('inferenceMode', { enabled: !mode, inference: mode }, fn);
}

/**
 * `noGrad` for the engine's own work (an optimizer step, loading weights): synchronous, no scope that the trace would show, and
 * what it makes and keeps belongs to no scope of the user's.
 */
export function withoutRecording<T>(fn: () => T): T {
  const mode = { ...currentMode(), enabled: false };
  scopesUsed = true;
  return withoutScope(() => (taskLocal === null ? runSynchronously('withoutRecording', mode, fn) : taskLocal.run(mode, fn)));
}
