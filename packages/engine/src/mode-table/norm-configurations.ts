/**
 * Dropout and normalisation in the configurations of the mode inventory.
 */
import { BatchNorm1d } from '../nn/batch-norm-1d.ts';
import { Dropout } from '../nn/dropout.ts';
import { LayerNorm } from '../nn/layer-norm.ts';
import { LazyBatchNorm1d } from '../nn/lazy-batch-norm.ts';
import { SyncBatchNorm } from '../nn/sync-batch-norm.ts';
import { randn } from '../ops/creation.ts';
import { entry, inputs, materialised, type Configuration } from './configuration.ts';

function changed<M>(module: M, change: (module: M) => void): M {
  change(module);
  return module;
}

const batchNorms = Object.entries({ BatchNorm1d: [BatchNorm1d, inputs.nc] as const }).flatMap(([name, [Layer, given]]): Configuration[] => [
  entry(name, 'default', () => new Layer(6), given),
  entry(name, 'affine=False', () => new Layer(6, { affine: false }), given),
  entry(name, 'track_running_stats=False', () => new Layer(6, { trackRunningStats: false }), given),
  entry(name, 'momentum=None', () => new Layer(6, { momentum: null }), given),
  entry(name, 'momentum=0', () => new Layer(6, { momentum: 0 }), given),
]);

export const normConfigurations: readonly Configuration[] = [
  entry('Dropout', 'p=0.5', () => new Dropout(0.5), inputs.nc),
  entry('Dropout', 'p=0', () => new Dropout(0), inputs.nc),
  entry('Dropout', 'p=1', () => new Dropout(1), inputs.nc),
  entry('Dropout', 'p=0.5,no_grad', () => new Dropout(0.5), inputs.nc, { noGrad: true }),
  ...batchNorms,
  entry('BatchNorm1d', '3-D input', () => new BatchNorm1d(6), inputs.ncl),
  entry('BatchNorm1d', 'N=1 (n==1 per channel)', () => new BatchNorm1d(6), () => [randn(1, 6)]),
  entry('BatchNorm1d', 'N=1,track_running_stats=False', () => new BatchNorm1d(6, { trackRunningStats: false }), () => [randn(1, 6)]),
  entry('BatchNorm1d', 'buffers set to None afterwards', () => changed(new BatchNorm1d(6), (layer) => { layer.runningMean = null; layer.runningVar = null; }), inputs.nc),
  entry('BatchNorm1d', 'track_running_stats attr set False after init (buffers kept)', () => changed(new BatchNorm1d(6), (layer) => { layer.trackRunningStats = false; }), inputs.nc),
  entry('SyncBatchNorm', 'CPU input, no process group', () => new SyncBatchNorm(6), inputs.nchw),
  entry('LazyBatchNorm1d', 'fresh', () => new LazyBatchNorm1d(), inputs.nc),
  entry('LazyBatchNorm1d', 'materialised by an eval() forward', () => materialised(new LazyBatchNorm1d(), inputs.nc), inputs.nc),
  entry('LayerNorm', 'default', () => new LayerNorm(6), inputs.nc),
];
