/**
 * The `nn` namespace of the package: everything that is `torch.nn` there.
 */
export { Module, type HookHandle } from './module.ts';
export { Parameter } from './parameter.ts';
export { Linear } from './linear.ts';
export { Dropout } from './dropout.ts';
export { BatchNorm1d, type BatchNormSettings } from './batch-norm-1d.ts';
export { SyncBatchNorm } from './sync-batch-norm.ts';
export { LayerNorm } from './layer-norm.ts';
export { Identity, ReLU, Sigmoid, Softmax, Tanh } from './activations.ts';
export { ModuleDict, ModuleList, Sequential } from './containers.ts';
export { ParameterDict, ParameterList } from './parameter-containers.ts';
export { BCEWithLogitsLoss, CrossEntropyLoss, MSELoss } from './losses.ts';
export { RNN } from './rnn.ts';
export { LSTM } from './lstm.ts';
export { GRU } from './gru.ts';
export { GRUCell, LSTMCell, RNNCell } from './recurrent-cells.ts';
export { LazyLinear } from './lazy-linear.ts';
export { LazyBatchNorm1d } from './lazy-batch-norm.ts';
export { MultiheadAttention, type MultiheadAttentionSettings } from './multihead-attention.ts';
export type { MultiHeadAttentionOptions } from './multi-head-attention-forward.ts';
export { TransformerEncoderLayer, type TransformerLayerSettings } from './transformer-encoder-layer.ts';
export { TransformerDecoderLayer } from './transformer-decoder-layer.ts';
export { TransformerEncoder } from './transformer-encoder.ts';
export { TransformerDecoder } from './transformer-decoder.ts';
export { Transformer, type TransformerSettings } from './transformer.ts';
export * as attention from './attention-fast-path.ts';
export type { RecurrentSettings } from './recurrent.ts';
export type { IncompatibleKeys, LoadOptions, StateDict } from './state-dict.ts';
export type { BackwardHook, BackwardPreHook, ForwardHook, ForwardPreHook, Gradients } from './module-hooks.ts';
export * as init from './init.ts';
export * as functional from './functional.ts';
export * as utils from './nn-utils.ts';
