/**
 * `withMode`: runs code with a model in one mode and puts every flag back.
 *
 * Guarantees: each submodule gets back the flag it had, whatever the code does or throws, so a frozen part stays frozen; a promise is awaited first.
 * Several concurrent uses in the same mode share the model, and the last one restores it. Modules that were removed meanwhile get their flags
 * back, too; one that replaced another gets that one's; new ones are left alone.
 * Refuses a use in the other mode while an asynchronous one is pending elsewhere (rule `no-mode-race`, thrown under every policy, because
 * there is no result that could be right). Nested use inside the same task is fine.
 */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { adapterFor, type ModuleAdapter } from './adapters/module-adapter.ts';
import { ModeViolation, type Mode } from './mode-violation.ts';

/** One use of `withMode` under way. */
interface Use {
  readonly mode: Mode;
  readonly parent: Use | null;
}

/** A flag that one use, or several concurrent ones, have set aside. */
interface Layer {
  readonly mode: Mode;
  readonly users: Set<Use>;
  saved: { readonly training: boolean; readonly origin: unknown };
}

/** Layers per module, innermost last. */
const layers = new WeakMap<object, Layer[]>();

function taskLocalStorage(): AsyncLocalStorage<Use> | null {
  const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const hooks = platform?.getBuiltinModule?.('node:async_hooks') as typeof import('node:async_hooks') | undefined;
  return hooks === undefined ? null : new hooks.AsyncLocalStorage<Use>();
}

const taskLocal = taskLocalStorage();
/** Without task-local storage only synchronous nesting can be told from a race. */
let synchronous: Use | null = null;

function isWithin(use: Use, current: Use | null): boolean {
  for (let at = current; at !== null; at = at.parent) if (at === use) return true;
  return false;
}

function race(path: string, wanted: Mode, pending: Mode): ModeViolation {
  const place = path === '' ? 'the model' : `'${path}'`;
  return new ModeViolation('no-mode-race', {
    what: `withMode(model, '${wanted}') while another task still holds ${place} in '${pending}' mode.`,
    why: 'Why: one flag cannot be both; whichever task is resumed next would run in the wrong mode.',
    fix: 'Do: await the pending use first, or give each task a copy of the model.',
  });
}

interface Held {
  readonly path: string;
  readonly module: object;
  readonly layer: Layer;
}

function enter(adapter: ModuleAdapter, model: object, use: Use): Held[] {
  const entries = adapter.entries(model);
  const concurrent = (module: object): Layer | undefined => {
    const top = layers.get(module)?.at(-1);
    return top !== undefined && ![...top.users].some((user) => isWithin(user, use.parent)) ? top : undefined;
  };
  for (const { path, module } of entries) {
    const top = concurrent(module);
    if (top !== undefined && top.mode !== use.mode) throw race(path, use.mode, top.mode);
  }
  return entries.map(({ path, module, training }) => {
    const shared = concurrent(module);
    if (shared !== undefined) {
      shared.users.add(use);
      return { path, module, layer: shared };
    }
    const layer: Layer = { mode: use.mode, users: new Set([use]), saved: { training, origin: adapter.originOf(module) } };
    const stack = layers.get(module);
    if (stack === undefined) layers.set(module, [layer]);
    else stack.push(layer);
    return { path, module, layer };
  });
}

function leave(adapter: ModuleAdapter, model: object, use: Use, held: readonly Held[]): void {
  const restored = new Map<string, Layer['saved']>();
  for (const { path, module, layer } of held) {
    layer.users.delete(use);
    if (layer.users.size > 0) continue;
    const stack = layers.get(module)!;
    const index = stack.indexOf(layer);
    const above = stack[index + 1];
    stack.splice(index, 1);
    if (stack.length === 0) layers.delete(module);
    // A nested use that was not awaited still needs its mode: it will restore what this one would have.
    if (above !== undefined) above.saved = layer.saved;
    else adapter.setOwnFlag(module, layer.saved.training, layer.saved.origin);
    restored.set(path, layer.saved);
  }
  const known = new Set(held.map(({ module }) => module));
  for (const { path, module } of adapter.entries(model)) {
    const saved = restored.get(path);
    if (!known.has(module) && saved !== undefined) adapter.setOwnFlag(module, saved.training, saved.origin);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function runNested<T>(use: Use, fn: () => T): T {
  if (taskLocal !== null) return taskLocal.run(use, fn);
  const previous = synchronous;
  synchronous = use;
  try {
    return fn();
  } finally {
    synchronous = previous;
  }
}

/**
 * Returns what `fn` returns; for a promise, one that settles after the flags are back.
 * @throws ModeViolation if another task holds the model, or a part of it, in the other mode
 */
export function withMode<T>(model: object, mode: Mode, fn: () => T): T {
  if (mode !== 'train' && mode !== 'eval') throw new TypeError(`withMode: mode must be 'train' or 'eval', got ${String(mode)}`);
  if (typeof fn !== 'function') throw new TypeError(`withMode: expected a callback, got ${typeof fn}`);
  const adapter = adapterFor(model);
  const use: Use = { mode, parent: taskLocal === null ? synchronous : (taskLocal.getStore() ?? null) };
  const held = enter(adapter, model, use);
  let pending = false;
  try {
    adapter.setMode(model, mode === 'train');
    const result = runNested(use, fn);
    if (!isThenable(result)) return result;
    pending = true;
    const settle = (): void => leave(adapter, model, use, held);
    return result.then(
      (value) => {
        settle();
        return value;
      },
      (error: unknown) => {
        settle();
        throw error;
      },
    ) as T;
  } finally {
    if (!pending) leave(adapter, model, use, held);
  }
}
