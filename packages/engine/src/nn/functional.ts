/**
 * Layers as functions, with PyTorch's defaults: the `F` namespace of the package.
 *
 * Guarantees: `F.dropout(x)` drops, because its `training` defaults to true and knows no module: that is PyTorch's trap and
 * it is kept (mode inventory 2, executed). Refuses arguments of the wrong type as PyTorch does, also in evaluation mode.
 */
export * from './functional/activation.ts';
export * from './functional/attention.ts';
export * from './functional/conv.ts';
export * from './functional/ctc.ts';
export * from './functional/distance.ts';
export * from './functional/dropout.ts';
export * from './functional/embedding.ts';
export * from './functional/grid-sample.ts';
export * from './functional/gumbel-softmax.ts';
export * from './functional/linear-cross-entropy.ts';
export * from './functional/linear.ts';
export * from './functional/loss.ts';
export * from './functional/norm.ts';
export * from './functional/pad.ts';
export * from './functional/pool.ts';
export * from './functional/resample.ts';
export { multiHeadAttentionForward, type AttentionParameters, type MultiHeadAttentionOptions } from './multi-head-attention-forward.ts';
