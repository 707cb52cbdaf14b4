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
import { linearMemory, mostThreads } from '../memory/linear-memory.ts';
import type { Kernels } from './kernels.ts';
import { loadKernels, type LoadedKernels } from './load-kernels.ts';
import { splitKernels } from './split-kernels.ts';
import { Team } from './team.ts';

export type BackendName = 'wasm-fused' | 'wasm-plain' | 'reference';

export interface BackendReport {
  readonly name: BackendName;
  /** Whether the memory is shared, so that threads can compute in it. */
  readonly sharedMemory: boolean;
  /** Threads that compute at once. */
  readonly threads: number;
}

const loaded = new Map<boolean, LoadedKernels | null>();
let chosen: BackendName | null = null;
let active: Kernels | null = null;
let threads = 1;
let team: Team | null = null;

function load(fused: boolean): LoadedKernels | null {
  let found = loaded.get(fused);
  if (found === undefined) loaded.set(fused, (found = loadKernels(fused)));
  return found;
}

function activate(found: LoadedKernels | null): void {
  team?.dismiss();
  team = found !== null && threads > 1 ? new Team(threads, found.kernels, found.bytes) : null;
  active = found === null || team === null ? (found?.kernels ?? null) : splitKernels(found.kernels, team);
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

/** What is in use. */
export function backend(): BackendReport {
  if (chosen === null) choose();
  return { name: chosen!, sharedMemory: chosen !== 'reference' && linearMemory().shared, threads: team?.size ?? 1 };
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

/**
 * How many threads compute at once, from now on, the calling one included: 1 at the start, at most 8. Calls stay synchronous.
 * @throws RuntimeError for less than 1 or a fraction, or for more than 1 without shared memory
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RuntimeError(`Expected a positive number of threads, got ${count}`);
  if (kernels() !== null && count > 1 && !linearMemory().shared) {
    throw new RuntimeError('setNumThreads: threads need shared memory; in a browser, serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp');
  }
  threads = Math.min(count, mostThreads);
  setBackend(backend().name);
}
