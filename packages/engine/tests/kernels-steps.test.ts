/**
 * The kernels of optimizers and of recurrent layers against the reference, in both builds.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { manualSeed, nn, noGrad, optim, randn, setBackend, type Tensor } from '../src/index.ts';
import { builds, expectSame, initialBackend, onBoth } from './kernel-arrays.ts';

afterAll(() => setBackend(initialBackend));

const optimizers: readonly ((parameters: Tensor[]) => InstanceType<typeof optim.Optimizer>)[] = [
  (parameters) => new optim.SGD(parameters, { lr: 0.1 }),
  (parameters) => new optim.SGD(parameters, { lr: 0.1, weightDecay: 0.1, maximize: true }),
  (parameters) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9, dampening: 0.2 }),
  (parameters) => new optim.SGD(parameters, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  (parameters) => new optim.Adam(parameters, { lr: 0.1, weightDecay: 0.1 }),
  (parameters) => new optim.Adam(parameters, { lr: 0.1, amsgrad: true, betas: [0.8, 0.9] }),
  (parameters) => new optim.AdamW(parameters, { lr: 0.1, maximize: true }),
];

describe.each(builds)('%s', (build) => {
  test('optimizers step as the reference does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...optimizers), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 1000 }), (make, size, seed) => {
        const { actual, expected } = onBoth(build, () => {
          manualSeed(seed);
          const parameter = randn(size, { requiresGrad: true });
          const optimizer = make([parameter]);
          const version = parameter.version;
          for (let step = 0; step < 4; step++) {
            parameter.grad = randn(size) as never;
            optimizer.step();
          }
          expect(parameter.version).toBe(version + 4);
          return parameter.array;
        });
        expectSame(actual, expected, 1e-4);
      }),
      { numRuns: 100 },
    );
  });

  test('a GRU and a plain layer run forward and backward as the reference does', () => {
    const kinds = fc.constantFrom<(width: number, hidden: number, options: object) => nn.GRU | nn.RNN>(
      (width, hidden, options) => new nn.GRU(width, hidden, options),
      (width, hidden, options) => new nn.RNN(width, hidden, options),
      (width, hidden, options) => new nn.RNN(width, hidden, { ...options, nonlinearity: 'relu' }),
    );
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean(), (make, hidden, width, steps, batch, bidirectional, bias) => {
        const { actual, expected } = onBoth(build, () => {
          manualSeed(hidden);
          const model = make(width, hidden, { bidirectional, bias });
          const x = randn(steps, batch, width, { requiresGrad: true });
          const start = randn(bidirectional ? 2 : 1, batch, hidden, { requiresGrad: true });
          const [out, h] = model.call(x, start) as [Tensor, Tensor];
          const unrecorded = noGrad(() => model.call(x, start)) as [Tensor, Tensor];
          expect(unrecorded.map((tensor) => tensor.toArray())).toEqual([out, h].map((tensor) => tensor.toArray()));
          out.mul(out).sum().add(h.sum()).backward();
          return [out, h, x.grad!, start.grad!, ...[...model.parameters()].map((parameter) => parameter.grad!)].map((tensor) => tensor.array);
        });
        for (const [index, array] of expected.entries()) expectSame(actual[index], array, 2e-5);
      }),
      { numRuns: 60 },
    );
  });

  test('an LSTM runs forward and backward as the reference does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean(), (hidden, width, steps, batch, bidirectional, bias) => {
        const { actual, expected } = onBoth(build, () => {
          manualSeed(hidden);
          const model = new nn.LSTM(width, hidden, { bidirectional, bias });
          const x = randn(steps, batch, width, { requiresGrad: true });
          const start = [0, 1].map(() => randn(bidirectional ? 2 : 1, batch, hidden, { requiresGrad: true })) as [Tensor, Tensor];
          const [out, [h, c]] = model.call(x, start) as [Tensor, [Tensor, Tensor]];
          const [unrecorded, last] = noGrad(() => model.call(x, start)) as [Tensor, [Tensor, Tensor]];
          expect([unrecorded, ...last].map((tensor) => tensor.toArray())).toEqual([out, h, c].map((tensor) => tensor.toArray()));
          out.sum().add(h.sum()).add(c.mul(2).sum()).backward();
          return [out, h, c, x.grad!, ...start.map((state) => state.grad!), ...[...model.parameters()].map((parameter) => parameter.grad!)].map((tensor) => tensor.array);
        });
        for (const [index, array] of expected.entries()) expectSame(actual[index], array, 2e-5);
      }),
      { numRuns: 40 },
    );
  });
});
