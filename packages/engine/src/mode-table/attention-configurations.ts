/**
 * Attention and transformer layers in the configurations of the mode inventory.
 */
import { MultiheadAttention } from '../nn/multihead-attention.ts';
import { TransformerDecoder } from '../nn/transformer-decoder.ts';
import { TransformerDecoderLayer } from '../nn/transformer-decoder-layer.ts';
import { TransformerEncoder } from '../nn/transformer-encoder.ts';
import { TransformerEncoderLayer } from '../nn/transformer-encoder-layer.ts';
import { Transformer } from '../nn/transformer.ts';
import { randn, tensor } from '../ops/creation.ts';
import { entry, type Configuration } from './configuration.ts';

const self = (): ReturnType<typeof randn>[] => {
  const x = randn(2, 5, 8);
  return [x, x, x];
};
const single = (): ReturnType<typeof randn>[] => [randn(2, 5, 8)];
const both = (): ReturnType<typeof randn>[] => [randn(5, 2, 8), randn(4, 2, 8)];
const [F, T] = [false, true];
const partly = (): object => ({ keyPaddingMask: tensor([[F, F, F, F, F], [F, F, F, T, T]]) });
const wholly = (): object => ({ keyPaddingMask: tensor([[F, F, F, F, F], [T, T, T, T, T]]) });
const source = (rows: boolean[][]) => (): object => ({ srcKeyPaddingMask: tensor(rows) });
const onePadded = source([[F, F, F, F, F], [F, F, F, T, T]]);
const allPadded = source([[F, F, F, T, T], [F, F, T, T, T]]);
const withOptions = (options: () => object): Pick<Configuration, 'call'> => ({ call: (module, inputs) => module.call(...inputs, options()) });

const attention = (config: string, settings: object, options: Pick<Configuration, 'call' | 'noGrad' | 'plainInputs'> = {}): Configuration => entry('MultiheadAttention', config, () => new MultiheadAttention(8, 2, settings), self, options);
const encoderLayer = (settings: object = {}): TransformerEncoderLayer => new TransformerEncoderLayer(8, 2, { dimFeedforward: 16, ...settings });
const decoderLayer = (settings: object = {}): TransformerDecoderLayer => new TransformerDecoderLayer(8, 2, { dimFeedforward: 16, ...settings });
const fast = { dropout: 0, batchFirst: true };
const encoder = (config: string, settings: object, options: Pick<Configuration, 'call' | 'noGrad'>, stack: object = {}): Configuration => entry('TransformerEncoder', config, () => new TransformerEncoder(encoderLayer(settings), 2, null, stack), single, options);

export const attentionConfigurations: readonly Configuration[] = [
  attention('dropout=0', {}),
  attention('dropout=0.5', { dropout: 0.5 }),
  attention('dropout=0.5,need_weights=False', { dropout: 0.5 }, withOptions(() => ({ needWeights: false }))),
  attention('dropout=0,batch_first,grad on (slow path)', { batchFirst: true }),
  attention('dropout=0,batch_first,no_grad (fast path)', { batchFirst: true }, { noGrad: true }),
  entry('MultiheadAttention', 'dropout=0,batch_first,requires_grad_(False) (fast path)', () => new MultiheadAttention(8, 2, { batchFirst: true }).requiresGrad_(false), self, { plainInputs: true }),
  attention('dropout=0.5,batch_first,no_grad', { dropout: 0.5, batchFirst: true }, { noGrad: true }),
  attention('batch_first,no_grad,key_padding_mask', { batchFirst: true }, { noGrad: true, ...withOptions(partly) }),
  attention('batch_first,no_grad,key_padding_mask row fully masked', { batchFirst: true }, { noGrad: true, ...withOptions(wholly) }),
  attention('batch_first,no_grad,need_weights,average_attn_weights=False', { batchFirst: true }, { noGrad: true, ...withOptions(() => ({ averageAttnWeights: false })) }),
  entry('TransformerEncoderLayer', 'dropout=0.1', () => encoderLayer(), single),
  entry('TransformerEncoderLayer', 'dropout=0', () => encoderLayer({ dropout: 0 }), single),
  entry('TransformerEncoderLayer', 'dropout=0,batch_first,no_grad (fast path)', () => encoderLayer(fast), single, { noGrad: true }),
  entry('TransformerEncoderLayer', 'dropout=0,batch_first,no_grad,norm_first (fast path)', () => encoderLayer({ ...fast, normFirst: true }), single, { noGrad: true }),
  entry('TransformerEncoderLayer', 'dropout=0.1,batch_first,no_grad (fast path)', () => encoderLayer({ batchFirst: true }), single, { noGrad: true }),
  entry('TransformerEncoderLayer', 'dropout=0,activation=silu,batch_first,no_grad (layer slow path, inner MHA fast path)', () => encoderLayer({ ...fast, activation: (x: ReturnType<typeof randn>) => x.mul(x.sigmoid()) }), single, { noGrad: true }),
  encoder('2 layers,dropout=0.1', {}, {}),
  encoder('2 layers,dropout=0,batch_first,no_grad', fast, { noGrad: true }),
  encoder('2 layers,dropout=0,batch_first,no_grad,padding mask (nested fast path)', fast, { noGrad: true, ...withOptions(onePadded) }),
  encoder('2 layers,dropout=0,batch_first,no_grad,ALL rows padded (nested fast path)', fast, { noGrad: true, ...withOptions(allPadded) }),
  encoder('2 layers,dropout=0,batch_first,grad on,padding mask', fast, withOptions(onePadded)),
  encoder('2 layers,dropout=0,enable_nested_tensor=False,no_grad,padding mask', fast, { noGrad: true, ...withOptions(onePadded) }, { enableNestedTensor: false }),
  entry('TransformerDecoderLayer', 'dropout=0.1', () => decoderLayer(), both),
  entry('TransformerDecoderLayer', 'dropout=0', () => decoderLayer({ dropout: 0 }), both),
  entry('TransformerDecoder', '2 layers,dropout=0.1', () => new TransformerDecoder(decoderLayer(), 2), both),
  entry('TransformerDecoder', '2 layers,dropout=0', () => new TransformerDecoder(decoderLayer({ dropout: 0 }), 2), both),
  ...([['dropout=0.1', {}], ['dropout=0', { dropout: 0 }]] as const).map(([config, settings]) => entry('Transformer', config, () => new Transformer(8, 2, { numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 16, ...settings }), both)),
];
