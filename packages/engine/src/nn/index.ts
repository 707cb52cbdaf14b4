/**
 * The `nn` namespace of the package: everything that is `torch.nn` there.
 */
export { Module, type HookHandle } from './module.ts';
export { Parameter } from './parameter.ts';
export { Linear } from './linear.ts';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './dropout.ts';
export type { BatchNormSettings } from './norm-base.ts';
export { BatchNorm1d } from './batch-norm-1d.ts';
export { BatchNorm2d } from './batch-norm-2d.ts';
export { BatchNorm3d } from './batch-norm-3d.ts';
export { Conv1d, Conv2d, Conv3d } from './conv.ts';
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-transpose.ts';
export { AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, FractionalMaxPool2d, FractionalMaxPool3d, LPPool1d, LPPool2d, LPPool3d, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './pool.ts';
export { CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d, ReflectionPad1d, ReflectionPad2d, ReflectionPad3d, ReplicationPad1d, ReplicationPad2d, ReplicationPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d } from './padding.ts';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instance-norm.ts';
export { GroupNorm, LocalResponseNorm, RMSNorm } from './group-norm.ts';
export { Embedding, EmbeddingBag } from './embedding.ts';
export { Bilinear, ChannelShuffle, CosineSimilarity, Flatten, Fold, PairwiseDistance, PixelShuffle, PixelUnshuffle, Unfold, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from './rearranging.ts';
export { Unflatten } from './unflatten.ts';
export { SyncBatchNorm } from './sync-batch-norm.ts';
export { LayerNorm } from './layer-norm.ts';
export {
  CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity, LeakyReLU, LogSigmoid, LogSoftmax, Mish, PReLU, RReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmax2d, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
} from './activations.ts';
export { ModuleDict, ModuleList, Sequential } from './containers.ts';
export { ParameterDict, ParameterList } from './parameter-containers.ts';
export {
  BCELoss, BCEWithLogitsLoss, CTCLoss, CosineEmbeddingLoss, CrossEntropyLoss, GaussianNLLLoss, HingeEmbeddingLoss, HuberLoss, KLDivLoss, L1Loss, MSELoss, MarginRankingLoss, MultiLabelMarginLoss, MultiLabelSoftMarginLoss, MultiMarginLoss, NLLLoss, NLLLoss2d, PoissonNLLLoss, SmoothL1Loss, SoftMarginLoss, TripletMarginLoss, TripletMarginWithDistanceLoss,
} from './losses.ts';
export { AdaptiveLogSoftmaxWithLoss } from './adaptive-log-softmax.ts';
export { LinearCrossEntropyLoss, type LinearCrossEntropySettings } from './linear-cross-entropy-loss.ts';
export { CrossMapLRN2d } from './cross-map-lrn.ts';
export { RNN } from './rnn.ts';
export { LSTM } from './lstm.ts';
export { GRU } from './gru.ts';
export { GRUCell, LSTMCell, RNNCell } from './recurrent-cells.ts';
export { LazyLinear } from './lazy-linear.ts';
export { LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d } from './lazy-norm.ts';
export { LazyConv1d, LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d } from './lazy-conv.ts';
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
