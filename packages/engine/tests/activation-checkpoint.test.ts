/**
 * Activation checkpointing: the same values and gradients, less memory, and what PyTorch 2.13 does besides (executed).
 */
import { describe, expect, test } from 'vitest';
import { checkpoint, manualSeed, nn, noGrad, ones, rand, randn, tensor, type Tensor } from '../src/index.ts';
import { expectClose } from './recorded.ts';

const network = (): nn.Sequential => new nn.Sequential(new nn.Linear(4, 8), new nn.GELU(), new nn.Dropout(0.5), new nn.Linear(8, 3));

function gradients(through: (model: nn.Sequential, x: Tensor) => Tensor): unknown[] {
  manualSeed(3);
  const model = network();
  const x = randn(5, 4, { requiresGrad: true });
  const y = through(model, x.mul(2));
  y.mul(y).sum().backward();
  return [y.toArray(), x.grad!.toArray(), ...[...model.parameters()].map((parameter) => parameter.grad!.toArray()), rand(3).toArray()];
}

describe('checkpoint', () => {
  test('gives the values, the gradients and the random numbers that there are without it', () => {
    const plain = gradients((model, x) => model.call(x));
    expectClose(gradients((model, x) => checkpoint((value: Tensor) => model.call(value), x)), plain, 1e-6);
    // One within the other, in two parts.
    const parts = (model: nn.Sequential, x: Tensor): Tensor => checkpoint((value: Tensor) => model.at(3).call(checkpoint((inner: Tensor) => model.at(2).call(model.at(1).call(model.at(0).call(inner))), value)), x) as Tensor;
    expectClose(gradients(parts as (model: nn.Sequential, x: Tensor) => Tensor), plain, 1e-6);
  });

  test('several outputs and arguments that are no tensors; those without a gradient stay so', () => {
    const [x, w] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    const [product, plain, sum] = checkpoint((a: Tensor, factor: number, b: Tensor) => [a.mul(b).mul(factor), b.detach(), a.add(b)] as const, x, 5, w);
    expect([product.requiresGrad, plain.requiresGrad, sum.requiresGrad]).toEqual([true, false, true]);
    product.sum().add(sum.mul(2).sum()).backward();
    expect([x.grad!.toArray(), w.grad!.toArray()]).toEqual([[17, 22], [7, 12]]);
  });

  test('parameters get gradients where no argument wants one; nothing is recorded where nothing would be', () => {
    const layer = new nn.Linear(2, 2);
    checkpoint((x: Tensor) => layer.call(x), ones(2)).sum().backward();
    expect(layer.weight.grad!.toArray()).toEqual([[1, 1], [1, 1]]);
    expect(checkpoint((x: Tensor) => x.mul(2), ones(2)).requiresGrad).toBe(false);
    expect(noGrad(() => checkpoint((x: Tensor) => layer.call(x), ones(2))).requiresGrad).toBe(false);
  });

  test('running statistics move in the forward and again in the backward pass, as in PyTorch', () => {
    const norm = new nn.BatchNorm1d(1);
    const y = checkpoint((x: Tensor) => norm.call(x), tensor([[1], [3]], { requiresGrad: true }));
    expectClose(norm.runningMean!.toArray(), [0.2]);
    y.mul(tensor([[1], [2]])).sum().backward();
    expectClose([norm.runningMean!.toArray(), norm.numBatchesTracked!.item(), norm.weight!.grad!.toArray()], [[0.38], 2, [1]]);
  });

  test('a mode that changes in between is refused, as in PyTorch', () => {
    const model = network();
    const y = checkpoint((x: Tensor) => model.call(x), ones(1, 4));
    model.eval();
    expect(() => y.sum().backward()).toThrow('A different number of operations was recorded during the original forward and recomputation: 4 and 3.');
  });

  test('a second backward pass needs the graph retained', () => {
    const x = ones(2, { requiresGrad: true });
    const y = checkpoint((value: Tensor) => value.exp(), x);
    y.sum().backward(null, { retainGraph: true });
    y.sum().backward();
    expectClose(x.grad!.toArray(), [2 * Math.E, 2 * Math.E]);
  });
});
