/**
 * A training loop that never awaits and never frees anything keeps its memory flat: pool, residents and JavaScript heap.
 */
import { expect, test } from 'vitest';
import { F, manualSeed, nn, optim, randint, randn } from '../src/index.ts';
import { blockPool } from '../src/memory/block-pool.ts';
import { residency } from '../src/memory/residency.ts';

test('20,000 training steps of a small network', () => {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const [x, target] = [randn(4, 8), randint(0, 3, [4])];
  const usual = residency.budget;
  // Small enough that it is reached many times.
  residency.budget = 1024 * 1024;
  const budgetAtStart = residency.budget;
  let first = 0;
  let [span, heap] = [0, 0];
  for (let step = 0; step < 20_000; step++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.call(x), target);
    loss.backward();
    optimizer.step();
    if (step === 0) first = loss.item();
    if (step === 4000) [span, heap] = [blockPool.bytesSpanned, process.memoryUsage().heapUsed];
  }
  expect(F.crossEntropy(model.call(x), target).item()).toBeLessThan(first / 10);
  expect(residency.budget).toBe(budgetAtStart);
  expect(blockPool.bytesSpanned).toBeLessThanOrEqual(span * 1.1);
  // Garbage that is not yet collected comes and goes.
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(48 * 1024 * 1024);
  residency.budget = usual;
});

test('a gradient that nobody looked at gives its memory back when it is dropped, one that was looked at stays', () => {
  const leaf = randn(1000, { requiresGrad: true });
  leaf.sum().backward();
  const before = blockPool.bytesInUse;
  leaf.grad = null;
  const dropped = before - blockPool.bytesInUse;
  leaf.mul(2).sum().backward();
  const seen = leaf.grad!;
  leaf.grad = null;
  expect(seen.sum().item()).toBe(2000);
  expect(dropped).toBeGreaterThanOrEqual(4000);
});
