// The kernels: what the module exports. Pointers are byte addresses in the imported memory, counts and strides are elements.
export { gemm, gemmPacked, packedLength, packRight } from './gemm';
export { binary, copy, fill, unary } from './elementwise';
export { logSoftmaxGradientRows, logSoftmaxRows, maskedSoftmaxRows, softmaxGradientRows, softmaxRows, sumColumns, sumRows } from './reduce';
export { adamStep, sgdStep } from './optimize';
export { channelGradientSums, channelStatistics, combineChannels, layerNormGradientRows, layerNormRows, scaleChannels } from './norm';
export { convForward, convInputGradient, convShape, convWeightGradient } from './conv';
export { lstmStep, lstmStepGradient } from './lstm';
