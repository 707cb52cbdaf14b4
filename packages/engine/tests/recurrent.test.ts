/**
 * Recurrent layers and cells against what PyTorch computes (recorded by tools/record_engine/recurrent.py), and what the mode changes in them.
 */
import { describe, expect, test, vi } from 'vitest';
import { manualSeed, nn, noGrad, ones, randn, rand, tensor, type Nested, type Tensor } from '../src/index.ts';
import { expectClose, recorded } from './recorded.ts';

interface Case {
  readonly settings: object;
  readonly keys: string[];
  readonly parameters: Nested[];
  readonly x: Nested;
  readonly states: Nested[] | null;
  readonly outputs: unknown[];
  readonly weights: Nested[];
  readonly grads: unknown[];
  readonly print: string;
}
const file = recorded<{ layers: (Case & { layer: 'LSTM' })[]; cells: (Case & { cell: 'LSTMCell' })[]; messages: Record<string, string> }>('recurrent');
const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]);

function check(module: nn.Module, entry: Case, pair: boolean): void {
  expect([...module.stateDict().keys()]).toEqual(entry.keys);
  expect(String(module)).toBe(entry.print);
  noGrad(() => [...module.parameters()].forEach((parameter, index) => parameter.copy_(tensor(entry.parameters[index]!))));
  const x = tensor(entry.x, { requiresGrad: true });
  const states = entry.states?.map((values) => tensor(values, { requiresGrad: true })) ?? null;
  const outputs = flat(module.call(x, states === null || pair ? states : states[0]));
  expectClose(outputs.map((output) => output.toArray()), entry.outputs, 1e-5, 'outputs');
  // Without a graph nothing is kept for a gradient; the numbers are the same.
  const unrecorded = noGrad(() => flat(module.call(x, states === null || pair ? states : states[0])));
  expect(unrecorded.map((output) => output.toArray())).toEqual(outputs.map((output) => output.toArray()));
  outputs.map((output, index) => output.mul(tensor(entry.weights[index]!)).sum()).reduce((sum, part) => sum.add(part)).backward();
  expectClose([x, ...(states ?? []), ...module.parameters()].map((leaf) => leaf.grad!.toArray()), entry.grads, 1e-5, 'grads');
}

describe('layers', () => {
  test.each(file.layers.map((entry) => [`${entry.layer} ${JSON.stringify(entry.settings)}`, entry] as const))('%s', (_name, entry) => {
    check(new nn[entry.layer](3, 4, entry.settings), entry, entry.layer === 'LSTM');
  });

  test.each(file.layers.map((entry) => [`${entry.layer} ${JSON.stringify(entry.settings)}`, entry] as const))('%s starts from PyTorch\'s values', (_name, entry) => {
    manualSeed(21);
    expect([...new nn[entry.layer](3, 4, entry.settings).parameters()].map((parameter) => parameter.toArray())).toEqual(entry.parameters);
  });
});

describe('cells', () => {
  test.each(file.cells.map((entry) => [`${entry.cell} ${JSON.stringify(entry.settings)}`, entry] as const))('%s', (_name, entry) => {
    check(new nn[entry.cell](3, 4, entry.settings), entry, entry.cell === 'LSTMCell');
  });
});

describe('modes', () => {
  const run = (layer: nn.LSTM, x: Tensor): unknown => layer.call(x)[0].toArray();

  test('dropout falls between layers, in training mode only', () => {
    const [layer, x] = [new nn.LSTM(3, 8, { numLayers: 2, dropout: 0.5 }), randn(4, 2, 3)];
    expect(layer.isModeSensitive()).toBe(true);
    expect(run(layer, x)).not.toEqual(run(layer, x));
    layer.eval();
    expect(run(layer, x)).toEqual(run(layer, x));
  });

  test('B08 with one layer there is none, and a warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layer = new nn.LSTM(3, 4, { dropout: 0.25 });
    expect(warn).toHaveBeenCalledWith('UserWarning: dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout=0.25 and num_layers=1');
    const x = randn(4, 2, 3);
    expect([run(layer, x), layer.isModeSensitive()]).toEqual([run(layer, x), false]);
    warn.mockRestore();
  });

  test('dropout = 1 draws nothing', () => {
    const layer = new nn.GRU(3, 4, { numLayers: 2, dropout: 1 });
    manualSeed(0);
    const wanted = rand(1).item();
    manualSeed(0);
    layer.call(ones(2, 1, 3));
    expect(rand(1).item()).toBe(wanted);
  });

  test('H02 the gradient of a recurrent layer in evaluation mode', () => {
    const x = randn(4, 1, 3, { requiresGrad: true });
    new nn.LSTM(3, 3).eval().call(x)[0].sum().backward();
    expect(x.grad).not.toBeNull();
  });

  test('with and without biases, one after the other, where only the input wants a gradient', () => {
    for (const bias of [false, true, false]) {
      const x = randn(3, 1, 3, { requiresGrad: true });
      new nn.GRU(3, 4, { bias }).requiresGrad_(false).call(x)[0].sum().backward();
      expect(x.grad!.shape).toEqual([3, 1, 3]);
    }
  });

  test('double precision, flattenParameters, and no graph under noGrad', () => {
    const layer = new nn.GRU(3, 4, { bidirectional: true }).double();
    layer.flattenParameters();
    expect(layer.call(randn(2, 1, 3).to('float64'))[1].dtype).toBe('float64');
    expect(noGrad(() => layer.call(randn(2, 1, 3).to('float64')))[0].gradFn).toBeNull();
  });
});

describe('refusals, in PyTorch\'s words', () => {
  const [lstm, gru, rnn] = [new nn.LSTM(3, 4, { numLayers: 2 }), new nn.GRU(3, 4), new nn.RNN(3, 4)];
  const x = ones(5, 2, 3);
  const single = ones(5, 3);
  const attempts: Record<string, () => unknown> = {
    rank: () => lstm.call(ones(3)),
    rankGru: () => gru.call(ones(3)),
    rankRnn: () => rnn.call(ones(1, 1, 1, 3)),
    width: () => lstm.call(ones(5, 2, 7)),
    dtype: () => lstm.call(x.to('float64')),
    hiddenRank: () => lstm.call(x, [ones(2, 4), ones(2, 4)]),
    hiddenRankGru: () => gru.call(x, ones(1, 4)),
    hiddenRankUnbatched: () => rnn.call(single, ones(1, 1, 4)),
    hiddenRankUnbatchedLstm: () => lstm.call(single, [ones(2, 1, 4), ones(2, 1, 4)]),
    hiddenSize: () => gru.call(x, ones(1, 3, 4)),
    hiddenSizeLstm: () => lstm.call(x, [ones(2, 2, 4), ones(2, 2, 5)]),
    dropout: () => new nn.LSTM(3, 4, { numLayers: 2, dropout: 1.5 }),
    layers: () => new nn.LSTM(3, 4, { numLayers: 0 }),
    projection: () => new nn.LSTM(3, 4, { projSize: 4 }),
    nonlinearity: () => new nn.RNN(3, 4, { nonlinearity: 'gelu' as never }),
    empty: () => lstm.call(ones(0, 2, 3)),
    cellRank: () => new nn.GRUCell(3, 4).call(ones(1, 1, 3)),
    cellHiddenRank: () => new nn.LSTMCell(3, 4).call(ones(1, 3), [ones(1, 4), ones(1, 1, 4)]),
    cellWidth: () => new nn.GRUCell(3, 4).call(ones(1, 5)),
    cellBatch: () => new nn.GRUCell(3, 4).call(ones(2, 3), ones(1, 4)),
    cellHidden: () => new nn.GRUCell(3, 4).call(ones(2, 3), ones(2, 5)),
  };
  /** Advice in Python is given in JavaScript. */
  const advice = (text: string): string => text.replace(/input\.to\(torch\.(\w+)\)/, "input.to('$1')").replace(/model\.to\(torch\.(\w+)\)/, "model.to('$1')");

  test.each(Object.entries(file.messages))('%s', (name, wanted) => {
    let thrown: unknown;
    try {
      attempts[name]!();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(`${(thrown as Error).name}: ${(thrown as Error).message}`).toBe(advice(wanted));
  });
});
