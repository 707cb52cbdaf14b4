/**
 * Layers without a mode of their own, losses, and reparametrised layers, in the configurations of the mode inventory.
 */
import { Identity, ReLU, Sigmoid, Softmax, Tanh } from '../nn/activations.ts';
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
  ...Object.entries({ ReLU, Sigmoid, Tanh }).map(([name, Layer]) => entry(name, 'default', () => new Layer(), inputs.nc)),
  entry('Softmax', 'dim=1', () => new Softmax(1), inputs.nc),
  entry('MSELoss', 'default', () => new MSELoss(), inputs.pair),
  entry('BCEWithLogitsLoss', 'default', () => new BCEWithLogitsLoss(), () => [randn(8, 6), rand(8, 6)]),
];
