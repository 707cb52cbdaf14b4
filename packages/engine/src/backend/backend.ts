/**
 * What does the arithmetic: the plain TypeScript of the operations' records, or compiled kernels in their place.
 *
 * Guarantees: `reference` is the readable specification and always complete; `wasm` replaces hot operations on float32, one by one,
 * and leaves everything else to it. The same program gives the same results to rounding (1e-5 relative) with each; the `plain` build
 * gives the same bits on every machine, the `fused` one is faster. Chosen on first use: fused, else plain, else reference. Refuses
 * a backend that the platform does not run.
 *
 * Worked example: `setBackend('reference')` before a computation that is to be followed step by step; `backend()` says what is chosen.
 */
import { RuntimeError } from '../tensor/errors.ts';
import { linearMemory } from '../memory/linear-memory.ts';
import { binary } from './binary.ts';
import type { Kernels } from './kernels.ts';
import { loadKernels, type LoadedKernels } from './load-kernels.ts';

export type BackendName = 'wasm-fused' | 'wasm-plain' | 'reference';

export interface BackendReport {
  readonly name: BackendName;
  /** Whether the memory is shared, so that threads can compute in it. */
  readonly sharedMemory: boolean;
  /** Threads that compute at once. */
  readonly threads: number;
}

/** Kernels with something in their place, and how to end it when the kernels change. */
export interface LaidOver {
  readonly kernels: Kernels;
  /** Threads that compute at once, if this has any. */
  readonly threads?: number;
  dismiss?(): void;
}

export type OverlayName = 'threads' | 'blas';
export type Overlay = (kernels: Kernels, modules: readonly Uint8Array[]) => LaidOver;
export type Extension = (found: LoadedKernels) => LoadedKernels;

const loaded = new Map<boolean, LoadedKernels | null>();
let chosen: BackendName | null = null;
let active: Kernels | null = null;
/** Puts further kernels beside those of the core; null where no layer brings any. */
let extend: Extension | null = null;
/** What stands between the kernels and those who call them, by name, and is laid over them by `layOver`: nothing, and null, unless the program asked for it. */
const overlays = new Map<OverlayName, Overlay>();
let laid: readonly LaidOver[] = [];
let layOver: ((found: LoadedKernels) => Kernels) | null = null;

function load(fused: boolean): LoadedKernels | null {
  let found = loaded.get(fused);
  if (found === undefined) {
    found = loadKernels(binary, fused);
    if (found !== null && extend !== null) found = extend(found);
    loaded.set(fused, found);
  }
  return found;
}

function activate(found: LoadedKernels | null): void {
  for (const one of laid) one.dismiss?.();
  laid = [];
  active = found === null ? null : layOver === null ? found.kernels : layOver(found);
}

function layAll({ kernels: under, modules }: LoadedKernels): Kernels {
  let top = under;
  // A library's products go before those split among threads: it has threads of its own.
  for (const name of ['threads', 'blas'] as const) {
    const next = overlays.get(name)?.(top, modules);
    if (next === undefined) continue;
    laid = [...laid, next];
    top = next.kernels;
  }
  return top;
}

function choose(): void {
  const found = load(true);
  chosen = found === null ? 'reference' : found.fusedMultiplyAdd ? 'wasm-fused' : 'wasm-plain';
  activate(found);
}

/** The compiled kernels, or null when the records do the arithmetic. For the engine's own use. */
export function kernels(): Kernels | null {
  if (chosen === null) choose();
  return active;
}

/** Puts further kernels beside those that are in use, and beside any that are loaded later. For the engine's own use. */
export function extendKernels(by: Extension): void {
  extend = by;
  for (const [fused, found] of loaded) if (found !== null) loaded.set(fused, by(found));
  setBackend(backend().name);
}

/** What is in use. */
export function backend(): BackendReport {
  if (chosen === null) choose();
  return { name: chosen!, sharedMemory: chosen !== 'reference' && linearMemory().shared, threads: laid.find((one) => one.threads !== undefined)?.threads ?? 1 };
}

/**
 * Chooses what does the arithmetic from now on; tensors keep their values.
 * @throws RuntimeError if the platform does not run it
 */
export function setBackend(name: BackendName): void {
  if (name === 'reference') activate(null);
  else {
    const found = load(name === 'wasm-fused');
    if (found === null || found.fusedMultiplyAdd !== (name === 'wasm-fused')) throw new RuntimeError(`setBackend: this platform does not run '${name}'; backend() says what it runs`);
    activate(found);
  }
  chosen = name;
}

/** Puts `overlay` between the kernels and their callers from now on, or takes the one of that name away. For the engine's own use. */
export function overlay(name: OverlayName, put: Overlay | null): void {
  overlays.delete(name);
  if (put !== null) overlays.set(name, put);
  layOver = layAll;
  setBackend(backend().name);
}
