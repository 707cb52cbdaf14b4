/**
 * Optimizers, schedules and gradient clipping against what PyTorch did (recorded by tools/record_engine/optim.py).
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { F, nn, noGrad, ones, optim, randn, setBackend, tensor, zeros, type Nested, type Tensor } from '../src/index.ts';
import { initialBackend } from './kernel-arrays.ts';
import { expectClose, recorded } from './recorded.ts';

type Optimizer = InstanceType<typeof optim.Optimizer>;
interface Snapshot { readonly lr: number[]; readonly momentum: number[] }
const file = recorded<{
  trajectories: { optimizer: 'SGD'; settings: object; x: Nested; y: Nested; start: Nested[]; losses: number[]; end: unknown[]; state: Record<string, Record<string, unknown>>; groupKeys: string[] }[];
  groups: { losses: number[]; end: unknown[]; params: number[][] };
  schedules: { schedule: string; arguments: unknown[]; options: object; optimizer: string; trail: Snapshot[] }[];
  otherSchedules: { lambda: number[][]; sequential: number[][]; sequentialOthers: number[][]; chained: number[][]; fractional: { epochs: number[]; trail: number[][] } };
  plateau: { metrics: number[]; cases: { options: object; trail: number[][] }[] };
  clipping: { grads: Nested[]; cases: { normType: number | 'inf'; maxNorm: number; total: number; grads: unknown[] }[]; byValue: unknown; nonfinite: string };
  messages: Record<string, string>;
}>('optim');

// The trajectories are run on the kernels, too; centred RMSprop, which divides by the root of a difference near 0 and so magnifies the last bit of a tanh, is
// held to less there. Everything else here is about the optimizers' arithmetic, not about what computes it.
beforeAll(() => setBackend('reference'));

const first = file.trajectories[0]!;

function network(): nn.Sequential {
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 2));
  noGrad(() => [...model.parameters()].forEach((parameter, index) => parameter.copy_(tensor(first.start[index]!))));
  return model;
}

function train(model: nn.Sequential, optimizer: Optimizer, steps: number, after = (_step: number): void => {}): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const loss = F.mseLoss(model.call(tensor(first.x)), tensor(first.y));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    after(step);
    return loss.item();
  });
}

const ended = (model: nn.Module): unknown[] => [...model.parameters()].map((parameter) => parameter.toArray());

describe('trajectories', () => {
  afterAll(() => setBackend('reference'));

  test.each([...new Set(['reference', initialBackend] as const)].flatMap((name) => file.trajectories.map((entry) => [name, `${entry.optimizer} ${JSON.stringify(entry.settings)}`, entry] as const)))('%s: %s', (name, _settings, entry) => {
    setBackend(name);
    const tolerance = name !== 'reference' && 'centered' in entry.settings ? 1e-3 : 1e-5;
    const model = network();
    const optimizer: Optimizer = new optim[entry.optimizer](model.parameters(), entry.settings);
    expectClose(train(model, optimizer, entry.losses.length), entry.losses, tolerance, 'loss');
    expectClose(ended(model), entry.end, tolerance, 'end');
    const state = optimizer.stateDict();
    expect(Object.keys(state.param_groups[0]!).sort()).toEqual(entry.groupKeys);
    for (const [index, values] of Object.entries(entry.state)) {
      const own = state.state[Number(index)]!;
      expect(Object.keys(own).sort()).toEqual(Object.keys(values).sort());
      for (const [name, value] of Object.entries(values)) expectClose(own[name] === null ? null : (own[name] as Tensor).toArray(), value, tolerance, name);
    }
  });

  test('groups with settings of their own, one added later, a rate changed on the way', () => {
    const model = network();
    const [w1, b1, w2, b2] = [...model.parameters()];
    const optimizer = new optim.SGD([{ params: [w1!, b1!] }, { params: w2!, lr: 0.5 }], { lr: 0.1, momentum: 0.9 });
    const losses = train(model, optimizer, file.groups.losses.length, (step) => {
      if (step === 3) optimizer.addParamGroup({ params: [b2!], lr: 0.2, momentum: 0 });
      if (step === 6) optimizer.paramGroups[0]!.lr = 0.05;
    });
    expectClose(losses, file.groups.losses);
    expectClose(ended(model), file.groups.end);
    expect(optimizer.stateDict().param_groups.map((group) => group.params)).toEqual(file.groups.params);
  });
});

describe('state', () => {
  test.each(file.trajectories.map((entry) => [`${entry.optimizer} ${JSON.stringify(entry.settings)}`, entry] as const))('%s goes on from a loaded state as if nothing had happened', (_name, entry) => {
    const model = network();
    const before: Optimizer = new optim[entry.optimizer](model.parameters(), entry.settings);
    train(model, before, 5);
    // A checkpoint: both dictionaries go through plain data.
    const weights = [...model.parameters()].map((parameter) => parameter.toArray());
    const dictionary = before.stateDict();
    const other = network();
    noGrad(() => [...other.parameters()].forEach((parameter, index) => parameter.copy_(tensor(weights[index]!))));
    const after: Optimizer = new optim[entry.optimizer](other.parameters(), {});
    after.loadStateDict(dictionary);
    train(other, after, entry.losses.length - 5);
    expectClose(ended(other), entry.end, 1e-5);
    // Nothing is shared with the optimizer it came from.
    expect(ended(model)).toEqual(weights);
  });

  test('a parameter without a gradient keeps still and has no state', () => {
    const [used, idle] = [new nn.Parameter(ones(2)), new nn.Parameter(ones(2))];
    const optimizer = new optim.Adam([used, idle]);
    used.sum().backward();
    optimizer.step();
    expect([idle.toArray(), optimizer.state.has(idle), optimizer.state.has(used)]).toEqual([[1, 1], false, true]);
  });

  test('a step with a closure runs it with gradients and returns its result', () => {
    const weight = new nn.Parameter(tensor([2]));
    const optimizer = new optim.SGD([weight], { lr: 0.25 });
    const loss = noGrad(() =>
      optimizer.step(() => {
        optimizer.zeroGrad();
        const value = weight.square().sum();
        value.backward();
        return value;
      }),
    );
    expect([loss.item(), weight.toArray()]).toEqual([4, [1]]);
  });

  test('a graph that needs the old weights refuses the new ones', () => {
    const weight = new nn.Parameter(ones(2));
    const optimizer = new optim.SGD([weight], { lr: 0.1 });
    const loss = weight.mul(weight).sum();
    weight.grad = ones(2) as never;
    optimizer.step();
    expect(() => loss.backward()).toThrow('modified by an inplace operation');
  });

  test('a parameter that is a view of other memory is updated in place', () => {
    const memory = zeros(3, 2);
    const weight = new nn.Parameter(memory.t());
    weight.grad = ones(2, 3) as never;
    new optim.SGD([weight], { lr: 1 }).step();
    expect(memory.toArray()).toEqual([[-1, -1], [-1, -1], [-1, -1]]);
  });

  test('zeroGrad forgets the gradients, or fills them', () => {
    const weight = new nn.Parameter(ones(2));
    const optimizer = new optim.SGD([weight]);
    weight.sum().backward();
    optimizer.zeroGrad({ setToNone: false });
    expect(weight.grad!.toArray()).toEqual([0, 0]);
    optimizer.zeroGrad();
    expect(weight.grad).toBeNull();
  });
});

function twoGroups(name = 'SGD', settings: object = {}): Optimizer {
  const [a, b] = [new nn.Parameter(zeros(2)), new nn.Parameter(zeros(2))];
  return new optim[name as 'SGD']([{ params: [a] }, { params: [b], lr: 0.4 }], { lr: 0.1, ...settings });
}

function snapshot(optimizer: Optimizer): Snapshot {
  const groups = optimizer.paramGroups as unknown as { lr: number; momentum: number; betas?: number[] }[];
  return { lr: groups.map((group) => group.lr), momentum: groups.map((group) => group.betas?.[0] ?? group.momentum) };
}

describe('schedules', () => {
  const { lrScheduler } = optim;

  test.each(file.schedules.map((entry) => [`${entry.schedule}(${JSON.stringify(entry.arguments)}, ${JSON.stringify(entry.options)}) on ${entry.optimizer}`, entry] as const))('%s', (_name, entry) => {
    const optimizer = twoGroups(entry.optimizer, entry.optimizer === 'SGD' ? { momentum: 0.9 } : {});
    const scheduler = new (lrScheduler as unknown as Record<string, new (...given: unknown[]) => InstanceType<typeof lrScheduler.LRScheduler>>)[entry.schedule]!(optimizer, ...entry.arguments, entry.options);
    const trail = [snapshot(optimizer)];
    // Half of the way, and the other half by a scheduler that took over its state.
    for (let step = 1; step < entry.trail.length; step++) {
      if (step === 4) scheduler.loadStateDict(structuredClone(scheduler.stateDict()));
      optimizer.step();
      scheduler.step();
      trail.push(snapshot(optimizer));
    }
    expectClose(trail.map(({ lr }) => lr), entry.trail.map(({ lr }) => lr), 1e-12);
    expectClose(trail.map(({ momentum }) => momentum), entry.trail.map(({ momentum }) => momentum), 1e-12);
    expect(scheduler.getLastLr()).toEqual(trail.at(-1)!.lr);
  });

  function follow(optimizer: Optimizer, steps: number, step: () => void): number[][] {
    const trail = [snapshot(optimizer).lr];
    for (let count = 0; count < steps; count++) {
      optimizer.step();
      step();
      trail.push(snapshot(optimizer).lr);
    }
    return trail;
  }

  test('LambdaLR', () => {
    const optimizer = twoGroups();
    const scheduler = new lrScheduler.LambdaLR(optimizer, [(epoch) => 1 / (1 + epoch), (epoch) => 0.9 ** epoch]);
    expectClose(follow(optimizer, 6, () => scheduler.step()), file.otherSchedules.lambda, 1e-12);
  });

  test('SequentialLR, with its state taken over on the way', () => {
    const optimizer = twoGroups();
    const make = (): InstanceType<typeof lrScheduler.SequentialLR> =>
      new lrScheduler.SequentialLR(
        optimizer,
        [new lrScheduler.LinearLR(optimizer, { startFactor: 0.1, totalIters: 3 }), new lrScheduler.CosineAnnealingLR(optimizer, 4), new lrScheduler.ExponentialLR(optimizer, 0.5)],
        [3, 6],
      );
    let scheduler = make();
    let count = 0;
    const trail = follow(optimizer, 10, () => {
      scheduler.step();
      if (++count !== 5) return;
      const [state, groups] = [scheduler.stateDict(), optimizer.stateDict()];
      scheduler = make();
      scheduler.loadStateDict(state);
      optimizer.loadStateDict(groups);
    });
    expectClose(trail, file.otherSchedules.sequential, 1e-12);
  });

  test('SequentialLR of schedules that start anew at their milestone', () => {
    const optimizer = twoGroups();
    const parts = [new lrScheduler.ConstantLR(optimizer, { factor: 0.5, totalIters: 2 }), new lrScheduler.PolynomialLR(optimizer, { totalIters: 4, power: 2 })];
    const scheduler = new lrScheduler.SequentialLR(optimizer, parts, [3]);
    expectClose(follow(optimizer, 9, () => scheduler.step()), file.otherSchedules.sequentialOthers, 1e-12);
  });

  test('ConstantLR refuses factors outside [0, 1], and to go back from 0', () => {
    expect(() => new lrScheduler.ConstantLR(twoGroups(), { factor: 1.5 })).toThrow('Constant multiplicative factor expected to be between 0 and 1.');
    const optimizer = twoGroups();
    const scheduler = new lrScheduler.ConstantLR(optimizer, { factor: 0, totalIters: 1 });
    optimizer.step();
    expect(() => scheduler.step()).toThrow('float division by zero');
  });

  test('two schedules on one optimizer', () => {
    const optimizer = twoGroups();
    const [one, two] = [new lrScheduler.ExponentialLR(optimizer, 0.9), new lrScheduler.StepLR(optimizer, 2)];
    const trail = follow(optimizer, 5, () => {
      one.step();
      two.step();
    });
    expectClose(trail, file.otherSchedules.chained, 1e-12);
  });

  test('warm restarts at fractional epochs', () => {
    const optimizer = twoGroups();
    const scheduler = new lrScheduler.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
    const trail = file.otherSchedules.fractional.epochs.map((epoch) => {
      scheduler.step(epoch);
      return snapshot(optimizer).lr;
    });
    expectClose(trail, file.otherSchedules.fractional.trail, 1e-12);
  });

  test.each(file.plateau.cases)('ReduceLROnPlateau $options', ({ options, trail }) => {
    const optimizer = twoGroups();
    const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, options);
    const own = file.plateau.metrics.map((metric, index) => {
      scheduler.step(index % 2 === 0 ? metric : tensor(metric, { dtype: 'float64' }));
      return snapshot(optimizer).lr;
    });
    expectClose(own, trail, 1e-12);
  });

  test('a schedule that steps before its optimizer is warned about, once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (let round = 0; round < 2; round++) new lrScheduler.StepLR(twoGroups(), 1).step();
    expect(warn.mock.calls.flat().filter((text) => String(text).includes('before `optimizer.step()`'))).toHaveLength(1);
    warn.mockRestore();
  });

  test('a group that comes later follows what goes by its present rate, and is refused by what goes by its first', () => {
    const optimizer = twoGroups();
    const [step, lambda] = [new lrScheduler.StepLR(optimizer, 1, { gamma: 0.5 }), new lrScheduler.LambdaLR(optimizer, () => 1)];
    optimizer.addParamGroup({ params: [new nn.Parameter(zeros(1))], lr: 8 });
    optimizer.step();
    step.step();
    expect(step.getLastLr()).toEqual([0.05, 0.2, 4]);
    expect(() => lambda.step()).toThrow('LambdaLR knows the learning rates of 2 parameter groups, and the optimizer has 3');
  });

  test('a resumed schedule needs groups that know their first rate', () => {
    expect(() => new lrScheduler.StepLR(twoGroups(), 1, { lastEpoch: 3 })).toThrow("param 'initialLr' is not specified in paramGroups[0]");
    const optimizer = twoGroups();
    for (const group of optimizer.paramGroups) group.initialLr = 1;
    expect(new lrScheduler.StepLR(optimizer, 4, { lastEpoch: 3, gamma: 0.5 }).getLastLr()).toEqual([0.05, 0.2]);
  });
});

describe('clipping', () => {
  const parameters = (): nn.Parameter[] => [
    ...file.clipping.grads.map((values) => {
      const parameter = new nn.Parameter(zeros(tensor(values).shape));
      parameter.grad = tensor(values) as never;
      return parameter;
    }),
    new nn.Parameter(zeros(1)),
  ];

  test.each(file.clipping.cases)('by norm $normType to $maxNorm', ({ normType, maxNorm, total, grads }) => {
    const list = parameters();
    expectClose(nn.utils.clipGradNorm_(list, maxNorm, { normType: normType === 'inf' ? Infinity : normType }).item(), total, 1e-5);
    expectClose(list.slice(0, 3).map((parameter) => parameter.grad!.toArray()), grads, 1e-5);
  });

  test('by value', () => {
    const [parameter] = parameters();
    nn.utils.clipGradValue_(parameter!, 0.4);
    expectClose(parameter!.grad!.toArray(), file.clipping.byValue);
  });

  test('a norm that is no finite number', () => {
    const parameter = new nn.Parameter(zeros(1));
    parameter.grad = tensor([Infinity]) as never;
    expect(() => nn.utils.clipGradNorm_(parameter, 1, { errorIfNonfinite: true })).toThrow(file.clipping.nonfinite.replace('RuntimeError: ', '').replace('error_if_nonfinite=False', 'errorIfNonfinite: false'));
    expect(parameter.grad.toArray()).toEqual([Infinity]);
    expect([nn.utils.clipGradNorm_([], 1).item(), nn.utils.clipGradNorm_(new nn.Parameter(randn(2)), 1).item()]).toEqual([0, 0]);
  });
});

describe('refusals, in PyTorch\'s words', () => {
  const { lrScheduler } = optim;
  const weight = new nn.Parameter(zeros(2));
  const other = new nn.Parameter(zeros(2));
  const sgd = new optim.SGD([weight], { lr: 0.1 });
  const attempts: Record<string, () => unknown> = {
    empty: () => new optim.SGD([]),
    tensor: () => new optim.SGD(weight),
    notLeaf: () => new optim.SGD([weight.mul(2)]),
    twice: () => new optim.SGD([{ params: [weight] }, { params: [weight] }]),
    lr: () => new optim.SGD([weight], { lr: -1.5 }),
    momentum: () => new optim.SGD([weight], { momentum: -0.5 }),
    weightDecay: () => new optim.Adam([weight], { weightDecay: -0.5 }),
    beta: () => new optim.Adam([weight], { betas: [0.9, 1.5] }),
    epsilon: () => new optim.Adam([weight], { eps: -1.5 }),
    nesterov: () => new optim.SGD([weight], { nesterov: true }),
    groupCount: () => sgd.loadStateDict(new optim.SGD([{ params: [weight] }, { params: [other] }]).stateDict()),
    groupSize: () => sgd.loadStateDict(new optim.SGD([weight, other]).stateDict()),
    oneCycle: () => new lrScheduler.OneCycleLR(sgd, 0.1),
    linear: () => new lrScheduler.LinearLR(sgd, { startFactor: 0 }),
    milestones: () => new lrScheduler.SequentialLR(sgd, [new lrScheduler.StepLR(sgd, 1)], [1]),
    plateau: () => new lrScheduler.ReduceLROnPlateau(sgd, { factor: 1.5 }),
    restarts: () => new lrScheduler.CosineAnnealingWarmRestarts(sgd, 0),
    lambdas: () => new lrScheduler.LambdaLR(sgd, [() => 1, () => 1]),
  };

  test.each(Object.entries(file.messages))('%s', (name, wanted) => {
    let thrown: unknown;
    try {
      attempts[name]!();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(`${(thrown as Error).name}: ${(thrown as Error).message}`).toBe(wanted);
  });

  test('what is no tensor, no optimizer', () => {
    expect(() => new optim.SGD([weight, 3 as never])).toThrow('optimizer can only optimize Tensors, but one of the params is number');
    expect(() => new lrScheduler.StepLR({} as never, 1)).toThrow('is not an Optimizer');
  });
});
