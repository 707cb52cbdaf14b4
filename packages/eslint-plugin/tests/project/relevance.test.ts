// Files that cannot be about modes are known by what they import and call, not by what their comments say.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { isBeside, mentionsModes, runsNetworks } from '../../src/project/relevance.ts';

function ask(text: string, language: 'python' | 'typescript'): readonly [mentions: boolean, runs: boolean] {
  const libraries = librariesFor(language, undefined);
  const module = lower({ file: language === 'python' ? 'a.py' : 'a.ts', text, language });
  return [mentionsModes(module, text, libraries), runsNetworks(module, libraries)];
}

describe('TypeScript', () => {
  test.each<[string, string, boolean, boolean]>([
    ['an import of a library with modes', "import { nn } from '@modeguard/engine';\nnn;\n", true, true],
    ['of a part of one', "import * as x from 'deepbox/nn/layers';\nx;\n", true, false],
    ['an export from one', "export * from 'js-pytorch';\n", true, true],
    ['require', "const { torch } = require('js-pytorch');\nmodule.exports = () => torch.nn;\n", true, true],
    ['require of what is not used', "const torch = require('js-pytorch');\n", true, false],
    ['tensors', "import * as tf from '@tensorflow/tfjs';\nexport const f = (x) => tf.tidy(() => tf.matMul(x, x));\n", true, false],
    ['random numbers', "import * as tf from '@tensorflow/tfjs';\nexport const f = (x) => tf.tidy(() => tf.add(x, tf.randomNormal(x.shape)));\n", true, true],
    ['import()', "const load = async () => await import('@tensorflow/tfjs');\n", true, true],
    ['a mode that is set', 'export function f(m) { m.eval(); }\n', true, true],
    ['a forward pass', 'export const f = (m, x) => m?.forward(x);\n', true, true],
    ['a call of a method named call', 'export const f = (m, x) => m.call(x);\n', true, true],
    ['a prediction', 'export const f = (m, x) => m.predict(x);\n', false, true],
    ['comments and strings', "// import { nn } from '@modeguard/engine'; m.eval()\nexport const s = 'js-pytorch';\n/* m.forward(x) */\n", false, false],
    ['a package of another name', "import x from 'deepboxes';\nx;\n", false, false],
    ['functions of prototypes', "export const f = (o, x) => Object.prototype.hasOwnProperty.call(o, x) || o.hasOwnProperty.call(o, x) || Array.prototype.slice.call(x) || Math.max.prototype.f.apply(x);\n", false, false],
    ['a wrapper', 'export function wrap(f) { return function (...args) { return args.length === 0 ? f.call(this) : f.apply(this, args); }; }\n', false, false],
    ['a part of the receiver', 'export class A { f(m) { return m.call(this.x); } }\n', true, true],
    ['arithmetic', 'export function f(a: number): number { return Math.sin(a) + [a].map((x) => x + 1).length; }\n', false, false],
  ])('%s', (_, text, mentions, runs) => {
    expect(ask(text, 'typescript')).toEqual([mentions, runs]);
    // What the text alone shows is never more than what the lowered file does.
    if (mentions || runs) expect(isBeside(text, librariesFor('typescript'))).toBe(false);
  });
});

describe('the text alone', () => {
  test.each<[string, string, boolean]>([
    ['arithmetic', 'export const f = (a: number) => Math.sin(a);\n', true],
    ['an example in a documentation comment', "/**\n * import { Linear } from 'deepbox/nn';\n */\nexport const f = (a: number) => a;\n", true],
    ['a line comment', "// see 'js-pytorch'\nexport const f = (a: number) => a;\n", true],
    ['a comment that ends before', "/* a */ import { Linear } from 'deepbox/nn';\nLinear;\n", false],
    ['a product on two lines', "const x = 2\n  * require('js-pytorch').seed;\nx;\n", false],
    ['a name of which the method is the beginning', 'export const f = (m, x) => m.callback(x).evaluated;\n', true],
    ['a method in brackets', "export const f = (m, x) => m['forward'](x);\n", false],
    ['a method behind a comment', 'export const f = (m, x) => m. /* runs it */ forward(x);\n', false],
    ['a method on the next line', 'export const f = (m, x) => m.\n  // runs it\n  forward(x);\n', false],
    ['a sentence in front of a comment', '// What it computes.\n// forward(x) is elsewhere\nexport const f = 1;\n', true],
    ['a name with an escape', 'export const f = (m, x) => m.\\u0066orward(x);\n', false],
  ])('%s', (_, text, beside) => {
    expect(isBeside(text, librariesFor('typescript'))).toBe(beside);
  });
});

test('a prediction is none where nobody imports layers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-relevance-'));
  const file = join(folder, 'a.ts');
  const text = 'export const f = (m, x) => m.predict(x);\n';
  const libraries = librariesFor('typescript');
  const runs = (): boolean => runsNetworks(lower({ file, text, language: 'typescript' }), libraries);
  try {
    writeFileSync(file, text);
    expect(runs()).toBe(true);
    for (const [name, imported, expected] of [['none', './c', false], ['some', '@tensorflow/tfjs/dist/index', true]] as const) {
      const inside = join(folder, name, 'a.ts');
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'package.json'), '{}');
      writeFileSync(inside, text);
      writeFileSync(join(folder, name, 'b.ts'), `import * as tf from '${imported}';\ntf;\n`);
      expect(runsNetworks(lower({ file: inside, text, language: 'typescript' }), libraries)).toBe(expected);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('in Python whatever is called may be a network', () => {
  expect(ask('import torch\n', 'python')).toEqual([true, true]);
  expect(ask('def f(m, x):\n    return m(x)\n', 'python')).toEqual([false, true]);
});
