/**
 * The functions that the compiled kernels export. Pointers are byte addresses in the linear memory; counts and strides are elements.
 */
export interface Kernels {
  /** C[m, n] (+)= A[m, k] B[k, n]; the columns of C are adjacent. `scratch` as `memory/linear-memory.ts` gives it. */
  gemm(m: number, n: number, k: number, a: number, aRow: number, aColumn: number, b: number, bRow: number, bColumn: number, c: number, cRow: number, add: number, scratch: number): void;
}
