/**
 * Every operation and every gradient against what PyTorch gave, in double precision and again in float32 (recorded by tools/engine_rows.py).
 *
 * A row calls a function of the engine; which operations ran is observed, and one that no row runs fails the last tests.
 */
import { describe, expect, test } from 'vitest';
import * as engine from '../src/index.ts';
import type { DType, Nested } from '../src/index.ts';
import type { Gradient } from '../src/autograd/op-record.ts';
import type { NdArray } from '../src/tensor/nd-array.ts';
import { registry } from '../src/ops/registry.ts';
import { expectClose, recorded } from './recorded.ts';

interface Row {
  readonly call: string;
  readonly inputs: readonly { readonly dtype: DType; readonly grad: boolean; readonly values: Nested }[];
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly outputs: readonly unknown[];
  readonly weights: readonly Nested[];
  readonly grads: readonly unknown[];
  readonly after: readonly unknown[];
}

const { rows } = recorded<{ rows: Row[] }>('op-rows');

/** Compared by tests of their own: `recurrent` in recurrent.test.ts, linear algebra in parametrizations.test.ts, the operations of logic in promotion.test.ts. The masks of `dropout` are drawn as no build of PyTorch draws them; both its directions are one product. */
const elsewhere = ['recurrent', 'matrixExp', 'solve', 'householderProduct', 'dropout', 'logicalAnd', 'logicalOr', 'logicalXor', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseNot'];
/** PyTorch has no functions of these names: they stand behind others, and are copies or views. */
const unnamed = ['contiguous', 'cat', 'to', 'index', 'indexPut'];

type Watched = { forward: (inputs: readonly NdArray[], attributes: never) => NdArray; gradient: Gradient<never> };
const [forwards, gradients] = [new Set<string>(), new Set<string>()];
for (const [name, record] of Object.entries(registry) as unknown as [string, Watched][]) {
  const { forward, gradient } = record;
  record.forward = (inputs, attributes) => {
    forwards.add(name);
    return forward(inputs, attributes);
  };
  if (!('of' in gradient)) continue;
  record.gradient = {
    saves: gradient.saves,
    of: (grad, context) => {
      gradients.add(name);
      return gradient.of(grad, context);
    },
  };
}

function call(row: Row, inputs: readonly engine.Tensor[]): readonly engine.Tensor[] {
  const placed = (value: unknown): unknown => {
    if (value === 'Infinity') return Infinity;
    return typeof value === 'object' && value !== null && '$' in value ? inputs[(value as { $: number }).$] : value;
  };
  const options = Object.fromEntries(Object.entries(row.options).map(([name, value]) => [name, placed(value)]));
  const args = [...row.args.map(placed), ...(Object.keys(options).length > 0 ? [options] : [])];
  const name = row.call.split('.').at(-1)!;
  const [owner, given] = row.call.startsWith('t.') ? [args[0], args.slice(1)] : [row.call.startsWith('F.') ? engine.F : engine, args];
  const result = (owner as Record<string, (...given: unknown[]) => unknown>)[name]!(...given);
  return result instanceof engine.Tensor ? [result] : Object.values(result as Record<string, engine.Tensor>);
}

function run(row: Row, floats: DType, tolerance: number): void {
  const inputs = row.inputs.map(({ dtype, grad, values }) => engine.tensor(values, { dtype: dtype === 'float64' ? floats : dtype, requiresGrad: grad }));
  const outputs = call(row, inputs);
  expect(outputs.length).toBe(row.outputs.length);
  for (const [index, output] of outputs.entries()) {
    expectClose(output.toArray(), row.outputs[index], tolerance, `output ${index}`);
    if (output.dtype.startsWith('float')) expect(output.dtype).toBe(floats);
  }
  const parts = outputs.filter((output) => output.requiresGrad).map((output, index) => output.mul(engine.tensor(row.weights[index]!, { dtype: floats })).sum());
  expect(parts.length).toBe(row.weights.length);
  if (parts.length > 0) parts.reduce((sum, part) => sum.add(part)).backward();
  for (const [index, input] of inputs.entries()) {
    const wanted = row.grads[index] ?? null;
    if (wanted !== null) expectClose(input.grad?.toArray(), wanted, tolerance, `gradient ${index}`);
    expectClose(input.toArray(), row.after[index], tolerance, `input ${index} afterwards`);
  }
}

const titled = rows.map((row, index) => [`${index} ${row.call}(${row.inputs.map((input) => JSON.stringify(shapeOf(input.values))).join(' ')}) ${JSON.stringify(row.options)}`, row] as const);

function shapeOf(values: unknown): number[] {
  return Array.isArray(values) ? [values.length, ...shapeOf(values[0])] : [];
}

describe('values and gradients', () => {
  test.each(titled.filter(([, row]) => row.error === undefined))('%s', (_name, row) => {
    run(row, 'float64', 1e-8);
    run(row, 'float32', 2e-4);
  });
});

describe('refusals, in PyTorch\'s words', () => {
  test.each(titled.filter(([, row]) => row.error !== undefined))('%s', (_name, row) => {
    const inputs = row.inputs.map(({ dtype, values }) => engine.tensor(values, { dtype }));
    const [kind, ...words] = row.error!.split(': ');
    let thrown: unknown;
    try {
      call(row, inputs);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    // Python's IndexError is a RangeError here.
    expect((thrown as Error).name).toBe(kind === 'IndexError' ? 'RangeError' : kind);
    expect((thrown as Error).message.startsWith(words.join(': ')), `${(thrown as Error).message}\n${row.error}`).toBe(true);
  });
});

describe('no operation is left out', () => {
  test.each(Object.keys(registry).filter((name) => !elsewhere.includes(name) && !unnamed.includes(name)))('%s', (name) => {
    expect(forwards.has(name), `no row runs ${name}`).toBe(true);
    if ('of' in registry[name as keyof typeof registry].gradient) expect(gradients.has(name), `no row runs the gradient of ${name}`).toBe(true);
  });
});
