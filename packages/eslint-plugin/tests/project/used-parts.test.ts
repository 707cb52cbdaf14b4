// What counts as the same to whoever has used a part of a file.
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import type { Language } from '../../src/ir/ir.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { hashOfCode, hashOfParts, partOf } from '../../src/project/used-parts.ts';

function hashOf(text: string, used: readonly string[], language: Language = 'python'): string {
  return hashOfParts(lower({ file: language === 'python' ? '/a.py' : '/a.ts', text, language }), text, new Set(used), librariesFor(language, []));
}

const PYTHON = `import torch

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = 1

    def forward(self, x):
        def scaled(y):
            return y * 2
        return scaled(x)

    def train(self, mode=True):
        return super().train(mode)

def helper(x, scale=2):
    # twice
    return x * scale

COUNT = 0

def count():
    global COUNT
    COUNT = COUNT + 1
`;

describe('Python', () => {
  const before = hashOf(PYTHON, ['Net.forward']);
  const after = (from: string, to: string): string => {
    expect(PYTHON).toContain(from);
    return hashOf(PYTHON.replace(from, to), ['Net.forward']);
  };

  test.each([
    ['the body of a function that is not used', 'return x * scale', 'return x + scale'],
    ['one more statement in it', '    return x * scale', '    y = x * scale\n    return y'],
    ['comments', '    # twice\n', '    # two times\n\n'],
    ['a comment between functions', 'COUNT = 0', '# how many\nCOUNT = 0  # none yet'],
    ['the body of another method', 'self.a = 1', 'self.a = 2'],
  ])('the same: %s', (_, from, to) => {
    expect(after(from, to)).toBe(before);
  });

  test.each([
    ['the body of a used function', 'return scaled(x)', 'return scaled(x + 1)'],
    ['a function inside of it', 'return y * 2', 'return y * 3'],
    ['the signature of any', 'scale=2', 'scale=3'],
    ['a statement outside of functions', 'COUNT = 0', 'COUNT = 1'],
    ['what assigns a variable of the file', 'COUNT = COUNT + 1', 'COUNT = COUNT + 2'],
    ['a mode method, which is looked at without being run', 'return super().train(mode)', 'return self'],
    ['a method that is called nowhere else in the file', 'return x * scale', 'return x.eval() * scale'],
    ['an import', '    # twice\n', '    import other\n'],
    ['a new function', 'COUNT = 0', 'def more():\n    pass\n\nCOUNT = 0'],
    ['another name', 'def forward', 'def call'],
    ['text in a string that looks like a comment', 'return scaled(x)', 'return scaled("""\n# x\n""")'],
  ])('another: %s', (_, from, to) => {
    expect(after(from, to)).not.toBe(before);
  });

  test('a string that holds a number sign is no comment', () => {
    const text = (value: string): string => `def a():\n    return "${value}" ''' ${value} '''\n`;
    expect(hashOf(text('#a'), ['a'])).not.toBe(hashOf(text('#b'), ['a']));
    expect(hashOfCode(text('#a'), 'python')).not.toBe(hashOfCode(text('#b'), 'python'));
    expect(hashOfCode('x = 1  # a\r\n\r\n', 'python')).toBe(hashOfCode('# b\nx = 1\n', 'python'));
  });

  test('a function inside of another belongs to it', () => {
    const module = lower({ file: '/a.py', text: PYTHON, language: 'python' });
    const named = (name: string): string | null => partOf(module, PYTHON, module.funcs.find((func) => func.name === name)!);
    expect(['forward', 'scaled', 'helper', 'train', 'count'].map(named)).toEqual(['Net.forward', 'Net.forward', 'helper', null, null]);
  });
});

test('TypeScript: bodies of functions and methods are parts, all of the rest counts', () => {
  const text = (a: string, b: string, top = '0'): string => `export class A { m(x: number) { return ${a}; } get g() { return ${b}; } }\nexport function f() { return ${b}; }\nexport const top = ${top};\nexport const arrow = (x: number) => x;\n`;
  const before = hashOf(text('1', '2'), ['A.m'], 'typescript');
  expect(hashOf(text('1', '3'), ['A.m'], 'typescript')).toBe(before);
  expect(hashOf(text('4', '2'), ['A.m'], 'typescript')).not.toBe(before);
  expect(hashOf(text('1', '2', '1'), ['A.m'], 'typescript')).not.toBe(before);
});

test('two functions of one name are two parts, and one that is gone is a change', () => {
  const text = 'def a():\n    return 1\n\ndef a():\n    return 2\n';
  expect(hashOf(text, ['a'])).not.toBe(hashOf(text, ['a 2']));
  expect(hashOf(text, ['a', 'a 2'])).not.toBe(hashOf('def a():\n    return 1\n', ['a', 'a 2']));
});
