/**
 * Numbers, prints and messages against what PyTorch gave (recorded by tools/record-engine.py).
 */
import { describe, expect, test } from 'vitest';
import { F, manualSeed, nn, noGrad, inferenceMode, ones, optim, arange, randint, randn, tensor, type Tensor } from '../src/index.ts';
import type { Nested } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

describe('operations', () => {
  const { cases } = recorded<{ cases: { op: string; args: unknown[]; inputs: Nested[]; output: unknown; weights: Nested; grads: unknown[] }[] }>('ops');

  test.each(cases.map((entry) => [`${entry.op}(${entry.args.map((part) => JSON.stringify(part)).join(', ')})`, entry] as const))('%s and its gradient', (_name, entry) => {
    const inputs = entry.inputs.map((values) => tensor(values, { requiresGrad: true }));
    const [self, ...others] = inputs;
    const method = (self as unknown as Record<string, (...given: unknown[]) => Tensor>)[entry.op]!;
    const output = method.call(self, ...others, ...entry.args);
    expectClose(output.toArray(), entry.output);
    output.mul(tensor(entry.weights)).sum().backward();
    expectClose(inputs.map((input) => input.grad?.toArray()), entry.grads);
  });
});

describe('BatchNorm1d', () => {
  interface Step { mode: string; x: Nested; weights: Nested; out: unknown; grad: unknown; parameterGrads: Record<string, unknown>; buffers: Record<string, unknown> }
  const { runs } = recorded<{ runs: { settings: object; features: number; parameters: Record<string, Nested>; steps: Step[] }[] }>('batch-norm');

  test.each(runs.map((run) => [JSON.stringify(run.settings), run] as const))('%s: outputs, gradients and buffers, step by step', (_name, run) => {
    const layer = new nn.BatchNorm1d(run.features, run.settings);
    layer.loadStateDict(Object.fromEntries(Object.entries(run.parameters).map(([name, values]) => [name, tensor(values)])), { strict: false });
    for (const [index, step] of run.steps.entries()) {
      layer.train(step.mode === 'train');
      const x = tensor(step.x, { requiresGrad: true });
      const out = layer.call(x);
      expectClose(out.toArray(), step.out, 1e-5, `step ${index} out`);
      layer.zeroGrad();
      out.mul(tensor(step.weights)).sum().backward();
      expectClose(x.grad?.toArray(), step.grad, 1e-5, `step ${index} grad`);
      for (const [name, parameter] of layer.namedParameters()) expectClose(parameter.grad?.toArray(), step.parameterGrads[name], 1e-5, `step ${index} ${name}`);
      const buffers = Object.fromEntries([...layer.namedBuffers()].map(([name, buffer]) => [name, buffer.toArray()]));
      expect(Object.keys(buffers)).toEqual(Object.keys(step.buffers));
      for (const [name, values] of Object.entries(step.buffers)) expectClose(buffers[name], values, 1e-6, `step ${index} ${name}`);
    }
  });
});

describe('losses and LayerNorm', () => {
  const file = recorded<{
    cases: { loss: 'crossEntropy' | 'mseLoss' | 'binaryCrossEntropyWithLogits'; reduction: 'mean' | 'sum' | 'none'; input: Nested; target: Nested; value: unknown; grad: unknown }[];
    layerNorm: { x: Nested; weights: Nested; out: unknown; grad: unknown };
  }>('losses');

  test.each(file.cases.map((entry) => [`${entry.loss}, ${entry.reduction}, target ${JSON.stringify(entry.target).slice(0, 12)}`, entry] as const))('%s', (_name, entry) => {
    const input = tensor(entry.input, { requiresGrad: true });
    const loss = F[entry.loss](input, tensor(entry.target), entry.reduction);
    expectClose(loss.toArray(), entry.value);
    loss.sum().backward();
    expectClose(input.grad?.toArray(), entry.grad);
  });

  // PyTorch 2.13 takes [1] without smoothing, and fails with "output with shape [] doesn't match the broadcast shape [1]" with it.
  test.each(['mean', 'sum', 'none'] as const)('crossEntropy of one row, %s: a target of shape [1] is one of no dimension, with smoothing, too', (reduction) => {
    for (const labelSmoothing of [0, 0.1]) {
      const weight = tensor([1, 2, 0.5]);
      const [scalar, vector] = [tensor(1), tensor([1])].map((target) => {
        const input = tensor([0.5, -1, 2], { requiresGrad: true });
        const loss = F.crossEntropy(input, target, { labelSmoothing, reduction, weight });
        loss.backward();
        return [loss.shape, loss.item(), input.grad!.toArray()];
      });
      expect(vector).toEqual(scalar);
      // Recorded with a target of no dimension.
      expectClose(scalar![1], labelSmoothing === 0 ? (reduction === 'mean' ? 3.2413113117218018 : 6.4826226234436035) : reduction === 'mean' ? 3.0562565326690674 : 6.112513065338135);
    }
  });

  test('LayerNorm over two dimensions', () => {
    const x = tensor(file.layerNorm.x, { requiresGrad: true });
    const out = new nn.LayerNorm([3, 4]).call(x);
    expectClose(out.toArray(), file.layerNorm.out);
    out.mul(tensor(file.layerNorm.weights)).sum().backward();
    expectClose(x.grad?.toArray(), file.layerNorm.grad);
  });
});

describe('training', () => {
  const { runs } = recorded<{ runs: { settings: object; losses: number[]; evaluation: unknown; keys: string[]; state: unknown[] }[] }>('training');

  test.each(runs.map((run) => [JSON.stringify(run.settings), run] as const))('SGD %s: the same losses, the same state', (_name, run) => {
    manualSeed(4);
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Linear(8, 3));
    const optimizer = new optim.SGD(model.parameters(), run.settings);
    const x = randn(8, 4);
    const y = randint(0, 3, [8]);
    const losses = run.losses.map(() => {
      const loss = F.crossEntropy(model.call(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    expectClose(losses, run.losses, 1e-4);
    model.eval();
    expectClose(noGrad(() => model.call(x)).toArray(), run.evaluation, 1e-4);
    const state = model.stateDict();
    expect([...state.keys()]).toEqual(run.keys);
    expectClose([...state.values()].map((value) => value.toArray()), run.state, 1e-4);
  });
});

describe('printing', () => {
  const file = recorded<{ cases: { values: Nested; dtype: 'float32' | 'int64' | 'bool'; text: string }[]; arange: string; wide: string; requiresGrad: string; gradFn: string; longGradFn: string }>('printing');

  test.each(file.cases)('$text', ({ values, dtype, text }) => {
    expect(tensor(values, { dtype }).toString()).toBe(text);
  });

  test('abridged beyond a thousand elements', () => {
    expect(arange(0, 1200, 1, { dtype: 'float32' }).toString()).toBe(file.arange);
    expect(arange(0, 2400, 1, { dtype: 'float32' }).reshape(2, 1200).toString()).toBe(file.wide);
  });

  test('how it was made', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect([String(x), String(x.add(1))]).toEqual([file.requiresGrad, file.gradFn]);
    expect(String(arange(0, 10, 1, { dtype: 'float32', requiresGrad: true }).mul(1.5).add(0.123))).toBe(file.longGradFn);
  });
});

describe('messages', () => {
  const wanted = recorded<Record<string, string>>('messages');
  const weight = (): Tensor => ones(3, { requiresGrad: true });
  const inference = (): Tensor => inferenceMode(() => ones(3).mul(2));
  const layer = new nn.Linear(4, 5);
  const attempts: Record<string, () => unknown> = {
    broadcast: () => ones(2, 3).add(ones(2, 4)),
    matmul: () => ones(2, 3).matmul(ones(4, 5)),
    noGraph: () => ones(1).sum().backward(),
    notScalar: () => weight().mul(2).backward(),
    leafInPlace: () => weight().add_(1),
    viewOfLeafInPlace: () => weight().slice(0, 2).add_(1),
    modified: () => {
      const b = weight().mul(2);
      const c = b.mul(b);
      b.add_(1);
      c.sum().backward();
    },
    twice: () => {
      const a = weight();
      const b = a.mul(a).sum();
      b.backward();
      b.backward();
    },
    item: () => ones(3).item(),
    reshape: () => ones(3).reshape(2, 2),
    trainMode: () => layer.train(1 as never),
    dropoutRange: () => new nn.Dropout(1.5),
    dropoutTraining: () => F.dropout(ones(2), 0.5, null as never),
    batchNormOne: () => new nn.BatchNorm1d(6).call(ones(1, 6)),
    batchNormRank: () => new nn.BatchNorm1d(6).call(ones(6)),
    batchNormChannels: () => new nn.BatchNorm1d(3).call(ones(2, 4)),
    batchNormMissing: () => F.batchNorm(ones(2, 4), null, null),
    inferenceSaved: () => inference().mul(weight()),
    inferenceInPlace: () => inference().add_(1),
    inferenceRequiresGrad: () => inference().requiresGrad_(),
    inferenceVersion: () => inference().version,
    loadMissing: () => layer.loadStateDict({ weight: ones(5, 3), other: ones(1) }),
    emptyOptimizer: () => new optim.SGD([], { lr: 0.1 }),
    integerGrad: () => tensor([1], { dtype: 'int64' }).requiresGrad_(),
  };
  /** The engine adds shapes and hints, names its own functions where PyTorch advises in Python, and the operation that made a tensor where PyTorch names the last. */
  const normal = (text: string): string =>
    text
      .replace(/`torch\.no_grad\(\)`/, '`noGrad`')
      .replace(/`torch\.inference_mode\(\)`/, '`inferenceMode`')
      .replace('Specify retain_graph=True', 'Specify { retainGraph: true }')
      .replace(' or autograd.grad()', '')
      .replace(' or if you need to access saved tensors after calling backward.', '.')
      .replace(/which is output 0 of \w+/, 'which is output 0 of an operation')
      .replace(/ Hint: .*/s, '');

  test.each(Object.keys(wanted).filter((name) => name !== 'torch'))('%s', (name) => {
    let thrown: unknown;
    try {
      attempts[name]!();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    const { name: kind, message } = thrown as Error;
    expect(normal(`${kind}: ${message}`).startsWith(normal(wanted[name]!)), `${kind}: ${message}\n${wanted[name]}`).toBe(true);
  });
});
