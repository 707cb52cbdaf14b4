/**
 * Every gradient in the registry against finite differences in double precision.
 */
import { describe, expect, test } from 'vitest';
import { applyNamed } from '../src/ops/apply-named.ts';
import { emptyStatistics } from '../src/ops/norm-records.ts';
import type { OpAttributes, OpName } from '../src/ops/op-attributes.ts';
import type { Cells } from '../src/ops/pool-records.ts';
import { registry } from '../src/ops/registry.ts';
import { convolutionWindows } from '../src/ops/windows.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { manualSeed, randn, tensor, type Shape, type Tensor } from '../src/index.ts';

interface Example<A> {
  readonly shapes: readonly Shape[];
  readonly attributes: A;
  /** Maps the normal deviates to where the function is smooth. */
  readonly domain?: (x: number) => number;
  /** What each input goes through first, for gradients that are right behind it only. */
  readonly through?: (x: Tensor) => Tensor;
  /** Inputs after the differentiated ones: indices, conditions. */
  readonly fixed?: (shapes: readonly Shape[]) => { readonly before?: Tensor[]; readonly after?: Tensor[] };
}

const away = (x: number): number => x + Math.sign(x) * 0.1;
const positive = (x: number): number => Math.abs(x) + 0.5;
const one: readonly Shape[] = [[2, 3]];
const broadcast: readonly Shape[] = [[2, 3], [3]];
const pairs: Cells = { output: [3], starts: Int32Array.from([0, 2, 5, 6]), positions: Int32Array.from([0, 1, 1, 2, 3, 5]) };
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
  matmul: [{ shapes: [[2, 3], [3, 4]], attributes: {} }, { shapes: [[2, 1, 2, 3], [3, 3, 2]], attributes: {} }],
  linear: [{ shapes: [[2, 3], [4, 3], [4]], attributes: {} }, { shapes: [[2, 1, 3], [2, 3]], attributes: {} }, { shapes: [[3], [2, 3], [2]], attributes: {} }],
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
    { shapes: [[3, 2, 2], [2, 3], [2, 3], [12, 2], [12, 3], [12], [12]], attributes: { kind: 'LSTM', reverse: false, bias: true, projected: false, recorded: true } },
    { shapes: [[3, 2, 2], [2, 2], [2, 3], [12, 2], [12, 2], [2, 3]], attributes: { kind: 'LSTM', reverse: true, bias: false, projected: true, recorded: true } },
    { shapes: [[3, 2, 2], [2, 3], [9, 2], [9, 3], [9], [9]], attributes: { kind: 'GRU', reverse: false, bias: true, projected: false, recorded: true } },
    { shapes: [[2, 1, 3], [1, 2], [6, 3], [6, 2]], attributes: { kind: 'GRU', reverse: true, bias: false, projected: false, recorded: true } },
    { shapes: [[3, 2, 2], [2, 3], [3, 2], [3, 3], [3], [3]], attributes: { kind: 'RNN_TANH', reverse: true, bias: true, projected: false, recorded: true } },
    { shapes: [[2, 2, 2], [2, 3], [3, 2], [3, 3]], attributes: { kind: 'RNN_RELU', reverse: false, bias: false, projected: false, recorded: true } },
  ],
  hardtanh: [{ shapes: [[3, 4]], attributes: { min: -0.5, max: 0.6 } }],
  elu: [{ shapes: one, attributes: { alpha: 1.3, scale: 1.1, inputScale: 0.7 } }],
  gelu: [{ shapes: one, attributes: { approximate: 'none' } }, { shapes: one, attributes: { approximate: 'tanh' } }],
  silu: [{ shapes: one, attributes: {} }],
  mish: [{ shapes: one, attributes: {} }],
  scaledSoftplus: [{ shapes: [[3, 4]], attributes: { beta: 2, threshold: 1 } }],
  softsign: [{ shapes: one, attributes: {} }],
  hardsigmoid: [{ shapes: one, attributes: {} }],
  hardswish: [{ shapes: [[3, 4]], attributes: {}, domain: (x) => x * 3 }],
  leakyRelu: [{ shapes: one, attributes: { negativeSlope: 0.2 }, domain: away }],
  prelu: [{ shapes: [[2, 3, 2], [3, 1]], attributes: {}, domain: away }],
  rrelu: [{ shapes: [[2, 2]], attributes: { slopes: NdArray.from('float64', [2, 2], new Float64Array([1, 0.2, 0.3, 1])) } }],
  logsigmoid: [{ shapes: one, attributes: {} }],
  threshold: [{ shapes: [[3, 4]], attributes: { threshold: 0.1, value: 5 } }],
  softshrink: [{ shapes: [[3, 4]], attributes: { lambda: 0.5 } }],
  hardshrink: [{ shapes: [[3, 4]], attributes: { lambda: 0.5 } }],
  glu: [{ shapes: [[2, 4, 3]], attributes: { dim: 1 } }],
  scaledDotProductAttention: [
    { shapes: [[2, 3, 4], [2, 5, 4], [2, 5, 2]], attributes: { scale: 0.5, isCausal: false, dropout: null } },
    { shapes: [[2, 3, 4], [2, 3, 4], [2, 3, 4]], attributes: { scale: 0.7, isCausal: true, dropout: NdArray.from('float64', [2, 3, 3], new Float64Array(18).map((_, at) => (at % 4 === 0 ? 0 : 1.25))) } },
    { shapes: [[2, 2, 3, 4], [2, 1, 5, 4], [1, 2, 5, 2], [3, 5]], attributes: { scale: 0.5, isCausal: false, dropout: null } },
  ],
  conv: [
    { shapes: [[2, 4, 6], [6, 2, 3], [6]], attributes: { windows: convolutionWindows([6], [3], [2], [1], [1]), groups: 2 } },
    { shapes: [[1, 2, 5, 4], [3, 2, 2, 2]], attributes: { windows: convolutionWindows([5, 4], [2, 2], [1, 2], [0, 1], [2, 1]), groups: 1 } },
    { shapes: [[1, 1, 3, 3, 3], [2, 1, 2, 2, 2], [2]], attributes: { windows: convolutionWindows([3, 3, 3], [2, 2, 2], [1, 1, 1], [0, 0, 1], [1, 1, 1]), groups: 1 } },
  ],
  convTranspose: [{ shapes: [[2, 4, 3, 2], [4, 3, 3, 2], [6]], attributes: { windows: { input: [6, 3], output: [3, 2], kernel: [3, 2], stride: [2, 1], padding: [1, 0], dilation: [1, 1] }, groups: 2 } }],
  matrixExp: [{ shapes: [[3, 3]], attributes: {} }, { shapes: [[2, 2, 2]], attributes: {}, domain: (x) => 3 * x }],
  solve: [{ shapes: [[3, 3], [3, 2]], attributes: {} }, { shapes: [[2, 2, 2], [2, 2, 1]], attributes: {} }],
  householderProduct: [{ shapes: [[4, 3], [3]], attributes: {} }, { shapes: [[2, 2, 2], [2, 2]], attributes: {} }],
  // Picked once each: a gradient that is divided by how often is no derivative.
  embedding: [
    { shapes: [[4, 3]], attributes: { paddingIdx: null, scaleGradByFreq: false }, fixed: () => ({ after: [index([[0, 2], [2, 3]])] }) },
    { shapes: [[4, 3]], attributes: { paddingIdx: null, scaleGradByFreq: true }, fixed: () => ({ after: [index([0, 2])] }) },
  ],
  ctcLoss: [
    { shapes: [[6, 2, 4]], attributes: { targets: [[1, 2, 2], [3, 1]], lengths: [6, 5], blank: 0, zeroInfinity: false }, through: (x) => x.logSoftmax(2) },
    { shapes: [[3, 2, 4]], attributes: { targets: [[1, 1, 1], []], lengths: [3, 2], blank: 2, zeroInfinity: true }, through: (x) => x.logSoftmax(2) },
  ],
  embeddingBag: [
    { shapes: [[4, 3]], attributes: { starts: [0, 2, 2, 5], mode: 'mean', paddingIdx: 1, scaleGradByFreq: false }, fixed: () => ({ after: [index([0, 2, 2, 1, 3])] }) },
    { shapes: [[4, 3]], attributes: { starts: [0, 2, 5], mode: 'max', paddingIdx: null, scaleGradByFreq: false }, fixed: () => ({ after: [index([0, 2, 2, 1, 3])] }) },
  ],
  batchNorm: [
    { shapes: [[4, 3], [3], [3]], attributes: { eps: 1e-5, given: null, statistics: emptyStatistics() } },
    { shapes: [[2, 3, 4]], attributes: { eps: 1e-3, given: null, statistics: emptyStatistics() } },
    { shapes: [[4, 2], [2]], attributes: { eps: 1e-5, given: { mean: new Float64Array([0.5, -1]), variance: new Float64Array([2, 0.5]) }, statistics: emptyStatistics() } },
  ],
  layerNorm: [{ shapes: [[2, 3, 4], [3, 4], [3, 4]], attributes: { eps: 1e-5, dims: 2, statistics: emptyStatistics() } }, { shapes: [[4, 3]], attributes: { eps: 1e-3, dims: 1, statistics: emptyStatistics() } }],
  groupNorm: [{ shapes: [[2, 4, 3], [4], [4]], attributes: { eps: 1e-5, groups: 2, statistics: emptyStatistics() } }],
  rmsNorm: [{ shapes: [[3, 4], [4]], attributes: { eps: 1e-5, dims: 1 } }, { shapes: [[2, 3, 2]], attributes: { eps: 1e-3, dims: 2 } }],
  localResponseNorm: [{ shapes: [[2, 5, 3]], attributes: { size: 4, alpha: 0.3, beta: 0.75, k: 1.5 } }],
  maxPool: [{ shapes: [[2, 2, 6]], attributes: { cells: pairs } }],
  avgPool: [{ shapes: [[2, 2, 6]], attributes: { cells: pairs, divisors: new Float64Array([2, 3, 1]) } }],
  maxUnpool: [{ shapes: [[1, 2, 2]], attributes: { size: [5] }, fixed: () => ({ after: [tensor([[[0, 3], [4, 1]]], { dtype: 'int64' })] }) }],
  pad: [{ shapes: [[2, 3]], attributes: { sources: [Int32Array.from([1, 0, 1]), Int32Array.from([-1, 0, 1, 1, 2, -1])], value: 3 } }],
  resample: [{ shapes: [[1, 2, 3, 2]], attributes: { steps: [{ dim: 2, taps: 2, source: Int32Array.from([0, 1, 1, 2, 2, 2, 0, 0]), weight: new Float64Array([0.5, 0.5, 0.2, 0.8, 1, 0, 0.3, 0.7]) }, { dim: 3, taps: 1, source: Int32Array.from([0, 1, 1]), weight: new Float64Array([1, 1, 1]) }] } }],
  gridSample: (['bilinear', 'bicubic'] as const).flatMap((mode) => (['zeros', 'border', 'reflection'] as const).map((paddingMode) => ({ shapes: [[1, 2, 3, 4], [1, 2, 3, 2]], attributes: { mode, paddingMode, alignCorners: paddingMode === 'border' } }))),
  unfold: [{ shapes: [[1, 2, 4, 3]], attributes: { windows: convolutionWindows([4, 3], [2, 2], [1, 1], [1, 0], [1, 1]) } }],
  fold: [{ shapes: [[1, 8, 10]], attributes: { windows: convolutionWindows([4, 3], [2, 2], [1, 1], [1, 0], [1, 1]) } }],
  mseLoss: [{ shapes: broadcast, attributes: {} }],
  l1Loss: [{ shapes: broadcast, attributes: {} }],
  smoothL1Loss: [{ shapes: [[4, 3], [4, 3]], attributes: { beta: 0.7 } }],
  huberLoss: [{ shapes: [[4, 3], [4, 3]], attributes: { delta: 0.7 } }],
  bceLoss: [{ shapes: [[2, 3], [2, 3]], attributes: {}, domain: (x) => 0.1 + 0.8 / (1 + Math.exp(-x)) }],
  bceWithLogitsLoss: [{ shapes: [[2, 3], [2, 3]], attributes: {} }],
  softMarginLoss: [{ shapes: [[2, 3], [2, 3]], attributes: {} }],
  klDivLoss: [{ shapes: [[2, 3], [2, 3]], attributes: { logTarget: false }, domain: positive }, { shapes: [[2, 3], [2, 3]], attributes: { logTarget: true } }],
  nllLoss: (['none', 'sum', 'mean'] as const).map((reduction) => ({ shapes: [[3, 4, 2]], attributes: { ignoreIndex: 2, reduction }, fixed: () => ({ after: [index([[0, 2], [1, 3], [3, 3]]), tensor([0.5, 1, 2, 3], { dtype: 'float64' })] }) })),
  sin: [{ shapes: one, attributes: {} }],
  cos: [{ shapes: one, attributes: {} }],
  tan: [{ shapes: one, attributes: {}, domain: Math.tanh }],
  asin: [{ shapes: one, attributes: {}, domain: (x) => Math.tanh(x) * 0.9 }],
  acos: [{ shapes: one, attributes: {}, domain: (x) => Math.tanh(x) * 0.9 }],
  atan: [{ shapes: one, attributes: {} }],
  sinh: [{ shapes: one, attributes: {} }],
  cosh: [{ shapes: one, attributes: {} }],
  erf: [{ shapes: one, attributes: {} }],
  log1p: [{ shapes: one, attributes: {}, domain: positive }],
  log2: [{ shapes: one, attributes: {}, domain: positive }],
  log10: [{ shapes: one, attributes: {}, domain: positive }],
  expm1: [{ shapes: one, attributes: {} }],
  rsqrt: [{ shapes: one, attributes: {}, domain: positive }],
  std: [{ shapes: one, attributes: {}, domain: positive }],
  reciprocal: [{ shapes: one, attributes: {}, domain: positive }],
  sign: [{ shapes: one, attributes: {} }],
  floor: [{ shapes: one, attributes: {} }],
  ceil: [{ shapes: one, attributes: {} }],
  round: [{ shapes: one, attributes: {} }],
  trunc: [{ shapes: one, attributes: {} }],
  remainder: [{ shapes: broadcast, attributes: {}, domain: positive }],
  lerp: [{ shapes: [[2, 3], [3], [2, 1]], attributes: {} }],
  prod: [{ shapes: [[2, 3, 2]], attributes: { dims: [0, 2], keepdim: false } }],
  variance: [{ shapes: [[2, 3, 2]], attributes: { dims: [0, 2], keepdim: false, correction: 1 } }],
  logsumexp: [{ shapes: [[2, 3, 2]], attributes: { dims: [1], keepdim: true } }],
  vectorNorm: [...[1, 2, 3, 0.5, Infinity, -Infinity].map((p) => ({ shapes: [[2, 3, 2]], attributes: { dims: [0, 2], keepdim: false, p }, domain: away }))],
  cumsum: [{ shapes: [[2, 3, 2]], attributes: { dim: 1 } }],
  cumprod: [{ shapes: [[2, 3, 2]], attributes: { dim: 1 } }],
  scatter: [{ shapes: [[3, 2]], attributes: { dim: 0 }, fixed: () => ({ after: [index([[0, 1], [2, 2]]), tensor([[1, 2], [3, 4]], { dtype: 'float64' })] }) }],
  scatterAdd: [{ shapes: [[3, 2]], attributes: { dim: 0 }, fixed: () => ({ after: [index([[0, 1], [0, 2]]), tensor([[1, 2], [3, 4]], { dtype: 'float64' })] }) }],
  index: [{ shapes: [[2, 3, 4, 2]], attributes: { dims: [1, 2] }, fixed: () => ({ after: [index([[0, -1], [2, 2]]), index([1, 1])] }) }],
  indexPut: [{ shapes: [[3, 2], [2]], attributes: { dims: [0], accumulate: false }, fixed: () => ({ after: [index([2, 0])] }) }, { shapes: [[3, 2], [2, 2]], attributes: { dims: [0], accumulate: true }, fixed: () => ({ after: [index([2, 2])] }) }],
  maskedFill: [{ shapes: one, attributes: { value: 7 }, fixed: () => ({ after: [tensor([true, false, true])] }) }],
  flip: [{ shapes: [[2, 3, 2]], attributes: { dims: [0, 2] } }],
  roll: [{ shapes: [[2, 3]], attributes: { shifts: [1, -2], dims: [0, 1] } }],
  tril: [{ shapes: [[2, 3, 3]], attributes: { diagonal: -1 } }],
  triu: [{ shapes: [[2, 3, 3]], attributes: { diagonal: 1 } }],
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
  const run = (): Tensor => applyNamed(registry, op, [...before, ...inputs.map((input) => example.through?.(input) ?? input), ...after], example.attributes);
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

test('a gradient arrives in the type of the tensor that it is for, where types were mixed on the way', () => {
  const a = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  const b = tensor([[0.5, 0], [0, 2]], { requiresGrad: true });
  a.matmul(b).to('float64').mul(tensor([1, 2], { dtype: 'float64' })).sum().backward();
  expect([a.grad!.dtype, b.grad!.dtype]).toEqual(['float32', 'float32']);
  expect(a.grad!.toArray()).toEqual([[0.5, 4], [0.5, 4]]);
  expect(b.grad!.toArray()).toEqual([[4, 8], [6, 12]]);
});
