/**
 * Every gradient in the registry against finite differences in double precision.
 */
import { describe, expect, test } from 'vitest';
import { applyNamed } from '../src/ops/apply-named.ts';
import type { OpAttributes, OpName } from '../src/ops/op-attributes.ts';
import { registry } from '../src/ops/registry.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { manualSeed, randn, tensor, type Shape, type Tensor } from '../src/index.ts';

interface Example<A> {
  readonly shapes: readonly Shape[];
  readonly attributes: A;
  /** Maps the normal deviates to where the function is smooth. */
  readonly domain?: (x: number) => number;
  /** Inputs after the differentiated ones: indices, conditions. */
  readonly fixed?: (shapes: readonly Shape[]) => { readonly before?: Tensor[]; readonly after?: Tensor[] };
}

const away = (x: number): number => x + Math.sign(x) * 0.1;
const positive = (x: number): number => Math.abs(x) + 0.5;
const one: readonly Shape[] = [[2, 3]];
const broadcast: readonly Shape[] = [[2, 3], [3]];
const index = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'int64' });

const examples: { readonly [K in OpName]?: readonly Example<OpAttributes[K]>[] } = {
  add: [{ shapes: broadcast, attributes: {} }],
  sub: [{ shapes: [[2, 1], [1, 3]], attributes: {} }],
  mul: [{ shapes: broadcast, attributes: {} }],
  div: [{ shapes: broadcast, attributes: {}, domain: positive }],
  pow: [{ shapes: broadcast, attributes: {}, domain: positive }],
  maximum: [{ shapes: broadcast, attributes: {} }],
  minimum: [{ shapes: broadcast, attributes: {} }],
  neg: [{ shapes: one, attributes: {} }],
  exp: [{ shapes: one, attributes: {} }],
  log: [{ shapes: one, attributes: {}, domain: positive }],
  sqrt: [{ shapes: one, attributes: {}, domain: positive }],
  abs: [{ shapes: one, attributes: {}, domain: away }],
  relu: [{ shapes: one, attributes: {}, domain: away }],
  sigmoid: [{ shapes: one, attributes: {} }],
  tanh: [{ shapes: one, attributes: {} }],
  softplus: [{ shapes: one, attributes: {} }],
  clamp: [{ shapes: [[3, 4]], attributes: { min: -0.5, max: 0.6 } }],
  to: [{ shapes: one, attributes: { dtype: 'float64' } }],
  clone: [{ shapes: one, attributes: {} }],
  sum: [{ shapes: [[2, 3, 2]], attributes: { dims: [0, 2], keepdim: false } }, { shapes: [[]], attributes: { dims: [], keepdim: false } }],
  mean: [{ shapes: [[2, 3, 2]], attributes: { dims: [1], keepdim: true } }],
  amax: [{ shapes: [[2, 3]], attributes: { dims: [1], keepdim: false } }],
  amin: [{ shapes: [[2, 3]], attributes: { dims: [0, 1], keepdim: false } }],
  softmax: [{ shapes: [[2, 4]], attributes: { dim: 1 } }, { shapes: [[2, 3, 2]], attributes: { dim: 1 } }],
  logSoftmax: [{ shapes: [[2, 4]], attributes: { dim: 0 } }],
  standardize: [{ shapes: [[4, 3]], attributes: { dims: [0], eps: 1e-5 } }, { shapes: [[2, 3, 4]], attributes: { dims: [0, 2], eps: 1e-3 } }],
  matmul: [{ shapes: [[2, 3], [3, 4]], attributes: {} }, { shapes: [[2, 1, 2, 3], [3, 3, 2]], attributes: {} }],
  reshape: [{ shapes: one, attributes: { shape: [3, -1] } }],
  permute: [{ shapes: [[2, 3, 4]], attributes: { order: [2, 0, 1] } }],
  expand: [{ shapes: [[2, 1]], attributes: { shape: [3, 2, 4] } }],
  narrow: [{ shapes: [[2, 4]], attributes: { dim: 1, start: 1, length: 2 } }],
  select: [{ shapes: [[3, 2]], attributes: { dim: 0, index: -1 } }],
  squeeze: [{ shapes: [[2, 1, 3]], attributes: { dim: 1 } }, { shapes: [[1, 3, 1]], attributes: { dim: null } }],
  unsqueeze: [{ shapes: one, attributes: { dim: 1 } }],
  contiguous: [{ shapes: one, attributes: {} }],
  cat: [{ shapes: [[2, 3], [2, 1], [2, 2]], attributes: { dim: 1 } }],
  where: [{ shapes: broadcast, attributes: {}, fixed: () => ({ before: [tensor([[true, false, true], [false, true, true]])] }) }],
  gather: [{ shapes: [[3, 2]], attributes: { dim: 0 }, fixed: () => ({ after: [index([[0, 1], [2, 2]])] }) }],
  indexSelect: [{ shapes: [[3, 2]], attributes: { dim: 1 }, fixed: () => ({ after: [index([1, 0, 1])] }) }],
  recurrent: [
    { shapes: [[3, 2, 2], [2, 3], [2, 3], [12, 2], [12, 3], [12], [12]], attributes: { kind: 'LSTM', reverse: false, bias: true, projected: false } },
    { shapes: [[3, 2, 2], [2, 2], [2, 3], [12, 2], [12, 2], [2, 3]], attributes: { kind: 'LSTM', reverse: true, bias: false, projected: true } },
    { shapes: [[3, 2, 2], [2, 3], [9, 2], [9, 3], [9], [9]], attributes: { kind: 'GRU', reverse: false, bias: true, projected: false } },
    { shapes: [[2, 1, 3], [1, 2], [6, 3], [6, 2]], attributes: { kind: 'GRU', reverse: true, bias: false, projected: false } },
    { shapes: [[3, 2, 2], [2, 3], [3, 2], [3, 3], [3], [3]], attributes: { kind: 'RNN_TANH', reverse: true, bias: true, projected: false } },
    { shapes: [[2, 2, 2], [2, 3], [3, 2], [3, 3]], attributes: { kind: 'RNN_RELU', reverse: false, bias: false, projected: false } },
  ],
  dropout: [{ shapes: one, attributes: { mask: NdArray.from('float64', [2, 3], new Float64Array([0, 2, 2, 0, 0, 2])) } }],
};

/** Largest difference between the recorded gradient and central differences. */
function check<K extends OpName>(op: K, example: Example<OpAttributes[K]>): number {
  manualSeed(11);
  const { before = [], after = [] } = example.fixed?.(example.shapes) ?? {};
  const inputs = example.shapes.map((shape) => {
    const values = randn([...shape]).to('float64');
    const data = values.array.contiguousData();
    for (let at = 0; at < data.length; at++) data[at] = (example.domain ?? ((x) => x))(data[at]!);
    return values.requiresGrad_();
  });
  const run = (): Tensor => applyNamed(op, [...before, ...inputs, ...after], example.attributes);
  const weights = randn([...run().shape]).to('float64');
  const objective = (): number => run().mul(weights).sum().item();
  run().mul(weights).sum().backward();
  let worst = 0;
  const step = 1e-6;
  for (const input of inputs) {
    const { data } = input.array.storage;
    const grad = input.grad!.array.contiguousData();
    for (let at = 0; at < data.length; at++) {
      const centre = data[at]!;
      data[at] = centre + step;
      const up = objective();
      data[at] = centre - step;
      const down = objective();
      data[at] = centre;
      worst = Math.max(worst, Math.abs((up - down) / (2 * step) - grad[at]!));
    }
  }
  return worst;
}

describe('gradients equal finite differences', () => {
  for (const op of Object.keys(registry) as OpName[]) {
    const { gradient } = registry[op];
    test(op, () => {
      if ('notDifferentiable' in gradient) {
        expect(gradient.notDifferentiable.length).toBeGreaterThan(10);
        expect(examples[op]).toBeUndefined();
        return;
      }
      const cases = examples[op] as readonly Example<OpAttributes[typeof op]>[] | undefined;
      expect(cases, `${op} needs an example here`).toBeDefined();
      for (const example of cases!) expect(check(op, example as never)).toBeLessThan(1e-7);
    });
  }
});
