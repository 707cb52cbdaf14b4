/**
 * Layers without a mode of their own, losses, and reparametrised layers, in the configurations of the mode inventory.
 */
import { CELU, ELU, GELU, GLU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity, LeakyReLU, LogSigmoid, LogSoftmax, Mish, PReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softmax, Softmax2d, Softmin, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold } from '../nn/activations.ts';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../nn/conv-transpose.ts';
import { Conv1d, Conv2d, Conv3d } from '../nn/conv.ts';
import { LazyLinear } from '../nn/lazy-linear.ts';
import { Linear } from '../nn/linear.ts';
import { BCEWithLogitsLoss, MSELoss } from '../nn/losses.ts';
import * as parametrizations from '../nn/parametrizations.ts';
import { spectralNorm } from '../nn/spectral-norm-hook.ts';
import { weightNorm } from '../nn/weight-norm-hook.ts';
import { rand, randn } from '../ops/creation.ts';
import { entry, inputs, materialised, type Configuration } from './configuration.ts';

export const layerConfigurations: readonly Configuration[] = [
  entry('utils.spectral_norm (legacy hook)', 'Linear', () => spectralNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.spectral_norm', 'Linear', () => parametrizations.spectralNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.spectral_norm', 'on 1-D bias (exact path)', () => parametrizations.spectralNorm(new Linear(6, 7), 'bias'), inputs.nc),
  entry('utils.weight_norm (legacy hook)', 'Linear', () => weightNorm(new Linear(6, 7)), inputs.nc),
  entry('utils.parametrizations.weight_norm', 'Linear', () => parametrizations.weightNorm(new Linear(6, 7)), inputs.nc),
  entry('Linear', 'default', () => new Linear(6, 7), inputs.nc),
  entry('LazyLinear', 'fresh', () => new LazyLinear(7), inputs.nc),
  entry('LazyLinear', 'materialised', () => materialised(new LazyLinear(7), inputs.nc), inputs.nc),
  entry('Identity', 'default', () => new Identity(), inputs.nc),
  ...Object.entries({ CELU, ELU, GELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, LeakyReLU, LogSigmoid, Mish, PReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, GLU }).map(([name, Layer]) => entry(name, 'default', () => new Layer(), inputs.nc)),
  ...Object.entries({ Softmax, Softmin, LogSoftmax }).map(([name, Layer]) => entry(name, 'dim=1', () => new Layer(1), inputs.nc)),
  entry('Softmax2d', 'default', () => new Softmax2d(), inputs.nchw),
  entry('Threshold', '0.1,20', () => new Threshold(0.1, 20), inputs.nc),
  ...Object.entries({ Conv1d: [Conv1d, ConvTranspose1d, inputs.ncl] as const, Conv2d: [Conv2d, ConvTranspose2d, inputs.nchw] as const, Conv3d: [Conv3d, ConvTranspose3d, inputs.ncdhw] as const }).flatMap(([name, [Layer, Transposed, given]]) => [
    entry(name, 'k=3', () => new Layer(6, 4, 3), given),
    entry(name.replace('Conv', 'ConvTranspose'), 'k=3', () => new Transposed(6, 4, 3), given),
  ]),
  entry('utils.spectral_norm (legacy hook)', 'Conv2d,n_power_iterations=3', () => spectralNorm(new Conv2d(6, 7, 3), 'weight', { nPowerIterations: 3 }), inputs.nchw),
  entry('utils.parametrizations.spectral_norm', 'Conv2d', () => parametrizations.spectralNorm(new Conv2d(6, 7, 3)), inputs.nchw),
  entry('MSELoss', 'default', () => new MSELoss(), inputs.pair),
  entry('BCEWithLogitsLoss', 'default', () => new BCEWithLogitsLoss(), () => [randn(8, 6), rand(8, 6)]),
];
