/**
 * The one WebAssembly memory that kernels compute in.
 *
 * Guarantees: made on first use, so that a program that never runs a kernel pays nothing; shared where the platform allows it
 * (then views survive growth and worker threads see the same bytes), plain otherwise. Refuses growth beyond what the platform
 * gives, with PyTorch's wording for a failed allocation. Nothing here knows what the bytes mean.
 *
 * Worked example: `linearMemory().f32[pointer >>> 2]` reads the float at a byte address. Views are re-made by `ensure`: do not keep them.
 */
import { RuntimeError } from '../tensor/errors.ts';

const pageBytes = 65_536;
/** Threads that may compute at once. */
export const mostThreads = 8;
/** What one thread may use while a kernel runs: packed panels of a product, unrolled patches of a convolution. */
export const scratchBytes = 40 * pageBytes;
/** The first page is for threads to agree in, and makes 0 an address of nothing; scratch follows, touched only when used. */
export const firstFreeByte = pageBytes + mostThreads * scratchBytes;

/** Where the scratch of thread `index` starts; 0 is the main one. */
export function scratchOf(index: number): number {
  return pageBytes + index * scratchBytes;
}

/** Kernels may read a vector that starts at the last element. */
const slackBytes = 64;
/** 4 GiB less a page, then less: a platform may have little address space. */
const maximumPages = [65_535, 32_768, 16_384, 4_096];
const growthBytes = 16 * 1024 * 1024;

export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  f32!: Float32Array;
  f64!: Float64Array;
  i32!: Int32Array;
  u8!: Uint8Array;
  readonly #maximum: number;

  constructor() {
    const made = LinearMemory.#make();
    this.memory = made.memory;
    this.shared = made.shared;
    this.#maximum = made.pages * pageBytes;
    this.#refresh();
  }

  static #make(): { readonly memory: WebAssembly.Memory; readonly shared: boolean; readonly pages: number } {
    // In a browser, shared memory needs a page that is isolated from other origins.
    const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true;
    for (const shared of isolated && typeof SharedArrayBuffer !== 'undefined' ? [true, false] : [false]) {
      for (const pages of maximumPages) {
        try {
          return { memory: new WebAssembly.Memory({ initial: firstFreeByte / pageBytes + 1, maximum: pages, shared }), shared, pages };
        } catch {
          // This size or sharing is not to be had here: try the next.
        }
      }
    }
    throw new RuntimeError('this platform gives no WebAssembly memory');
  }

  /** Makes addresses below `last` valid, and a little more. */
  ensure(last: number): void {
    const end = last + slackBytes;
    const have = this.u8.length;
    if (end <= have) return;
    if (end > this.#maximum) throw LinearMemory.#exhausted(end - have);
    const wanted = Math.min(Math.max(end, have + Math.max(growthBytes, have / 4)), this.#maximum);
    try {
      this.memory.grow(Math.ceil((wanted - have) / pageBytes));
    } catch {
      try {
        this.memory.grow(Math.ceil((end - have) / pageBytes));
      } catch {
        throw LinearMemory.#exhausted(end - have);
      }
    }
    this.#refresh();
  }

  static #exhausted(bytes: number): RuntimeError {
    return new RuntimeError(`DefaultCPUAllocator: can't allocate memory: you tried to allocate ${bytes} bytes.`);
  }

  #refresh(): void {
    const { buffer } = this.memory;
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}

let only: LinearMemory | null = null;

export function linearMemory(): LinearMemory {
  return (only ??= new LinearMemory());
}
