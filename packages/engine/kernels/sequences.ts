// The kernels that layers for sequences bring along: layer normalisation, masked attention, LSTM. A module of its own over the same memory.
export { layerNormGradientRows, layerNormRows } from './norm';
export { maskedSoftmaxRows } from './reduce';
export { lstmStep, lstmStepGradient } from './lstm';
