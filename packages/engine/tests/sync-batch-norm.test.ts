/**
 * Batch normalisation across processes, of which there is one: what it computes, and what a conversion keeps.
 */
import { describe, expect, test } from 'vitest';
import { nn, ones, randn } from '../src/index.ts';

describe('SyncBatchNorm', () => {
  test('normalises input of any rank as batch normalisation does', () => {
    const [sync, plain, x] = [new nn.SyncBatchNorm(3), new nn.BatchNorm1d(3), randn(4, 3, 5)];
    expect(sync.call(x).toArray()).toEqual(plain.call(x).toArray());
    expect(sync.runningVar!.toArray()).toEqual(plain.runningVar!.toArray());
    expect(sync.call(randn(2, 3, 2, 2)).shape).toEqual([2, 3, 2, 2]);
    expect(() => sync.call(ones(3))).toThrow('expected at least 2D input (got 1D input)');
    expect(() => sync.call(ones(2, 0))).toThrow('SyncBatchNorm number of input channels should be non-zero');
  });

  test('a conversion keeps parameters, buffers, places and modes', () => {
    class Net extends nn.Module {
      readonly norm = new nn.BatchNorm1d(2);
      readonly body = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2, { affine: false, momentum: null }));
      readonly named = new nn.ModuleDict<nn.Module>({ a: new nn.BatchNorm1d(2), b: new nn.ReLU() });
      override forward(x: ReturnType<typeof ones>): unknown { return this.body.call(this.norm.call(x)); }
    }
    const net = new Net();
    const before = [...net.stateDict()].map(([key, value]) => [key, value.array.storage]);
    net.norm.eval();
    const result = nn.SyncBatchNorm.convertSyncBatchnorm(net);
    expect(result).toBe(net);
    expect([...net.modules()].map((part) => `${part.constructor.name} ${part.training}`)).toEqual(['Net true', 'SyncBatchNorm false', 'Sequential true', 'Linear true', 'SyncBatchNorm true', 'ModuleDict true', 'SyncBatchNorm true', 'ReLU true']);
    expect([...net.stateDict()].map(([key, value]) => [key, value.array.storage])).toEqual(before);
    expect((net.body.at(1) as nn.BatchNorm1d).momentum).toBeNull();
    expect(nn.SyncBatchNorm.convertSyncBatchnorm(new nn.BatchNorm1d(2).eval())).toBeInstanceOf(nn.SyncBatchNorm);
  });
});
