// Whether running a file comes to something that has a mode, by what can be called from it.
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { reachedWithoutModes } from '../../src/project/reach.ts';

const libraries = librariesFor('typescript');

/** The names of the reached functions of other files; null if a mode is reached. The first file is the one that is run. */
function reached(...texts: readonly string[]): readonly string[] | null {
  const modules = texts.map((text, at) => lower({ file: `${at}.ts`, text, language: 'typescript' }));
  const found = reachedWithoutModes(modules[0]!, modules, libraries);
  return found === null ? null : [...found.values()].flatMap(({ funcs }) => [...funcs].filter(({ kind }) => kind !== 'module').map(({ name }) => name)).sort();
}

const MODULE = 'export class Base {\n  constructor(n) { this.n = n; }\n  train() { for (const part of this.parts) part.train(); return this; }\n  size() { return this.n; }\n}\nexport function wake(m) { m.train(); }\nexport const rest = (m) => { m.eval(); };\n';

describe('reached', () => {
  test.each<[string, string]>([
    ['a mode method that is called', "import { Base } from './1';\nexport const f = () => new Base(1).train();\n"],
    ['a function that is imported and called', "import { wake } from './1';\nexport const f = (m) => wake(m);\n"],
    ['one with another name', "import { wake as start } from './1';\nexport const f = (m) => start(m);\n"],
    ['one of a namespace', "import * as modes from './1';\nexport const f = (m) => modes.wake(m);\n"],
    ['one of require', "const modes = require('./1');\nmodule.exports = (m) => modes.rest(m);\n"],
    ['one of import()', "export const f = async (m) => (await import('./1')).rest(m);\n"],
    ['one that is taken out by its name', "import * as modes from './1';\nexport const f = (m) => modes['wake'](m);\n"],
    ['one that is taken apart', "import * as modes from './1';\nconst { rest } = modes;\nexport const f = (m) => rest(m);\n"],
    ['one that is handed on', "import { rest } from './1';\nexport const f = (list) => list.forEach(rest);\n"],
    ['a function of the file itself', "import { Base } from './1';\nfunction f(m) { m.eval(); }\nexport { Base };\n"],
  ])('%s', (_, text) => {
    expect(reached(text, MODULE)).toBeNull();
  });

  test.each<[string, string]>([
    ['a callback', 'export const list = [1].map((m) => m.eval());\n'],
    ['a method of an object', 'export const o = { f() { return this.g(); }, g(m) { m.train(); } };\n'],
    ['what a function makes and gives back', 'export function make() { return (m) => m.eval(); }\n'],
    ['a computed name', 'export class A { [Symbol.iterator]() { this.m.eval(); } }\n'],
    ['a static block', 'export class A { static { A.m.eval(); } }\n'],
    ['a field', 'export class A { m = other.eval(); }\n'],
    ['a constructor', 'export class A { constructor(m) { m.eval(); } }\n'],
    ['a getter', 'export class A { get make() { return this.m.eval(); } }\n'],
    ['a layer', "import * as tf from '@tensorflow/tfjs';\nexport class A extends tf.layers.Layer {}\n"],
    ['a layer that is exported', "export { layers as make } from '@tensorflow/tfjs';\n"],
    ['the default', 'export default function (m) { m.eval(); }\n'],
    ['what is exported as a whole', 'module.exports = function (m) { m.eval(); };\n'],
  ])('%s of another file', (_, text) => {
    expect(reached("import { A, list, make, o } from './1';\nimport whole from './1';\nimport * as all from './1';\nexport const f = (x) => [new A(x), list, make, o.f(), whole(x), all];\n", text)).toBeNull();
  });

  test('through files between', () => {
    expect(reached("import { f } from './1';\nf();\n", "export * from './2';\n", "import { wake } from './3';\nexport const f = () => wake(1);\n", MODULE)).toBeNull();
  });
});

describe('not reached', () => {
  test('methods that nobody names, and functions that nobody imports', () => {
    expect(reached("import { Base } from './1';\nexport class Scale extends Base { run(x) { return x.mul(this.size()); } }\n", MODULE)).toEqual(['constructor', 'size']);
  });

  test('a class that nobody constructs', () => {
    expect(reached("import { size } from './1';\nexport const f = () => size();\n", 'export class A { m = other.eval(); }\nexport const size = () => 1;\n')).toEqual(['size']);
  });

  test('a layer that nobody uses', () => {
    expect(reached("import { size } from './1';\nexport const f = () => size();\n", "import * as tf from '@tensorflow/tfjs';\nexport class A extends tf.layers.Layer {}\nexport const size = () => 1;\n")).toEqual(['size']);
  });

  test('anything where nothing has a mode', () => {
    expect(reached("import { size } from './1';\nexport const f = () => size();\n", 'export const size = () => 1;\n')).toEqual([]);
  });
});

test('in Python everything is', () => {
  const module = lower({ file: 'a.py', text: 'x = 1\n', language: 'python' });
  expect(reachedWithoutModes(module, [module], librariesFor('python'))).toBeNull();
});
