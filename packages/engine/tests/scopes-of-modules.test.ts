/**
 * What modules and optimizers keep for themselves outlives the scope in which it was made.
 */
import { expect, test } from 'vitest';
import { nn, ones, optim, randn, scope, type Tensor } from '../src/index.ts';

/** Runs `fn` inside a scope that ends before its result is used. */
function within<T>(fn: () => T): T {
  const around = scope();
  try {
    return fn();
  } finally {
    around.dispose();
  }
}
const trained = (layer: nn.Module, optimizer: { step(): void }, x: Tensor): void => {
  (layer.call(x) as Tensor).sum().backward();
  optimizer.step();
};

test('layers made in a scope', () => {
  const { parametrizations, spectralNorm, weightNorm } = nn.utils;
  const layers = within(() => [new nn.BatchNorm1d(2), new nn.SyncBatchNorm(2), new nn.LazyBatchNorm1d(), new nn.LazyLinear(2), spectralNorm(new nn.Linear(2, 2)), weightNorm(new nn.Linear(2, 2)), parametrizations.spectralNorm(new nn.Linear(2, 2)), parametrizations.weightNorm(new nn.Linear(2, 2)), new nn.LSTM(2, 2), new optim.AveragedModel(new nn.BatchNorm1d(2))]);
  for (const layer of layers) expect(() => layer.call(randn(3, 2)), layer.constructor.name).not.toThrow();
});

test('weights of hooks are there before the first call', () => {
  for (const layer of within(() => [nn.utils.spectralNorm(new nn.Linear(2, 2)), nn.utils.weightNorm(new nn.Linear(2, 2))])) expect(layer.weight.toArray()).toHaveLength(2);
});

test('lazy layers that are called, copied, converted or loaded in a scope', () => {
  const lazy = new nn.LazyLinear(2);
  within(() => lazy.call(randn(1, 3)));
  expect(lazy.call(randn(1, 3)).shape).toEqual([1, 2]);
  const norm = new nn.BatchNorm1d(2);
  const copy = within(() => norm.deepCopy());
  within(() => norm.double());
  within(() => copy.loadStateDict({ weight: ones(2), running_mean: ones(2) }, { strict: false, assign: true }));
  expect([norm.call(randn(3, 2).to('float64')).dtype, copy.call(randn(3, 2)).dtype]).toEqual(['float64', 'float32']);
});

test.each([optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad])('the state of %o', (Optimizer) => {
  const layer = new nn.Linear(2, 1);
  const optimizer = within(() => new Optimizer(layer.parameters(), { momentum: 0.9, lr: 0.1 } as never));
  within(() => trained(layer, optimizer, ones(1, 2)));
  trained(layer, optimizer, ones(1, 2));
  const dictionary = optimizer.stateDict();
  within(() => optimizer.loadStateDict(dictionary));
  trained(layer, optimizer, ones(1, 2));
  expect(layer.weight.toArray()).toHaveLength(1);
});

test('a gradient of another size is refused', () => {
  const weight = new nn.Parameter(ones(2));
  weight.grad = ones(3) as never;
  expect(() => new optim.SGD([weight]).step()).toThrow('assigned grad has data of a different size: the parameter has shape torch.Size([2]), its gradient torch.Size([3])');
});
