/**
 * Models that PyTorch trained and saved (tools/record-weights.py), and bytes that mean harm.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { F, loadCheckpoint, loadWeights, nn, noGrad, ones, tensor, Tensor, ValueError, type Nested } from '../src/index.ts';
import { expectClose } from './recorded.ts';

const folder = join(import.meta.dirname, 'weights');
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

describe('a model trained and saved by PyTorch computes the same here', () => {
  const expected = JSON.parse(readFileSync(join(folder, 'perceptron.json'), 'utf8')) as Record<'x' | 'evaluation' | 'training' | 'runningMeanAfter', Nested>;

  test.each([
    ['torch.save', (): nn.StateDict => loadCheckpoint(bytesOf('perceptron.pt')) as nn.StateDict],
    ['safetensors', (): nn.StateDict => loadWeights(bytesOf('perceptron.safetensors'))],
  ])('%s, in both modes', (_name, load) => {
    const dropout = new nn.Dropout(0.3);
    const norm = new nn.BatchNorm1d(16);
    const model = new nn.Sequential(new nn.Linear(6, 16), norm, new nn.ReLU(), dropout, new nn.Linear(16, 3));
    model.loadStateDict(load());
    const x = tensor(expected.x);
    model.eval();
    expectClose(noGrad(() => model.call(x)).toArray(), expected.evaluation, 1e-5);
    model.train();
    dropout.eval();
    expectClose(noGrad(() => model.call(x)).toArray(), expected.training, 1e-5);
    expectClose(norm.runningMean!.toArray(), expected.runningMeanAfter, 1e-6);
  });
});

test('a network of convolutions, in both modes', () => {
  const expected = JSON.parse(readFileSync(join(folder, 'convolutional.json'), 'utf8')) as Record<'x' | 'evaluation' | 'training' | 'runningVarAfter', Nested>;
  const saved = loadCheckpoint(bytesOf('convolutional.pt')) as Map<string, nn.StateDict & number>;
  expect(saved.get('epoch')).toBe(30);
  const state = saved.get('model')!;
  const weights = (name: string): Tensor => state.get(name)!;
  const network = (x: Tensor, training: boolean): Tensor => {
    const convolved = F.conv2d(x, weights('0.weight'), weights('0.bias'), { padding: 1 });
    const normalised = F.batchNorm(convolved, weights('1.running_mean'), weights('1.running_var'), { weight: weights('1.weight'), bias: weights('1.bias'), training });
    return F.linear(F.maxPool2d(normalised.relu(), 2).flatten(1), weights('6.weight'), weights('6.bias'));
  };
  expectClose(network(tensor(expected.x), false).toArray(), expected.evaluation, 1e-5);
  expectClose(network(tensor(expected.x), true).toArray(), expected.training, 1e-5);
  expectClose(weights('1.running_var').toArray(), expected.runningVarAfter, 1e-6);
});

describe('values of every kind', () => {
  const read = loadCheckpoint(bytesOf('checkpoint.pt')) as Map<unknown, unknown>;
  const at = (name: string): Tensor => read.get(name) as Tensor;

  test('plain ones', () => {
    const plain = ['epoch', 'lr', 'best', 'done', 'name', 'big', 'negative', 'tuple', 'list', 'set', 'ordered', 7, 'size'].map((key) => read.get(key));
    expect(plain).toEqual([3, 0.125, null, true, 'café', 2n ** 70n, -5, [1, [2, 3], 'x', 0.5], [1, [2]], new Set([1, 2]), new Map([['b', 1], ['a', 2]]), 'seven', [2, 3]]);
  });

  test('strided tensors, which share memory as they did', () => {
    expect(at('base').toArray()).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]);
    expect([at('transposed').stride(), at('row').toArray(), at('expanded').toArray(), at('scalar').item(), at('empty').shape]).toEqual([[1, 4], [4, 5, 6, 7], [5, 5, 5], 2.5, [0, 3]]);
    at('base').at(1).fill_(-1);
    expect(at('row').toArray()).toEqual([-1, -1, -1, -1]);
    expect(at('transposed').at(0).toArray()).toEqual([0, -1, 8]);
  });

  test('parameters and what requires gradients', () => {
    expect(at('parameter')).toBeInstanceOf(nn.Parameter);
    expect([at('parameter').requiresGrad, at('needsGrad').requiresGrad, at('base').requiresGrad]).toEqual([true, true, false]);
  });

  test('every type', () => {
    const types = read.get('types') as Map<string, Tensor>;
    expect([...types].map(([name, value]) => [name, value.dtype, value.toArray()])).toEqual([
      ['half', 'float32', [1.5, -0.00010001659393310547, 65504, Infinity]],
      ['bfloat16', 'float32', [1, -3.140625, 1.0002555517425873e30]],
      ['double', 'float64', [1e300]],
      ['long', 'int64', [2 ** 40, -1]],
      ['int', 'int32', [-7]],
      ['short', 'int32', [-300]],
      ['char', 'int32', [-128]],
      ['byte', 'int32', [255]],
      ['bool', 'bool', [true, false]],
    ]);
  });

  test('the state of an optimizer', () => {
    const optimizer = read.get('optimizer') as Map<string, Map<number, Map<string, Tensor>> & Map<string, unknown>[]>;
    expect([...optimizer.keys()]).toEqual(['state', 'param_groups']);
    expect(optimizer.get('state')!.get(0)!.get('momentum_buffer')!.shape).toEqual([16, 6]);
  });
});

describe('refuses', () => {
  test.each([
    ['a whole module', 'refused-module.pt', /refers to torch\.nn\.modules\.linear\.Linear.*save `model\.state_dict\(\)`/],
    ['the old format', 'refused-legacy.pt', /before PyTorch 1\.6.*save it again/],
    ['numbers it has no type for', 'refused-complex.pt', /refers to torch\.ComplexFloatStorage/],
    ['TorchScript', 'refused-torchscript.pt', /TorchScript archive; save/],
  ])('%s', (_what, name, message) => {
    expect(() => loadCheckpoint(bytesOf(name))).toThrow(message);
    expect(() => loadCheckpoint(bytesOf(name))).toThrow(ValueError);
  });

  /** perceptron.pt with `from` replaced by `to`, of the same length, everywhere. */
  function altered(from: string, to: string): Uint8Array {
    const text = readFileSync(join(folder, 'perceptron.pt'), 'latin1');
    expect(text.includes(from)).toBe(true);
    return new Uint8Array(Buffer.from(text.replaceAll(from, to), 'latin1'));
  }

  test('code in a pickle: it is named, not run', () => {
    expect(() => loadCheckpoint(altered('ccollections\nOrderedDict\n', 'csubprocess_\nPopen______\n'))).toThrow(/refers to subprocess_\.Popen______, which is not read/);
  });

  test.each([
    ['nothing', new Uint8Array(0), /0 bytes are too few/],
    ['what is no archive', ones(64).toTypedArray() as never, /no ZIP archive/],
    ['an archive that is cut off', bytesOf('perceptron.pt').slice(0, -30), /truncated/],
    ['a storage that is not there', altered('/data/0', '/data/z'), /lacks data\/0/],
  ] as const)('%s', (_what, bytes, message) => {
    expect(() => loadCheckpoint(new Uint8Array(bytes))).toThrow(message);
  });

  test('gradients of whole numbers, wherever the flag is', () => {
    const good = bytesOf('checkpoint.pt');
    const [from, to] = [Buffer.from(good).indexOf('data.pkl'), Buffer.from(good).indexOf('PK', Buffer.from(good).indexOf('data.pkl'))];
    const messages = new Set<string>();
    for (let at = from; at < to; at++) {
      // Python's False in a pickle is 0x89, True 0x88.
      if (good[at] !== 0x89) continue;
      try {
        loadCheckpoint(good.with(at, 0x88));
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
        messages.add((error as Error).message);
      }
    }
    expect([...messages].filter((message) => message.includes('a tensor of int64 requires gradients, which only floating point ones can'))).toHaveLength(1);
  });

  test('any damaged archive with a ValueError, or reads it', () => {
    const good = bytesOf('checkpoint.pt');
    const readOrRefuse = (bytes: Uint8Array): void => {
      try {
        loadCheckpoint(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError);
      }
    };
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const bytes = good.slice();
      bytes[at] = value;
      readOrRefuse(bytes);
    }), { numRuns: 2000 });
    // Most of an archive is padding: the pickle and the directory get runs of their own.
    const pickleAt = Buffer.from(good).indexOf('data.pkl') + 8;
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, inDirectory) => {
      const bytes = good.slice();
      for (const [at, value] of changes) bytes[inDirectory ? bytes.length - 1 - at : pickleAt + at] = value;
      readOrRefuse(bytes);
    }), { numRuns: 2000 });
    fc.assert(fc.property(fc.nat(good.length), (length) => readOrRefuse(good.slice(0, length))), { numRuns: 200 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), readOrRefuse));
  });
});
