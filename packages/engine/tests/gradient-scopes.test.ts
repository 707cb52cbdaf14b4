/**
 * Gradient modes and autograd's bookkeeping; codes name the checks of the mode inventory.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { cat, enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, nn, noGrad, ones, randn, scope, setGradEnabled, stack, tensor, where, zeros } from '../src/index.ts';

describe('scopes', () => {
  test('E01 nest, return results and restore after a throw', () => {
    expect(noGrad(() => [isGradEnabled(), enableGrad(isGradEnabled), isGradEnabled()])).toEqual([false, true, false]);
    expect(() => noGrad(() => { throw new Error('inside'); })).toThrow('inside');
    expect([isGradEnabled(), setGradEnabled(false, isGradEnabled), isGradEnabled()]).toEqual([true, false, true]);
  });

  test('an asynchronous callback is covered through its awaits, and no other task is', async () => {
    const inside: boolean[] = [];
    const pending = noGrad(async () => {
      inside.push(isGradEnabled());
      await turn();
      inside.push(isGradEnabled());
    });
    expect(isGradEnabled()).toBe(true);
    await turn();
    expect(isGradEnabled()).toBe(true);
    await pending;
    expect([inside, isGradEnabled()]).toEqual([[false, false], true]);
  });

  test('E08 leaves made in noGrad keep requiresGrad, results have none', () => {
    const [leaf, result] = noGrad(() => {
      const made = ones(2, { requiresGrad: true });
      return [made, made.mul(2)];
    });
    expect([leaf.requiresGrad, result.requiresGrad]).toEqual([true, false]);
  });

  test('E09 enableGrad inside inferenceMode reads as enabled and records nothing; inferenceMode(fn, false) does', () => {
    const weight = ones(2, { requiresGrad: true });
    inferenceMode(() => {
      const [y, z] = [weight.mul(2), enableGrad(() => weight.mul(3))];
      expect([isGradEnabled(), enableGrad(isGradEnabled), isInferenceModeEnabled()]).toEqual([false, true, true]);
      expect([y.requiresGrad, y.isInference(), z.requiresGrad, z.isInference()]).toEqual([false, true, false, true]);
      const normal = inferenceMode(() => weight.mul(2), false);
      expect([normal.requiresGrad, normal.isInference()]).toEqual([true, false]);
    });
  });

  test('inference tensors: adding works outside, a clone is normal, a view of a normal tensor stays normal', () => {
    const weight = ones(2, { requiresGrad: true });
    const x = inferenceMode(() => ones(2).mul(2));
    expect(x.add(weight).requiresGrad).toBe(true);
    expect(x.clone().isInference()).toBe(false);
    expect(inferenceMode(() => weight.reshape(1, 2)).isInference()).toBe(false);
    expect(() => inferenceMode(() => weight.sum()).backward()).toThrow('does not require grad and does not have a grad_fn');
  });

  test('E16 a graph built outside can be used inside noGrad', () => {
    const weight = ones(2, { requiresGrad: true });
    const loss = weight.mul(2).sum();
    noGrad(() => loss.backward());
    expect(weight.grad!.toArray()).toEqual([2, 2]);
  });

  test('E15 frozen parameters, and an input that wants gradients still records', () => {
    const layer = new nn.Linear(2, 2).requiresGrad_(false);
    expect([layer.call(ones(1, 2)).requiresGrad, layer.call(ones(1, 2, { requiresGrad: true })).requiresGrad]).toEqual([false, true]);
  });

  test('a platform without AsyncLocalStorage: synchronous scopes work, an asynchronous callback is refused', async () => {
    const getBuiltinModule = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    try {
      vi.resetModules();
      const bare = await import('../src/autograd/grad-mode.ts');
      expect([bare.noGrad(bare.isGradEnabled), bare.isGradEnabled()]).toEqual([false, true]);
      expect(() => bare.noGrad(async () => 1)).toThrow('noGrad: the callback is asynchronous, and this platform has no AsyncLocalStorage');
      expect(bare.isGradEnabled()).toBe(true);
    } finally {
      getBuiltinModule.mockRestore();
    }
  });

  test('something that is no callback is refused', () => {
    expect(() => noGrad(ones(1) as never)).toThrow('expected a callback');
  });
});

describe('autograd', () => {
  test('gradients accumulate, and a diamond sums', () => {
    const x = tensor(3, { requiresGrad: true });
    const y = x.mul(x);
    y.add(y).backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad!.item()).toBe(18);
  });

  test('views write through, and in-place results have a history', () => {
    const base = zeros(2, 3);
    base.t().select(0, 1).add_(5);
    expect(base.toArray()).toEqual([[0, 5, 0], [0, 5, 0]]);
    const x = ones(3, { requiresGrad: true });
    const y = x.mul(2);
    y.mul_(tensor([1, 2, 3]));
    expect(y.gradFn!.name).toBe('MulBackward0');
    y.sum().backward();
    expect(x.grad!.toArray()).toEqual([2, 4, 6]);
    const z = zeros(3).copy_(x.exp());
    z.sum().backward();
    expect(z.requiresGrad).toBe(true);
  });

  test('an in-place result that is needed and then changed is refused', () => {
    const y = ones(2, { requiresGrad: true }).mul(1).exp_();
    y.add_(1);
    expect(() => y.sum().backward()).toThrow('modified by an inplace operation');
  });

  test('a write to a view is a step in the history of its base, and views follow their base (values of PyTorch 2.13)', () => {
    const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
    const w = tensor([5, 7], { requiresGrad: true });
    const y = x.mul(2);
    const turned = y.t();
    turned.at(0).add_(1);
    y.at(0).copy_(w).mul_(w);
    expect([y.gradFn!.name, turned.gradFn!.name]).toEqual(['CopySlices', 'AsStridedBackward0']);
    turned.mul(turned).at(0, 0).backward();
    // The first of y is w^2: 4 w^3; what stood there before counts no more.
    expect([x.grad!.toArray(), w.grad!.toArray()]).toEqual([[[0, 0], [0, 0]], [500, 0]]);
  });

  test('a view taken before a write gets a history by it, and one that repeats elements sums over them (values of PyTorch 2.13)', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const base = zeros(2, 3);
    const early = base.at(1);
    base.at(0).copy_(x);
    const repeated = base.at(0).expand(4, 3);
    base.at(0).exp_();
    expect([early.requiresGrad, early.gradFn!.name]).toEqual([true, 'AsStridedBackward0']);
    repeated.sum().add(early.sum()).backward();
    for (const [index, value] of [10.8731, 29.5562, 80.3421].entries()) expect(x.grad!.at(index).item()).toBeCloseTo(value, 3);
  });

  test('a view outlives its base: writes to it are then its own history', () => {
    const x = ones(4, { requiresGrad: true });
    const made = scope();
    const part = made.keep(x.mul(3).view(2, 2).t().at(0));
    made.dispose();
    part.mul_(tensor([2, 5]));
    part.sum().backward();
    expect(x.grad!.toArray()).toEqual([6, 0, 15, 0]);
  });

  test('an in-place operation keeps what it needs of its own target', () => {
    const [a, w] = [tensor([2, 3], { requiresGrad: true }), tensor([5, 7], { requiresGrad: true })];
    const x = a.mul(1);
    x.mul_(w);
    x.sum().backward();
    expect([a.grad!.toArray(), w.grad!.toArray()]).toEqual([[5, 7], [2, 3]]);
  });

  test('writes to views that were made outside of the graph, together, or over one element are refused', () => {
    const w = ones(4, { requiresGrad: true });
    expect(() => noGrad(() => w.view(2, 2)).mul_(2)).toThrow('A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that');
    expect(() => noGrad(() => zeros(4).view(2, 2)).mul_(w.view(2, 2))).toThrow('A view was created in no_grad mode');
    const plain = zeros(4);
    expect(() => inferenceMode(() => plain.view(2, 2)).mul_(w.view(2, 2))).toThrow('A view was created in inference mode and is being modified inplace in normal mode.');
    const parts = w.mul(1).split(2);
    expect(() => parts[1]!.mul_(2)).toThrow('Output 1 of Split is a view and is being modified inplace. This view is the output of a function that returns multiple views.');
    expect(() => zeros(1).expand(3).add_(1)).toThrow('more than one element of the written-to tensor refers to a single memory location');
    expect(() => w.view(2, 2).t().mul_(2)).toThrow('a view of a leaf Variable that requires grad is being used in an in-place operation.');
  });

  test('a chain of 50,000 operations needs no stack', () => {
    const x = tensor(1, { requiresGrad: true });
    let y = x.add(0);
    for (let step = 0; step < 50_000; step++) y = y.add(1);
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });

  test('joining and choosing', () => {
    const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    expect(stack([a, b], 1).toArray()).toEqual([[1, 3], [2, 4]]);
    expect(cat([a, b]).max(0).indices.item()).toBe(3);
    where(a.gt(1), a, b).mul(10).sum().backward();
    expect([a.grad!.toArray(), b.grad!.toArray()]).toEqual([[0, 10], [10, 0]]);
    expect(where(a.gt(1), 1, 0).toArray()).toEqual([0, 1]);
  });

  test('reshape copies only where it must', () => {
    const x = randn(2, 3);
    expect(x.reshape(6).array.storage).toBe(x.array.storage);
    expect(x.t().reshape(6).array.storage).not.toBe(x.array.storage);
    expect(x.unsqueeze(1).expand(2, 4, 3).reshape(8, 3).shape).toEqual([8, 3]);
    expect(randn(4, 6).narrow(1, 0, 4).reshape(4, 2, 2).stride()).toEqual([6, 2, 1]);
    expect(() => x.t().view(6)).toThrow('Use .reshape(...) instead');
  });
});

test('a long loop keeps its memory flat', () => {
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 1));
  const x = randn(4, 8);
  const step = (): void => {
    model.zeroGrad();
    model.call(x).mean().backward();
  };
  for (let count = 0; count < 500; count++) step();
  const before = process.memoryUsage();
  for (let count = 0; count < 4000; count++) step();
  const after = process.memoryUsage();
  // Without a forced collection only a leak of the graphs themselves (some 40 MB here) would show.
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(100e6);
});
