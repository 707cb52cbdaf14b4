// The kernels: what the module exports. Pointers are byte addresses in the imported memory, counts and strides are elements.
export { gemm, gemmScratchBytes } from './gemm';
