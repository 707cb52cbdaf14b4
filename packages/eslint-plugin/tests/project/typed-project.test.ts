// With typed linting the program decides where imports lead: its options, path mappings and project references. Where the layout alone leads somewhere
// too, it is to the same file.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { resolutionByLayout, resolved } from '../../src/project/resolution.ts';
import { TypedProject } from '../../src/project/typed-project.ts';
import { RULES } from '../../src/rules/registry.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string | object>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modeguard-typed-')));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
  }
  return folder;
}

/** The program of a configuration, as a build makes it. */
function programOf(folder: string, config: string): ts.Program {
  const host: ts.ParseConfigFileHost = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => expect.fail(String(diagnostic.messageText)) };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(folder, config), {}, host)!;
  return ts.createProgram({ rootNames: parsed.fileNames, options: parsed.options, ...(parsed.projectReferences === undefined ? {} : { projectReferences: parsed.projectReferences }) });
}

const NET = "import { nn, type Tensor } from '@modeguard/engine';\nexport class Net extends nn.Module {\n  drop = new nn.Dropout(0.5);\n  override forward(x: Tensor): Tensor {\n    return this.drop.call(x);\n  }\n}\n";
const use = (specifier: string): string => `import { noGrad, ones } from '@modeguard/engine';\nimport { Net } from '${specifier}';\nconst model = new Net();\nconsole.log(noGrad(() => model.call(ones(1)).item()));\n`;
const STRICT = { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true, types: [] };
const NODE = { target: 'es2022', module: 'nodenext', strict: true, types: [] };

function findings(folder: string, name: string, text: string, typed: TypedProject | null): readonly string[] {
  const analysis = analyze({ file: join(folder, name), text, language: 'typescript', ...(typed === null ? {} : { project: typed }) });
  return RULES.flatMap((rule) => rule.judge(analysis).map((finding) => `${finding.rule} ${finding.certainty}`));
}

describe('an import leads to the same file with and without types', () => {
  test.each<[string, string, string, Record<string, string | object>]>([
    ['.js that is written for .ts', './net.js', 'src/net.ts', { 'tsconfig.json': { compilerOptions: STRICT, include: ['src'] } }],
    ['.ts', './net.ts', 'src/net.ts', { 'tsconfig.json': { compilerOptions: { ...STRICT, allowImportingTsExtensions: true }, include: ['src'] } }],
    ['without an extension', './net', 'src/net.ts', { 'tsconfig.json': { compilerOptions: STRICT, include: ['src'] } }],
    ['a path without a base', '@app/net', 'src/net.ts', { 'tsconfig.json': { compilerOptions: { ...STRICT, paths: { '@app/*': ['./src/*'] } }, include: ['src'] } }],
    ['a path of a configuration that is extended', '@app/net', 'src/net.ts', { 'config/base.json': { compilerOptions: { ...STRICT, paths: { '@app/*': ['../src/*'] } } }, 'tsconfig.json': { extends: './config/base.json', include: ['src'] } }],
    ['`imports` of the package', '#net', 'src/net.ts', { 'package.json': { name: 'app', type: 'module', imports: { '#net': './src/net.ts' } }, 'tsconfig.json': { compilerOptions: { ...NODE, noEmit: true, allowImportingTsExtensions: true }, include: ['src'] } }],
    ['`exports` of the package itself, by the condition of `import`', 'app/net', 'src/net.ts', { 'package.json': { name: 'app', type: 'module', exports: { './net': { require: './absent.cjs', import: './src/net.ts' } } }, 'tsconfig.json': { compilerOptions: { ...NODE, noEmit: true, allowImportingTsExtensions: true }, include: ['src'] } }],
  ])('%s', (_, specifier, target, config) => {
    const folder = project({ ...config, 'src/net.ts': NET, 'src/main.ts': use(specifier) });
    const typed = TypedProject.of(programOf(folder, 'tsconfig.json'));
    const main = join(folder, 'src/main.ts');
    expect(resolved(typed, main, specifier)).toBe(normalize(join(folder, target)));
    expect(resolved(resolutionByLayout('typescript'), main, specifier)).toBe(normalize(join(folder, target)));
    expect(findings(folder, 'src/main.ts', use(specifier), typed)).toEqual(['no-train-mode-inference definite']);
    expect(findings(folder, 'src/main.ts', use(specifier), null)).toEqual(['no-train-mode-inference definite']);
  });

  test('what only declares, and what is installed, is a library', () => {
    const folder = project({
      'tsconfig.json': { compilerOptions: STRICT, include: ['src'] },
      'src/declared.d.ts': 'export declare class Net { call(x: unknown): unknown }\n',
      'node_modules/installed/package.json': { name: 'installed', types: 'index.d.ts', main: 'index.js' },
      'node_modules/installed/index.d.ts': 'export declare class Net {}\n',
      'node_modules/installed/index.js': 'exports.Net = class {};\n',
      'node_modules/untyped/package.json': { name: 'untyped', main: 'index.js' },
      'node_modules/untyped/index.js': 'exports.Net = class {};\n',
      'src/main.ts': "import './declared';\nimport 'installed';\nimport 'untyped';\n",
    });
    const typed = TypedProject.of(programOf(folder, 'tsconfig.json'));
    for (const specifier of ['./declared', 'installed', 'untyped', 'absent', './absent', 'node:fs', '']) {
      expect(resolved(typed, join(folder, 'src/main.ts'), specifier), specifier).toBeNull();
      expect(resolved(resolutionByLayout('typescript'), join(folder, 'src/main.ts'), specifier), specifier).toBeNull();
    }
  });

  test('a JavaScript file, of which the program knows nothing', () => {
    const folder = project({ 'tsconfig.json': { compilerOptions: STRICT, include: ['src'] }, 'src/net.js': NET.replace(', type Tensor', '').replace('override ', '').replaceAll(': Tensor', ''), 'src/main.ts': use('./net.js'), 'tools/run.ts': use('../src/net.js') });
    const typed = TypedProject.of(programOf(folder, 'tsconfig.json'));
    for (const name of ['src/main.ts', 'tools/run.ts']) expect(findings(folder, name, use(name === 'src/main.ts' ? './net.js' : '../src/net.js'), typed)).toEqual(['no-train-mode-inference definite']);
  });
});

describe('the program knows more', () => {
  test('a path of a configuration that is not the nearest tsconfig.json', () => {
    const folder = project({ 'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] }, 'tsconfig.app.json': { compilerOptions: { ...STRICT, composite: true, paths: { '@app/*': ['./src/*'] } }, include: ['src'] }, 'src/net.ts': NET, 'src/main.ts': use('@app/net') });
    const typed = TypedProject.of(programOf(folder, 'tsconfig.app.json'));
    expect(findings(folder, 'src/main.ts', use('@app/net'), typed)).toEqual(['no-train-mode-inference definite']);
  });

  test('callers that import by such a path', () => {
    const predict = "import { noGrad, type nn, type Tensor } from '@modeguard/engine';\nexport function predict(model: nn.Module, x: Tensor): number {\n  return noGrad(() => model.call(x).item());\n}\n";
    const folder = project({ '.git/HEAD': '', 'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] }, 'tsconfig.app.json': { compilerOptions: { ...STRICT, composite: true, paths: { '@app/*': ['./src/*'] } }, include: ['src'] }, 'src/predict.ts': predict, 'src/net.ts': NET, 'src/main.ts': "import { ones } from '@modeguard/engine';\nimport { Net } from '@app/net';\nimport { predict } from '@app/predict';\nconsole.log(predict(new Net(), ones(1)));\n" });
    expect(findings(folder, 'src/predict.ts', predict, TypedProject.of(programOf(folder, 'tsconfig.app.json')))).toEqual(['no-train-mode-inference definite']);
    expect(findings(folder, 'src/predict.ts', predict, null)).toEqual([]);
  });

  const composite = { ...NODE, composite: true, rootDir: './src', outDir: './dist' };
  const workspace = {
    'core/package.json': { name: '@work/core', type: 'module', exports: { './*': { types: './dist/*.d.ts', default: './dist/*.js' } } },
    'core/tsconfig.json': { compilerOptions: { ...composite, paths: { '@inner/*': ['./src/*'] } }, include: ['src'] },
    'core/src/net.ts': "export * from '@inner/deep';\n",
    'core/src/deep.ts': NET,
    'app/package.json': { name: '@work/app', type: 'module' },
    'app/tsconfig.json': { compilerOptions: { ...composite }, include: ['src'], references: [{ path: '../core' }] },
    'app/src/main.ts': use('@work/core/net'),
  };

  test('a referenced project by the name of its package, built or not, with the paths of that project', () => {
    const folder = project(workspace);
    mkdirSync(join(folder, 'app/node_modules/@work'), { recursive: true });
    symlinkSync(join(folder, 'core'), join(folder, 'app/node_modules/@work/core'), 'junction');
    const main = join(folder, 'app/src/main.ts');
    const typed = TypedProject.of(programOf(folder, 'app/tsconfig.json'));
    expect(resolved(typed, main, '@work/core/net')).toBe(join(folder, 'core/src/net.ts'));
    expect(findings(folder, 'app/src/main.ts', use('@work/core/net'), typed)).toEqual(['no-train-mode-inference definite']);
    mkdirSync(join(folder, 'core/dist'));
    for (const name of ['net', 'deep']) writeFileSync(join(folder, `core/dist/${name}.d.ts`), 'export declare class Net {}\n');
    const built = TypedProject.of(programOf(folder, 'app/tsconfig.json'));
    expect(resolved(built, main, '@work/core/net')).toBe(join(folder, 'core/src/net.ts'));
  });

  test('trees that the program has are not made again, those of other texts are not taken', () => {
    const folder = project({ 'tsconfig.json': { compilerOptions: STRICT, include: ['src'] }, 'src/net.ts': NET, 'src/main.ts': use('./net') });
    const program = programOf(folder, 'tsconfig.json');
    const typed = TypedProject.of(program);
    expect(TypedProject.of(program)).toBe(typed);
    expect(typed.treeOf(join(folder, 'src/net.ts'), NET)).toBe(program.getSourceFile(join(folder, 'src/net.ts')));
    expect(typed.treeOf(join(folder, 'src/net.ts'), `${NET}\n`)).toBeUndefined();
    expect(typed.treeOf(join(folder, 'src/absent.ts'), NET)).toBeUndefined();
  });

  test('projects with other options have other keys, the same ones the same', () => {
    const folder = project({ 'tsconfig.json': { compilerOptions: STRICT, include: ['src'] }, 'tsconfig.other.json': { compilerOptions: { ...STRICT, paths: { '@/*': ['./src/*'] } }, include: ['src'] }, 'src/net.ts': NET });
    const keys = ['tsconfig.json', 'tsconfig.json', 'tsconfig.other.json'].map((config) => TypedProject.of(programOf(folder, config)).key);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });
});
