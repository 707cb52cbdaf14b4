/**
 * Every operation that kernels do, forward and backward, against its reference record: over shapes, strides, broadcasts and the
 * special values, in both builds. An operation with kernels that is not listed here fails the first test.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { setBackend, tensor } from '../src/index.ts';
import type { GradientContext, OpRecord } from '../src/autograd/op-record.ts';
import { registry } from '../src/ops/registry.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { sumArray } from '../src/tensor/reduce.ts';
import type { Shape } from '../src/tensor/shape.ts';
import { builds, expectSame, initialBackend, layouts, onBoth, random } from './kernel-arrays.ts';

afterAll(() => setBackend(initialBackend));

const special = [0, -0, Infinity, -Infinity, NaN, 1e-40, -1e-40, 88.8, -88.8, -103, 1e30, -1e30, 1e-20, 0.625, -0.625];
const anywhere = (): number => (random() < -0.9 ? special[Math.floor((random() + 1) * 7.5)]! : random() * (random() < 0 ? 1 : 30));
const positive = (): number => Math.abs(random()) * 10 + 1e-3;
const moderate = (): number => random() * 4;

const unaryOps = { neg: anywhere, exp: moderate, log: positive, sqrt: positive, abs: anywhere, relu: anywhere, sigmoid: anywhere, tanh: anywhere, softplus: moderate } as const;
const binaryOps = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum'] as const;
const others = ['pow', 'clamp', 'mean', 'softmax', 'logSoftmax'];
/** Held in kernels-steps.test.ts and kernels-layers.test.ts. */
const elsewhere = ['linear', 'recurrent', 'scaledDotProductAttention', 'conv', 'convTranspose', 'batchNorm', 'layerNorm', 'gelu', 'silu', 'hardtanh', 'leakyRelu', 'elu', 'hardswish', 'mish', 'logsigmoid', 'mseLoss', 'l1Loss', 'bceWithLogitsLoss'];

test('covers all that has kernels', () => {
  expect(Object.entries(registry).flatMap(([name, record]) => (record.compiled === true ? [name] : [])).sort()).toEqual([...Object.keys(unaryOps), ...binaryOps, ...others, ...elsewhere].sort());
});

/** Output and gradients of one record; the saved arrays are the inputs themselves and the output. */
function run<A>(record: OpRecord<A>, inputs: readonly NdArray[], attributes: A, grad: (shape: Shape) => NdArray, needs: readonly boolean[] = inputs.map(() => true)): readonly (NdArray | null)[] {
  const output = record.forward(inputs, attributes);
  const { gradient } = record;
  if ('notDifferentiable' in gradient) return [output];
  const context: GradientContext<A> = { attributes, shapes: inputs.map((input) => input.shape), needs, input: (index) => inputs[index]!, output: () => output };
  return [output, ...gradient.of(grad(output.shape), context)];
}

const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(16, 17, 31, 64, 100));
const layout = fc.constantFrom(...layouts);

/** A gradient that is the same in both runs. */
function fixedGradient(make: (shape: Shape) => NdArray): (shape: Shape) => NdArray {
  let made: NdArray | null = null;
  return (shape) => (made ??= make(shape));
}

describe.each(builds)('%s', (build) => {
  test.each(Object.entries(unaryOps) as [keyof typeof unaryOps, () => number][])('%s', (name, domain) => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 2, maxLength: 4 }).filter((shape) => shape.reduce((a, b) => a * b) < 20_000), layout, layout, (shape, input, arriving) => {
        const x = input(shape, domain);
        const grad = fixedGradient((of) => arriving(of));
        const { actual, expected } = onBoth(build, () => run(registry[name], [x], {}, grad));
        for (const [index, part] of expected.entries()) expectSame(actual[index], part, 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('special values', () => {
    // The last is a NaN with other bits than the usual one.
    const values = Float32Array.from([...special, 88.72, 88.73, -87.2, -87.5, 3e38, NaN]);
    new Uint32Array(values.buffer)[values.length - 1] = 0xffc0_1234;
    const x = NdArray.from('float32', [1, values.length], values);
    for (const name of Object.keys(unaryOps) as (keyof typeof unaryOps)[]) {
      const { actual, expected } = onBoth(build, () => registry[name].forward([x], {}));
      const flushed = NdArray.from('float32', x.shape, expected.contiguousData().map((y) => (Math.abs(y) < 1.2e-38 && name !== 'neg' && name !== 'abs' && name !== 'relu' ? 0 : y)));
      const seen = NdArray.from('float32', x.shape, actual.contiguousData().map((y) => (Math.abs(y) < 1.2e-38 && name !== 'neg' && name !== 'abs' && name !== 'relu' ? 0 : y)));
      expectSame(seen, flushed, 1e-6);
    }
  });

  test.each(binaryOps)('%s', (name) => {
    const pair = fc.constantFrom<(shape: number[]) => [number[], number[]]>(
      (shape) => [shape, shape],
      (shape) => [shape, [1, shape.at(-1)!]],
      (shape) => [shape.with(0, 1), shape],
      (shape) => [shape, [1, 1]],
      (shape) => [shape.with(-1, 1), shape.with(-2, 1)],
    );
    fc.assert(
      fc.property(fc.array(size, { minLength: 2, maxLength: 4 }).filter((shape) => shape.reduce((a, b) => a * b) < 20_000), pair, layout, layout, layout, fc.boolean(), (shape, shapes, one, other, arriving, second) => {
        const [first, last] = shapes(shape);
        const [x, y] = [one(first, moderate), other(last, name === 'div' ? positive : moderate)];
        const grad = fixedGradient((of) => arriving(of));
        const { actual, expected } = onBoth(build, () => run(registry[name], [x, y], {}, grad, [true, second]));
        for (const [index, part] of expected.entries()) expectSame(actual[index], part, 2e-5);
      }),
      { numRuns: 60 },
    );
  });

  test('pow, clamp', () => {
    fc.assert(
      fc.property(size, size, layout, (m, n, input) => {
        const x = input([m, n], moderate);
        const exponent = NdArray.filled('float32', [], 2);
        const grad = fixedGradient((of) => layouts[0]!(of));
        const powers = onBoth(build, () => run(registry.pow, [x, exponent], {}, grad, [true, false]));
        for (const [index, part] of powers.expected.entries()) expectSame(powers.actual[index], part, 1e-6);
        const clamps = onBoth(build, () => run(registry.clamp, [x], { min: -0.5, max: Infinity }, grad));
        for (const [index, part] of clamps.expected.entries()) expectSame(clamps.actual[index], part, 1e-6);
      }),
    );
  });

  const reduction = fc.array(size, { minLength: 2, maxLength: 4 }).filter((shape) => shape.reduce((a, b) => a * b) < 20_000).chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, dim) => dim))));

  test('sum, mean', () => {
    fc.assert(
      fc.property(reduction, layout, fc.boolean(), ([shape, dims], input, keepdim) => {
        const x = input(shape);
        const sums = onBoth(build, () => sumArray(x, dims, keepdim));
        expectSame(sums.actual, sums.expected, 1e-5);
        const grad = fixedGradient((of) => NdArray.filled('float32', of, 0.5));
        const means = onBoth(build, () => run(registry.mean, [x], { dims, keepdim }, grad));
        for (const [index, part] of means.expected.entries()) expectSame(means.actual[index], part, 1e-6);
      }),
      { numRuns: 150 },
    );
  });

  test.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 2, maxLength: 3 }).filter((shape) => shape.reduce((a, b) => a * b) < 20_000), fc.nat(), layout, layout, (shape, at, input, arriving) => {
        const x = input(shape, () => random() * 20);
        const grad = fixedGradient((of) => arriving(of));
        const { actual, expected } = onBoth(build, () => run(registry[name], [x], { dim: at % shape.length }, grad));
        for (const [index, part] of expected.entries()) expectSame(actual[index], part, 1e-5);
      }),
      { numRuns: 80 },
    );
  });

  test('a saturated softmax has no denormal numbers, which would make later products fifty times slower', () => {
    setBackend(build);
    const row = Float32Array.from({ length: 103 }, (_, index) => -index);
    for (const value of tensor([row]).softmax(1).toTypedArray()) expect(value === 0 || value >= 1.17549435e-38).toBe(true);
    for (const value of tensor(row).exp().toTypedArray()) expect(value === 0 || value >= 1.17549435e-38).toBe(true);
  });
});
