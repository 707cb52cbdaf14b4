/**
 * Hooks, state dictionaries, look-ups, conversions, copies and containers against what PyTorch does (recorded by tools/record_engine/modules.py).
 */
import { describe, expect, test, vi } from 'vitest';
import { F, manualSeed, nn, noGrad, ones, optim, randn, tensor, zeros, type Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

interface Seen { seen: unknown[][] }
const file = recorded<{
  backwardHooks: { both: Seen & { x: unknown; y: unknown }; one: Seen & { x: unknown }; replaced: { x: unknown; weight: unknown; bias: unknown }; order: string[]; noInput: unknown[]; wrongCount: string; wrongPreCount: string; aloneReplaced: string };
  tensorHooks: Seen & { x: unknown; y: unknown; noGrad: string; retain: string };
  stateDictionaries: Record<'renamed' | 'lacking' | 'extra' | 'wrong' | 'everything' | 'notStrict' | 'notATensor' | 'extraMissing' | 'extraUnexpected', string> & { keys: string[]; extraKeys: string[]; notStrictResult: { missing: string[]; unexpected: string[] } };
  lookups: Record<string, string>;
  texts: string[];
}>('modules');

/** What `attempt` throws, as `class: message` with the names of Python's types where the engine says JavaScript's. */
function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
}
const list = (grads: readonly (Tensor | null)[]): unknown[] => grads.map((grad) => (grad === null ? null : grad.numel() === 1 && grad.dim() === 0 ? grad.item() : grad.toArray()));

describe('backward hooks', () => {
  class Twice extends nn.Module {
    override forward(x: Tensor, scale: number, y: Tensor): Tensor[] {
      return [x.mul(scale).add(y), x.mul(y).sum()];
    }
  }
  const input = (): Tensor => tensor([[1, -2], [3, 0.5]], { requiresGrad: true });
  const other = (): Tensor => tensor([[0.5, 1], [-1, 2]], { requiresGrad: true });
  function observed(): { module: Twice; seen: unknown[][] } {
    const module = new Twice();
    const seen: unknown[][] = [];
    module.registerFullBackwardPreHook((_module, gradOutput) => void seen.push(['pre', list(gradOutput)]));
    module.registerFullBackwardHook((_module, gradInput, gradOutput) => void seen.push(['full', list(gradInput), list(gradOutput)]));
    return { module, seen };
  }

  test('see the gradients of all inputs and outputs', () => {
    const { module, seen } = observed();
    const [x, y] = [input(), other()];
    const [a, b] = module.call(x, 3, y) as [Tensor, Tensor];
    a.mul(tensor([[1, 2], [3, 4]])).sum().add(b.mul(5)).backward();
    expect({ seen, x: x.grad!.toArray(), y: y.grad!.toArray() }).toEqual(file.backwardHooks.both);
  });

  test('see null where no gradient comes from, and zeros for what requires none', () => {
    const { module, seen } = observed();
    const x = input();
    module.call(x, 3, other().detach())[0]!.sum().backward();
    expect({ seen, x: x.grad!.toArray() }).toEqual(file.backwardHooks.one);
  });

  function linear(): nn.Linear {
    const layer = new nn.Linear(2, 2);
    noGrad(() => {
      layer.weight.copy_(tensor([[1, 2], [3, 4]]));
      layer.bias!.zero_();
    });
    return layer;
  }

  test('replace gradients', () => {
    const [layer, x] = [linear(), input()];
    layer.registerFullBackwardPreHook((_module, [grad]) => grad!.mul(10));
    layer.registerFullBackwardHook((_module, [grad]) => [grad!.add(100)]);
    layer.call(x).sum().backward();
    expect({ x: x.grad!.toArray(), weight: layer.weight.grad!.toArray(), bias: layer.bias!.grad!.toArray() }).toEqual(file.backwardHooks.replaced);
  });

  test('run in the order of their registration, or before', () => {
    const layer = linear();
    const order: string[] = [];
    layer.registerFullBackwardHook(() => void order.push('first'));
    layer.registerFullBackwardHook(() => void order.push('second'), { prepend: true });
    layer.registerFullBackwardPreHook(() => void order.push('pre first'));
    const handle = layer.registerFullBackwardPreHook(() => void order.push('pre second'), { prepend: true });
    layer.call(input()).sum().backward();
    expect(order).toEqual(file.backwardHooks.order);
    handle.remove();
    handle.remove();
    layer.call(input()).sum().backward();
    expect(order.slice(4)).toEqual(['pre first', 'second', 'first']);
  });

  test('run with null for the inputs if none requires a gradient', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layer = linear();
    const calls: unknown[] = [];
    layer.registerFullBackwardHook((_module, gradInput, gradOutput) => void calls.push([list(gradInput), list(gradOutput)]));
    layer.call(ones(1, 2)).sum().backward();
    expect(calls).toEqual(file.backwardHooks.noInput);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('Full backward hook is firing'));
    const alone = linear();
    alone.registerFullBackwardHook((_module, _gradInput, gradOutput) => [gradOutput[0]!]);
    expect(messageOf(() => alone.call(ones(1, 2)).sum().backward())).toBe(file.backwardHooks.aloneReplaced);
    warn.mockRestore();
  });

  test('refuse another number of gradients, and are not there under noGrad', () => {
    const [wrong, wrongPre] = [linear(), linear()];
    wrong.registerFullBackwardHook((_module, [grad]) => [grad!, grad!]);
    wrongPre.registerFullBackwardPreHook((_module, [grad]) => [grad!, grad!]);
    expect(messageOf(() => wrong.call(input()).sum().backward())).toBe(file.backwardHooks.wrongCount);
    expect(messageOf(() => wrongPre.call(input()).sum().backward())).toBe(file.backwardHooks.wrongPreCount);
    expect(noGrad(() => wrong.call(input())).gradFn).toBeNull();
  });
});

describe('hooks of a tensor', () => {
  const { tensorHooks: wanted } = file;

  test('see and replace the gradient; a retained one is the last', () => {
    const seen: unknown[][] = [];
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.mul(2);
    const z = y.mul(y).sum();
    x.registerHook((grad) => void seen.push(['x', grad.toArray()]));
    y.registerHook((grad) => grad.mul(10));
    y.registerHook((grad) => void seen.push(['y', grad.toArray()]));
    y.registerHook((grad) => grad.mul(0)).remove();
    y.retainGrad();
    z.backward();
    expect({ seen, x: x.grad!.toArray(), y: y.grad!.toArray() }).toEqual({ seen: wanted.seen, x: wanted.x, y: wanted.y });
  });

  test('replace the gradient of a leaf before it is added', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const handle = x.registerHook((grad) => grad.neg());
    x.sum().backward();
    x.mul(3).sum().backward();
    handle.remove();
    x.sum().backward();
    expect(x.grad!.toArray()).toEqual([-3, -3]);
  });

  test('refuse tensors without gradients', () => {
    expect(messageOf(() => ones(2).registerHook(() => {}))).toBe(wanted.noGrad);
    expect(messageOf(() => ones(2).retainGrad())).toBe(wanted.retain);
  });
});

describe('forward hooks', () => {
  test('prepend and remove', () => {
    const layer = new nn.Identity();
    const order: string[] = [];
    layer.registerForwardPreHook(() => void order.push('pre 1'));
    layer.registerForwardPreHook(() => void order.push('pre 2'), { prepend: true });
    layer.registerForwardHook(() => void order.push('post 1'));
    const handle = layer.registerForwardHook(() => void order.push('post 2'), { prepend: true });
    layer.call(ones(1));
    handle.remove();
    layer.call(ones(1));
    expect(order).toEqual(['pre 2', 'pre 1', 'post 2', 'post 1', 'pre 2', 'pre 1', 'post 1']);
  });

  test('alwaysCall runs after a throw, once, and hides no error', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    class Broken extends nn.Module {
      override forward(_x: Tensor): Tensor { throw new Error('forward broke'); }
    }
    const layer = new Broken();
    const order: string[] = [];
    layer.registerForwardHook(() => void order.push('ordinary'));
    layer.registerForwardHook(() => { order.push('always'); throw new Error('hook broke'); }, { alwaysCall: true });
    layer.registerForwardHook((_module, _inputs, output) => void order.push(`again ${String(output)}`), { alwaysCall: true });
    expect(() => layer.call(ones(1))).toThrow('forward broke');
    expect(order).toEqual(['always', 'again undefined']);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('hook broke'));
    const other = new nn.Identity();
    other.registerForwardHook(() => void order.push('once'), { alwaysCall: true });
    other.registerForwardHook(() => { throw new Error('second hook broke'); });
    expect(() => other.call(ones(1))).toThrow('second hook broke');
    other.registerForwardPreHook(() => { throw new Error('pre-hook broke'); });
    expect(() => other.call(ones(1))).toThrow('pre-hook broke');
    expect(order.slice(2)).toEqual(['once', 'once']);
    warn.mockRestore();
  });
});

describe('state dictionaries', () => {
  const { stateDictionaries: wanted } = file;
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.BatchNorm1d(3), new nn.Linear(3, 1)));
  const good = net.stateDict();
  const without = (...keys: string[]): nn.StateDict => new Map([...good].filter(([key]) => !keys.includes(key)));
  const extra = new Map([...good, ['0.extra', ones(1)], ['2.weight', ones(1)], ['other', ones(1)]]);
  const wrong = new Map([...good, ['0.weight', ones(2, 2)], ['1.1.bias', ones(3)], ['1.0.num_batches_tracked', tensor([5], { dtype: 'int64' })]]);
  const everything = new Map([...[...wrong].filter(([key]) => key !== '0.bias'), ['nothing', ones(1)] as const]);

  test('keys', () => expect([...good.keys()]).toEqual(wanted.keys));

  test.each([
    ['renamed', (): unknown => net.loadStateDict(new Map([...good].map(([key, value]) => [key.startsWith('1') ? `body.${key}` : key, value])))],
    ['lacking', (): unknown => net.loadStateDict(without('0.bias', '1.1.weight'))],
    ['extra', (): unknown => net.loadStateDict(extra)],
    ['wrong', (): unknown => net.loadStateDict(wrong)],
    ['everything', (): unknown => net.loadStateDict(everything)],
    ['notStrict', (): unknown => net.loadStateDict(everything, { strict: false })],
  ] as const)('%s: every problem at once, in PyTorch\'s words and order', (name, attempt) => {
    const before = [...good].map(([, value]) => value.toArray());
    expect(messageOf(attempt)).toBe(wanted[name]);
    expect([...net.stateDict().values()].map((value) => value.toArray())).toEqual(before);
  });

  test('not strict: what fits is loaded, the rest is told', () => {
    expect(net.loadStateDict(extra, { strict: false })).toEqual({ missingKeys: wanted.notStrictResult.missing, unexpectedKeys: wanted.notStrictResult.unexpected });
  });

  test('H12 a checkpoint without the count of batches is complete, and the count stays', () => {
    const layer = new nn.BatchNorm1d(2);
    noGrad(() => layer.numBatchesTracked!.fill_(7));
    const old = new Map([...layer.stateDict()].filter(([key]) => key !== 'num_batches_tracked'));
    expect(layer.loadStateDict(old)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(layer.numBatchesTracked!.item()).toBe(7);
  });

  test('what is no tensor, what is no dictionary', () => {
    expect(messageOf(() => net.loadStateDict(new Map([...good, ['0.bias', 3 as never]])))).toBe(wanted.notATensor.replace("<class 'int'>", 'number'));
    expect(() => net.loadStateDict(null as never)).toThrow('Expected state_dict to be dict-like');
  });

  test('assign takes the tensors themselves, with their type', () => {
    const [layer, given] = [new nn.Linear(2, 1), { weight: ones(1, 2, { dtype: 'float64' }), bias: new nn.Parameter(ones(1), { requiresGrad: false }) }];
    layer.loadStateDict(given, { assign: true });
    expect([layer.weight.dtype, layer.weight instanceof nn.Parameter, layer.weight.requiresGrad, layer.bias === given.bias, layer.bias!.requiresGrad]).toEqual(['float64', true, true, true, true]);
    noGrad(() => given.weight.fill_(5));
    expect(layer.weight.toArray()).toEqual([[5, 5]]);
    const norm = new nn.BatchNorm1d(1);
    const mean = ones(1);
    norm.loadStateDict({ running_mean: mean }, { strict: false, assign: true });
    expect(norm.runningMean).toBe(mean);
  });

  test('extra state', () => {
    class WithExtra extends nn.Linear {
      extra = tensor([7]);
      constructor() { super(2, 2); }
      override getExtraState(): Tensor { return this.extra; }
      override setExtraState(state: Tensor): void { this.extra = state; }
    }
    const [from, to] = [new WithExtra(), new WithExtra()];
    from.extra = tensor([9]);
    expect([...from.stateDict().keys()]).toEqual(wanted.extraKeys);
    to.loadStateDict(from.stateDict());
    expect(to.extra.toArray()).toEqual([9]);
    expect(messageOf(() => to.loadStateDict(new nn.Linear(2, 2).stateDict()))).toBe(wanted.extraMissing);
    expect(messageOf(() => new nn.Linear(2, 2).loadStateDict(from.stateDict()))).toBe(wanted.extraUnexpected);
  });
});

describe('look-ups', () => {
  const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));

  test('by path', () => {
    expect(net.getSubmodule('')).toBe(net);
    expect(net.getSubmodule('1')).toBe(net.at(1));
    expect(net.getParameter('0.weight')).toBe((net.at(0) as nn.Linear).weight);
    expect(net.getBuffer('1.running_mean')).toBe((net.at(1) as nn.BatchNorm1d).runningMean);
  });

  test.each([
    ['noModule', (): unknown => net.getSubmodule('0.deep')],
    ['notAModule', (): unknown => net.getSubmodule('0.weight')],
    ['noParameter', (): unknown => net.getParameter('0.nothing')],
    ['notAParameter', (): unknown => net.getParameter('1')],
    ['notABuffer', (): unknown => net.getBuffer('0.weight')],
    ['toInteger', (): unknown => net.to('int64')],
  ] as const)('%s', (name, attempt) => {
    expect(messageOf(attempt).replace(/^\w+: /, '')).toBe(file.lookups[name]!.replace(/^\w+: /, ''));
  });

  test('names with a prefix, without recursion, with duplicates', () => {
    const shared = new nn.Linear(1, 1);
    const tied = new nn.Sequential(shared, shared);
    const names = (entries: Iterable<[string, unknown]>): string[] => [...entries].map(([name]) => name);
    expect(names(tied.namedParameters({ prefix: 'net' }))).toEqual(['net.0.weight', 'net.0.bias']);
    expect(names(tied.namedParameters({ removeDuplicate: false }))).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
    expect(names(tied.namedParameters({ recurse: false }))).toEqual([]);
    expect([...tied.stateDict().keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
  });
});

describe('conversions and copies', () => {
  test('D19 double() and float() keep the tensors, the mode, whole numbers, and go on training', () => {
    const net = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2)).eval();
    const [first] = [...net.parameters()];
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
    net.train(true).call(randn(3, 2)).sum().backward();
    net.eval().double();
    expect([net.training, first!.dtype, first!.grad!.dtype, first === [...net.parameters()][0]]).toEqual([false, 'float64', 'float64', true]);
    expect([...net.buffers()].map((buffer) => buffer.dtype)).toEqual(['float64', 'float64', 'int64']);
    const before = first!.toArray();
    net.call(randn(3, 2).to('float64')).square().sum().backward();
    optimizer.step();
    expect(first!.toArray()).not.toEqual(before);
    expect(net.float().call(randn(3, 2)).dtype).toBe('float32');
  });

  test('D08 a copy has the modes and values, and nothing in common with the original', () => {
    const shared = new nn.Dropout(0.5);
    const net = new nn.Sequential(shared, new nn.BatchNorm1d(2), shared).eval();
    net.at(1).train();
    let calls = 0;
    net.registerForwardHook(() => void calls++);
    const copy = net.deepCopy();
    expect([...copy.modules()].map((part) => part.training)).toEqual([false, false, true]);
    expect([copy.at(0) === copy.at(2), copy.at(0) === net.at(0), copy instanceof nn.Sequential]).toEqual([true, false, true]);
    copy.call(randn(4, 2));
    expect([calls, (net.at(1) as nn.BatchNorm1d).numBatchesTracked!.item(), (copy.at(1) as nn.BatchNorm1d).numBatchesTracked!.item()]).toEqual([1, 0, 1]);
    copy.train();
    copy.append(new nn.Identity());
    expect([net.training, net.length]).toEqual([false, 3]);
  });

  test('a copy keeps what is frozen, tied and nested in plain values, and refuses results', () => {
    class Net extends nn.Module {
      readonly a = new nn.Linear(2, 2);
      readonly b = new nn.Linear(2, 2);
      readonly sizes = { widths: [2, 2], seen: new Set([1]), table: new Map([['k', new Float32Array([1])]]) };
      state: Tensor | null = null;
      constructor() {
        super();
        this.b.weight = this.a.weight;
        this.a.bias!.requiresGrad_(false);
      }
      override forward(x: Tensor): Tensor { return this.b.call(this.a.call(x)); }
    }
    const net = new Net();
    const copy = net.deepCopy();
    copy.sizes.widths.push(3);
    copy.sizes.table.get('k')![0] = 2;
    expect([copy.b.weight === copy.a.weight, copy.a.weight === net.a.weight, copy.a.bias!.requiresGrad, net.sizes.widths, net.sizes.table.get('k')![0]]).toEqual([true, false, false, [2, 2], 1]);
    expect(copy.call(ones(1, 2)).toArray()).toEqual(net.call(ones(1, 2)).toArray());
    net.state = net.call(ones(1, 2));
    expect(() => net.deepCopy()).toThrow('Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment');
  });
});

describe('containers', () => {
  test('Sequential and ModuleList can be changed like lists', () => {
    const parts = Array.from({ length: 5 }, () => new nn.Identity());
    const [a, b, c, d, e] = parts as [nn.Identity, nn.Identity, nn.Identity, nn.Identity, nn.Identity];
    const modules = new nn.ModuleList([a, b]).extend([c]).insert(1, d).insert(-1, e);
    expect([...modules]).toEqual([a, d, b, e, c]);
    expect([modules.pop(), modules.pop(0), modules.at(-1), modules.length]).toEqual([c, a, e, 3]);
    expect([...modules.set(0, c).concat([a])]).toEqual([c, b, e, a]);
    expect([...modules.namedChildren()].map(([name]) => name)).toEqual(['0', '1', '2']);
    expect(() => modules.insert(9, a)).toThrow('Index out of range: 9');
    expect(() => modules.at(7)).toThrow('index 7 is out of range');
    expect(() => modules.append('x' as never)).toThrow('string is not a Module subclass');
    expect(() => new nn.Sequential([a, b] as never)).toThrow('object is not a Module subclass');
    const net = new nn.Sequential(a, b).concat([c]);
    expect([...net.slice(1)]).toEqual([b, c]);
  });

  test('H30 a Sequential of named parts; an ordinary object of modules is not reached', () => {
    class Net extends nn.Module {
      readonly o = { a: new nn.Dropout() };
      readonly q = new nn.Sequential({ a: new nn.Dropout(), b: new nn.Linear(1, 1) });
      override forward(x: Tensor): Tensor { return this.q.call(x); }
    }
    const net = new Net().eval();
    expect([net.o.a.training, net.q.get('a').training, [...net.stateDict().keys()]]).toEqual([true, false, ['q.b.weight', 'q.b.bias']]);
  });

  test('ModuleDict', () => {
    const modules = new nn.ModuleDict<nn.Module>({ relu: new nn.ReLU() }).update([['fc', new nn.Linear(1, 1)]]);
    expect([modules.size, [...modules], [...modules.entries()].length, modules.has('fc')]).toEqual([2, ['relu', 'fc'], 2, true]);
    expect(modules.pop('relu')).toBeInstanceOf(nn.ReLU);
    expect(() => modules.get('relu')).toThrow("no module named 'relu'; there are fc");
    modules.clear();
    expect(modules.size).toBe(0);
  });

  test('ParameterList and ParameterDict register what they hold', () => {
    class Net extends nn.Module {
      readonly layers = new nn.ParameterList([ones(2), new nn.Parameter(zeros(1))]);
      readonly scales = new nn.ParameterDict({ a: ones(1) });
      override forward(x: Tensor): Tensor { return x.mul(this.layers.at(0)).add(this.scales.get('a')); }
    }
    const net = new Net();
    net.layers.append(ones(3)).set(-2, ones(1));
    net.scales.set('b', ones(1)).update({ c: ones(1) });
    expect([...net.stateDict().keys()]).toEqual(['layers.0', 'layers.1', 'layers.2', 'scales.a', 'scales.b', 'scales.c']);
    F.mseLoss(net.call(ones(2)), zeros(2)).backward();
    expect([net.layers.at(0).grad!.toArray(), net.scales.get('a').grad!.toArray(), net.layers.at(1).toArray()]).toEqual([[2, 2], [4], [1]]);
    net.loadStateDict({ 'layers.0': ones(2).mul(3) }, { strict: false, assign: true });
    expect(net.layers.at(0).toArray()).toEqual([3, 3]);
    expect([net.scales.pop('b').toArray(), net.scales.has('b'), [...net.scales.keys()], net.layers.length]).toEqual([[1], false, ['a', 'c'], 3]);
    expect(() => net.layers.append(3 as never)).toThrow('expected a tensor or a Parameter, got number');
    expect(() => net.layers.call()).toThrow('should not be called');
    const copy = net.deepCopy();
    manualSeed(0);
    expect([copy.layers.at(0) === net.layers.at(0), copy.layers.length]).toEqual([false, 3]);
    expect(String(net.layers)).toBe('ParameterList(\n  (0): Parameter containing: [torch.float32 of size 2]\n  (1): Parameter containing: [torch.float32 of size 1]\n  (2): Parameter containing: [torch.float32 of size 3]\n)');
  });
});

describe('functionalCall', () => {
  test('computes with the given tensors, sends gradients to them, and leaves the module as it was', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const before = [...model.parameters()];
    const weight = zeros(3, 2, { requiresGrad: true });
    const x = tensor([[1, 2]]);
    const out = nn.utils.functionalCall(model, { '0.weight': weight }, x) as Tensor;
    expect(out.toArray()).toEqual((model.at(1)!.call((model.at(0) as nn.Linear).bias!.unsqueeze(0)) as Tensor).toArray());
    out.sum().backward();
    expect(weight.grad!.shape).toEqual([3, 2]);
    expect([before[0]!.grad, [...model.parameters()].every((parameter, index) => parameter === before[index])]).toEqual([null, true]);
  });

  test('refuses names that are not there, and is undone by a call that throws', () => {
    const layer = new nn.Linear(2, 3);
    const own = layer.weight;
    expect(() => nn.utils.functionalCall(layer, { wieght: zeros(3, 2) }, ones(1, 2))).toThrow('functionalCall: Unexpected key(s): "wieght".');
    expect(() => nn.utils.functionalCall(layer, { weight: zeros(3, 4) }, ones(1, 2))).toThrow('cannot be multiplied');
    expect(layer.weight).toBe(own);
  });
});

test('parameters print as such; containers show shared entries each time, and equal neighbours of a list as one', () => {
  const relu = new nn.ReLU();
  const made = [
    new nn.Parameter(tensor([1, 2.5])), new nn.Parameter(tensor([1]), { requiresGrad: false }),
    new nn.Sequential(relu, new nn.Linear(1, 1), relu), new nn.ModuleList<nn.Module>([relu, new nn.ReLU(), new nn.Tanh(), relu]), new nn.ModuleList([new nn.Sequential(relu), new nn.Sequential(relu)]), new nn.ModuleList(),
  ];
  expect(made.map(String)).toEqual(file.texts);
});
