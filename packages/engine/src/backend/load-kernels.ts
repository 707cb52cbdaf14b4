/**
 * Turns the embedded binary into functions over the linear memory.
 *
 * Guarantees: picks the build with fused multiply-add where the platform runs relaxed SIMD (on Node 20 it is switched on first, which works
 * only before a module is compiled), else the plain one; `null` where the platform has no SIMD at all. Nothing is imported
 * from Node, so that the same file loads in a browser. The binary declares a shared memory; for a plain one the one
 * byte that says so is changed.
 */
import { linearMemory } from '../memory/linear-memory.ts';
import type { Kernels } from './kernels.ts';
import { unpack } from './unpack.ts';

/** A module with marked multiply-adds, as `tools/build-kernels.mjs` embeds it. */
export interface EmbeddedKernels {
  readonly size: number;
  /** Where the flags of the memory that it imports are: 3 is shared, 1 is the same without sharing. */
  readonly flagsAt: number;
  readonly packed: string;
}

export interface LoadedKernels {
  readonly kernels: Kernels;
  readonly fusedMultiplyAdd: boolean;
  /** The modules, for threads, which make instances of their own. */
  readonly modules: readonly Uint8Array[];
}

/** `f32x4.relaxed_min` and `f32x4.relaxed_max` of the embedded module are the marks of `madd` in `kernels/simd.ts`: after the bytes 253, code, 2. */
const [product, sum] = [141, 142];
const plain = { [product]: [253, 230, 1], [sum]: [253, 228, 1] }; // f32x4.mul, f32x4.add
const fused = { [product]: [1, 1, 1], [sum]: [253, 133, 2] }; // nop three times, f32x4.relaxed_madd

/** The build with or without fused multiply-add. */
function build({ packed, size }: EmbeddedKernels, instructions: typeof plain): Uint8Array {
  const bytes = unpack(packed, size);
  for (let at = 2; at < bytes.length; at++) {
    const put = bytes[at] === 2 && bytes[at - 2] === 253 ? instructions[bytes[at - 1]!] : undefined;
    if (put !== undefined) bytes.set(put, at - 2);
  }
  return bytes;
}

/** `(module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd))` */
const relaxedProbe = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
);

/** Whether `f32x4.relaxed_madd` runs here. On Node 20 it is there and switched off. */
export function enableRelaxedSimd(): boolean {
  if (WebAssembly.validate(relaxedProbe)) return true;
  const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const v8 = platform?.getBuiltinModule?.('node:v8') as { setFlagsFromString?: (flags: string) => void } | undefined;
  // Newer versions would print that they do not know the flag, but do not come here.
  v8?.setFlagsFromString?.('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxedProbe);
}

export function loadKernels(binary: EmbeddedKernels, wanted: boolean): LoadedKernels | null {
  const fusedMultiplyAdd = wanted && enableRelaxedSimd();
  const embedded = build(binary, fusedMultiplyAdd ? fused : plain);
  const { memory, shared } = linearMemory();
  const bytes = shared ? embedded : embedded.with(binary.flagsAt, 1);
  if (!WebAssembly.validate(bytes)) return null;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { kernels: instance.exports as unknown as Kernels, fusedMultiplyAdd, modules: [bytes] };
}
