/**
 * Lazy layers: what they are before their first input, and after it. The initial values are held against those of PyTorch's `Linear`.
 */
import { describe, expect, test } from 'vitest';
import { manualSeed, nn, noGrad, ones, optim, rand, randn, type Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

const { linear } = recorded<{ linear: { inputs: number; outputs: number; weight: number[][]; bias: number[] }[] }>('random');

describe('LazyLinear', () => {
  test.each(linear)('becomes Linear($inputs, $outputs) with PyTorch\'s values at the first call', ({ inputs, outputs, weight, bias }) => {
    manualSeed(0);
    const layer = new nn.LazyLinear(outputs);
    const held = layer.weight;
    expect(layer.call(ones(1, inputs)).shape).toEqual([1, outputs]);
    expect([layer.constructor.name, layer instanceof nn.LazyLinear, layer.inFeatures, layer.weight === held]).toEqual(['Linear', false, inputs, true]);
    expect([layer.weight.toArray(), layer.bias!.toArray()]).toEqual([weight, bias]);
    expect(String(layer)).toBe(`Linear(in_features=${inputs}, out_features=${outputs}, bias=True)`);
  });

  test('draws nothing before, and once', () => {
    manualSeed(0);
    const wanted = rand(1).item();
    manualSeed(0);
    const layer = new nn.LazyLinear(3);
    expect(rand(1).item()).toBe(wanted);
    const first = noGrad(() => layer.call(ones(1, 2))).toArray();
    expect(noGrad(() => layer.call(ones(1, 2))).toArray()).toEqual(first);
  });

  test('an optimizer made before moves what comes after', () => {
    const net = new nn.Sequential(new nn.LazyLinear(4), new nn.ReLU(), new nn.LazyLinear(1)).double();
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
    const x = ones(2, 3).to('float64');
    net.call(x).sum().backward();
    const before = [...net.parameters()].map((parameter) => parameter.toArray());
    optimizer.step();
    expect([...net.parameters()].map((parameter) => parameter.dtype)).toEqual(['float64', 'float64', 'float64', 'float64']);
    expect([...net.parameters()].map((parameter) => parameter.toArray())).not.toEqual(before);
  });

  test('a state dictionary gives the values instead, and the first call keeps them', () => {
    const [full, lazy] = [new nn.Linear(3, 2), new nn.LazyLinear(2)];
    lazy.loadStateDict(full.stateDict());
    expect(lazy.weight.shape).toEqual([2, 3]);
    expect(lazy.call(ones(1, 3)).toArray()).toEqual(full.call(ones(1, 3)).toArray());
    expect([lazy.constructor.name, lazy.inFeatures]).toEqual(['Linear', 3]);
  });

  test('may be copied, and its state taken, before', () => {
    const lazy = new nn.LazyLinear(2, { bias: false });
    const copy = lazy.deepCopy();
    copy.call(ones(1, 5));
    expect([copy.inFeatures, lazy.inFeatures, [...lazy.stateDict().keys()], String(lazy.weight)]).toEqual([5, 0, ['weight'], '<UninitializedParameter>']);
    copy.train(false);
    expect(new nn.LazyLinear(2, { bias: false }).loadStateDict(lazy.stateDict()).missingKeys).toEqual([]);
  });

  test('refuses to be used before, in PyTorch\'s words', () => {
    const lazy = new nn.LazyLinear(2);
    expect(() => lazy.weight.shape).toThrow("Can't access the shape of an uninitialized parameter or buffer");
    expect(() => lazy.weight.mul(2)).toThrow('Attempted to use an uninitialized parameter');
    expect(() => new nn.Linear(3, 2).loadStateDict(lazy.stateDict())).toThrow("Can't access the shape of an uninitialized parameter or buffer");
  });

  test('hooks of the user run after the sizes are known', () => {
    const lazy = new nn.LazyLinear(2);
    const seen: unknown[] = [];
    lazy.registerForwardPreHook((module) => void seen.push((module as nn.Linear).weight.shape));
    lazy.call(ones(1, 4));
    lazy.call(ones(1, 4));
    expect(seen).toEqual([[2, 4], [2, 4]]);
  });
});

describe('LazyBatchNorm1d', () => {
  test('A19 the first call in evaluation mode leaves the statistics alone', () => {
    const layer = new nn.LazyBatchNorm1d().eval();
    const out: Tensor = layer.call(randn(4, 3));
    expect([layer.constructor.name, layer.training, layer.numBatchesTracked!.item(), layer.runningMean!.toArray(), out.shape]).toEqual(['BatchNorm1d', false, 0, [0, 0, 0], [4, 3]]);
  });

  test('the first call in training mode counts', () => {
    const layer = new nn.LazyBatchNorm1d({ momentum: 1 });
    const x = randn(4, 3);
    layer.call(x);
    expect([layer.numFeatures, layer.numBatchesTracked!.item(), layer.weight!.toArray(), layer instanceof nn.BatchNorm1d]).toEqual([3, 1, [1, 1, 1], true]);
    expect([...layer.stateDict().keys()]).toEqual(['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']);
  });

  test('without parameters or statistics it has none', () => {
    const layer = new nn.LazyBatchNorm1d({ affine: false, trackRunningStats: false });
    expect([[...layer.stateDict().keys()], layer.isModeSensitive(), layer.call(randn(4, 3)).shape]).toEqual([[], false, [4, 3]]);
  });
});
