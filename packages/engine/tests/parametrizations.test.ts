/**
 * Spectral and weight normalisation, as hooks and as parametrizations, orthogonal weights, and pruning, against what PyTorch does (recorded by tools/record_engine/parametrizations.py).
 */
import { describe, expect, test } from 'vitest';
import { applyOp } from '../src/autograd/apply-op.ts';
import { arange, manualSeed, nn, noGrad, ones, optim, randn, tensor, withTrace, zeros, type Nested, type Tensor } from '../src/index.ts';
import { householderProductRecord, matrixExpRecord, solveRecord } from '../src/ops/linalg-records.ts';
import { expectClose, recorded } from './recorded.ts';

interface Step { readonly mode: 'train' | 'eval' | 'no_grad'; readonly out: unknown; readonly state: Record<string, unknown>; readonly grads?: Record<string, unknown> }
interface Run { readonly start: Nested[]; readonly x: Nested; readonly settings: { name?: string; dim?: number | null; nPowerIterations?: number; method?: string; amounts?: number[] }; readonly steps: Step[] }
interface Matrices { readonly weight: unknown; readonly original: unknown; readonly base: unknown }
interface Orthogonal {
  readonly size: [number, number]; readonly settings: { orthogonalMap?: string; useTrivialization?: boolean }; readonly dtype: 'float32' | 'float64'; readonly start: Nested;
  readonly first: Matrices; readonly keys: string[]; readonly grad: unknown; readonly moved: Matrices; readonly assigned: Partial<Matrices> & { value: Nested; error?: string };
}
interface Algebra { readonly inputs: Nested[]; readonly out: unknown; readonly weights: Nested; readonly grads: Nested[] }
interface Removed { readonly keys: string[]; readonly weight: unknown; readonly parameter: boolean }
const file = recorded<{
  spectralHook: Run[]; weightHook: Run[]; spectralParametrization: Run[]; weightParametrization: Run[]; pruning: Run[];
  removed: Record<'spectralHook' | 'weightHook' | 'spectralTrain' | 'spectralEval' | 'spectralOriginal' | 'pruning' | 'weight', Removed>;
  custom: { start: Nested; same: boolean; first: unknown; second: unknown; assigned: unknown; keys: string[]; modules: string[]; removed: unknown; removedKeys: string[]; removedSame: boolean };
  orthogonal: Orthogonal[];
  linearAlgebra: Record<'matrixExp' | 'solve' | 'householderProduct', Algebra[]>;
  messages: Record<string, string>;
}>('parametrizations');
const { parametrizations, parametrize, prune } = nn.utils;

function linear(start: Nested[]): nn.Linear {
  const layer = new nn.Linear(3, 4);
  noGrad(() => {
    layer.weight.copy_(tensor(start[0]!));
    layer.bias!.copy_(tensor(start[1]!));
  });
  return layer;
}

function follow(run: Run, wrap: (layer: nn.Linear, settings: Run['settings']) => nn.Linear): void {
  const plain = linear(run.start);
  manualSeed(42);
  const layer = wrap(plain, run.settings);
  for (const [index, step] of run.steps.entries()) {
    layer.train(step.mode !== 'eval');
    layer.zeroGrad();
    const x = tensor(run.x, { requiresGrad: true });
    const out = step.mode === 'no_grad' ? noGrad(() => layer.call(x)) : layer.call(x);
    expectClose(out.toArray(), step.out, 1e-5, `${index} out`);
    const state = Object.fromEntries([...layer.stateDict()].map(([key, value]) => [key, value.toArray()]));
    expect(Object.keys(state)).toEqual(Object.keys(step.state));
    for (const [key, values] of Object.entries(step.state)) expectClose(state[key], values, 1e-5, `${index} ${key}`);
    if (step.grads === undefined) continue;
    out.mul(tensor([[0, 1, 2, 3], [4, 5, 6, 7]])).sum().backward();
    const grads = { x: x.grad!, ...Object.fromEntries([...layer.namedParameters()].map(([key, parameter]) => [key, parameter.grad!])) };
    for (const [key, values] of Object.entries(step.grads)) expectClose(grads[key]!.toArray(), values, 1e-5, `${index} grad of ${key}`);
  }
}

const named = (runs: readonly Run[]): (readonly [string, Run])[] => runs.map((run) => [JSON.stringify(run.settings), run] as const);

describe('step by step', () => {
  test.each(named(file.spectralHook))('C01 spectral norm as a hook, %s', (_name, run) => follow(run, (layer, { dim, ...rest }) => nn.utils.spectralNorm(layer, 'weight', { ...rest, ...(dim == null ? {} : { dim }) })));
  test.each(named(file.weightHook))('weight norm as a hook, %s', (_name, run) => follow(run, (layer, { dim }) => nn.utils.weightNorm(layer, 'weight', dim)));
  test.each(named(file.spectralParametrization))('spectral norm as a parametrization, %s', (_name, run) => follow(run, (layer, { name = 'weight', dim, ...rest }) => parametrizations.spectralNorm(layer, name, { ...rest, ...(dim == null ? {} : { dim }) })));
  test.each(named(file.weightParametrization))('weight norm as a parametrization, %s', (_name, run) => follow(run, (layer, { dim }) => parametrizations.weightNorm(layer, 'weight', dim)));
  test.each(named(file.pruning))('pruning, %s', (_name, run) =>
    follow(run, (layer, { method, amounts }) => {
      for (const amount of amounts!) (method === 'l1_unstructured' ? prune.l1Unstructured : prune.randomUnstructured)(layer, 'weight', amount);
      return layer;
    }));
});

describe('removal', () => {
  const ways: Record<keyof typeof file.removed, [(layer: nn.Linear) => nn.Linear, (layer: nn.Linear) => nn.Linear, boolean]> = {
    spectralHook: [(layer) => nn.utils.spectralNorm(layer), (layer) => nn.utils.removeSpectralNorm(layer), true],
    weightHook: [(layer) => nn.utils.weightNorm(layer), (layer) => nn.utils.removeWeightNorm(layer), true],
    spectralTrain: [(layer) => parametrizations.spectralNorm(layer), (layer) => parametrize.removeParametrizations(layer, 'weight'), true],
    spectralEval: [(layer) => parametrizations.spectralNorm(layer), (layer) => parametrize.removeParametrizations(layer, 'weight'), false],
    spectralOriginal: [(layer) => parametrizations.spectralNorm(layer), (layer) => parametrize.removeParametrizations(layer, 'weight', { leaveParametrized: false }), false],
    pruning: [(layer) => prune.l1Unstructured(layer, 'weight', 0.25), (layer) => prune.remove(layer, 'weight'), true],
    weight: [(layer) => parametrizations.weightNorm(layer), (layer) => parametrize.removeParametrizations(layer, 'weight'), true],
  };

  test.each(Object.keys(ways) as (keyof typeof ways)[])('%s', (name) => {
    const [wrap, remove, mode] = ways[name];
    const plain = linear(file.spectralHook[0]!.start);
    manualSeed(42);
    const layer = wrap(plain).train(mode);
    layer.call(ones(1, 3));
    remove(layer);
    const wanted = file.removed[name];
    expect([[...layer.stateDict().keys()].sort(), layer.weight instanceof nn.Parameter]).toEqual([[...wanted.keys].sort(), wanted.parameter]);
    expectClose(layer.weight.toArray(), wanted.weight);
    expect(() => remove(layer)).toThrow();
  });
});

class Symmetric extends nn.Module {
  readonly #upper = tensor([[1, 1, 1], [0, 1, 1], [0, 0, 1]]);
  readonly #above = tensor([[0, 1, 1], [0, 0, 1], [0, 0, 0]]);
  override forward(x: Tensor): Tensor { return x.mul(this.#upper).add(x.mul(this.#above).t()); }
  rightInverse(a: Tensor): Tensor { return a.mul(this.#upper); }
}
class Twice extends nn.Module {
  override forward(x: Tensor): Tensor { return x.mul(2); }
  rightInverse(a: Tensor): Tensor { return a.div(2); }
}

describe('parametrizations', () => {
  test('one after the other, assigned through, and removed', () => {
    const layer = new nn.Linear(3, 3);
    noGrad(() => layer.weight.copy_(tensor(file.custom.start)));
    const original = layer.weight;
    parametrize.registerParametrization(layer, 'weight', new Symmetric());
    const list = layer.getSubmodule('parametrizations.weight') as unknown as { original: nn.Parameter };
    expect(list.original === original).toBe(file.custom.same);
    expectClose(layer.weight.toArray(), file.custom.first);
    parametrize.registerParametrization(layer, 'weight', new Twice());
    expectClose(layer.weight.toArray(), file.custom.second);
    layer.weight = tensor([[2, 4, 6], [4, 8, 10], [6, 10, 12]]) as nn.Parameter;
    expectClose(list.original.toArray(), file.custom.assigned);
    expect([...layer.stateDict().keys()].sort()).toEqual([...file.custom.keys].sort());
    expect([...layer.namedModules()].map(([path]) => path)).toEqual(file.custom.modules);
    expect([parametrize.isParametrized(layer), parametrize.isParametrized(layer, 'bias'), Object.keys(layer).includes('weight')]).toEqual([true, false, false]);
    parametrize.removeParametrizations(layer, 'weight');
    expectClose(layer.weight.toArray(), file.custom.removed);
    expect([layer.weight === original, [...layer.stateDict().keys()].sort(), parametrize.isParametrized(layer)]).toEqual([file.custom.removedSame, [...file.custom.removedKeys].sort(), false]);
  });

  const uOf = (layer: nn.Linear): unknown => layer.getBuffer('parametrizations.weight.0._u').toArray();

  test('C02 reading the weight in training mode improves the vectors, in evaluation mode it does not; once inside cached', () => {
    const layer = parametrizations.spectralNorm(new nn.Linear(3, 4));
    noGrad(() => layer.getBuffer('parametrizations.weight.0._u').copy_(ones(4).mul(0.5)));
    const before = uOf(layer);
    void layer.weight;
    const after = uOf(layer);
    expect(after).not.toEqual(before);
    layer.eval();
    void layer.weight;
    expect(uOf(layer)).toEqual(after);
    layer.train();
    parametrize.cached(() => expect(layer.weight).toBe(layer.weight));
    expect(layer.weight).not.toBe(layer.weight);
    expect(() => parametrize.cached(async () => {})).toThrow('cached: the callback is asynchronous');
  });

  test('C03 the parametrization takes the mode of the module, its containers start in training mode', () => {
    const layer = parametrizations.spectralNorm(new nn.Linear(4, 4).eval());
    expect([...layer.namedModules()].map(([path, part]) => [path, part.training])).toEqual([['', false], ['parametrizations', true], ['parametrizations.weight', true], ['parametrizations.weight.0', false]]);
  });

  test('a checkpoint of the hook form, a copy, a buffer', () => {
    const hooked = nn.utils.weightNorm(new nn.Linear(3, 4));
    const layer = parametrizations.weightNorm(new nn.Linear(3, 4));
    layer.loadStateDict(hooked.stateDict());
    expectClose(layer.weight.toArray(), hooked.weight.toArray());
    const copy = layer.deepCopy();
    noGrad(() => copy.getParameter('parametrizations.weight.original0').fill_(1));
    expectClose(copy.weight.square().sum(1).toArray(), [1, 1, 1, 1]);
    expectClose(layer.weight.toArray(), hooked.weight.toArray());
    const norm = new nn.BatchNorm1d(2);
    parametrize.registerParametrization(norm, 'runningVar', new Twice());
    expect([norm.runningVar!.toArray(), [...norm.stateDict().keys()].includes('parametrizations.runningVar.original')]).toEqual([[1, 1], true]);
    parametrize.removeParametrizations(norm, 'runningVar');
    expect([...norm.namedBuffers()].map(([name]) => name)).toContain('running_var');
  });

  test('a trace sees which layers depend on the mode, and what is written', () => {
    const net = new nn.Sequential(nn.utils.spectralNorm(new nn.Linear(2, 2)), parametrizations.spectralNorm(new nn.Linear(2, 2)), nn.utils.weightNorm(new nn.Linear(2, 2)));
    const { events } = withTrace(() => net.call(ones(1, 2)));
    const root = events.filter((event) => event.kind === 'forward').find((event) => event.depth === 0)!;
    expect(root.leaves.map(({ path, because }) => [path, because])).toEqual([['0', 'layer'], ['1.parametrizations.weight.0', 'layer']]);
    expect(events.filter((event) => event.kind === 'buffer').map((event) => event.name)).toEqual(['weight_u', 'weight_v', '_u', '_v']);
  });
});

describe('orthogonal weights', () => {
  test.each(file.orthogonal.map((run) => [`${run.size.join(' to ')}, ${JSON.stringify(run.settings)}, ${run.dtype}`, run] as const))('%s', (_name, { size, settings, dtype, start, first, keys, grad, moved, assigned }) => {
    const layer = new nn.Linear(...size).to(dtype);
    noGrad(() => layer.weight.copy_(tensor(start, { dtype })));
    manualSeed(45);
    const { orthogonalMap, ...rest } = settings;
    parametrizations.orthogonal(layer, 'weight', { ...rest, ...(orthogonalMap === undefined ? {} : { orthogonalMap: orthogonalMap === 'matrix_exp' ? 'matrixExp' : (orthogonalMap as 'cayley') }) });
    const list = layer.getSubmodule('parametrizations.weight') as unknown as { original: nn.Parameter; at(index: number): { base?: Tensor } };
    const compare = (wanted: Partial<Matrices>, when: string): void => {
      expectClose(layer.weight.toArray(), wanted.weight, 2e-5, `${when}: weight`);
      expectClose(list.original.toArray(), wanted.original, 2e-5, `${when}: original`);
      expectClose(list.at(0).base?.toArray() ?? null, wanted.base, 2e-5, `${when}: base`);
    };
    compare(first, 'at first');
    expect([...layer.stateDict().keys()].sort()).toEqual([...keys].sort());
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
    layer.weight.mul(arange(size[0] * size[1]).to(dtype).reshape(size[1], size[0])).sum().backward();
    expectClose(list.original.grad!.toArray(), grad, 2e-5, 'gradient');
    optimizer.step();
    compare(moved, 'after a step');
    const assign = (): void => { layer.weight = tensor(assigned.value, { dtype }) as nn.Parameter; };
    if (assigned.error !== undefined) return void expect(assign).toThrow(assigned.error);
    // What completes the base is drawn after the value that is assigned.
    manualSeed(45);
    const { base } = list.at(0);
    if (base !== undefined && size[0] !== size[1]) randn([Math.max(...size), Math.abs(size[0] - size[1])], { dtype });
    randn([size[1], size[0]], { dtype });
    assign();
    compare(assigned, 'assigned');
  });

  test('a batch of matrices', () => {
    class Batch extends nn.Module {
      weight = new nn.Parameter(randn(2, 3, 4));
      override forward(): Tensor { return this.weight; }
    }
    for (const orthogonalMap of ['matrixExp', 'cayley', 'householder'] as const) {
      const weight = parametrizations.orthogonal(new Batch(), 'weight', { orthogonalMap }).weight;
      expectClose(weight.matmul(weight.transpose(-2, -1)).toArray(), [0, 1].map(() => [[1, 0, 0], [0, 1, 0], [0, 0, 1]]), 1e-5);
    }
  });

  const functions = { matrixExp: matrixExpRecord, solve: solveRecord, householderProduct: householderProductRecord };
  test.each(Object.entries(file.linearAlgebra) as [keyof typeof functions, Algebra[]][])('%s and its gradients', (name, examples) => {
    for (const { inputs, out, weights, grads } of examples) {
      const given = inputs.map((values) => tensor(values, { dtype: 'float64', requiresGrad: true }));
      const result = applyOp(name, functions[name], given, {});
      expectClose(result.toArray(), out, 1e-9);
      result.mul(tensor(weights, { dtype: 'float64' })).sum().backward();
      for (const [index, wanted] of grads.entries()) {
        // PyTorch gives the part of the reflectors that is not read a gradient, too.
        const read = name === 'householderProduct' && index === 0 ? tensor(wanted, { dtype: 'float64' }).tril(-1).toArray() : wanted;
        expectClose(given[index]!.grad!.toArray(), read, 1e-8, `${name}: gradient of ${index}`);
      }
    }
    expect(() => applyOp('solve', solveRecord, [zeros(2, 2), ones(2, 2)], {})).toThrow('torch.linalg.solve: The solver failed because the input matrix is singular.');
  });
});

describe('refusals, in PyTorch\'s words', () => {
  class Wrong extends nn.Module {
    override forward(x: Tensor): Tensor { return x.slice(0, 1); }
  }
  class OneWay extends nn.Module {
    override forward(x: Tensor): Tensor { return x.mul(1); }
  }
  const two = (): nn.Linear => new nn.Linear(2, 2);
  const attempts: Record<string, () => unknown> = {
    spectralTwice: () => nn.utils.spectralNorm(nn.utils.spectralNorm(two())),
    weightTwice: () => nn.utils.weightNorm(nn.utils.weightNorm(two())),
    spectralNone: () => nn.utils.spectralNorm(new nn.Linear(2, 2, { bias: false }), 'bias'),
    spectralIterations: () => nn.utils.spectralNorm(two(), 'weight', { nPowerIterations: 0 }),
    parametrizationIterations: () => parametrizations.spectralNorm(two(), 'weight', { nPowerIterations: 0 }),
    parametrizationDim: () => parametrizations.spectralNorm(two(), 'weight', { dim: 2 }),
    noTensor: () => parametrizations.spectralNorm(new nn.ReLU()),
    notThere: () => parametrize.registerParametrization(new nn.ReLU(), 'weight', new Twice()),
    shape: () => parametrize.registerParametrization(two(), 'weight', new Wrong()),
    notParametrized: () => parametrize.removeParametrizations(new nn.ReLU(), 'weight'),
    noInverse: () => { parametrize.registerParametrization(two(), 'weight', new OneWay()).weight = zeros(2, 2) as nn.Parameter; },
    sequence: () => parametrize.removeParametrizations(parametrizations.weightNorm(two()), 'weight', { leaveParametrized: false }),
    orthogonalMap: () => parametrizations.orthogonal(two(), 'weight', { orthogonalMap: 'x' as 'cayley' }),
    orthogonalVector: () => parametrizations.orthogonal(two(), 'bias'),
    orthogonalNone: () => parametrizations.orthogonal(new nn.ReLU()),
    orthogonalShape: () => { parametrizations.orthogonal(new nn.Linear(2, 3)).weight = ones(2, 2) as nn.Parameter; },
    orthogonalAssigned: () => { parametrizations.orthogonal(two(), 'weight', { useTrivialization: false }).weight = ones(2, 2) as nn.Parameter; },
    pruneAmount: () => prune.l1Unstructured(two(), 'weight', 1.5),
    pruneMany: () => prune.l1Unstructured(two(), 'weight', 5),
    pruneNot: () => prune.remove(two(), 'weight'),
    copy: () => nn.utils.weightNorm(two()).deepCopy(),
  };

  test.each(Object.entries(file.messages))('%s', (name, wanted) => {
    let thrown: unknown;
    try {
      attempts[name]!();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    const text = (message: string): string => message.replace(/^\w+: /, '').replace(/ at the moment\..*/s, ' at the moment.');
    expect(text(`Error: ${(thrown as Error).message}`)).toBe(text(wanted));
  });
});

describe('pruning', () => {
  test('is seen in the parts of a model, and gone after its end', () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU());
    expect(prune.isPruned(model)).toBe(false);
    prune.randomUnstructured(model.at(0)!, 'weight', 2);
    expect([prune.isPruned(model), (model.at(0) as nn.Linear).weight.eq(0).sum().item()]).toEqual([true, 2]);
    prune.remove(model.at(0)!, 'weight');
    expect(prune.isPruned(model)).toBe(false);
  });
});
