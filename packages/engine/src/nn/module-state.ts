/**
 * What a module keeps beside its fields: the mode, the registered buffers, the hooks.
 *
 * Guarantees: held under one symbol that no enumeration shows, so that a module's own keys are `training` and what the user
 * assigned. `training` itself is an own, enumerable property that reads and assigns like a plain field; it is an
 * accessor so that the trace sees who reads it and a guard can be told where it was set.
 */
import { activeTrace } from '../trace/trace.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { ModuleHooks } from './module-hooks.ts';

/** Where and how the mode of a module was last set. */
export interface ModeOrigin {
  /** `file:line:column`. */
  readonly at: string;
  readonly via: 'constructor' | 'train' | 'eval' | 'assignment';
}

export interface ModuleState {
  training: boolean;
  modeSetAt: ModeOrigin | undefined;
  /** Field name to its key in the state dictionary and whether it is saved. */
  readonly buffers: Map<string, { readonly key: string; readonly persistent: boolean }>;
  /** Null until the first hook is registered. */
  hooks: ModuleHooks | null;
}

export const moduleState: unique symbol = Symbol('modeguard.moduleState');

/** A guard sets this flag on globalThis to have call sites of mode changes remembered; structural, no import. */
const trackFlag = Symbol.for('modeguard.trackModeSites');

/** Tells where the program is, as `file:line:column`; null where nothing that can was loaded. */
let place: (() => string | null) | null = null;

/** `traced-call.ts` brings this along, with which programs that are to be small do without. */
export function tellPlacesBy(tell: () => string | null): void {
  place = tell;
}

export function modeOrigin(via: ModeOrigin['via']): ModeOrigin | undefined {
  if (place === null || (globalThis as Record<symbol, unknown>)[trackFlag] !== true) return undefined;
  const at = place();
  return at === null ? undefined : { at, via };
}

interface HasState {
  readonly [moduleState]: ModuleState;
}

const trainingProperty: PropertyDescriptor & ThisType<HasState> = {
  enumerable: true,
  configurable: true,
  get(): boolean {
    activeTrace?.innermost?.readers.add(this);
    return this[moduleState].training;
  },
  set(value: boolean): void {
    // Any value is accepted, as by PyTorch's plain attribute.
    const assign = (): void => {
      this[moduleState].training = value;
      this[moduleState].modeSetAt = modeOrigin('assignment');
    };
    const trace = activeTrace;
    // An override of `train` may assign flags; what it comes to is told by the call that runs it.
    if (trace === null || modeChange.outermost !== null) assign();
    else trace.modeChange(trace, this, value, 'assignment', assign);
  },
};

/** The `train()` or `eval()` that is under way, if any: what it runs is part of it. */
export const modeChange: { outermost: { readonly origin: ModeOrigin | undefined } | null } = { outermost: null };

/** Gives a module under construction its state and its `training` property. */
export function initializeModuleState(module: object): void {
  const state: ModuleState = { training: true, modeSetAt: modeOrigin('constructor'), buffers: new Map(), hooks: null };
  Object.defineProperty(module, moduleState, { value: state });
  Object.defineProperty(module, 'training', trainingProperty);
  activeTrace?.constructed(module);
}

export type Buffer = Tensor | null;
