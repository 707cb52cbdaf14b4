// What the texts of a project show of a file without an analysis is never less than what the analysis would come to.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { mayBeSource, shownByTexts } from '../../src/project/apart.ts';
import { isModeSource } from '../../src/project/mode-sources.ts';

const libraries = librariesFor('typescript');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What is told of `name` in a project of these files; the files that it rests on by their names in there. */
function told(files: Readonly<Record<string, string>>, name: string): { readonly running: readonly string[] | null; readonly all: readonly string[] | null } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modeguard-apart-')));
  folders.push(folder);
  for (const [file, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const { running, all } = shownByTexts(join(folder, name), files[name]!, libraries);
  const within = (paths: readonly string[] | null): readonly string[] | null => paths?.map((path) => path.slice(folder.length + 1)).sort() ?? null;
  return { running: within(running), all: within(all) };
}

const TF = "import * as tf from '@tensorflow/tfjs';\n";
const LAYERS = `${TF}export const build = () => tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5 })] });\n`;
const MATH = `${TF}export const square = (x: tf.Tensor) => tf.tidy(() => tf.square(x));\n`;
const RUNS = `${TF}export const run = (m: { predict(x: tf.Tensor): tf.Tensor }, x: tf.Tensor) => m.predict(tf.square(x));\n`;

describe('a file of a project', () => {
  test('is apart with all that it imports', () => {
    const use = `${TF}import { square } from './math';\nexport const twice = (x: tf.Tensor) => square(square(x));\n`;
    expect(told({ 'use.ts': use, 'math.ts': MATH }, 'use.ts')).toEqual({ running: ['math.ts'], all: ['math.ts'] });
  });

  test('may come to a layer by what it imports through others', () => {
    const use = `${TF}import { build } from './index';\nexport const model = build();\n`;
    expect(told({ 'use.ts': use, 'index.ts': "export * from './net';\n", 'net.ts': LAYERS }, 'use.ts')).toEqual({ running: null, all: null });
    expect(told({ 'use.ts': use, 'index.ts': "export { square as build } from './net';\n", 'net.ts': MATH }, 'use.ts')).toEqual({ running: ['index.ts', 'net.ts'], all: ['index.ts', 'net.ts'] });
  });

  test('may be handed a network by a file that imports it, if it calls anything', () => {
    const main = `import { build } from './net';\nimport { run } from './run';\nexport const out = (x: never) => run(build(), x);\n`;
    expect(told({ 'run.ts': RUNS, 'main.ts': main, 'net.ts': LAYERS }, 'run.ts')).toEqual({ running: [], all: null });
    expect(told({ 'run.ts': RUNS, 'main.ts': main.replace('./net', './math'), 'math.ts': MATH }, 'run.ts')).toEqual({ running: [], all: ['main.ts', 'math.ts'] });
    expect(told({ 'run.ts': MATH, 'main.ts': main, 'net.ts': LAYERS }, 'run.ts')).toEqual({ running: [], all: [] });
  });

  test('calls `fit` of something else where nobody imports layers', () => {
    const scaler = 'export class Scaler { fit(x: number[]): this { return this; } }\nexport const scaled = new Scaler().fit([1]);\n';
    expect(told({ 'scaler.ts': scaler }, 'scaler.ts').all).toEqual([]);
    expect(told({ 'scaler.ts': scaler, 'net.ts': LAYERS, 'main.ts': "import './scaler';\nimport { build } from './net';\nbuild();\n" }, 'scaler.ts').all).toBeNull();
  });

  test('may import what its text does not tell', () => {
    for (const load of ['const name = `./net`;\nexport const net = await import(name);\nimport(`./net`);\n', "export const net = await import(/* webpackChunkName: 'net' */ './net');\n", "import { build } from './n\\u0065t';\nbuild();\n", "export const net = require?.('./net');\n"]) {
      expect(told({ 'use.ts': `${TF}${load}`, 'net.ts': LAYERS }, 'use.ts')).toEqual({ running: null, all: null });
    }
  });

  test('that is no file on disk may be anything', () => {
    expect(shownByTexts('a.ts', RUNS, libraries)).toEqual({ running: null, all: null });
  });
});

test.each<[string, string]>([
  ['tensors', MATH],
  ['types', `${TF}export const f = (m: tf.Tensor, n: tf.io.ModelArtifacts) => [m, n];\n`],
  ['named functions', "import { tidy, type Tensor, matMul as mm } from '@tensorflow/tfjs';\nexport const f = (a: Tensor) => tidy(() => mm(a, a));\n"],
  ['comments', `/**\n * \`tf.layers\` in training, from \`tf\`\n */\n${MATH}// model.eval(), import('./x')\n`],
  ['a package of another name', "import * as tf from '@tensorflow/tfjs-vis';\nexport const f = (g) => g(tf, 'layers');\n"],
])('%s are told by the text', (_, text) => {
  expect(mayBeSource('a.ts', text, libraries)).toBe(false);
});

test('every case that is a source is one by its text', () => {
  const root = fileURLToPath(new URL('../../../../fixtures/cases', import.meta.url));
  const cases = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(cases.length).toBeGreaterThan(100);
  for (const name of cases) {
    const [file, text] = [join(root, name), readFileSync(join(root, name), 'utf8')];
    if (!mayBeSource(file, text, libraries)) expect([name, isModeSource(lower({ file, text, language: 'typescript' }), libraries)]).toEqual([name, false]);
  }
});
