/**
 * Every layer without parts against PyTorch's: what it prints, its seeded state, its output in both modes, and what calls wrote (recorded by tools/engine_layers.py).
 */
import { describe, expect, test } from 'vitest';
import { manualSeed, nn, randn, tensor, Tensor, type Nested } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

interface Row {
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly options: object;
  readonly text: string;
  /** Null for a lazy layer, which has none before its first call. */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly inputs: readonly Nested[];
  readonly integers: readonly boolean[];
  readonly train: readonly unknown[];
  readonly eval: readonly unknown[];
  readonly after: Readonly<Record<string, unknown>>;
  /** What a lazy layer prints once it has its sizes. */
  readonly textAfter?: string;
}

const { rows } = recorded<{ rows: Row[] }>('layers');
type Layers = Record<string, new (...given: unknown[]) => nn.Module>;

function expectState(layer: nn.Module, wanted: Readonly<Record<string, unknown>>): void {
  const state = Object.fromEntries([...layer.stateDict()].map(([key, value]) => [key, value.toArray()]));
  expect(Object.keys(state)).toEqual(Object.keys(wanted));
  for (const [key, values] of Object.entries(wanted)) expectClose(state[key], values, 1e-5, key);
}

test.each(rows.map((row, index) => [`${index} ${row.text}`, row] as const))('%s', (_name, row) => {
  manualSeed(0);
  const layer = new (nn as unknown as Layers)[row.layer]!(...row.args, ...(Object.keys(row.options).length > 0 ? [row.options] : []));
  // JavaScript cannot tell 1 from 1.0, so neither can what is printed.
  expect(layer.toString()).toBe(row.text.replace(/(\d)\.0\b/g, '$1'));
  if (row.state !== null) expectState(layer, row.state);
  for (const mode of ['train', 'eval'] as const) {
    layer[mode]();
    if (row.state === null) manualSeed(2);
    const inputs = row.inputs.map((values, index) => tensor(values, row.integers[index] ? { dtype: 'int64' } : {}));
    const out: unknown = layer.call(...(inputs as never[]));
    const outputs = out instanceof Tensor ? [out] : (out as Tensor[]);
    expect(outputs.length).toBe(row[mode].length);
    for (const [index, output] of outputs.entries()) expectClose(output.toArray(), row[mode][index], 1e-5, `${mode} ${index}`);
  }
  expectState(layer, row.after);
  if (row.textAfter !== undefined) expect(layer.toString()).toBe(row.textAfter.replace(/(\d)\.0\b/g, '$1'));
});

describe('what is sensitive says so', () => {
  test.each([
    [new nn.Dropout2d(0.5), true], [new nn.Dropout2d(0), false], [new nn.AlphaDropout(), true], [new nn.FeatureAlphaDropout(), true], [new nn.RReLU(), true],
    [new nn.BatchNorm2d(3), true], [new nn.BatchNorm3d(3, { trackRunningStats: false }), false], [new nn.InstanceNorm2d(3), false], [new nn.InstanceNorm1d(3, { trackRunningStats: true }), true],
    [new nn.GroupNorm(1, 2), false], [new nn.Conv2d(1, 1, 1), false], [new nn.FractionalMaxPool2d(2, { outputSize: 2 }), false],
  ] as const)('%s: %s', (layer, sensitive) => {
    expect(layer.isModeSensitive()).toBe(sensitive);
  });

  test('channelwise dropouts drop whole channels and scale the others; alpha dropouts ignore inplace', () => {
    manualSeed(2);
    const x = tensor(Array.from({ length: 8 }, () => Array.from({ length: 6 }, () => [1, 1, 1])));
    const dropped = new nn.Dropout1d(0.5).call(x).sum(-1);
    expect(new Set(dropped.toTypedArray())).toEqual(new Set([0, 6]));
    const kept = x.toArray();
    new nn.AlphaDropout(0.5, { inplace: true }).call(x);
    expect(x.toArray()).toEqual(kept);
    expect(new nn.Dropout(0.5, { inplace: true }).call(x)).toBe(x);
    expect(x.toArray()).not.toEqual(kept);
  });

  test('fractional pools draw their windows in both modes', () => {
    manualSeed(3);
    const layer = new nn.FractionalMaxPool2d(2, { outputSize: 4 }).eval();
    const x = tensor([Array.from({ length: 9 }, (_, row) => Array.from({ length: 9 }, (_unused, column) => row * 9 + column))]);
    const outs = new Set(Array.from({ length: 8 }, () => String((layer.call(x) as Tensor).toTypedArray())));
    expect(outs.size).toBeGreaterThan(1);
  });
});

describe('fusion with batch normalisation, for evaluation', () => {
  const used = <N extends nn.BatchNorm1d | nn.BatchNorm2d>(norm: N, x: Tensor): N => {
    norm.call(x);
    return norm.eval();
  };

  test.each([
    ['a convolution', new nn.Conv2d(2, 4, 2, { groups: 2 }), new nn.BatchNorm2d(4), false],
    ['one without bias, and no scale', new nn.Conv2d(2, 4, 2, { bias: false }), new nn.BatchNorm2d(4, { affine: false }), false],
    ['a transposed convolution', new nn.ConvTranspose2d(2, 4, 2), new nn.BatchNorm2d(4), true],
  ] as const)('%s', (_name, conv, norm, transpose) => {
    manualSeed(1);
    const x = randn(3, 2, 4, 4);
    used(norm, conv.eval().call(x) as Tensor);
    const both = norm.call(conv.call(x)) as Tensor;
    const before = conv.weight.toArray();
    const fused = nn.utils.fuseConvBnEval(conv, norm, transpose);
    expectClose((fused.call(x) as Tensor).toArray(), both.toArray(), 1e-5);
    expect([fused.training, conv.weight.toArray()]).toEqual([false, before]);
  });

  test('a linear map', () => {
    const [linear, norm, x] = [new nn.Linear(3, 4, { bias: false }).eval(), new nn.BatchNorm1d(4), randn(5, 3)];
    used(norm, linear.call(x) as Tensor);
    expectClose((nn.utils.fuseLinearBnEval(linear, norm).call(x) as Tensor).toArray(), (norm.call(linear.call(x)) as Tensor).toArray(), 1e-5);
    expect(() => nn.utils.fuseLinearBnEval(linear, new nn.BatchNorm1d(3).eval())).toThrow('To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=4 and bn.num_features=3');
    expect(() => nn.utils.fuseLinearBnEval(linear, new nn.BatchNorm1d(4, { trackRunningStats: false }).eval())).toThrow('bn.running_mean and bn.running_var must not be None');
  });
});
