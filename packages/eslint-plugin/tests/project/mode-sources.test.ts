// Which files bring in something that has a mode, by what they do with what they import.
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { mayBeSource } from '../../src/project/apart.ts';
import { isModeSource } from '../../src/project/mode-sources.ts';

function ask(text: string): boolean {
  return isModeSource(lower({ file: 'a.ts', text, language: 'typescript' }), librariesFor('typescript'));
}

describe('a source', () => {
  test.each<[string, string]>([
    ['a layer of a namespace', "import * as tf from '@tensorflow/tfjs';\nexport const l = tf.layers.dense({ units: 1 });\n"],
    ['a layer in a function', "import * as tf from '@tensorflow/tfjs';\nexport const f = () => { const m = tf.sequential(); return m; };\n"],
    ['of a package that has another name for them', "import * as tf from '@tensorflow/tfjs-node';\nexport const f = () => tf.layers;\n"],
    ['a named import', "import { layers } from '@tensorflow/tfjs';\nlayers;\n"],
    ['a base class', "import * as tf from '@tensorflow/tfjs';\nexport class L extends tf.layers.Layer {}\n"],
    ['a namespace that is handed on', "import * as tf from '@tensorflow/tfjs';\nexport const f = (g) => g(tf);\n"],
    ['one that gets another name', "import * as tf from '@tensorflow/tfjs';\nconst t = tf;\nt;\n"],
    ['one that is taken apart', "import * as tf from '@tensorflow/tfjs';\nconst { layers } = tf;\nlayers;\n"],
    ['one that is exported', "import * as tf from '@tensorflow/tfjs';\nexport { tf };\n"],
    ['all that a library exports', "export * from '@tensorflow/tfjs';\n"],
    ['import()', "export const load = async () => await import('@tensorflow/tfjs');\n"],
    ['require', "const tf = require('@tensorflow/tfjs');\nmodule.exports = tf;\n"],
    ['a mode that is set', 'export function f(m) { m.eval(); }\n'],
    ['a mode method that is looked up', 'export function f(m) { m.eval; }\n'],
    ['a flag that is written', 'export function f(m) { m.training = false; }\n'],
    ['an option', 'export const f = (m, x) => m.apply(x, { training: true });\n'],
    ['a flag of a class whose base is not in sight', "import { Base } from './base';\nexport class A extends Base { f() { this.training = true; } }\n"],
    ['a guard', "import { withMode } from '@modeguard/runtime-guard';\nexport const f = (m) => withMode(m, 'eval', () => 1);\n"],
    ['a scope', "import { noGrad } from '@modeguard/engine';\nnoGrad(() => 1);\n"],
    ['an optimiser', "import { Adam } from '@modeguard/engine/optim';\nexport const f = (p) => new Adam(p);\n"],
  ])('%s', (_, text) => {
    expect(ask(text)).toBe(true);
    // What counts in the lowered file counts by its text.
    expect(mayBeSource('a.ts', text, librariesFor('typescript'))).toBe(true);
  });
});

describe('no source', () => {
  test.each<[string, string]>([
    ['tensors of a namespace', "import * as tf from '@tensorflow/tfjs';\nexport const f = (a, b) => tf.tidy(() => tf.matMul(a, b));\n"],
    ['random numbers', "import * as tf from '@tensorflow/tfjs';\nexport const f = () => tf.randomNormal([1]);\n"],
    ['named functions', "import { tidy, matMul } from '@tensorflow/tfjs';\nexport const f = (a, b) => tidy(() => matMul(a, b));\n"],
    ['types', "import * as tf from '@tensorflow/tfjs';\nexport const f = (m: tf.LayersModel) => m;\n"],
    ['a forward pass of who knows what', 'export const f = (m, x) => m.forward(x).backward();\n'],
    ['a field of a class of its own', 'export class A { constructor() { this.training = true; } }\n'],
    ['a flag that is read', 'export const f = (m) => m.training;\n'],
    ['what is built in', "export const f = (o) => Object.freeze(Object.entries(o).concat(Array.from(Object.keys(o)), JSON.parse('[]'), structuredClone(o)));\n"],
  ])('%s', (_, text) => {
    expect(ask(text)).toBe(false);
  });
});

test('in Python every file counts', () => {
  expect(isModeSource(lower({ file: 'a.py', text: 'x = 1\n', language: 'python' }), librariesFor('python'))).toBe(true);
});
