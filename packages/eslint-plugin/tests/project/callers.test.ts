// A function is judged by its callers in the project: their modes and scopes reach the file that is linted.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze, lower, settingsOfViews } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { keepViews } from '../../src/project/kept-views.ts';
import { pythonSpecifiers, scriptSpecifiers } from '../../src/project/project-listing.ts';
import { RULES } from '../../src/rules/registry.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-callers-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

function findings(folder: string, name: string, text: string, keepsViews = false): readonly string[] {
  const analysis = analyze({ file: join(folder, name), text, language: name.endsWith('.py') ? 'python' : 'typescript', keepsViews });
  return RULES.flatMap((rule) => rule.judge(analysis).map((finding) => `${finding.rule} ${finding.certainty}`));
}

const NET = 'import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.5)\n\n    def forward(self, x):\n        return self.drop(x)\n';
const PREDICT = 'import torch\n\ndef predict(model, x):\n    with torch.no_grad():\n        return model(x).tolist()\n';
const AWAKE = 'import torch\nfrom net import Net\nfrom predict import predict\nmodel = Net()\nprint(predict(model, torch.ones(2)))\n';
const ASLEEP = AWAKE.replace('model = Net()', 'model = Net().eval()');

describe('Python', () => {
  test('a byte order mark moves no place: a linter has taken it off', () => {
    const mark = '\uFEFF';
    const folder = project({ 'pyproject.toml': '', 'net.py': mark + NET, 'predict.py': mark + PREDICT, 'main.py': mark + AWAKE });
    const analysis = analyze({ file: join(folder, 'predict.py'), text: PREDICT, language: 'python' });
    const found = RULES.flatMap((rule) => rule.judge(analysis));
    expect(found.map(({ span }) => PREDICT.slice(span.start, span.end))).toEqual(['model(x)']);
    expect(found.map(({ what }) => what)).toEqual(['`model(x)` runs in training mode, but its output is used for inference.']);
    const here = analyze({ file: join(folder, 'main.py'), text: AWAKE, language: 'python' });
    expect(RULES.flatMap((rule) => rule.judge(here))).toEqual([]);
  });
  test('nothing without a caller in sight or with right ones, a definite finding with one that is wrong', () => {
    const base = { 'pyproject.toml': '', 'net.py': NET, 'predict.py': PREDICT };
    expect(findings(project(base), 'predict.py', PREDICT)).toEqual([]);
    expect(findings(project({ ...base, 'main.py': AWAKE }), 'predict.py', PREDICT)).toEqual(['no-train-mode-inference definite']);
    expect(findings(project({ ...base, 'main.py': ASLEEP }), 'predict.py', PREDICT)).toEqual([]);
    expect(findings(project({ ...base, 'main.py': ASLEEP, 'bench.py': AWAKE }), 'predict.py', PREDICT)).toEqual(['no-train-mode-inference definite']);
  });

  test('a test is no caller', () => {
    const folder = project({ 'pyproject.toml': '', 'net.py': NET, 'predict.py': PREDICT, 'tests/test_predict.py': AWAKE });
    expect(findings(folder, 'predict.py', PREDICT)).toEqual([]);
  });

  test('through a file between, a package index and a method', () => {
    const method = 'import torch\n\nclass Runner:\n    def __init__(self, model):\n        self.model = model\n\n    def run(self, x):\n        with torch.no_grad():\n            return self.model(x).tolist()\n';
    const folder = project({ 'setup.py': '', 'net.py': NET, 'tools/__init__.py': 'from .runner import Runner\n', 'tools/runner.py': method, 'make.py': 'from tools import Runner\nfrom net import Net\n\ndef make():\n    return Runner(Net())\n', 'main.py': 'import torch\nfrom make import make\nprint(make().run(torch.ones(2)))\n' });
    expect(findings(folder, 'tools/runner.py', method)).toEqual(['no-train-mode-inference definite']);
  });

  test('the text in the editor counts, and a caller that changes', () => {
    const folder = project({ 'pyproject.toml': '', 'net.py': NET, 'predict.py': PREDICT, 'main.py': AWAKE });
    expect(findings(folder, 'predict.py', PREDICT.replace('    with', '    model.eval()\n    with'))).toEqual([]);
    expect(findings(folder, 'predict.py', `# edited\n${PREDICT}`)).toEqual(['no-train-mode-inference definite']);
    expect(findings(folder, 'predict.py', PREDICT)).toEqual(['no-train-mode-inference definite']);
    writeFileSync(join(folder, 'main.py'), ASLEEP);
    expect(findings(folder, 'predict.py', PREDICT)).toEqual([]);
  });

  test('at a key only those are asked of which an earlier run has noted that they look into the file, and quickly', () => {
    const edited = `# edited\n${PREDICT}`;
    const ask = (files: readonly string[], steps: number): readonly string[] => {
      const folder = project({ 'pyproject.toml': '', 'net.py': NET, 'predict.py': PREDICT, 'main.py': AWAKE });
      const question = { language: 'python' as const, lower: (file: string, text: string) => lower({ file, text, language: 'python' }), libraries: librariesFor('python', []), settings: settingsOfViews('python') };
      keepViews(question, join(folder, 'main.py'), { steps, of: new Map(files.map((name) => [join(folder, name), { called: [], isObserved: true }])), from: new Map([[join(folder, 'main.py'), 'all']]) });
      return findings(folder, 'predict.py', edited, true);
    };
    expect(ask(['predict.py'], 100)).toEqual(['no-train-mode-inference definite']);
    expect(ask(['main.py'], 100)).toEqual([]);
    expect(ask(['predict.py'], 1_000_000)).toEqual([]);
  });

  test('what was run as an importer before knows its files all the same', () => {
    const folder = project({ 'pyproject.toml': '', 'net.py': NET, 'predict.py': PREDICT, 'main.py': AWAKE });
    findings(folder, 'net.py', NET);
    const { ingredients, sourceOf } = analyze({ file: join(folder, 'main.py'), text: AWAKE, language: 'python' });
    expect([...ingredients.dependencies.keys()].sort()).toEqual([join(folder, 'net.py'), join(folder, 'predict.py')]);
    expect(sourceOf(join(folder, 'net.py')).text).toBe(NET);
  });

  test('files that import one another', () => {
    const folder = project({ 'pyproject.toml': '', 'net.py': NET, 'predict.py': `import main\n${PREDICT}`, 'main.py': AWAKE });
    expect(findings(folder, 'predict.py', `import main\n${PREDICT}`)).toEqual(['no-train-mode-inference definite']);
  });
});

describe('TypeScript', () => {
  const net = "import { nn, type Tensor } from '@modeguard/engine';\n\nexport class Net extends nn.Module {\n  drop = new nn.Dropout(0.5);\n  forward(x: Tensor): Tensor {\n    return this.drop.call(x);\n  }\n}\n";
  const predict = "import { noGrad, type Tensor } from '@modeguard/engine';\nimport type { Net } from './net.ts';\n\nexport function predict(model: Net, x: Tensor): unknown {\n  return noGrad(() => model.call(x)).toArray();\n}\n";
  const main = "import { ones } from '@modeguard/engine';\nimport { Net } from './net.ts';\nimport { predict } from './predict.ts';\n\nconst model = new Net();\nconsole.log(predict(model, ones([2])));\n";

  test('is judged by its callers too', () => {
    const base = { 'package.json': '{}', 'net.ts': net, 'predict.ts': predict };
    expect(findings(project({ ...base, 'main.ts': main }), 'predict.ts', predict)).toContain('no-train-mode-inference definite');
    expect(findings(project({ ...base, 'main.ts': main.replace('new Net()', 'new Net().eval()') }), 'predict.ts', predict)).toEqual([]);
  });

  test('an index between is none of them', () => {
    const files = { 'package.json': '{}', 'net.ts': net, 'predict.ts': predict, 'index.ts': "export * from './net.ts';\nexport * from './predict.ts';\n", 'main.ts': main.replaceAll(/'\.\/(?:net|predict)\.ts'/g, "'./index.ts'") };
    expect(findings(project(files), 'predict.ts', predict)).toContain('no-train-mode-inference definite');
    expect(findings(project({ ...files, 'main.ts': files['main.ts'].replace('new Net()', 'new Net().eval()') }), 'predict.ts', predict)).toEqual([]);
  });

  test('a file that comes to no mode depends on what it comes to', () => {
    const lib = 'export function wake(m) {\n  m.train();\n}\nexport function size() {\n  return 1;\n}\n';
    const text = "import { size } from './lib.js';\nexport const f = (x) => x.forward(size());\n";
    const folder = project({ 'package.json': '{}', 'lib.js': lib, 'main.js': text });
    const { ingredients } = analyze({ file: join(folder, 'main.js'), text, language: 'typescript' });
    expect([...ingredients.dependencies]).toEqual([[join(folder, 'lib.js'), new Set(['size'])]]);
  });
});

describe('import lines', () => {
  test('of Python', () => {
    const text = 'import a.b as c, d\nfrom . import net\nfrom ..x.y import (one, two as three,  # why\n    four,\n)\n  from late import *\nfrom back import \\\n    slash\n';
    expect(pythonSpecifiers(text)).toEqual(expect.arrayContaining(['a.b', 'd', '.', '.net', '..x.y', '..x.y.one', '..x.y.two', '..x.y.four', 'late', 'back', 'back.slash']));
  });

  test('of TypeScript and JavaScript', () => {
    const text = "import a from './a.js';\nimport './b';\nexport * from '../c';\nconst d = require(\"./d\");\nconst e = await import('./e.ts');\nimport { x,\n y } from './f';\n";
    expect(scriptSpecifiers(text)).toEqual(['./a.js', './b', '../c', './d', './e.ts', './f']);
  });
});
