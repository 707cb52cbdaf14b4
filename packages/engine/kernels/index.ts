// The kernels of the core: what the module exports that every program carries. Pointers are byte addresses in the imported memory, counts and strides are elements.
export { gemm, gemmPacked, packedLength, packRight } from './gemm';
export { binary, copy, fill, unary } from './elementwise';
export { logSoftmaxGradientRows, logSoftmaxRows, softmaxGradientRows, softmaxRows, sumColumns, sumRows } from './reduce';
export { adamStep, sgdStep } from './optimize';
export { channelGradientSums, channelStatistics, combineChannels, scaleChannels } from './norm';
export { convForward, convInputGradient, convShape, convWeightGradient } from './conv';
