// What suggestions and fixes write where the layout is unusual: the line that is changed, or that nothing is proposed. A program must parse afterwards, and mean what it should.
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Finding, TextEdit } from '../../src/report/finding.ts';
import { RULES } from '../../src/rules/registry.ts';

const PYTHON = `import torch
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(3, 3)
        self.drop = nn.Dropout(0.5)
    def forward(self, x):
        return self.drop(self.lin(x))
data = torch.load("x")
model = Net()
`;
const TYPESCRIPT = `import { nn, ones, type Tensor } from '@modeguard/engine';
export class Net extends nn.Module {
  lin = new nn.Linear(3, 3);
  drop = new nn.Dropout(0.5);
  forward(x: Tensor): Tensor {
    return this.drop.call(this.lin.call(x));
  }
}
const model = new Net();
const data = ones(1, 3);
`;

const applied = (text: string, edits: readonly TextEdit[]): string => [...edits].sort((a, b) => b.span.start - a.span.start).reduce((result, { span, text: inserted }) => result.slice(0, span.start) + inserted + result.slice(span.end), text);

function findings(file: string, text: string, rule: string): readonly Finding[] {
  return RULES.find(({ name }) => name === rule)!.judge(analyze({ file, text, language: file.endsWith('.py') ? 'python' : 'typescript' }));
}

/** What each finding of the rule would make of `program`, null for one without edits; \`start\` stands before it and is left out of the result. */
function results(file: string, start: string, program: string, rule: string): readonly (string | null)[] {
  const text = start + program;
  return findings(file, text, rule).map(({ fix, suggestions }) => {
    const edits = fix ?? suggestions[0]?.edits ?? null;
    return edits === null ? null : applied(text, edits).slice(start.length);
  });
}

describe('eval() on the line before, in Python', () => {
  const made = (program: string): readonly (string | null)[] => results('a.py', PYTHON, program, 'no-train-mode-inference');
  test.each([
    ['a clause of an if', 'if len(data) > 3:\n    pass\nelif model(data).sum().item() > 0:\n    print(1)\n'],
    ['the guard of a case', 'match data:\n    case 1 if model(data).sum().item() > 0:\n        print(1)\n'],
    ['the type of a handler', 'try:\n    print(1)\nexcept foo(model(data).sum().item()):\n    print(1)\n'],
    ['the body of a lambda', 'f = (lambda x:\n    print(model(x).sum().item()))\nf(data)\n'],
    ['a generator in brackets', 'for x in (\n    model(y).sum().item() for y in data\n):\n    print(x)\n'],
    ['a name that a comprehension binds', 'print([m(data).sum().item() for m in [Net()]])\n'],
    ['a name that the test binds', 'if (m := Net()) and m(data).sum().item() > 0:\n    print(1)\n'],
    ['a body on the line of its head', 'if data: print(model(data).sum().item())\n'],
    ['a second statement on its line', 'print(1); print(model(data).sum().item())\n'],
  ])('is not written before %s', (_, program) => {
    expect(made(program)).toEqual([null]);
  });
  test.each([
    ['a part, in the forward of its network', 'run = model.forward\nprint(run(data).sum().item())\n'],
    ['a binding', 'import functools\nrun = functools.partial(model)\nprint(run(data).sum().item())\n'],
    ['a method of the base class', 'print(nn.Module.__call__(model, data).sum().item())\n'],
  ])('is not called on %s', (_, program) => {
    expect(made(program)).toEqual([null]);
    expect(findings('a.py', PYTHON + program, 'no-train-mode-inference')[0]!.action).toBe('Call `eval()` of the network before this line.');
  });
  test('is written before a loop, a with, a decorator and a comprehension over other names', () => {
    expect(made('for x in model(data).sum().item():\n    print(x)\n')).toEqual(['model.eval()\nfor x in model(data).sum().item():\n    print(x)\n']);
    expect(made('@foo(model(data).sum().item())\ndef f(): pass\n')).toEqual(['model.eval()\n@foo(model(data).sum().item())\ndef f(): pass\n']);
    expect(made('print([model(x).sum().item() for x in data])\n')).toEqual(['model.eval()\nprint([model(x).sum().item() for x in data])\n']);
  });
});

describe('eval() on the line before, in TypeScript', () => {
  const made = (program: string): readonly (string | null)[] => results('a.ts', TYPESCRIPT, program, 'no-train-mode-inference');
  test.each([
    ['what an arrow function gives', 'console.log([1].map(() =>\n  model.call(data).item(),\n));\n'],
    ['the only statement of an if', 'if (data.dim > 3)\n  console.log(model.call(data).item());\n'],
    ['the only statement of a loop', 'for (const m of [new Net()])\n  console.log(m.call(data).item());\n'],
    ['the value of a field', 'class A {\n  static x =\n    model.call(data).item();\n}\nconsole.log(A.x);\n'],
    ['what a label is for', 'here:\nconsole.log(model.call(data).item());\n'],
  ])('is not written before %s', (_, program) => {
    expect(made(program)).toEqual([null]);
  });
  test('is written in blocks and clauses', () => {
    expect(made('switch (data.dim) {\n  default:\n    console.log(model.call(data).item());\n}\n')).toEqual(['switch (data.dim) {\n  default:\n    model.eval();\n    console.log(model.call(data).item());\n}\n']);
    expect(made('for (const m of [new Net()]) {\n  console.log(m.call(data).item());\n}\n')).toEqual(['for (const m of [new Net()]) {\n  m.eval();\n  console.log(m.call(data).item());\n}\n']);
  });
});

describe('a no-grad scope around a statement', () => {
  const made = (program: string): readonly (string | null)[] => results('a.py', PYTHON, program, 'require-no-grad');
  test.each([
    ['one that waits', 'async def f():\n    print(await foo(model(data).sum().item()))\n'],
    ['one that hands over', 'def f():\n    yield model(data).sum().item()\n'],
    ['the body of a lambda', 'f = (lambda x:\n    print(model(x).sum().item())\n)\nf(data)\n'],
  ])('is not written around %s', (_, program) => {
    expect(made(program)).toEqual([null]);
  });
  test('needs torch itself in the module', () => {
    const start = PYTHON.replace('import torch\n', 'import numpy\n').replace('torch.load("x")', 'numpy.ones(3)');
    expect(results('a.py', start, 'def f():\n    import torch\n    return 1\nprint(model(data).sum().item())\n', 'require-no-grad')).toEqual([null]);
  });
});

describe('arguments', () => {
  const inForward = (call: string): string => `class A(nn.Module):\n    def forward(self, x):\n        return ${call}\n`;
  test.each([
    ['F.dropout((x))', 'F.dropout((x), training=self.training)'],
    ['F.dropout(x, 0.5,)', 'F.dropout(x, 0.5, training=self.training,)'],
    ['F.dropout(x, (0.5  # )\n        ),)', 'F.dropout(x, (0.5  # )\n        ), training=self.training,)'],
    ['F.dropout(x, 0.5,  # (rate)\n        )', 'F.dropout(x, 0.5, training=self.training,  # (rate)\n        )'],
    ['F.dropout(x, (self.training))', null],
    ['F.dropout(x, self.training, inplace=True)', 'F.dropout(x, training=self.training, inplace=True)'],
    ['F.scaled_dot_product_attention(x, x, x, dropout_p=0.1 if x else 0.2)', 'F.scaled_dot_product_attention(x, x, x, dropout_p=(0.1 if x else 0.2) if self.training else 0.0)'],
  ])('%s', (before, after) => {
    expect(results('a.py', PYTHON, inForward(before), 'require-training-argument')).toEqual([after === null ? null : inForward(after)]);
  });
});

describe('assignments of the flag become calls', () => {
  const made = (program: string): readonly (string | null)[] => results('a.py', PYTHON, program, 'no-training-assignment');
  const shown = 'print(model(data).sum().item())\n';
  test.each([
    ['model.training = False  # why\n', 'model.train(False)  # why\n'],
    ['if data: model.training = False\n', 'if data: model.train(False)\n'],
    ['model.training = False; print(1)\n', 'model.train(False); print(1)\n'],
    ['model.training = (False)\n', null],
    ['model.training = model.drop.frozen = False\n', null],
    ['model.training, data = False, 1\n', null],
  ])('%j', (before, after) => {
    expect(made(before + shown)).toEqual([after === null ? null : after + shown]);
  });
  test('and so do those that put a mode back', () => {
    const program = (back: string): string => `was = model.training\nmodel.eval()\nprint(model(data).sum().item())\n${back}\nmodel(data).sum().backward()\n`;
    expect(results('a.py', PYTHON, program('model.training = was'), 'no-unrestored-mode')).toEqual([program('model.train(was)')]);
  });
});

test('forward is taken away from the call that is reported, not from one in its receiver', () => {
  const program = 'class Inner(nn.Module):\n    def forward(self, x):\n        return self\nclass Outer(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = Inner()\n    def forward(self, x):\n        return self.a.forward(self.a . forward (x))\n';
  expect(results('a.py', PYTHON, program, 'no-direct-forward')[0]).toContain('return self.a(self.a . forward (x))');
});

test('return self stands on a line of its own, with the line ends of the file, or nowhere', () => {
  const override = (body: string): string => `class A(nn.Module):\n    def train(self, mode=True):${body}\n`;
  const made = (text: string): readonly (string | null)[] => results('a.py', PYTHON, text, 'valid-train-override');
  expect(made(override('\n        super().train(mode);  # both'))).toEqual([override('\n        super().train(mode);  # both\n        return self')]);
  expect(made(override(' super().train(mode)'))).toEqual([null]);
  expect(made('class A(nn.Module):\n def train(self, mode=True): super().train(mode)\n')).toEqual([null]);
  expect(results('a.py', PYTHON.replaceAll('\n', '\r\n'), override('\n        super().train(mode)').replaceAll('\n', '\r\n'), 'valid-train-override')[0]).toContain('(mode)\r\n        return self\r\n');
});

test('a flag that is called with arguments is left to the reader', () => {
  expect(results('a.py', PYTHON, 'if model.training(1): pass\n', 'no-mode-method-as-flag')).toEqual([null]);
});

test('an object, or something that waits, is made no callback', () => {
  const start = `import { noGrad } from '@modeguard/engine';\n${TYPESCRIPT}`;
  const made = (program: string): readonly (string | null)[] => results('a.ts', start, program, 'no-ineffective-grad-scope');
  expect(made('noGrad(model.call(data));\n')).toEqual(['noGrad(() => model.call(data));\n']);
  expect(made('noGrad(await model.call(data));\n')).toEqual([null]);
});

test('a chain that may end early is not cut in two', () => {
  const made = (program: string): readonly (string | null)[] => results('a.ts', TYPESCRIPT, `model.eval();\n${program}`, 'require-no-grad');
  expect(made('console.log(model?.call(data).item());\n')).toEqual([null]);
  expect(made('console.log(model?.call(data));\n')[0]).toContain('console.log(noGrad(() => model?.call(data)));');
});

test('a name is added to an import, not to a comment about one', () => {
  const start = `// import { noGrad } from '@modeguard/engine';\n`;
  expect(results('a.ts', start, `${TYPESCRIPT}model.eval();\nconsole.log(model.call(data).item());\n`, 'require-no-grad')[0]).toContain('import { noGrad, nn, ones');
});
