/**
 * Convolutions, pooling and padding in the configurations of the mode inventory.
 */
import { LazyConv1d, LazyConv2d, LazyConv3d, LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d } from '../nn/lazy-conv.ts';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../nn/conv-transpose.ts';
import { Conv1d, Conv2d, Conv3d } from '../nn/conv.ts';
import { Module } from '../nn/module.ts';
import * as padding from '../nn/padding.ts';
import * as pool from '../nn/pool.ts';
import { full, randn } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { entry, inputs, materialised, type Configuration } from './configuration.ts';

/** Pools and puts the maxima back. */
class PooledAndBack extends Module {
  pool: Module;
  unpool: Module;

  constructor(Pool: new (kernelSize: number, settings: { readonly returnIndices: boolean }) => Module, Unpool: new (kernelSize: number) => Module) {
    super();
    this.pool = new Pool(2, { returnIndices: true });
    this.unpool = new Unpool(2);
  }

  override forward(x: Tensor): unknown {
    const [maxima, indices] = this.pool.call(x) as [Tensor, Tensor];
    return this.unpool.call(maxima, indices);
  }
}

const dimensions = [
  { d: 1, given: inputs.ncl, Conv: Conv1d, Transposed: ConvTranspose1d, Lazy: LazyConv1d, LazyTransposed: LazyConvTranspose1d },
  { d: 2, given: inputs.nchw, Conv: Conv2d, Transposed: ConvTranspose2d, Lazy: LazyConv2d, LazyTransposed: LazyConvTranspose2d },
  { d: 3, given: inputs.ncdhw, Conv: Conv3d, Transposed: ConvTranspose3d, Lazy: LazyConv3d, LazyTransposed: LazyConvTranspose3d },
] as const;

const pools = [
  { given: inputs.ncl, Max: pool.MaxPool1d, Unpool: pool.MaxUnpool1d, plain: { MaxPool1d: pool.MaxPool1d, AvgPool1d: pool.AvgPool1d }, adaptive: { AdaptiveMaxPool1d: pool.AdaptiveMaxPool1d, AdaptiveAvgPool1d: pool.AdaptiveAvgPool1d }, power: { LPPool1d: pool.LPPool1d } },
  { given: inputs.nchw, Max: pool.MaxPool2d, Unpool: pool.MaxUnpool2d, plain: { MaxPool2d: pool.MaxPool2d, AvgPool2d: pool.AvgPool2d }, adaptive: { AdaptiveMaxPool2d: pool.AdaptiveMaxPool2d, AdaptiveAvgPool2d: pool.AdaptiveAvgPool2d }, power: { LPPool2d: pool.LPPool2d } },
  { given: inputs.ncdhw, Max: pool.MaxPool3d, Unpool: pool.MaxUnpool3d, plain: { MaxPool3d: pool.MaxPool3d, AvgPool3d: pool.AvgPool3d }, adaptive: { AdaptiveMaxPool3d: pool.AdaptiveMaxPool3d, AdaptiveAvgPool3d: pool.AdaptiveAvgPool3d }, power: { LPPool3d: pool.LPPool3d } },
] as const;

const rows = <C>(layers: object, make: (Layer: C) => Module, config: string, given: () => readonly Tensor[]): Configuration[] => Object.entries(layers).map(([name, Layer]) => entry(name, config, () => make(Layer as C), given));
const { ConstantPad1d, ConstantPad2d, ConstantPad3d, ...others } = padding;
const inputOf = (name: string): (() => readonly Tensor[]) => (name.endsWith('1d') ? inputs.ncl : name.endsWith('2d') ? inputs.nchw : inputs.ncdhw);

export const spatialConfigurations: readonly Configuration[] = [
  ...dimensions.flatMap(({ d, given, Conv, Transposed, Lazy, LazyTransposed }) => [
    entry(`Conv${d}d`, 'k=3', () => new Conv(6, 4, 3), given),
    entry(`LazyConv${d}d`, 'materialised', () => materialised(new Lazy(4, 3), given), given),
    entry(`LazyConv${d}d`, 'fresh', () => new Lazy(4, 3), given),
    entry(`ConvTranspose${d}d`, 'k=3', () => new Transposed(6, 4, 3), given),
    entry(`LazyConvTranspose${d}d`, 'materialised', () => materialised(new LazyTransposed(4, 3), given), given),
    entry(`LazyConvTranspose${d}d`, 'fresh', () => new LazyTransposed(4, 3), given),
  ]),
  ...pools.flatMap(({ given, Max, Unpool, plain, adaptive, power }, index) => [
    ...rows<new (size: number) => Module>(plain, (Layer) => new Layer(2), 'k=2', given),
    ...rows<new (size: number) => Module>(adaptive, (Layer) => new Layer(2), 'out=2', given),
    entry(`MaxUnpool${index + 1}d`, 'k=2', () => new PooledAndBack(Max, Unpool), given),
    ...rows<new (norm: number, size: number) => Module>(power, (Layer) => new Layer(2, 2), 'norm=2', given),
  ]),
  ...Object.entries({ ConstantPad1d, ConstantPad2d, ConstantPad3d }).map(([name, Layer]) => entry(name, '1', () => new Layer(1, 2), inputOf(name))),
  ...Object.entries(others).map(([name, Layer]) => entry(name, '1', () => new Layer(1), inputOf(name))),
  entry('FractionalMaxPool2d', 'random samples', () => new pool.FractionalMaxPool2d(2, { outputRatio: 0.6 }), () => [randn(4, 6, 16, 16)]),
  entry('FractionalMaxPool3d', 'random samples', () => new pool.FractionalMaxPool3d(2, { outputRatio: 0.6 }), () => [randn(2, 6, 10, 10, 10)]),
  entry('FractionalMaxPool2d', '_random_samples fixed', () => new pool.FractionalMaxPool2d(2, { outputRatio: 0.6, randomSamples: full([4, 6, 2], 0.3) }), () => [randn(4, 6, 16, 16)]),
];
