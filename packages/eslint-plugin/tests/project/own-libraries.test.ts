// Library models of one's own: in the settings, in a file of the project, in a package; and what is said of one that is wrong.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, onTestFinished, test } from 'vitest';
import plugin from '../../src/index.ts';
import { projectLibraries, readLibraries } from '../../src/project/own-libraries.ts';

const model = (name: string): object => ({ name, language: 'python', packages: [name], classes: [{ path: `${name}.Drop`, kind: 'module', sensitive: 'yes', effect: 'random', source: `${name}.py` }] });
const program = (name: string): string => `import torch\nfrom ${name} import Drop\nfrom torch import nn\n\nmodel = nn.Sequential(nn.Linear(4, 3), Drop())\nwith torch.no_grad():\n    print(model(torch.ones(1, 4)).argmax(1))\n`;

function makeTree(files: Readonly<Record<string, unknown>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'modeguard-libraries-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries({ '.git/HEAD': 'ref: x\n', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

async function lint(root: string, file: string, settings?: object): Promise<readonly string[]> {
  const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [...plugin.configs.recommended, ...(settings === undefined ? [] : [{ settings: { modeguard: settings } }])] });
  const results = await eslint.lintFiles([file]);
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

const FOUND = ['modeguard/no-train-mode-inference'];

describe('modeguard.json in the project', () => {
  test('counts for every file below it, and is read again when it changes', async () => {
    const root = makeTree({ 'src/deep/a.py': program('ours') });
    expect(await lint(root, 'src/deep/a.py')).toEqual([]);
    writeFileSync(join(root, 'modeguard.json'), JSON.stringify({ libraries: [model('ours')] }));
    expect(await lint(root, 'src/deep/a.py')).toEqual(FOUND);
    writeFileSync(join(root, 'modeguard.json'), JSON.stringify({ libraries: [] }));
    expect(await lint(root, 'src/deep/a.py')).toEqual([]);
  });
  test('is read again when a file that it names changes', () => {
    const root = makeTree({ 'a.py': '', 'modeguard.json': { libraries: ['./models/theirs.json'] }, 'models/theirs.json': model('theirs') });
    const names = (): readonly string[] => projectLibraries(join(root, 'a.py')).map((item) => item.name);
    expect(names()).toEqual(['theirs']);
    const first = projectLibraries(join(root, 'a.py'));
    expect(projectLibraries(join(root, 'a.py'))).toBe(first);
    writeFileSync(join(root, 'models/theirs.json'), JSON.stringify(model('changed')));
    expect(names()).toEqual(['changed']);
  });
  test('is refused where it names itself', () => {
    const root = makeTree({ 'a.py': '', 'modeguard.json': { libraries: ['./other.json'] }, 'other.json': { libraries: ['./modeguard.json'] } });
    expect(() => projectLibraries(join(root, 'a.py'))).toThrow(/modeguard\.json names itself, by way of .*other\.json\. Take the entry out/);
  });
  test('may hold one model, paths from its own folder, and names of packages', async () => {
    const root = makeTree({
      'a.py': program('ours'), 'b.py': program('theirs'), 'c.py': program('packed'),
      'modeguard.json': { libraries: [model('ours'), './models/theirs.json', 'packed-models'] },
      'models/theirs.json': model('theirs'),
      'node_modules/packed-models/package.json': { name: 'packed-models', version: '1.0.0' },
      'node_modules/packed-models/modeguard.json': { libraries: [model('packed')] },
    });
    for (const file of ['a.py', 'b.py', 'c.py']) expect(await lint(root, file), file).toEqual(FOUND);
  });
  test('the nearest counts, and none above the root of the repository', () => {
    const root = makeTree({ 'modeguard.json': { libraries: [model('outer')] }, 'sub/modeguard.json': { libraries: [model('inner')] }, 'other/.git/HEAD': 'x', 'other/a.py': '' });
    expect(projectLibraries(join(root, 'sub', 'a.py')).map((item) => item.name)).toEqual(['inner']);
    expect(projectLibraries(join(root, 'a.py')).map((item) => item.name)).toEqual(['outer']);
    expect(projectLibraries(join(root, 'other', 'a.py'))).toEqual([]);
  });
  test('gives the same array while nothing changes', () => {
    const root = makeTree({ 'modeguard.json': { libraries: [model('ours')] } });
    expect(projectLibraries(join(root, 'a.py'))).toBe(projectLibraries(join(root, 'src', 'b.py')));
  });
});

describe('settings.modeguard.libraries', () => {
  test('takes paths from where ESLint runs, beside the file of the project', async () => {
    const root = makeTree({ 'a.py': program('theirs'), 'b.py': program('ours'), 'theirs.json': model('theirs'), 'modeguard.json': model('ours') });
    const settings = { libraries: ['theirs.json'] };
    expect(await lint(root, 'a.py', settings)).toEqual(FOUND);
    expect(await lint(root, 'b.py', settings)).toEqual(FOUND);
    expect(await lint(root, 'a.py')).toEqual([]);
  });
});

describe('a model that is wrong is refused with its place', () => {
  test.each<readonly [string, unknown, RegExp]>([
    ['no array', { libraries: 7 }, /modeguard\.json: libraries must be an array/],
    ['a misspelt field', { libraries: [{ ...model('x'), clases: [] }] }, /modeguard\.json: libraries\[0\][\s\S]*clases/],
    ['a row without a source', { libraries: [{ ...model('x'), classes: [{ path: 'x.A', kind: 'module' }] }] }, /modeguard\.json: libraries\[0\][\s\S]*classes\.0\.source/],
    ['another key', { libraries: [], rules: {} }, /modeguard\.json has a key "rules", which is not a setting/],
    ['no JSON', '{"libraries": [', /modeguard\.json is not valid JSON: line 1, column 16: Unexpected end\./],
    ['JSON with a fault in the middle', '{\n  "libraries": [nil]\n}', /modeguard\.json is not valid JSON: line 2, column 18: Unexpected token 'i'\./],
    ['a file that is not there', { libraries: ['./missing.json'] }, /modeguard\.json: libraries\[0\] names the file .*missing\.json, which does not exist/],
    ['a package that is not there', { libraries: ['no-such-models'] }, /modeguard\.json: libraries\[0\] names the package "no-such-models"/],
    ['no model at all', 7, /modeguard\.json is not valid/],
  ])('%s', async (_, content, message) => {
    const root = makeTree({ 'a.py': program('x'), 'modeguard.json': content });
    await expect(lint(root, 'a.py')).rejects.toThrow(message);
  });
  test('in a file that the settings name', () => {
    const root = makeTree({ 'bad.json': { ...model('x'), language: 'ruby' } });
    expect(() => readLibraries(['bad.json'], 'settings.modeguard.libraries', root)).toThrow(/bad\.json is not valid:\n\s+language/);
  });
});
