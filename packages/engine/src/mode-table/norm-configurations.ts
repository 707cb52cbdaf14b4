/**
 * Dropout and normalisation in the configurations of the mode inventory.
 */
import { BatchNorm1d } from '../nn/batch-norm-1d.ts';
import { BatchNorm2d } from '../nn/batch-norm-2d.ts';
import { BatchNorm3d } from '../nn/batch-norm-3d.ts';
import { RReLU } from '../nn/activations.ts';
import { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from '../nn/dropout.ts';
import { CrossMapLRN2d } from '../nn/cross-map-lrn.ts';
import { GroupNorm, LocalResponseNorm, RMSNorm } from '../nn/group-norm.ts';
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from '../nn/instance-norm.ts';
import { LayerNorm } from '../nn/layer-norm.ts';
import { LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d, LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d } from '../nn/lazy-norm.ts';
import { SyncBatchNorm } from '../nn/sync-batch-norm.ts';
import { randn } from '../ops/creation.ts';
import { entry, inputs, materialised, type Configuration } from './configuration.ts';

function changed<M>(module: M, change: (module: M) => void): M {
  change(module);
  return module;
}

const batchNorms = Object.entries({ BatchNorm1d: [BatchNorm1d, inputs.nc] as const, BatchNorm2d: [BatchNorm2d, inputs.nchw] as const, BatchNorm3d: [BatchNorm3d, inputs.ncdhw] as const }).flatMap(([name, [Layer, given]]): Configuration[] => [
  entry(name, 'default', () => new Layer(6), given),
  entry(name, 'affine=False', () => new Layer(6, { affine: false }), given),
  entry(name, 'track_running_stats=False', () => new Layer(6, { trackRunningStats: false }), given),
  entry(name, 'momentum=None', () => new Layer(6, { momentum: null }), given),
  entry(name, 'momentum=0', () => new Layer(6, { momentum: 0 }), given),
]);

const dropouts = Object.entries({
  Dropout: [Dropout, inputs.nc] as const,
  Dropout1d: [Dropout1d, () => [randn(4, 32, 10)]] as const,
  Dropout2d: [Dropout2d, () => [randn(4, 32, 5, 5)]] as const,
  Dropout3d: [Dropout3d, () => [randn(2, 32, 3, 3, 3)]] as const,
  AlphaDropout: [AlphaDropout, inputs.nc] as const,
  FeatureAlphaDropout: [FeatureAlphaDropout, () => [randn(4, 32, 5)]] as const,
}).flatMap(([name, [Layer, given]]): Configuration[] => [
  entry(name, 'p=0.5', () => new Layer(0.5), given),
  entry(name, 'p=0', () => new Layer(0), given),
  entry(name, 'p=1', () => new Layer(1), given),
  entry(name, 'p=0.5,inplace', () => new Layer(0.5, { inplace: true }), given, { plainInputs: true }),
]);

const instanceNorms = Object.entries({ InstanceNorm1d: [InstanceNorm1d, inputs.ncl] as const, InstanceNorm2d: [InstanceNorm2d, inputs.nchw] as const, InstanceNorm3d: [InstanceNorm3d, inputs.ncdhw] as const }).flatMap(([name, [Layer, given]]): Configuration[] => [
  entry(name, 'default', () => new Layer(6), given),
  entry(name, 'affine=True', () => new Layer(6, { affine: true }), given),
  entry(name, 'track_running_stats=True', () => new Layer(6, { trackRunningStats: true }), given),
  entry(name, 'track_running_stats=True,momentum=None', () => new Layer(6, { trackRunningStats: true, momentum: null }), given),
]);

export const normConfigurations: readonly Configuration[] = [
  ...dropouts,
  ...instanceNorms,
  entry('InstanceNorm2d', 'H=W=1', () => new InstanceNorm2d(6), () => [randn(4, 6, 1, 1)]),
  entry('InstanceNorm2d', 'H=W=1,track_running_stats=True', () => new InstanceNorm2d(6, { trackRunningStats: true }), () => [randn(4, 6, 1, 1)]),
  entry('BatchNorm2d', 'N=1,H=W=1', () => new BatchNorm2d(6), () => [randn(1, 6, 1, 1)]),
  entry('BatchNorm2d', 'no_grad', () => new BatchNorm2d(6), inputs.nchw, { noGrad: true }),
  entry('BatchNorm2d', 'requires_grad_(False)', () => new BatchNorm2d(6).requiresGrad_(false), inputs.nchw),
  entry('GroupNorm', '3 groups', () => new GroupNorm(3, 6), inputs.nchw),
  entry('LocalResponseNorm', 'size=2', () => new LocalResponseNorm(2), inputs.nchw),
  entry('CrossMapLRN2d', 'size=3', () => new CrossMapLRN2d(3), inputs.nchw),
  entry('RMSNorm', 'default', () => new RMSNorm(6), inputs.nc),
  entry('RReLU', 'default', () => new RReLU(), inputs.nc),
  entry('RReLU', 'inplace', () => new RReLU(1 / 8, 1 / 3, { inplace: true }), inputs.nc, { plainInputs: true }),
  entry('RReLU', 'lower==upper', () => new RReLU(0.25, 0.25), inputs.nc),
  entry('RReLU', 'input>=0', () => new RReLU(), () => [randn(8, 6).abs()]),
  entry('Dropout', 'p=0.5,no_grad', () => new Dropout(0.5), inputs.nc, { noGrad: true }),
  ...batchNorms,
  entry('BatchNorm1d', '3-D input', () => new BatchNorm1d(6), inputs.ncl),
  entry('BatchNorm1d', 'N=1 (n==1 per channel)', () => new BatchNorm1d(6), () => [randn(1, 6)]),
  entry('BatchNorm1d', 'N=1,track_running_stats=False', () => new BatchNorm1d(6, { trackRunningStats: false }), () => [randn(1, 6)]),
  entry('BatchNorm1d', 'buffers set to None afterwards', () => changed(new BatchNorm1d(6), (layer) => { layer.runningMean = null; layer.runningVar = null; }), inputs.nc),
  entry('BatchNorm1d', 'track_running_stats attr set False after init (buffers kept)', () => changed(new BatchNorm1d(6), (layer) => { layer.trackRunningStats = false; }), inputs.nc),
  entry('SyncBatchNorm', 'CPU input, no process group', () => new SyncBatchNorm(6), inputs.nchw),
  ...Object.entries({ LazyBatchNorm1d: [LazyBatchNorm1d, inputs.nc] as const, LazyBatchNorm2d: [LazyBatchNorm2d, inputs.nchw] as const, LazyBatchNorm3d: [LazyBatchNorm3d, inputs.ncdhw] as const }).flatMap(([name, [Layer, given]]) => [
    entry(name, 'fresh', () => new Layer(), given),
    entry(name, 'materialised by an eval() forward', () => materialised(new Layer(), given), given),
  ]),
  ...Object.entries({ LazyInstanceNorm1d: [LazyInstanceNorm1d, inputs.ncl] as const, LazyInstanceNorm2d: [LazyInstanceNorm2d, inputs.nchw] as const, LazyInstanceNorm3d: [LazyInstanceNorm3d, inputs.ncdhw] as const }).flatMap(([name, [Layer, given]]) => [
    entry(name, 'fresh', () => new Layer(), given),
    entry(name, 'track_running_stats=True,materialised', () => materialised(new Layer({ trackRunningStats: true }), given), given),
  ]),
  entry('LayerNorm', 'default', () => new LayerNorm(6), inputs.nc),
];
