/**
 * Worker threads: the same bits as one thread, for everything that is split, and an orderly end.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backend, F, nn, noGrad, randn, setBackend, setNumThreads, type Tensor } from '../src/index.ts';
import { builds, initialBackend } from './kernel-arrays.ts';

afterAll(() => {
  setNumThreads(1);
  setBackend(initialBackend);
});

const [x, y, row] = [randn(200, 300), randn(300, 200), randn(1, 300)];
const lstm = new nn.LSTM(300, 70);
const computations: Record<string, () => Tensor> = {
  'product, split by rows': () => x.matmul(y.narrow(1, 0, 60)),
  'product, split by columns': () => y.t().narrow(0, 0, 50).matmul(x.t()),
  'product, one column over': () => x.matmul(y.narrow(1, 0, 133)),
  'product, one row over': () => x.narrow(0, 0, 199).matmul(y.narrow(1, 0, 25)),
  'products by a packed weight': () => noGrad(() => F.linear(F.linear(x, y.t()).add(F.linear(x, y.t())), x.narrow(1, 0, 200))),
  'a recurrent layer': () => noGrad(() => lstm.call(x.reshape(10, 20, 300))[0] as Tensor),
  'batched product': () => x.reshape(2, 100, 300).matmul(y),
  unary: () => x.tanh(),
  'binary, one row': () => x.mul(x),
  'binary, rows': () => x.add(row),
  'binary, repeated column': () => x.sub(x.narrow(1, 3, 1)),
  'sums of rows and columns': () => x.sum(1).sum().add(x.sum(0).sum()),
  softmax: () => x.softmax(1),
  logSoftmax: () => x.logSoftmax(0),
  'softmax, masked': () => F.scaledDotProductAttention(x, x, x, { isCausal: true }),
  'gradients of softmax': () => {
    const leaf = x.clone().requiresGrad_();
    leaf.softmax(1).mul(x).sum().add(leaf.logSoftmax(1).mul(x).sum()).backward();
    return leaf.grad!;
  },
};

describe.each(builds)('%s', (build) => {
  beforeAll(() => setBackend(build));

  test.each(Object.entries(computations))('%s', (_, compute) => {
    setNumThreads(1);
    const alone = compute().toTypedArray();
    setNumThreads(2);
    expect(backend().threads).toBe(2);
    for (let turn = 0; turn < 3; turn++) expect(compute().toTypedArray()).toEqual(alone);
  });
});

test('threads are made and ended many times, and more than there are is most', () => {
  for (let turn = 0; turn < 6; turn++) {
    setNumThreads(1 + (turn % 3));
    expect(backend().threads).toBe(1 + (turn % 3));
    expect(noGrad(() => new nn.Linear(300, 200).call(x)).shape).toEqual([200, 200]);
  }
  expect(() => setNumThreads(0)).toThrow('Expected a positive number of threads, got 0');
});
