/**
 * Attention and transformer layers against what PyTorch computes (recorded by tools/record_engine/attention.py), and what the fused path changes.
 */
import { describe, expect, test, vi } from 'vitest';
import { manualSeed, nn, noGrad, ones, randn, tensor, withTrace, type Nested, type Tensor } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

type Mask = readonly (readonly boolean[])[];
interface Trail {
  readonly settings: object;
  readonly options: Readonly<Record<string, boolean | Mask>>;
  readonly start: Nested[];
  readonly keys: string[];
  readonly inputs: Nested[];
  readonly state: Record<string, Nested>;
  readonly outputs: unknown[];
  readonly weights?: Nested[];
  readonly grads?: unknown[];
  readonly eval: unknown[];
  readonly fused: unknown[];
}
type LayerName = 'TransformerEncoderLayer' | 'TransformerDecoderLayer' | 'TransformerEncoder' | 'TransformerDecoder' | 'Transformer';
const file = recorded<{
  attentions: (Trail & { which: number[] })[];
  layers: (Trail & { layer: LayerName })[];
  messages: Record<string, string>;
  fastPath: { fusedDeterministic: boolean; recordedDeterministic: boolean; hookedDeterministic: boolean; mixed: string; mask: (number | string)[][] };
}>('attention');

const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : value === null ? [] : [value as Tensor]);
/** NaN is recorded as a word. */
const numbers = (value: unknown): unknown => (Array.isArray(value) ? value.map(numbers) : value === 'nan' ? NaN : value);
const plain = (tensors: readonly Tensor[]): unknown => tensors.map((part) => part.toArray());
function expectValues(actual: readonly Tensor[], wanted: unknown[], what: string): void {
  if (JSON.stringify(wanted).includes('nan')) {
    const shape = (value: unknown): unknown => (Array.isArray(value) ? value.map(shape) : Number.isNaN(value));
    expect(shape(plain(actual)), what).toEqual(shape(numbers(wanted)));
  }
  const finite = (value: unknown): unknown => (Array.isArray(value) ? value.map(finite) : Number.isNaN(value) ? 0 : value);
  expectClose(finite(plain(actual)), finite(numbers(wanted)), 2e-5, what);
}

function follow(module: nn.Module, trail: Trail, call: (inputs: readonly Tensor[], options: object) => unknown): void {
  expect([...module.stateDict().keys()]).toEqual(trail.keys);
  module.loadStateDict(Object.fromEntries(Object.entries(trail.state).map(([key, values]) => [key, tensor(values)])));
  const options = Object.fromEntries(Object.entries(trail.options).map(([key, value]) => [key, typeof value === 'boolean' ? value : tensor(value as Nested)]));
  const inputs = trail.inputs.map((values) => tensor(values, { requiresGrad: true }));
  module.train();
  const outputs = flat(call(inputs, options));
  expectValues(outputs, trail.outputs, 'training');
  if (trail.weights !== undefined) {
    outputs.map((output, index) => output.mul(tensor(trail.weights![index]!)).sum()).reduce((sum, part) => sum.add(part)).backward();
    expectValues([...inputs, ...module.parameters()].map((leaf) => leaf.grad!), trail.grads!, 'gradients');
  }
  module.eval();
  expectValues(flat(call(inputs, options)), trail.eval, 'evaluation');
  expectValues(flat(noGrad(() => call(inputs, options))), trail.fused, 'evaluation without gradients');
}

const named = <T extends Trail>(trails: readonly T[], name: (trail: T) => string): (readonly [string, T])[] => trails.map((trail, index) => [`${index} ${name(trail)} ${JSON.stringify(trail.settings)} ${Object.keys(trail.options).join(' ')}`, trail] as const);

describe('MultiheadAttention', () => {
  test.each(named(file.attentions, () => ''))('%s', (_name, trail) => {
    manualSeed(32);
    const attention = new nn.MultiheadAttention(4, 2, trail.settings);
    expect([...attention.parameters()].map((parameter) => parameter.toArray())).toEqual(trail.start);
    follow(attention, trail, (inputs, options) => {
      const [query, key, value] = trail.which.map((index) => inputs[index]!);
      return attention.call(query!, key!, value!, options);
    });
  });

  test('B10 the weights that are returned have been dropped from; dropout = 0 depends on no mode', () => {
    const [attention, x] = [new nn.MultiheadAttention(8, 2, { dropout: 0.5 }), randn(5, 2, 8)];
    const sums = (): number[] => (attention.call(x, x, x)[1]!.sum(-1).toArray() as number[][]).flat();
    expect(sums().every((sum) => Math.abs(sum - 1) < 1e-5)).toBe(false);
    attention.eval();
    expect(sums().every((sum) => Math.abs(sum - 1) < 1e-5)).toBe(true);
    expect([attention.isModeSensitive(), new nn.MultiheadAttention(8, 2).isModeSensitive()]).toEqual([true, false]);
  });
});

function build(name: LayerName, settings: object): nn.Module {
  const all = { dimFeedforward: 5, dropout: 0, ...settings };
  switch (name) {
    case 'TransformerEncoderLayer':
      return new nn.TransformerEncoderLayer(4, 2, all);
    case 'TransformerDecoderLayer':
      return new nn.TransformerDecoderLayer(4, 2, all);
    case 'TransformerEncoder':
      return new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, all), 2, new nn.LayerNorm(4));
    case 'TransformerDecoder':
      return new nn.TransformerDecoder(new nn.TransformerDecoderLayer(4, 2, all), 2, new nn.LayerNorm(4));
    case 'Transformer':
      return new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 1, ...all });
  }
}

describe('transformers', () => {
  test.each(named(file.layers, ({ layer }) => layer))('%s', (_name, trail) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    manualSeed(33);
    const module = build(trail.layer, trail.settings);
    expect([...module.parameters()].map((parameter) => parameter.toArray())).toEqual(trail.start);
    follow(module, trail, (inputs, options) => module.call(...inputs, options));
    vi.restoreAllMocks();
  });

  test('the causal mask', () => {
    const wanted = file.fastPath.mask.map((row) => row.map((value) => (value === '-inf' ? -Infinity : value)));
    expect(nn.Transformer.generateSquareSubsequentMask(3).toArray()).toEqual(wanted);
  });

  test('the layers of a stack are copies', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 });
    const stack = new nn.TransformerEncoder(layer, 2, null, { enableNestedTensor: false });
    expect(stack.layers.at(0).linear1.weight.toArray()).toEqual(layer.linear1.weight.toArray());
    noGrad(() => stack.layers.at(0).linear1.weight.zero_());
    expect(stack.layers.at(1).linear1.weight.toArray()).toEqual(layer.linear1.weight.toArray());
  });
});

describe('the fused path of inference', () => {
  const x = ones(2, 3, 4);
  const same = (run: () => Tensor): boolean => JSON.stringify(run().toArray()) === JSON.stringify(run().toArray());
  function halfAsleep(): nn.TransformerEncoderLayer {
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 16, dropout: 0.5, batchFirst: true }).eval();
    for (const part of [layer.dropout, layer.dropout1, layer.dropout2]) part.train();
    return layer;
  }

  test('B13 calls no dropout of the layer, even one in training mode; with gradients it drops', () => {
    const layer = halfAsleep();
    expect(noGrad(() => same(() => layer.call(x)))).toBe(file.fastPath.fusedDeterministic);
    expect(same(() => layer.call(x))).toBe(file.fastPath.recordedDeterministic);
    expect(same(() => layer.requiresGrad_(false).call(x))).toBe(true);
  });

  test('hooks and traces keep a layer off it, and so does the switch', () => {
    const layer = halfAsleep();
    expect(withTrace(() => noGrad(() => same(() => layer.call(x)))).result).toBe(false);
    const handle = layer.linear1.registerForwardHook(() => {});
    expect(noGrad(() => same(() => layer.call(x)))).toBe(file.fastPath.hookedDeterministic);
    handle.remove();
    nn.attention.setFastpathEnabled(false);
    expect([nn.attention.getFastpathEnabled(), noGrad(() => same(() => layer.call(x)))]).toEqual([false, false]);
    nn.attention.setFastpathEnabled(true);
    expect(noGrad(() => same(() => layer.call(x)))).toBe(true);
  });

  test('a stack that skips padding refuses a layer in training mode', () => {
    const stack = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 16, batchFirst: true }), 2).eval();
    stack.layers.at(1).train();
    const padding = tensor([[false, false, false], [false, false, true]]);
    expect(() => noGrad(() => stack.call(x, { srcKeyPaddingMask: padding }))).toThrow(file.fastPath.mixed.replace('AssertionError: ', ''));
  });

  test('a trace names the layers that matter', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8, batchFirst: true });
    const { events } = withTrace(() => layer.call(x));
    const root = events.filter((event) => event.kind === 'forward').find((event) => event.depth === 0)!;
    expect(root.leaves.map(({ path }) => path)).toEqual(['self_attn', 'dropout1', 'dropout', 'dropout2']);
  });
});

describe('refusals, in PyTorch\'s words', () => {
  const attention = new nn.MultiheadAttention(4, 2);
  const transformer = new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 5, batchFirst: false });
  const x = ones(3, 2, 4);
  const open = (...shape: number[]): Tensor => ones(...shape).to('bool');
  const attempts: Record<string, () => unknown> = {
    divide: () => new nn.MultiheadAttention(4, 3),
    positive: () => new nn.MultiheadAttention(0, 2),
    rank: () => attention.call(ones(4), x, x),
    ranks: () => attention.call(x, ones(3, 4), x),
    ranksUnbatched: () => attention.call(ones(3, 4), x, x),
    padding: () => attention.call(x, x, x, { keyPaddingMask: open(3) }),
    paddingSize: () => attention.call(x, x, x, { keyPaddingMask: open(2, 4) }),
    maskType: () => attention.call(x, x, x, { attnMask: ones(3, 3).to('int64') }),
    maskRank: () => attention.call(x, x, x, { attnMask: ones(3) }),
    maskSize: () => attention.call(x, x, x, { attnMask: ones(2, 3) }),
    maskSize3: () => attention.call(x, x, x, { attnMask: ones(2, 3, 3) }),
    maskUnbatched: () => attention.call(ones(3, 4), ones(3, 4), ones(3, 4), { attnMask: ones(4, 3, 3) }),
    embedding: () => attention.call(ones(3, 2, 6), ones(3, 2, 6), ones(3, 2, 6)),
    keyValue: () => attention.call(x, x, ones(2, 2, 4)),
    causal: () => attention.call(x, x, x, { isCausal: true }),
    activation: () => new nn.TransformerEncoderLayer(4, 2, { activation: 'swish' as never }),
    batches: () => transformer.call(x, ones(3, 1, 4)),
    features: () => transformer.call(x, ones(3, 2, 6)),
  };

  test.each(Object.entries(file.messages))('%s', (name, wanted) => {
    let thrown: unknown;
    try {
      attempts[name]!();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(`${(thrown as Error).name}: ${(thrown as Error).message}`).toBe(wanted.replace('generate_square_subsequent_mask', 'generateSquareSubsequentMask'));
  });
});
