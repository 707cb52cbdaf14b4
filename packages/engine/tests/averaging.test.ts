/**
 * Averaged weights and recomputed statistics against what PyTorch does (recorded by tools/record_engine/averaging.py).
 */
import { describe, expect, test } from 'vitest';
import { F, nn, noGrad, optim, randn, tensor, type Nested, type Tensor } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

interface Run { start: Record<string, Nested>; x: Nested; y: Nested; state: Record<string, unknown>; calibrated: Record<string, unknown>; out: unknown; momentum: number }
const file = recorded<{ swa: Run; ema: Run; decay: string }>('averaging');
const plain = (module: nn.Module): Record<string, unknown> => Object.fromEntries([...module.stateDict()].map(([key, value]) => [key, value.toArray()]));
function expectState(module: nn.Module, wanted: Record<string, unknown>): void {
  const state = plain(module);
  expect(Object.keys(state)).toEqual(Object.keys(wanted));
  for (const [key, values] of Object.entries(wanted)) expectClose(state[key], values, 1e-5, key);
}

describe('AveragedModel', () => {
  test.each([['swa', {}], ['ema', { averageFn: optim.emaAverage(0.9), useBuffers: true }]] as const)('%s, and updateBatchNorm after it', (name, settings) => {
    const run = file[name];
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU(), new nn.Linear(4, 2));
    model.loadStateDict(Object.fromEntries(Object.entries(run.start).map(([key, values]) => [key, tensor(values)])));
    const averaged = new optim.AveragedModel(model, settings);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const [x, y] = [tensor(run.x), tensor(run.y)];
    for (let step = 0; step < 4; step++) {
      const loss = F.mseLoss(model.call(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      averaged.updateParameters(model);
    }
    expectState(averaged, run.state);
    optim.updateBatchNorm([x.slice(0, 3), [x.slice(3), y]], averaged);
    expectState(averaged, run.calibrated);
    averaged.eval();
    expectClose(noGrad(() => averaged.call(x)).toArray(), run.out);
    expect((averaged.module.at(1) as nn.BatchNorm1d).momentum).toBe(run.momentum);
  });

  test('G05 the copy keeps its mode, and the wrapper reaches it', () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(2)).eval();
    const averaged = new optim.AveragedModel(model);
    expect([averaged.training, averaged.module.training]).toEqual([true, false]);
    model.train();
    expect(averaged.module.training).toBe(false);
    averaged.train();
    expect(averaged.module.at(0).training).toBe(true);
  });

  test('refusals, and models without statistics', () => {
    expect(() => optim.emaAverage(1.5)).toThrow(file.decay.replace('ValueError: ', ''));
    const plainModel = new nn.Sequential(new nn.Linear(2, 2)).eval();
    optim.updateBatchNorm({ [Symbol.iterator]: (): Iterator<Tensor> => { throw new Error('not read'); } }, plainModel);
    optim.updateBatchNorm([], new nn.BatchNorm1d(2));
    expect(plainModel.call(randn(1, 2)).shape).toEqual([1, 2]);
  });
});
