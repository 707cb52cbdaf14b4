// Enforces the import table of DESIGN.md: which folder of the plugin may import from which, that only the ESLint folder knows
// ESLint, and that the packages do not know one another.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const packages = join(root, 'packages');

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  source: [],
  ir: ['source'],
  dataflow: ['ir'],
  'frontends/typescript': ['source', 'ir'],
  'frontends/python': ['source', 'ir'],
  // A model's language is a type of the IR; nothing else of it is used.
  libraries: ['source', 'ir'],
  domains: ['dataflow', 'libraries', 'ir', 'source'],
  interpret: ['ir', 'dataflow', 'domains', 'libraries', 'source'],
  project: ['source', 'ir', 'interpret', 'libraries'],
  report: ['source', 'analyze.ts', 'domains', 'interpret'],
  rules: ['interpret', 'report', 'analyze.ts', 'domains'],
  'analyze.ts': ['source', 'ir', 'frontends/typescript', 'frontends/python', 'libraries', 'interpret', 'project'],
  debug: ['source', 'ir', 'domains', 'interpret', 'project', 'analyze.ts'],
  eslint: ['debug', 'source', 'ir', 'dataflow', 'frontends/typescript', 'frontends/python', 'libraries', 'domains', 'interpret', 'project', 'report', 'rules', 'analyze.ts'],
  'index.ts': ['eslint', 'rules'],
};

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"]*?from\s*'([^']+)'|^import '([^']+)'/gm)].map((match) => (match[1] ?? match[2])!);
}

function areaOf(path: string): string {
  const parts = path.split(sep);
  return parts[0] === 'frontends' ? parts.slice(0, 2).join('/') : parts[0]!;
}

describe('the plugin', () => {
  const src = join(packages, 'eslint-plugin', 'src');
  const files = filesUnder(src);

  test.each(files.map((file) => [relative(src, file).split(sep).join(posix.sep), file]))('%s imports only what its folder may', (_, file) => {
    const area = areaOf(relative(src, file));
    const allowed = MAY_IMPORT[area];
    expect(allowed, `the folder ${area} is not in the import table`).toBeDefined();
    const wrong = importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => areaOf(relative(src, resolve(dirname(file), specifier))))
      .filter((target) => target !== area && !allowed!.includes(target));
    expect(wrong).toEqual([]);
  });

  test('only the ESLint folder and the entry import ESLint', () => {
    const wrong = files.filter((file) => !['eslint', 'index.ts'].includes(areaOf(relative(src, file))) && importsOf(file).some((specifier) => /^(?:eslint|@eslint\/|@typescript-eslint\/)/.test(specifier)));
    expect(wrong).toEqual([]);
  });

  test('only front ends, the pipeline and the resolution of imports import parsers', () => {
    const wrong = files.filter((file) => !['eslint', 'analyze.ts', 'project', 'frontends/typescript', 'frontends/python'].includes(areaOf(relative(src, file))) && importsOf(file).some((specifier) => /^#?typescript$/.test(specifier) || specifier === 'web-tree-sitter'));
    expect(wrong).toEqual([]);
  });

  test('the dataflow framework stays under 400 lines', () => {
    const lines = filesUnder(join(src, 'dataflow')).reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);
    expect(lines).toBeLessThan(400);
  });
});

test('engine, guard and plugin do not import one another', () => {
  for (const name of ['engine', 'runtime-guard', 'eslint-plugin']) {
    const foreign = filesUnder(join(packages, name, 'src')).flatMap((file) => importsOf(file).filter((specifier) => specifier.startsWith('@modeguard/') || specifier === 'modeguard'));
    expect(foreign).toEqual([]);
  }
});

test('the root manifest can be installed by npm, as pre-commit does', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  for (const field of ['dependencies', 'devDependencies']) for (const version of Object.values(manifest[field] ?? {})) expect(version).not.toMatch(/^(?:workspace|catalog):/);
  for (const script of ['prepare', 'prepack']) expect(manifest['scripts']).not.toHaveProperty(script);
  expect(manifest).not.toHaveProperty('devEngines');
});

test('the engine keeps its layers: memory below the backend below arrays below autograd below operations below modules', () => {
  const src = join(packages, 'engine', 'src');
  // tensor/errors.ts and the types of its neighbours are known everywhere.
  const below: Readonly<Record<string, readonly string[]>> = {
    memory: [],
    backend: ['memory'],
    tensor: ['backend', 'memory'],
    trace: ['tensor'],
    autograd: ['memory', 'tensor', 'trace'],
  };
  for (const [area, allowed] of Object.entries(below)) {
    const wrong = filesUnder(join(src, area)).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('/tensor/errors.ts'))
        .map((specifier) => areaOf(relative(src, resolve(dirname(file), specifier))))
        .filter((target) => target !== area && !allowed.includes(target)),
    );
    expect([...new Set(wrong)], area).toEqual([]);
  }
});
