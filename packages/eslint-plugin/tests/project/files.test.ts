// Imports are followed to the files of the project, in both languages, and nothing that lies there can stop the analysis.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { resolvePython } from '../../src/project/resolve-python.ts';
import { resolveTypeScript } from '../../src/project/resolve-typescript.ts';
import { RULES } from '../../src/rules/registry.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-project-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

function findings(folder: string, name: string, text: string): readonly string[] {
  const file = join(folder, name);
  const analysis = analyze({ file, text, language: name.endsWith('.py') ? 'python' : 'typescript' });
  return RULES.flatMap((rule) => rule.judge(analysis).map((finding) => `${finding.rule} ${finding.certainty}: ${finding.why}`));
}

const NET = 'from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.5)\n\n    def forward(self, x):\n        return self.drop(x)\n';
const USE = 'model = Net()\nprint(model(torch.ones(2)).tolist())\n';

describe('Python', () => {
  test.each([
    ['beside the file', 'net.py', 'main.py', 'from net import Net'],
    ['relative', 'pkg/net.py', 'pkg/main.py', 'from .net import Net'],
    ['one folder up', 'pkg/net.py', 'pkg/scripts/main.py', 'from ..net import Net'],
    ['from the root of the project', 'models/net.py', 'scripts/deep/main.py', 'from models.net import Net'],
    ['in src', 'src/models/net.py', 'app/main.py', 'from models.net import Net'],
    ['as a module', 'models/net.py', 'main.py', 'import models.net as n\nNet = n.Net'],
    ['a file of the package', 'pkg/net.py', 'pkg/main.py', 'from . import net\nNet = net.Net'],
  ])('%s', (_, at, main, line) => {
    const folder = project({ [at]: NET, 'pyproject.toml': '' });
    expect(findings(folder, main, `import torch\n${line}\n${USE}`).map((text) => text.split(':')[0])).toEqual(['no-train-mode-inference definite']);
  });

  test('through the index of a package, by name and with a star', () => {
    const folder = project({ 'models/net.py': NET, 'models/__init__.py': 'from .net import *\n', 'named/__init__.py': 'from models.net import Net\n', 'setup.py': '' });
    expect(findings(folder, 'main.py', `import torch\nfrom models import Net\n${USE}`)).toHaveLength(1);
    expect(findings(folder, 'other.py', `import torch\nfrom named import Net\n${USE}`)).toHaveLength(1);
    expect(findings(folder, 'third.py', `import torch\nfrom models import *\n${USE}`)).toHaveLength(1);
  });

  test('the message names the file in which the layer is', () => {
    const folder = project({ 'net.py': NET });
    expect(findings(folder, 'main.py', `import torch\nfrom net import Net\n${USE}`)[0]).toContain('`drop` (`nn.Dropout`, line 6 of net.py)');
  });

  test('a table of numbers is not run for each file that imports it', () => {
    const table = (size: number): string => `${NET}TABLE = [${'0, '.repeat(size)}]\n`;
    const main = `import torch\nfrom net import Net\n${USE}`;
    expect(findings(project({ 'net.py': table(1000) }), 'main.py', main)).toHaveLength(1);
    expect(findings(project({ 'net.py': table(30_000) }), 'main.py', main)).toEqual([]);
  });

  test('files that import each other, that cannot be read, that are not Python', () => {
    const folder = project({ 'net.py': `import main\nimport gone\nimport broken\n${NET}`, 'broken.py': 'def (:\n  \0' });
    expect(findings(folder, 'main.py', `import torch\nimport net, broken\nfrom net import Net\n${USE}`)).toHaveLength(1);
  });

  test('what an imported file does when it is the program is not done', () => {
    const folder = project({ 'net.py': `${NET}\nshared = Net()\nif __name__ == '__main__':\n    shared.eval()\n` });
    expect(findings(folder, 'main.py', 'import torch\nfrom net import shared\nprint(shared(torch.ones(2)).tolist())\n').map((text) => text.split(':')[0])).toEqual(['no-train-mode-inference definite']);
  });

  test('a library that a model describes is not looked for', () => {
    const folder = project({ 'torch/nn.py': 'class Dropout: pass\n', 'torch/__init__.py': '' });
    expect(findings(folder, 'main.py', `import torch\n${NET}${USE}`)).toHaveLength(1);
  });

  test('specifiers that no file system takes', () => {
    const folder = project({});
    expect(() => findings(folder, 'main.py', `import torch\nfrom ${'.'.repeat(400)} import x\nimport ${'a'.repeat(9000)}\n${NET}${USE}`)).not.toThrow();
    expect(resolvePython(join(folder, 'main.py'), '....................net')).toBeNull();
  });
});

describe('TypeScript', () => {
  const net = "import { nn, type Tensor } from '@modeguard/engine';\nexport class Net extends nn.Module {\n  readonly drop = new nn.Dropout(0.5);\n  forward(x: Tensor): Tensor { return this.drop.call(x); }\n}\nexport default Net;\n";
  const use = "import { ones } from '@modeguard/engine';\nconst model = new Net();\nconsole.log(model.call(ones(2)).toArray());\n";

  test.each([
    ['with its extension', "import { Net } from './net.ts';"],
    ['as it is called when compiled', "import { Net } from './net.js';"],
    ['without one', "import { Net } from './net';"],
    ['as the default', "import Net from './net.ts';"],
    ['as a namespace', "import * as all from './net.ts';\nconst { Net } = all;"],
    ['through an index', "import { Net } from './models';"],
    ['through a star', "import { Net } from './models/star.ts';"],
    ['by a path of tsconfig.json', "import { Net } from '@/net';"],
  ])('%s', (_, line) => {
    const folder = project({ 'net.ts': net, 'models/index.ts': "export { Net } from '../net.ts';\n", 'models/star.ts': "export * from '../net.ts';\n", 'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }' });
    expect(findings(folder, 'main.ts', `${line}\n${use}`).map((text) => text.split(':')[0])).toEqual(expect.arrayContaining(['no-train-mode-inference definite']));
  });

  test('what is in node_modules is a library', () => {
    const folder = project({ 'node_modules/some-net/index.js': 'module.exports = {};', 'node_modules/some-net/package.json': '{"name":"some-net","main":"index.js"}' });
    expect(resolveTypeScript(join(folder, 'main.ts'), 'some-net')).toBeNull();
  });
});

test('a text that is no file sees no project', () => {
  expect(findings('', 'main.py', `import torch\nfrom net import Net\n${USE}`)).toEqual([]);
});
