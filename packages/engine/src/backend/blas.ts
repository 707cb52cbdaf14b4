/**
 * Matrix products by the system's BLAS library (OpenBLAS, MKL, Apple's Accelerate), in the same memory: `@modeguard/engine/blas`, in Node only.
 *
 * Guarantees: after `useBlas()` products of float32 that are worth a call are one `cblas_sgemm` each, on the bytes where they lie: nothing is copied. Everything else, and products that
 * are small or of strides that BLAS does not take, stays with the kernels. Results differ from the kernels' in the last bits. The package `koffi`, which calls the library, is
 * an optional peer dependency: install it beside the engine. Refuses, saying what to do: a missing `koffi`, a library that is not found, one without
 * `cblas_sgemm`. Nothing changes when it refuses.
 *
 * Worked example: `useBlas({ threads: 1 })`; `useBlas({ library: 'libopenblas.so.0' })`; `useBlas(null)` ends it.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { linearMemory } from '../memory/linear-memory.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { overlay } from './backend.ts';
import type { Kernels } from './kernels.ts';

export interface BlasOptions {
  /** Name or path of the library; without it those that are usual on the platform are tried. */
  readonly library?: string;
  /** Threads that the library computes with; its own choice if not given. */
  readonly threads?: number;
}

export interface BlasReport {
  readonly library: string;
  /** The function that is called. */
  readonly symbol: string;
}

type Foreign = (...given: readonly (number | bigint)[]) => unknown;
interface Library {
  func(symbol: string, result: string, parameters: readonly string[]): Foreign;
}
/** What is used of koffi. */
export interface ForeignFunctions {
  load(path: string): Library;
  address(memory: Uint8Array): bigint;
}

const usual: Readonly<Record<string, readonly string[]>> = {
  linux: ['libopenblas.so.0', 'libopenblas.so', 'libmkl_rt.so.3', 'libmkl_rt.so.2', 'libmkl_rt.so', 'libcblas.so.3', 'libblas.so.3'],
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate', 'libopenblas.dylib', '/opt/homebrew/opt/openblas/lib/libopenblas.dylib', '/usr/local/opt/openblas/lib/libopenblas.dylib'],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll', 'mkl_rt.dll'],
};

/** `cblas_sgemm` by the names under which builds have it, and how wide its integers are. */
const symbols = [['cblas_sgemm', 'int'], ['cblas_sgemm64_', 'int64'], ['scipy_cblas_sgemm', 'int'], ['scipy_cblas_sgemm64_', 'int64']] as const;
const threadSetters = ['openblas_set_num_threads', 'openblas_set_num_threads64_', 'scipy_openblas_set_num_threads', 'scipy_openblas_set_num_threads64_', 'MKL_Set_Num_Threads'];

/** Multiply-adds from which a call of a foreign function pays. */
const leastProducts = 32_768;
const [rowMajor, asItIs, transposed] = [101, 111, 112];

function requireKoffi(): ForeignFunctions {
  for (const from of [import.meta.url, pathToFileURL(`${process.cwd()}/`).href]) {
    try {
      return createRequire(from)('koffi') as ForeignFunctions;
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw new RuntimeError(`useBlas: the package 'koffi' does not load: ${(error as Error).message}`);
    }
  }
  throw new RuntimeError("useBlas: the package 'koffi', which calls the library, is not installed; run `npm install koffi`");
}

/** The first of `names` that loads, with what each of the others said. */
function open(koffi: ForeignFunctions, names: readonly string[]): { readonly name: string; readonly library: Library } {
  for (const name of names) {
    try {
      return { name, library: koffi.load(name) };
    } catch {
      // Not on this machine: try the next.
    }
  }
  throw new RuntimeError(`useBlas: no BLAS library found; looked for ${names.join(', ')}. Install one (Debian: libopenblas0, Homebrew: openblas) or give its path: useBlas({ library: '/path/to/libopenblas.so' })`);
}

function find(library: Library, name: string): { readonly symbol: string; readonly call: Foreign } {
  for (const [symbol, int] of symbols) {
    try {
      return { symbol, call: library.func(symbol, 'void', ['int', 'int', 'int', int, int, int, 'float', 'void *', int, 'void *', int, 'float', 'void *', int]) };
    } catch {
      // Under another name, perhaps.
    }
  }
  throw new RuntimeError(`useBlas: '${name}' is a library without cblas_sgemm (tried ${symbols.map(([symbol]) => symbol).join(', ')})`);
}

function limitThreads(library: Library, name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RuntimeError(`Expected a positive number of threads, got ${count}`);
  for (const symbol of threadSetters) {
    try {
      library.func(symbol, 'void', ['int'])(count);
      return;
    } catch {
      // Under another name, perhaps.
    }
  }
  throw new RuntimeError(`useBlas: '${name}' does not let its number of threads be set; leave out \`threads\` and use its environment variable`);
}

/** How BLAS reads [rows, columns] with these strides: as it is or transposed, and the distance of its lines; null if neither. */
function layout(rows: number, columns: number, row: number, column: number): readonly [number, number] | null {
  if ((column === 1 || columns === 1) && (row >= columns || rows === 1)) return [asItIs, Math.max(row, columns)];
  if ((row === 1 || rows === 1) && (column >= rows || columns === 1)) return [transposed, Math.max(column, rows)];
  return null;
}

/** The kernels with large products done by `call`. */
function withProducts(kernels: Kernels, call: Foreign, koffi: ForeignFunctions): Kernels {
  let [seen, base]: [Uint8Array | null, bigint] = [null, 0n];
  const at = (pointer: number): bigint => {
    const { u8 } = linearMemory();
    // The views are made anew whenever the memory has grown.
    if (u8 !== seen) [seen, base] = [u8, koffi.address(u8)];
    return base + BigInt(pointer);
  };
  return {
    ...kernels,
    packsNothing: true,
    gemm: (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add, scratch) => {
      const left = m * n * k < leastProducts ? null : layout(m, k, aRow, aColumn);
      const right = left === null ? null : layout(k, n, bRow, bColumn);
      if (left === null || right === null) return kernels.gemm(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add, scratch);
      if (add > 1) kernels.copy(m, n, add, 0, 1, c, cRow, 1);
      call(rowMajor, left[0], right[0], m, n, k, 1, at(a), left[1], at(b), right[1], add === 0 ? 0 : 1, at(c), Math.max(cRow, n));
    },
  };
}

/**
 * Hands matrix products to a BLAS library from now on; `null` takes them back.
 * @param koffi gives the package, where it is not found from the engine's folder or the working directory
 * @throws RuntimeError if koffi, the library or its function is not there
 */
export function useBlas(options: BlasOptions | null = {}, koffi: () => ForeignFunctions = requireKoffi): BlasReport | null {
  if (options === null) {
    overlay('blas', null);
    return null;
  }
  const foreign = koffi();
  const { name, library } = open(foreign, options.library === undefined ? (usual[process.platform] ?? []) : [options.library]);
  const { symbol, call } = find(library, name);
  if (options.threads !== undefined) limitThreads(library, name, options.threads);
  overlay('blas', (kernels) => ({ kernels: withProducts(kernels, call, foreign) }));
  return { library: name, symbol };
}
