// Calls that start alike are run once and used under other names: what is made in each place stays a thing of its own, and what only looks alike is run.
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { interpret, type Interpretation } from '../../src/interpret/interpret.ts';
import type { Observations } from '../../src/interpret/observation.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { FilesInSight } from '../../src/project/files.ts';
import { checkProgram } from '../libraries/check-program.ts';

const HEAD = `import copy
import torch
from torch import nn


def block(size):
    return nn.Sequential(nn.Linear(size, size), nn.LayerNorm(size), nn.Dropout(0.5), nn.ReLU())


class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.encoder = block(size)
        self.decoder = block(size)
        self.head = nn.Linear(size, 1)

    def forward(self, x):
        return self.head(self.decoder(self.encoder(x)))


x = torch.randn(8, 4)


def predict(net):
    with torch.no_grad():
        return net(x).tolist()


`;

const program = (...lines: readonly string[]): void => checkProgram(`${HEAD}${lines.join('\n')}\n`, 'python');

function run(text: string): Interpretation {
  const module = lower({ file: 'program.py', text, language: 'python' });
  const libraries = librariesFor('python');
  return interpret(module, libraries, new FilesInSight(module, libraries, () => { throw new Error('no other files'); }));
}

/** Instructions that the analysis of a program takes. */
function stepsOf(text: string): number {
  return run(text).steps;
}

describe('what two calls make is two things', () => {
  test('a mode that is set on one is not that of the other', () => {
    program(
      'def first():',
      '    net = Net(4)',
      '    net.load_state_dict(torch.load("first.pt"))',
      '    net.eval()',
      '    return net',
      '',
      '',
      'def second():',
      '    net = Net(4)',
      '    net.load_state_dict(torch.load("second.pt"))',
      '    return net',
      '',
      '',
      'one = first()',
      'other = second()',
      'with torch.no_grad():',
      '    print(one(x))',
      '    print(other(x))  # error: [no-train-mode-inference]',
    );
  });
  test('a part that is put to sleep is a part of one of them', () => {
    program(
      'class Pair(nn.Module):',
      '    def __init__(self):',
      '        super().__init__()',
      '        self.a = block(4)',
      '        self.b = block(4)',
      '',
      '    def forward(self, x):',
      '        return self.a(x) + self.b(x)',
      '',
      '',
      'pair = Pair()',
      'pair.load_state_dict(torch.load("pair.pt"))',
      'pair.a.eval()',
      'with torch.no_grad():',
      '    print(pair.a(x))',
      '    print(pair.b(x))  # error: [no-train-mode-inference]',
    );
  });
  test('copies too', () => {
    program(
      'def twins(size):',
      '    layer = nn.Dropout(0.5)',
      '    return layer, copy.deepcopy(layer)',
      '',
      '',
      'def use():',
      '    a, b = twins(4)',
      '    a.eval()',
      '    with torch.no_grad():',
      '        print(nn.Sequential(nn.Linear(4, 4), a)(x))',
      '        print(nn.Sequential(nn.Linear(4, 4), b)(x))  # error: [no-train-mode-inference]',
      '',
      '',
      'def use_again():',
      '    a, b = twins(4)',
      '    b.eval()',
      '    with torch.no_grad():',
      '        print(nn.Sequential(nn.Linear(4, 4), b)(x))',
      '        print(nn.Sequential(nn.Linear(4, 4), a)(x))  # error: [no-train-mode-inference]',
      '',
      '',
      'use()',
      'use_again()',
    );
  });
  test('a generator that is begun goes on by itself', () => {
    program(
      'def phases(net):',
      '    net.eval()',
      '    yield "asleep"',
      '    net.train()',
      '    yield "awake"',
      '',
      '',
      'def begin(net, size):',
      '    total = size + size + size + size + size + size + size',
      '    print(total)',
      '    return phases(net)',
      '',
      '',
      'one, two = Net(4), Net(4)',
      'one.load_state_dict(torch.load("one.pt"))',
      'two.load_state_dict(torch.load("two.pt"))',
      'first = begin(one, 1)',
      'second = begin(two, 1)',
      'next(first)',
      'next(second)',
      'with torch.no_grad():',
      '    print(one(x).tolist())',
      '    print(two(x).tolist())',
      'next(second)',
      'with torch.no_grad():',
      '    print(one(x).tolist())',
      '    print(two(x).tolist())  # error: [no-train-mode-inference]',
    );
  });
});

describe('calls that only look alike', () => {
  test('the same thing twice, where there were two before', () => {
    program(
      'def hold(a, b, size):',
      '    box = {}',
      '    box["a"], box["b"] = a, b',
      '    box["size"] = size + size + size + size + size',
      '    return box',
      '',
      '',
      'one, two, three = Net(4), Net(4), Net(4)',
      'for net in (one, two, three):',
      '    net.load_state_dict(torch.load("net.pt"))',
      'apart = hold(one, two, 1)',
      'together = hold(three, three, 1)',
      'apart["a"].eval()',
      'together["a"].eval()',
      'print(predict(apart["a"]), predict(together["b"]))',
      'with torch.no_grad():',
      '    print(apart["b"](x))  # error: [no-train-mode-inference]',
    );
  });
  test('a network in another mode', () => {
    program(
      'def wrap(net):',
      '    box = nn.Sequential(net, nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1))',
      '    return box',
      '',
      '',
      'asleep, awake = Net(4), Net(4)',
      'awake.load_state_dict(torch.load("net.pt"))',
      'asleep.eval()',
      'one = wrap(asleep)',
      'other = wrap(awake)',
      'print(predict(one[0]))',
      'with torch.no_grad():',
      '    print(other[0](x))  # error: [no-train-mode-inference]',
    );
  });
  test('a setting of the module that has changed meanwhile', () => {
    program(
      'RATE = {"p": 0.0}',
      '',
      '',
      'def layer():',
      '    size = 4 + 4 - 4 + 4 - 4 + 4 - 4',
      '    return nn.Sequential(nn.Linear(size, size), nn.Dropout(RATE["p"]))',
      '',
      '',
      'def one():',
      '    return layer()',
      '',
      '',
      'def other():',
      '    return layer()',
      '',
      '',
      'still = one()',
      'RATE["p"] = 0.5',
      'random = other()',
      'random.load_state_dict(torch.load("net.pt"))',
      'with torch.no_grad():',
      '    print(still(x))',
      '    print(random(x))  # error: [no-train-mode-inference]',
    );
  });
  test('an optimiser, which is given what is made here and not what was made there', () => {
    program(
      'def build():',
      '    net = Net(4)',
      '    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)',
      '    return net, optimizer',
      '',
      '',
      'def train(net, optimizer):',
      '    loss = net(x).mean()',
      '    optimizer.zero_grad()',
      '    loss.backward()',
      '    optimizer.step()',
      '',
      '',
      'def one():',
      '    net, optimizer = build()',
      '    train(net, optimizer)',
      '',
      '',
      'def other():',
      '    net, optimizer = build()',
      '    net.eval()',
      '    print(predict(net))',
      '    loss = net(x).mean()  # error: [no-eval-mode-training]',
      '    optimizer.zero_grad()',
      '    loss.backward()',
      '    optimizer.step()',
      '',
      '',
      'one()',
      'other()',
    );
  });
});

test.each(['def', 'async def'])('the second caller of a builder pays next to nothing: %s', (definition) => {
  const callers = (count: number): string => `${HEAD}${Array.from({ length: count }, (_, at) => `${definition} make${at}():\n    return Net(4)\n\n\nnet${at} = make${at}()\n`).join('')}`;
  const [one, many] = [stepsOf(callers(1)), stepsOf(callers(41))];
  expect((many - one) / 40).toBeLessThan((one - stepsOf(HEAD)) / 3);
});

describe('blocks that are made alike', () => {
  const network = (count: number, ...rest: readonly string[]): string => {
    const names = Array.from({ length: count }, (_, at) => `b${at}`);
    return `${HEAD}${[
      'class Block(nn.Module):',
      '    def __init__(self, size):',
      '        super().__init__()',
      '        self.inner = nn.Linear(size, size)',
      '        self.norm = nn.BatchNorm1d(size)',
      '        self.drop = nn.Dropout(0.5)',
      '',
      '    def forward(self, x):',
      '        h = self.norm(self.inner(x))',
      '        h = torch.relu(h)',
      '        h = nn.functional.dropout(h, 0.1, self.training)',
      '        return x + self.drop(h)',
      '',
      '',
      'class Tower(nn.Module):',
      '    def __init__(self):',
      '        super().__init__()',
      ...names.map((name) => `        self.${name} = Block(4)`),
      '',
      '    def forward(self, x):',
      ...names.map((name) => `        x = self.${name}(x)`),
      '        return x',
      '',
      '',
      'tower = Tower()',
      ...rest,
    ].join('\n')}\n`;
  };
  const forwardsOf = (text: string): Observations['forwards'] => run(text).observations.get('program.py')!.forwards;

  test('are run once', () => {
    const [few, many] = [stepsOf(network(2, 'print(tower(x))')), stepsOf(network(42, 'print(tower(x))'))];
    // Its constructor, its call and its `forward` are some fifty instructions.
    expect((many - few) / 40).toBeLessThan(20);
  });
  test('each has layers and parameters of its own', () => {
    const [forward] = forwardsOf(network(3, 'print(tower(x))'));
    const paths = ['b0', 'b1', 'b2'].flatMap((name) => [`${name}.norm`, name, `${name}.drop`]);
    expect([...forward!.leaves.values()].map(({ path }) => path)).toEqual(paths);
    // The norm and the dropout of all are written in one place each.
    expect(new Set([...forward!.leaves.values()].map(({ constructed }) => constructed.span.start)).size).toBe(3);
    expect(forward!.parameters.size).toBe(6);
    expect(forward!.learning.size).toBe(6);
  });
  test('what has set the modes of each is told of each', () => {
    const [forward] = forwardsOf(network(2, 'tower.b0.eval()', 'tower.b1.eval()', 'print(tower(x))'));
    const places = [...forward!.leaves.values()].map(({ settings: [setting] }) => setting!.site.span.start);
    expect(places).toEqual([places[0], places[0], places[0], places[3], places[3], places[3]]);
    expect(places[0]).toBeLessThan(places[3]!);
  });
  test('the second call of a network notes what the first did', () => {
    const [first, second] = forwardsOf(network(2, 'tower.eval()', 'with torch.no_grad():', '    print(tower(x))', '    print(tower(x + 1))'));
    expect([...second!.leaves.values()]).toEqual([...first!.leaves.values()]);
    expect(second!.parameters).toEqual(first!.parameters);
  });
  test('one that is in another mode is told apart', () => {
    checkProgram(network(3, 'tower.load_state_dict(torch.load("tower.pt"))', 'tower.b0.eval()', 'tower.b2.eval()', 'with torch.no_grad():', '    print(tower.b0(x).tolist())', '    print(tower.b1(x).tolist())  # error: [no-train-mode-inference]', '    print(tower.b2(x).tolist())'), 'python');
  });
  test('gradients that are cut off in one call are not cut off in the other', () => {
    checkProgram(
      network(
        2,
        'optimizer = torch.optim.SGD(tower.parameters(), lr=0.1)',
        'with torch.no_grad():',
        '    tower.b0(x)',
        'for step in range(3):',
        '    loss = tower(x).pow(2).mean()',
        '    optimizer.zero_grad()',
        '    loss.backward()',
        '    optimizer.step()',
        'tower.eval()',
        'with torch.no_grad():',
        '    print(tower(x).tolist())',
      ),
      'python',
    );
  });
});
