/**
 * Layers without a mode of their own, and reparametrised layers, in the configurations of the mode inventory.
 */
import { CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity, LeakyReLU, LogSigmoid, LogSoftmax, Mish, PReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmax2d, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold } from '../nn/activations.ts';
import { Conv2d } from '../nn/conv.ts';
import { Embedding, EmbeddingBag } from '../nn/embedding.ts';
import { LazyLinear } from '../nn/lazy-linear.ts';
import { Linear } from '../nn/linear.ts';
import * as parametrizations from '../nn/parametrizations.ts';
import * as prune from '../nn/prune.ts';
import { Bilinear, ChannelShuffle, CosineSimilarity, Flatten, Fold, PairwiseDistance, PixelShuffle, PixelUnshuffle, Unfold, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from '../nn/rearranging.ts';
import { Unflatten } from '../nn/unflatten.ts';
import { spectralNorm } from '../nn/spectral-norm-hook.ts';
import { weightNorm } from '../nn/weight-norm-hook.ts';
import { randn } from '../ops/creation.ts';
import { entry, inputs, materialised, type Configuration } from './configuration.ts';

export const layerConfigurations: readonly Configuration[] = [
  entry('utils.spectral_norm (legacy hook)', 'Linear', () => spectralNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.spectral_norm', 'Linear', () => parametrizations.spectralNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.spectral_norm', 'on 1-D bias (exact path)', () => parametrizations.spectralNorm(new Linear(6, 7), 'bias'), inputs.nc),
  entry('utils.weight_norm (legacy hook)', 'Linear', () => weightNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.weight_norm', 'Linear', () => parametrizations.weightNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.orthogonal', 'Linear', () => parametrizations.orthogonal(new Linear(6, 7)), inputs.nc),
  entry('utils.prune.l1_unstructured', 'Linear', () => prune.l1Unstructured(new Linear(6, 7), 'weight', 0.5), inputs.nc),
  entry('utils.prune.random_unstructured', 'Linear', () => prune.randomUnstructured(new Linear(6, 7), 'weight', 0.5), inputs.nc),
  entry('Linear', 'default', () => new Linear(6, 7), inputs.nc),
  entry('LazyLinear', 'fresh', () => new LazyLinear(7), inputs.nc),
  entry('LazyLinear', 'materialised', () => materialised(new LazyLinear(7), inputs.nc), inputs.nc),
  entry('Identity', 'default', () => new Identity(), inputs.nc),
  ...Object.entries({ CELU, ELU, GELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, Mish, PReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, GLU }).map(([name, Layer]) => entry(name, 'default', () => new Layer(), inputs.nc)),
  ...Object.entries({ Softmax, Softmin, LogSoftmax }).map(([name, Layer]) => entry(name, 'dim=1', () => new Layer(1), inputs.nc)),
  entry('Softmax2d', 'default', () => new Softmax2d(), inputs.nchw),
  entry('Threshold', '0.1,20', () => new Threshold(0.1, 20), inputs.nc),
  entry('utils.spectral_norm (legacy hook)', 'Conv2d,n_power_iterations=3', () => spectralNorm(new Conv2d(6, 7, 3), 'weight', { nPowerIterations: 3 }), inputs.nchw),
  entry('utils.parametrizations.spectral_norm', 'Conv2d', () => parametrizations.spectralNorm(new Conv2d(6, 7, 3)), inputs.nchw),
  entry('Bilinear', 'default', () => new Bilinear(6, 6, 3), inputs.pair),
  entry('Embedding', 'default', () => new Embedding(10, 6), inputs.indices),
  entry('Embedding', 'max_norm=0.5', () => new Embedding(10, 6, { maxNorm: 0.5 }), inputs.indices, { noGrad: true }),
  entry('Embedding', 'scale_grad_by_freq,padding_idx=0', () => new Embedding(10, 6, { paddingIdx: 0, scaleGradByFreq: true }), inputs.indices),
  ...(['sum', 'mean', 'max'] as const).map((mode) => entry('EmbeddingBag', `mode=${mode}`, () => new EmbeddingBag(10, 6, { mode }), inputs.indices)),
  entry('EmbeddingBag', 'max_norm=0.5', () => new EmbeddingBag(10, 6, { maxNorm: 0.5 }), inputs.indices, { noGrad: true }),
  entry('CosineSimilarity', 'default', () => new CosineSimilarity(), inputs.pair),
  entry('PairwiseDistance', 'default', () => new PairwiseDistance(), inputs.pair),
  entry('ChannelShuffle', '2', () => new ChannelShuffle(2), inputs.nchw, { noGrad: true }),
  entry('PixelShuffle', '2', () => new PixelShuffle(2), () => [randn(2, 8, 4, 4)]),
  entry('PixelUnshuffle', '2', () => new PixelUnshuffle(2), inputs.nchw),
  entry('Fold', 'k=2', () => new Fold([4, 5], [2, 2]), () => [randn(2, 8, 12)]),
  entry('Unfold', 'k=2', () => new Unfold(2), inputs.nchw),
  entry('Flatten', 'default', () => new Flatten(), inputs.nchw),
  entry('Unflatten', '1->(2,3)', () => new Unflatten(1, [2, 3]), inputs.nc),
  entry('Upsample', 'x2', () => new Upsample({ scaleFactor: 2 }), inputs.nchw),
  entry('UpsamplingBilinear2d', 'x2', () => new UpsamplingBilinear2d({ scaleFactor: 2 }), inputs.nchw),
  entry('UpsamplingNearest2d', 'x2', () => new UpsamplingNearest2d({ scaleFactor: 2 }), inputs.nchw),
];
