// Programs that would keep the interpreter from ending, or run it off the end of the stack.
import { expect, test, vi } from 'vitest';
import { analyze, lower } from '../../src/analyze.ts';
import { interpret } from '../../src/interpret/interpret.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { FilesInSight } from '../../src/project/files.ts';

test.each([
  ['an object that is its own call', 'class A:\n    pass\nA.__call__ = A()\nA()(1)\n'],
  ['two objects that are the call of each other', 'class A: pass\nclass B: pass\nA.__call__ = B()\nB.__call__ = A()\nmodel.eval()\nA()(model)\n'],
])('%s', (_, text) => {
  // A fault of the analysis is then thrown.
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  expect(analyze({ file: 'a.py', text: `${text}print(model.eval())\n`, language: 'python' }).observations.forwards).toEqual([]);
  vi.unstubAllEnvs();
});

test('two ways through each of many functions that call one another', () => {
  const functions = Array.from({ length: 40 }, (_, at) => `def f${at + 1}(net, x):\n    net.eval()\n    if x:\n        net.train()\n    y = net(x)\n    return f${at}(net, y)\n`);
  const text = `import torch\nfrom torch import nn\ndef f0(net, x):\n    return net(x)\n${functions.join('')}f40(nn.Dropout(), 1)\n`;
  expect(analyze({ file: 'a.py', text, language: 'python' }).observations.forwards.length).toBeGreaterThan(0);
});

test.each([
  ['networks that wrap one another', 'class W(nn.Module):\n    def __init__(self, m):\n        super().__init__()\n        self.m = m\n    def forward(self, x):\n        return self.m(x)\n', 'W(net)'],
  ['containers in one another', '', 'nn.Sequential(net)'],
  ['lists in one another', '', '[net]'],
  ['bindings of bindings', 'import functools\n', 'functools.partial(net, 1)'],
])('thousands of %s', (_, before, wrapped) => {
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  const text = `import torch\nfrom torch import nn\n${before}net = nn.Dropout()\n${`net = ${wrapped}\n`.repeat(6000)}net.eval()\nprint(net(1).sum().item())\nsave(net)\n`;
  expect(() => analyze({ file: 'a.py', text, language: 'python' })).not.toThrow();
  vi.unstubAllEnvs();
});

test('more blocks in one another than the stack holds: nothing is said of the file, and nothing thrown', () => {
  const items = Array.from({ length: 12_000 }, () => 'torch.no_grad()').join(', ');
  expect(analyze({ file: 'a.py', text: `import torch\nwith ${items}:\n    net.eval()\n`, language: 'python' }).observations.forwards).toEqual([]);
});

test('variables that are assigned to one another in a circle', () => {
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  const text = 'import torch\nimport torch.nn.functional as F\nclass Net(torch.nn.Module):\n    def forward(self, x, p):\n        q = p\n        while x.sum() > 0:\n            p = q\n            q = p\n            x = F.dropout(x, p)\n        return x\n';
  expect(() => analyze({ file: 'a.py', text, language: 'python' })).not.toThrow();
  vi.unstubAllEnvs();
});

test.each([
  ['python', 'def walk(node, found):\n    if node.left is not None:\n        walk(node.left, found)\n    if node.right is not None:\n        walk(node.right, found)\n    found.append(node.__class__.__name__)\n    return found\n', 'def start(node):\n    return walk(node.left.right.left.right, [])\n'],
  ['typescript', 'export function walk(node, found) {\n  if (node.left) walk(node.left, found);\n  if (node.right) walk(node.right, found);\n  found.push(node.constructor.name);\n  return found;\n}\n', 'export function start(node) {\n  return walk(node.left.right.left.right, []);\n}\n'],
] as const)('a walk down a structure that nests without an end, in %s', (language, walk, start) => {
  const libraries = librariesFor(language);
  const text = `${language === 'python' ? 'from torch import nn\nnet = nn.Dropout()\n' : "import * as nn from '@modeguard/engine';\nconst net = new nn.Dropout();\n"}${walk}${start}`;
  const module = lower({ file: language === 'python' ? 'a.py' : 'a.ts', text, language });
  const { steps } = interpret(module, libraries, new FilesInSight(module, libraries, (file, other) => lower({ file, text: other, language })));
  // Each object that it can tell apart costs another round.
  expect(steps).toBeLessThan(600);
});

test.each([
  ['m = m.gt(m)'],
  ['m = m > m'],
  ['m = m * m'],
  ['m = torch.maximum(m, m)'],
  ['m = torch.where(m, m, m)'],
])('noise that is put together with itself: %s', (line) => {
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  // What is known of it would be doubled by each of the lines.
  const text = `import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        m = torch.rand(4)\n${`        ${line}\n`.repeat(200)}        return x * m\n`;
  expect(analyze({ file: 'a.py', text, language: 'python' }).observations.draws).toHaveLength(1);
  vi.unstubAllEnvs();
});
