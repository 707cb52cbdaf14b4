/**
 * The kernels of convolutions, normalisations and activations against their reference records, in both builds.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { setBackend } from '../src/index.ts';
import type { GradientContext, OpRecord } from '../src/autograd/op-record.ts';
import { emptyStatistics } from '../src/ops/norm-records.ts';
import type { OpAttributes } from '../src/ops/op-attributes.ts';
import { registry } from '../src/ops/registry.ts';
import { convolutionWindows } from '../src/ops/windows.ts';
import { NdArray } from '../src/tensor/nd-array.ts';
import { builds, expectSame, initialBackend, layouts, onBoth, random } from './kernel-arrays.ts';

afterAll(() => setBackend(initialBackend));

const contiguous = layouts[0]!;
const layout = fc.constantFrom(...layouts);

/** Output and gradients of one record. */
function run<A>(record: OpRecord<A>, inputs: readonly NdArray[], attributes: A, grad: NdArray, needs: readonly boolean[]): readonly (NdArray | null)[] {
  const output = record.forward(inputs, attributes);
  const { gradient } = record;
  if ('notDifferentiable' in gradient) return [output];
  const context: GradientContext<A> = { attributes, shapes: inputs.map((input) => input.shape), needs, input: (index) => inputs[index]!, output: () => output };
  return [output, ...gradient.of(grad, context)];
}

function expectAll(results: { readonly actual: readonly (NdArray | null)[]; readonly expected: readonly (NdArray | null)[] }, tolerance: number): void {
  for (const [index, part] of results.expected.entries()) expectSame(results.actual[index], part, tolerance);
}

describe.each(builds)('%s', (build) => {
  const small = fc.integer({ min: 1, max: 3 });
  test('conv and convTranspose', () => {
    const shape = fc.record({
      spatial: fc.constantFrom(1, 2),
      batch: small, groups: fc.constantFrom(1, 2), c: small, o: small,
      size: fc.tuple(fc.integer({ min: 5, max: 13 }), fc.integer({ min: 5, max: 22 })),
      kernel: fc.tuple(small, small), stride: fc.tuple(small, small), padding: fc.tuple(fc.nat(2), fc.nat(2)), dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      bias: fc.boolean(), needs: fc.tuple(fc.boolean(), fc.boolean()), wide: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, layout, layout, ({ spatial, batch, groups, c, o, bias, needs, wide, ...dims }, one, other) => {
        const of = (values: readonly number[]): readonly number[] => values.slice(2 - spatial);
        const kernel = of(dims.kernel);
        const input = of(wide ? [dims.size[0] * 3, dims.size[1] * 4] : dims.size);
        const windows = convolutionWindows(input, kernel, of(dims.stride), of(dims.padding), of(dims.dilation));
        const [channels, outChannels] = [c * groups, o * groups];
        const weight = one([outChannels, c, ...kernel]);
        const biases = (count: number): NdArray[] => (bias ? [contiguous([count])] : []);
        const [large, low] = [other([batch, channels, ...input]), other([batch, outChannels, ...windows.output])];
        const wants = [...needs, true];
        const [forOut, forIn] = [biases(outChannels), biases(channels)];
        expectAll(onBoth(build, () => run(registry.conv, [large, weight, ...forOut], { windows, groups }, low, wants).slice(0, 3 + forOut.length)), 5e-4);
        expectAll(onBoth(build, () => run(registry.convTranspose, [low, weight, ...forIn], { windows, groups }, large, wants).slice(0, 3 + forIn.length)), 5e-4);
      }),
      { numRuns: 150 },
    );
  });

  test('a convolution that fills several blocks', () => {
    const windows = convolutionWindows([40, 40], [3, 3], [1, 1], [1, 1], [1, 1]);
    const [x, weight, grad] = [contiguous([1, 40, 40, 40]), contiguous([5, 40, 3, 3]), contiguous([1, 5, 40, 40])];
    expectAll(onBoth(build, () => run(registry.conv, [x, weight], { windows, groups: 1 }, grad, [true, true])), 1e-4);
  });

  test('linear', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 2 }), size, size, fc.boolean(), fc.tuple(fc.boolean(), fc.boolean()), layout, layout, (lead, inner, out, bias, needs, one, other) => {
        const inputs = [one([...lead, inner]), other([out, inner]), ...(bias ? [contiguous([out, 2]).select(-1, 1)] : [])];
        const grad = one([...lead, out]);
        // Rows that repeat add up equal numbers, whose rounding errors are equal, too: up to 1,600 of them, and groups may cancel.
        expectAll(onBoth(build, () => run(registry.linear, inputs, {}, grad, [...needs, true])), 1e-3);
      }),
      { numRuns: 120 },
    );
  });

  test('linear with a weight that is used again, written, and used again', () => {
    const [x, weight, other] = [contiguous([7, 70]), contiguous([65, 70]), contiguous([65, 70])];
    const results = (): NdArray[] => {
      const own = weight.copy();
      const twice = [0, 1, 2].map(() => registry.linear.forward([x, own], {}));
      own.assign(other);
      const written = [0, 1, 2].map(() => registry.linear.forward([x, own], {}));
      return [...twice, ...written, registry.linear.forward([x.narrow(1, 0, 60), own.narrow(1, 5, 60)], {}), registry.linear.forward([x, own], {})];
    };
    expectAll(onBoth(build, results), 2e-5);
  });

  const affine = fc.constantFrom(0, 1, 2);
  test('batchNorm', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 6 }), fc.constantFrom([], [1], [7], [3, 5], [9, 9]), affine, fc.boolean(), fc.tuple(fc.boolean(), fc.boolean()), layout, (batch, channels, spatial, parameters, fixed, [first, second], one) => {
        const x = one([batch, channels, ...spatial], () => random() * 2 + 1);
        const inputs = [x, contiguous([channels]), contiguous([channels])].slice(0, 1 + parameters);
        const grad = contiguous(x.shape);
        const given = fixed ? { mean: Float64Array.from({ length: channels }, random), variance: Float64Array.from({ length: channels }, () => random() ** 2 + 0.1) } : null;
        expectAll(onBoth(build, () => {
          const statistics = emptyStatistics();
          const results = run(registry.batchNorm, inputs, { eps: 1e-3, given, statistics }, grad, [first, second, true]);
          return [...results, NdArray.from('float64', [channels], statistics.mean), NdArray.from('float64', [channels], statistics.variance)];
        }), 2e-4);
      }),
      { numRuns: 120 },
    );
  });

  test('layerNorm', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 2 }), fc.integer({ min: 2, max: 40 }), affine, fc.tuple(fc.boolean(), fc.boolean()), layout, (outer, size, parameters, [first, second], one) => {
        const x = one([...outer, size], () => random() * 2 + 1);
        const inputs = [x, contiguous([size]), contiguous([size])].slice(0, 1 + parameters);
        const grad = contiguous(x.shape);
        expectAll(onBoth(build, () => run(registry.layerNorm, inputs, { eps: 1e-3, dims: 1, statistics: emptyStatistics() }, grad, [first, second, true])), 2e-4);
      }),
      { numRuns: 120 },
    );
  });

  test('attention', () => {
    fc.assert(
      fc.property(fc.constantFrom([], [2], [2, 3]), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 8 }), fc.constantFrom('none', 'causal', 'bias', 'dropout'), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()), layout, fc.record({ shared: fc.boolean(), hidden: fc.constantFrom(-1, 0, 0.8, 1) }), (batch, l, s, e, kind, needs, one, { shared, hidden }) => {
        const inputs = [one([...batch, l, e]), one([...batch, s, e]), one([...batch, s, e + 1])];
        // A row that sees nothing, now and then.
        if (kind === 'bias') inputs.push(contiguous(shared ? [l, s] : [...batch, l, s], () => (random() < hidden ? -Infinity : random())));
        const dropout = kind === 'dropout' ? contiguous([...batch, l, s], () => (random() < 0 ? 0 : 2)) : null;
        const grad = contiguous([...batch, l, e + 1]);
        expectAll(onBoth(build, () => run(registry.scaledDotProductAttention, inputs, { scale: 0.7, isCausal: kind === 'causal', dropout }, grad, needs.slice(0, inputs.length))), 2e-5);
      }),
      { numRuns: 80 },
    );
  });

  test.each([['causal', 200, 230], ['causal', 230, 150], ['none', 400, 1400], ['bias', 400, 1400]] as const)('attention of several blocks: %s, %i x %i', (kind, l, s) => {
    const inputs = [contiguous([2, l, 5]), contiguous([2, s, 5]), contiguous([2, s, 3]), ...(kind === 'bias' ? [contiguous([l, s])] : [])];
    const grad = contiguous([2, l, 3]);
    expectAll(onBoth(build, () => run(registry.scaledDotProductAttention, inputs, { scale: 0.7, isCausal: kind === 'causal', dropout: null }, grad, inputs.map(() => true))), 2e-5);
  });

  test('far from 0 gelu is x or 0 exactly, and its slope 1 or 0', () => {
    setBackend(build);
    const x = NdArray.from('float32', [8], Float32Array.of(6, 20, 1e30, Infinity, -6, -20, -1e30, NaN));
    const [y, slope] = run(registry.gelu, [x], { approximate: 'none' }, NdArray.filled('float32', [8], 1), [true]).map((array) => [...array!.contiguousData()].map((value) => value + 0));
    expect(y).toEqual([6, 20, Math.fround(1e30), Infinity, 0, 0, 0, NaN]);
    expect(slope).toEqual([1, 1, 1, 1, 0, 0, 0, NaN]);
  });

  test.each(['mseLoss', 'l1Loss', 'bceWithLogitsLoss'] as const)('%s', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), layout, layout, fc.boolean(), fc.boolean(), fc.boolean(), (rows, columns, one, other, row, byInput, byTarget) => {
        const inputs = [one([rows, columns], () => random() * 6), other(row ? [1, columns] : [rows, columns], () => (random() + 1) / 2)];
        const grad = contiguous([rows, columns]);
        expectAll(onBoth(build, () => run(registry[name], inputs, {}, grad, [byInput, byTarget])), 5e-6);
      }),
    );
  });

  test('gelu, silu', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), layout, (rows, columns, one) => {
        const x = one([rows, columns], () => random() * 6);
        const grad = contiguous(x.shape);
        expectAll(onBoth(build, () => run(registry.gelu, [x], { approximate: 'none' }, grad, [true])), 2e-6);
        expectAll(onBoth(build, () => run(registry.silu, [x], {}, grad, [true])), 2e-6);
      }),
    );
  });

  test('activations of several kernels, also at their kinks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), layout, (rows, columns, one) => {
        const x = one([rows, columns], () => (random() < -0.6 ? Math.round(random() * 4) : random() * 6));
        const grad = contiguous(x.shape);
        const both = <K extends 'gelu' | 'hardtanh' | 'leakyRelu' | 'elu' | 'hardswish' | 'mish' | 'logsigmoid'>(name: K, attributes: OpAttributes[K]): void =>
          expectAll(onBoth(build, () => run(registry[name], [x], attributes, grad, [true])), 3e-6);
        both('hardtanh', { min: -1, max: 2 });
        both('leakyRelu', { negativeSlope: 0.2 });
        both('leakyRelu', { negativeSlope: -0.5 });
        both('elu', { alpha: 1.3, scale: 1, inputScale: 1 });
        both('elu', { alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1 });
        both('elu', { alpha: 0.5, scale: 1, inputScale: 2 });
        both('hardswish', {});
        both('gelu', { approximate: 'tanh' });
        both('mish', {});
        both('logsigmoid', {});
      }),
    );
  });
});
