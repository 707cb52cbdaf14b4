/**
 * Seeded draws and initialisations against what PyTorch gave (recorded by tools/record-engine.py), bit for bit unless said.
 */
import { describe, expect, test } from 'vitest';
import { bernoulli, bernoulli_, exponential_, manualSeed, nn, noGrad, normal_, ones, rand, randint, randn, randperm, RuntimeError, tensor, Tensor, uniform_, ValueError, zeros } from '../src/index.ts';
import type { Nested } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

type DrawType = 'float32' | 'float64';
const file = recorded<{
  draws: { name: string; size: number; dtype: DrawType; values: number[] }[];
  rand: { size: number; seed: number; values: number[] }[];
  randint: { low: number; high: number; values: number[] }[];
  randperm: { size: number; values: number[] }[];
  linear: { inputs: number; outputs: number; weight: number[][]; bias: number[] }[];
  layers: Record<string, Record<string, Nested>>;
  initialisations: { name: string; shape: number[]; values: Nested }[];
  mixed: number[][];
}>('random');

const linspace = (size: number): number[] => Array.from({ length: size }, (_, index) => (size === 1 ? 0 : index / (size - 1)));

describe('draws', () => {
  const functions: Record<string, (size: number, dtype: DrawType) => Tensor> = {
    rand: (size, dtype) => rand(size, { dtype }),
    randn: (size, dtype) => randn(size, { dtype }),
    uniform_: (size, dtype) => uniform_(zeros(size, { dtype }), -0.3, 0.7),
    normal_: (size, dtype) => normal_(zeros(size, { dtype }), 1.5, 0.3),
    exponential_: (size, dtype) => exponential_(zeros(size, { dtype }), 2),
    bernoulli: (size, dtype) => bernoulli(tensor(linspace(size), { dtype })),
  };

  test.each(file.draws)('$name of $size $dtype', ({ name, size, dtype, values }) => {
    manualSeed(0);
    const drawn = functions[name]!(size, dtype).toArray();
    // The last bit of a double depends on the platform's logarithm, sine and cosine.
    if (dtype === 'float64' && name !== 'rand' && name !== 'bernoulli') expectClose(drawn, values, 1e-15);
    else expect(drawn).toEqual(values);
  });

  test.each(file.rand)('rand($size) with seed $seed', ({ size, seed, values }) => {
    manualSeed(seed);
    expect(rand(size).toArray()).toEqual(values);
  });

  test.each(file.randint)('randint($low, $high)', ({ low, high, values }) => {
    manualSeed(0);
    expect(randint(low, high, [values.length]).toArray()).toEqual(values);
  });

  test.each(file.randperm)('randperm($size)', ({ size, values }) => {
    manualSeed(0);
    expect(randperm(size).toArray()).toEqual(values);
  });

  test('the spare normal of an odd draw is kept for the next small one', () => {
    manualSeed(7);
    expect([randn(3), rand(2), randn(5), randn(17), randn(2)].map((drawn) => drawn.toArray())).toEqual(file.mixed);
  });

  test('by one probability: as many ones as it says, the same for the same seed', () => {
    manualSeed(0);
    const first = bernoulli_(zeros(10_000), 0.3);
    expect(first.mean().item()).toBeCloseTo(0.3, 1);
    manualSeed(0);
    expect(bernoulli_(zeros(10_000), 0.3).toArray()).toEqual(first.toArray());
  });

  test('write in place: views see it, the version counts, gradients do not pass', () => {
    const base = zeros(2, 3);
    uniform_(base.slice(1), 1, 2);
    expect(base.toTypedArray().slice(0, 3)).toEqual(new Float32Array(3));
    expect(base.at(1).amin().item()).toBeGreaterThanOrEqual(1);
    expect(base.version).toBe(1);
    const weight = ones(3, { requiresGrad: true });
    expect(() => normal_(weight)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.');
    noGrad(() => normal_(weight));
    const made = weight.mul(2);
    uniform_(made).sum().backward();
    expect(weight.grad?.toArray() ?? [0, 0, 0]).toEqual([0, 0, 0]);
  });

  test.each([
    [() => uniform_(zeros(1), 1, 0), 'uniform_ expects to return a [from, to) range, but found from=1 > to=0'],
    [() => normal_(zeros(1), 0, -1), 'normal expects std >= 0.0, but found std -1'],
    [() => exponential_(zeros(1), 0), 'exponential_ expects lambda > 0.0, but found lambda=0'],
    [() => bernoulli_(zeros(1), 2), 'bernoulli_ expects p to be in [0, 1], but got p=2'],
    [() => uniform_(zeros(1, { dtype: 'int64' })), "not implemented for 'Long'"],
    [() => bernoulli(tensor([1.5])), 'Expected p_in >= 0 && p_in <= 1 to be true, but got false.'],
  ] as const)('refuses %#', (attempt, message) => {
    expect(attempt).toThrow(RuntimeError);
    expect(attempt).toThrow(message);
  });
});

describe('initialisations', () => {
  test.each(file.linear)('default of Linear($inputs, $outputs)', ({ inputs, outputs, weight, bias }) => {
    manualSeed(0);
    const layer = new nn.Linear(inputs, outputs);
    expect(layer.weight.toArray()).toEqual(weight);
    expect(layer.bias?.toArray()).toEqual(bias);
  });

  const layers: Record<string, () => nn.Module> = {
    LSTM: () => new nn.LSTM(5, 6, { numLayers: 2, bidirectional: true }),
    GRU: () => new nn.GRU(3, 4),
    RNN: () => new nn.RNN(3, 4, { numLayers: 2, bias: false }),
    Conv1d: () => new nn.Conv1d(4, 6, 2, { groups: 2 }),
    Conv2d: () => new nn.Conv2d(3, 4, 3),
    Conv3d: () => new nn.Conv3d(2, 3, [2, 1, 2], { bias: false }),
    ConvTranspose2d: () => new nn.ConvTranspose2d(2, 4, 3),
    Embedding: () => new nn.Embedding(7, 5),
    EmbeddingPadded: () => new nn.Embedding(4, 3, { paddingIdx: 1 }),
    Bilinear: () => new nn.Bilinear(2, 3, 4),
    MultiheadAttention: () => new nn.MultiheadAttention(8, 2),
  };

  test.each(Object.entries(file.layers))('default of %s', (name, values) => {
    manualSeed(0);
    const state = layers[name]!().stateDict();
    expect(Object.fromEntries([...state].map(([key, value]) => [key, value.toArray()]))).toEqual(values);
  });

  test('every layer that was recorded is made', () => {
    expect(Object.keys(file.layers).sort()).toEqual(Object.keys(layers).sort());
  });

  const functions: Record<string, (target: Tensor) => Tensor> = {
    xavierUniform: (target) => nn.init.xavierUniform_(target),
    xavierNormal: (target) => nn.init.xavierNormal_(target),
    kaimingUniform: (target) => nn.init.kaimingUniform_(target),
    kaimingNormalFanOutRelu: (target) => nn.init.kaimingNormal_(target, { mode: 'fanOut', nonlinearity: 'relu' }),
    truncNormal: (target) => nn.init.truncNormal_(target),
    truncNormalTail: (target) => nn.init.truncNormal_(target, 0, 1, 1, 3),
    orthogonal: (target) => nn.init.orthogonal_(target),
    eye: (target) => nn.init.eye_(target),
  };

  test.each(file.initialisations)('$name of $shape', ({ name, shape, values }) => {
    manualSeed(0);
    // A leaf that requires gradients: initialisations are no part of a graph.
    const target = functions[name]!(zeros(shape, { requiresGrad: true }));
    if (name === 'orthogonal') expectClose(target.toArray(), values, 1e-5);
    else expect(target.toArray()).toEqual(values);
    expect(target.isLeaf).toBe(true);
  });

  test('refuse what has no fan, and an unknown non-linearity', () => {
    expect(() => nn.init.xavierUniform_(zeros(3))).toThrow(ValueError);
    expect(() => nn.init.orthogonal_(zeros(3))).toThrow('Only tensors with 2 or more dimensions are supported');
    expect(() => nn.init.calculateGain('swish' as never)).toThrow('Unsupported nonlinearity swish');
  });
});
