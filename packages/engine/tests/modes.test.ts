/**
 * Mode semantics of modules; the codes name the checks of the mode inventory that were executed on PyTorch 2.13.
 */
import { describe, expect, test } from 'vitest';
import { F, manualSeed, inferenceMode, nn, noGrad, ones, optim, randn, rand, tensor, zeros, type Tensor } from '../src/index.ts';

class Net extends nn.Module {
  readonly fc = new nn.Linear(4, 3);
  readonly body = new nn.Sequential(new nn.Linear(3, 3), new nn.Dropout(0.5));
  readonly bn = new nn.BatchNorm1d(3);
  override forward(x: Tensor): Tensor {
    return this.bn.call(this.body.call(this.fc.call(x)));
  }
}
const flags = (module: nn.Module): boolean[] => [...module.modules()].map((part) => part.training);

describe('the training flag', () => {
  test('D01 starts true, D02 train() and eval() return the module and reach all', () => {
    const net = new Net();
    expect(new Set(flags(net))).toEqual(new Set([true]));
    expect(net.eval()).toBe(net);
    expect(new Set(flags(net))).toEqual(new Set([false]));
    expect(net.train()).toBe(net);
    expect(new Set(flags(net))).toEqual(new Set([true]));
  });

  test.each([1, 'eval', null, 0])('D03 train(%j) is refused', (mode) => {
    expect(() => new Net().train(mode as never)).toThrow('training mode is expected to be boolean');
  });

  test('D05 an assignment reaches no child, D06 the flag is an own key and no state', () => {
    const net = new Net();
    net.training = false;
    expect(flags(net).filter((flag) => !flag)).toHaveLength(1);
    expect(Object.keys(net)).toContain('training');
    expect([...net.stateDict().keys()].some((key) => key.includes('training'))).toBe(false);
  });

  test('D04 arrays, Maps and private fields are not reached; containers are', () => {
    class Hidden extends nn.Module {
      readonly list = [new nn.Dropout()];
      readonly map = new Map([['a', new nn.Dropout()]]);
      readonly #secret = new nn.Dropout();
      readonly modules1 = new nn.ModuleList([new nn.Dropout()]);
      readonly named = new nn.ModuleDict({ k: new nn.Dropout() });
      override forward(): void {}
      secret(): boolean { return this.#secret.training; }
    }
    const hidden = new Hidden().eval();
    expect([hidden.list[0]!.training, hidden.map.get('a')!.training, hidden.secret()]).toEqual([true, true, true]);
    expect([hidden.modules1.at(0).training, hidden.named.get('k').training]).toEqual([false, false]);
    expect([...hidden.namedModules()].map(([path]) => path)).toEqual(['', 'modules1', 'modules1.0', 'named', 'named.k']);
  });

  test('D09 a child added after eval() keeps its own mode; D25 a removed one drops out', () => {
    const net = new nn.Identity().eval();
    net.registerModule('late', new nn.Dropout());
    expect(flags(net)).toEqual([false, true]);
    net.registerModule('late', null);
    expect(flags(net)).toEqual([false]);
  });

  test('D10, D11 a shared child has one flag and is visited once', () => {
    let visits = 0;
    class Counted extends nn.Dropout {
      override train(mode = true): this { visits++; return super.train(mode); }
    }
    const shared = new Counted();
    const [a, b] = [new nn.Sequential(shared, shared), new nn.Sequential(shared)];
    a.eval();
    expect([visits, b.at(0).training, [...a.modules()].length, [...a.namedModules('', false)].length]).toEqual([1, false, 2, 3]);
  });

  test('D13 an overridden train() is honoured by parents and by eval(); D14 an overridden eval() is not called', () => {
    let evals = 0;
    class Frozen extends nn.BatchNorm1d {
      override train(_mode = true): this { return super.train(false); }
      override eval(): this { evals++; return super.eval(); }
    }
    const net = new nn.Sequential(new nn.Linear(2, 2), new Frozen(2));
    net.train();
    expect(flags(net)).toEqual([true, true, false]);
    net.eval();
    expect(evals).toBe(0);
  });

  test('D15 freezing a part is undone by the next train()', () => {
    const net = new Net();
    net.bn.eval();
    net.train();
    expect(net.bn.training).toBe(true);
  });

  test('D17 hooks run around call and not in forward, and modes fire none; H08 a pre-hook can change the mode', () => {
    const net = new nn.Dropout(0.5);
    const seen: string[] = [];
    const handle = net.registerForwardPreHook(() => { seen.push('pre'); net.eval(); });
    net.registerForwardHook((_module, _inputs, output) => { seen.push('post'); return (output as Tensor).mul(2); });
    net.train();
    expect(net.call(ones(2)).toArray()).toEqual([2, 2]);
    net.forward(ones(2));
    handle.remove();
    net.call(ones(2));
    expect(seen).toEqual(['pre', 'post', 'post']);
  });

  test('D22 a slice is a new container in training mode that shares its entries', () => {
    const net = new nn.Sequential(new nn.Dropout(), new nn.Dropout()).eval();
    const slice = net.slice(0, 1);
    expect([slice.training, slice.at(0) === net.at(0), slice.at(0).training]).toEqual([true, true, false]);
  });

  test('H01 a cycle recurses without end in train(), and not in modules()', () => {
    const [a, b] = [new nn.Identity(), new nn.Identity()];
    a.registerModule('b', b);
    b.registerModule('a', a);
    expect([...a.modules()]).toHaveLength(2);
    expect(() => a.train()).toThrow(RangeError);
    // The failed recursion leaves nothing behind.
    expect(new nn.Dropout().eval().training).toBe(false);
  });

  test('D07 loading a state keeps the mode; D08 of the checkpoint nothing tells it', () => {
    const net = new Net().eval();
    net.loadStateDict(new Net().stateDict());
    expect(new Set(flags(net))).toEqual(new Set([false]));
  });

  test('named parameters and buffers in PyTorch\'s order', () => {
    expect([...new Net().stateDict().keys()]).toEqual([
      'fc.weight', 'fc.bias', 'body.0.weight', 'body.0.bias', 'bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var', 'bn.num_batches_tracked',
    ]);
    expect(() => new nn.ModuleList().call()).toThrow('missing the required "forward" function');
  });
});

describe('Dropout', () => {
  test('B01 keeps with 1/(1-p), and the gradient has the same mask', () => {
    manualSeed(3);
    const x = ones(1000, { requiresGrad: true });
    const out = new nn.Dropout(0.25).call(x);
    out.sum().backward();
    expect(out.toArray()).toEqual(x.grad!.toArray());
    expect(new Set(out.toTypedArray())).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(out.eq(0).sum().item() / 1000).toBeCloseTo(0.25, 1);
  });

  test('B03 the same object in evaluation mode and for p = 0; zeros for p = 1, without a draw', () => {
    const x = ones(4);
    expect(new nn.Dropout(0.5).eval().call(x)).toBe(x);
    expect(new nn.Dropout(0).call(x)).toBe(x);
    manualSeed(0);
    const first = rand(1).item();
    manualSeed(0);
    expect(new nn.Dropout(1).call(x).toArray()).toEqual([0, 0, 0, 0]);
    expect(rand(1).item()).toBe(first);
  });

  test('H11 p may change and is checked at the call; H05 the second parameter is p', () => {
    const drop = new nn.Dropout(0.5);
    drop.p = 2;
    expect(() => drop.call(ones(2))).toThrow('between 0 and 1, but got 2');
    expect(F.dropout(ones(2), true as never).toArray()).toEqual([0, 0]);
    drop.training = 'x' as never;
    drop.p = 0.5;
    expect(() => drop.call(ones(2))).toThrow("must be bool, not str");
  });

  test('the default of F.dropout is training', () => {
    manualSeed(0);
    expect(new Set(F.dropout(ones(100)).toTypedArray())).toEqual(new Set([0, 2]));
  });
});

describe('BatchNorm1d', () => {
  const tracked = (layer: nn.BatchNorm1d): number => layer.numBatchesTracked!.item();

  test('A06 the batch is counted before one value per channel is refused', () => {
    const layer = new nn.BatchNorm1d(3);
    expect(() => layer.call(ones(1, 3))).toThrow('Expected more than 1 value per channel when training, got input size torch.Size([1, 3])');
    expect([tracked(layer), layer.runningMean!.toArray()]).toEqual([1, [0, 0, 0]]);
    expect(layer.call(ones(1, 3, 2)).shape).toEqual([1, 3, 2]);
  });

  test('A07 an empty batch is counted and moves nothing', () => {
    const layer = new nn.BatchNorm1d(3);
    layer.call(zeros(0, 3));
    expect([tracked(layer), layer.runningVar!.toArray()]).toEqual([1, [1, 1, 1]]);
  });

  test('A08 without statistics: no buffers, and one value is refused in evaluation mode, too', () => {
    const layer = new nn.BatchNorm1d(3, { trackRunningStats: false }).eval();
    expect([...layer.stateDict().keys()]).toEqual(['weight', 'bias']);
    expect(() => layer.call(ones(1, 3))).toThrow('Expected more than 1 value');
    expect(layer.isModeSensitive()).toBe(false);
  });

  test('A09 buffers move in training mode under noGrad, inferenceMode and with frozen parameters, and stay normal', () => {
    const layer = new nn.BatchNorm1d(2).requiresGrad_(false);
    noGrad(() => layer.call(randn(4, 2)));
    inferenceMode(() => layer.call(randn(4, 2)));
    layer.call(randn(4, 2));
    expect([tracked(layer), layer.runningMean!.isInference(), layer.numBatchesTracked!.isInference()]).toEqual([3, false, false]);
  });

  test('a layer built in inference mode fails its first training forward outside', () => {
    const layer = inferenceMode(() => new nn.BatchNorm1d(2));
    expect(() => layer.call(randn(4, 2))).toThrow('Inplace update to inference tensor outside InferenceMode');
  });

  test('A10 evaluation mode does not freeze; A11 its input gradient is a plain affine', () => {
    const layer = new nn.BatchNorm1d(2);
    const gradientSum = (): number => {
      const x = randn(6, 2, { requiresGrad: true });
      layer.call(x).mul(randn(6, 2)).sum().backward();
      return x.grad!.sum(0).abs().amax().item();
    };
    expect(gradientSum()).toBeLessThan(1e-5);
    layer.eval();
    expect(gradientSum()).toBeGreaterThan(1e-3);
    expect(layer.weight!.grad).not.toBeNull();
  });

  test('cleared trackRunningStats: training goes by the batch without updates, evaluation by the kept buffers', () => {
    const layer = new nn.BatchNorm1d(2);
    layer.call(randn(8, 2).add(3));
    const kept = layer.runningMean!.toArray();
    layer.trackRunningStats = false;
    layer.call(randn(8, 2));
    expect([layer.runningMean!.toArray(), tracked(layer), layer.isModeSensitive()]).toEqual([kept, 1, true]);
    layer.eval();
    expect(layer.call(tensor([[0, 0]])).toArray()).not.toEqual([[0, 0]]);
  });

  test('buffers set to null: by the batch in both modes, the count goes on', () => {
    const layer = new nn.BatchNorm1d(2);
    layer.runningMean = null;
    layer.runningVar = null;
    layer.call(randn(4, 2));
    expect(tracked(layer)).toBe(1);
    expect(() => layer.eval().call(ones(1, 2))).toThrow('Expected more than 1 value');
  });
});

test('E20 an optimizer steps in evaluation mode', () => {
  const net = new nn.Linear(2, 1).eval();
  const before = net.weight.toArray();
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  net.call(ones(1, 2)).sum().backward();
  optimizer.step();
  expect(net.weight.toArray()).not.toEqual(before);
});

test('H19 mode and gradients are independent', () => {
  const net = new nn.Sequential(new nn.Linear(4, 64), new nn.Dropout(0.5));
  const x = ones(1, 4);
  const facts = (evaluate: boolean, off: boolean): { deterministic: boolean; graph: boolean } => {
    net.train(!evaluate);
    const run = (): Tensor => (off ? noGrad(() => net.call(x)) : net.call(x));
    const [a, b] = [run(), run()];
    return { deterministic: JSON.stringify(a.toArray()) === JSON.stringify(b.toArray()), graph: a.gradFn !== null };
  };
  expect([facts(false, false), facts(false, true), facts(true, false), facts(true, true)]).toEqual([
    { deterministic: false, graph: true }, { deterministic: false, graph: false }, { deterministic: true, graph: true }, { deterministic: true, graph: false },
  ]);
});
