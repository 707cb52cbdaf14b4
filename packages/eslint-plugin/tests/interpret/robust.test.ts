// Programs that would keep the interpreter from ending, or run it off the end of the stack.
import { expect, test, vi } from 'vitest';
import { analyze } from '../../src/analyze.ts';

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

test('variables that are assigned to one another in a circle', () => {
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  const text = 'import torch\nimport torch.nn.functional as F\nclass Net(torch.nn.Module):\n    def forward(self, x, p):\n        q = p\n        while x.sum() > 0:\n            p = q\n            q = p\n            x = F.dropout(x, p)\n        return x\n';
  expect(() => analyze({ file: 'a.py', text, language: 'python' })).not.toThrow();
  vi.unstubAllEnvs();
});
