// Results that are kept on disk: given back while nothing that went into them has changed, and never otherwise.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { knownQuiet } from '../../src/eslint/known-quiet.ts';
import { lower } from '../../src/analyze.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import * as cache from '../../src/project/result-cache.ts';
import type { UsedParts } from '../../src/project/used-parts.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const TEXT = 'import net\n';

function project(): { folder: string; question: cache.CacheQuestion; net: string } {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-cache-'));
  folders.push(folder);
  writeFileSync(join(folder, 'pyproject.toml'), '');
  writeFileSync(join(folder, 'main.py'), TEXT);
  writeFileSync(join(folder, 'net.py'), 'x = 1\n');
  return { folder, question: { file: join(folder, 'main.py'), text: TEXT, language: 'python', lower: (file, text) => lower({ file, text, language: 'python' }), libraries: librariesFor('python', []), settings: [] }, net: join(folder, 'net.py') };
}

const keptResult = (question: cache.CacheQuestion, digests: Readonly<Record<string, string>> = {}): unknown => cache.keptResult(question, (importer) => digests[importer] ?? null);

function keepResult(question: cache.CacheQuestion, files: readonly string[], result: unknown, { used = 'all', views = {} }: { used?: UsedParts; views?: Readonly<Record<string, string>> } = {}): void {
  cache.keepResult(question, { dependencies: new Map(files.map((file) => [file, used])), views: new Map(Object.entries(views)) }, result);
}

const entriesOf = (folder: string): readonly string[] => readdirSync(join(folder, '.modeguard_cache')).filter((name) => name.endsWith('.json'));

const isQuiet = (file: string): boolean => knownQuiet([file]).has(file);

describe('a kept result', () => {
  test('is given back for the same question, and the folder is none of git', () => {
    const { folder, question, net } = project();
    expect(keptResult(question)).toBeUndefined();
    keepResult(question, [net], [{ rule: 'a' }]);
    expect(keptResult(question)).toEqual([{ rule: 'a' }]);
    expect(new Set(readdirSync(join(folder, '.modeguard_cache')))).toEqual(new Set(['.gitignore', entriesOf(folder)[0]]));
  });

  test('is not given back when the text, a dependency or the settings have changed', () => {
    const { question, net } = project();
    keepResult(question, [net], []);
    expect(keptResult({ ...question, text: `${TEXT}edited = 1\n` })).toBeUndefined();
    expect(keptResult({ ...question, settings: [{ name: 'own' }] })).toBeUndefined();
    expect(keptResult(question)).toEqual([]);
    writeFileSync(net, 'x = 2\ny = 3\n');
    expect(keptResult(question)).toBeUndefined();
  });

  test('without findings says that the file is quiet, and one with findings does not', () => {
    const { question, net } = project();
    expect(isQuiet(question.file)).toBe(false);
    keepResult(question, [net], [{ rule: 'a' }]);
    expect(isQuiet(question.file)).toBe(false);
    keepResult(question, [net], []);
    expect(isQuiet(question.file)).toBe(true);
    writeFileSync(question.file, `${TEXT}edited = 1\n`);
    expect(isQuiet(question.file)).toBe(false);
    expect(isQuiet(join(net, 'is-no-folder.py'))).toBe(false);
  });

  test('that the text alone decides holds whatever becomes of other files', () => {
    const { folder, question, net } = project();
    cache.keepNothing(question);
    expect(keptResult(question)).toEqual([]);
    expect(isQuiet(question.file)).toBe(true);
    writeFileSync(net, 'x = 3\n');
    writeFileSync(join(folder, 'other.py'), 'import main\n');
    expect(keptResult(question)).toEqual([]);
    expect(keptResult({ ...question, text: `${TEXT}edited = 1\n` })).toBeUndefined();
    expect(keptResult({ ...question, settings: [{ name: 'own' }] })).toBeUndefined();
    cache.keepNothing({ ...question, text: `${TEXT}# not saved\n` });
    expect(keptResult(question)).toEqual([]);
  });

  test('outlives comments, where it tells no place in the file', () => {
    const { question, net } = project();
    keepResult(question, [net], []);
    expect(keptResult({ ...question, text: `# a comment\n\n${TEXT}` })).toEqual([]);
    writeFileSync(net, '# a comment\nx = 1\n');
    expect(keptResult(question)).toEqual([]);
    keepResult(question, [net], [{ rule: 'a' }]);
    expect(keptResult({ ...question, text: `# a comment\n${TEXT}` })).toBeUndefined();
    keepResult(question, [net], [{ rule: 'a', at: net }]);
    writeFileSync(net, '# another\nx = 1\n');
    expect(keptResult(question)).toBeUndefined();
  });

  test('outlives edits of functions that were not used', () => {
    const { question, net } = project();
    const text = (a: string, b: string): string => `def a():\n    return ${a}\n\ndef b():\n    return ${b}\n`;
    writeFileSync(net, text('1', '2'));
    keepResult(question, [net], [], { used: new Set(['a']) });
    writeFileSync(net, text('1', '3 + 4'));
    expect(keptResult(question)).toEqual([]);
    writeFileSync(net, text('10', '2'));
    expect(keptResult(question)).toBeUndefined();
    writeFileSync(net, `${text('1', '2')}c = a()\n`);
    expect(keptResult(question)).toBeUndefined();
  });

  test('depends on what importers show, and not on their texts', () => {
    const { question, net } = project();
    keepResult(question, [], [], { views: { [net]: 'a digest' } });
    writeFileSync(net, 'import main\nx = 2\n');
    writeFileSync(net, 'x = 2\n');
    expect(keptResult(question, { [net]: 'a digest' })).toEqual([]);
    expect(keptResult(question, { [net]: 'another' })).toBeUndefined();
    expect(keptResult(question)).toBeUndefined();
  });

  test('is as if there were none when the entry is damaged', () => {
    const { folder, question, net } = project();
    keepResult(question, [net], []);
    const [entry] = entriesOf(folder);
    const path = join(folder, '.modeguard_cache', entry!);
    for (const damage of ['', '{', 'null', '[]', readFileSync(path, 'utf8').slice(0, 40)]) {
      writeFileSync(path, damage);
      expect(keptResult(question)).toBeUndefined();
    }
  });

  test('lies in node_modules where there is one', () => {
    const { folder, question, net } = project();
    mkdirSync(join(folder, 'node_modules'));
    keepResult(question, [net], []);
    expect(readdirSync(join(folder, 'node_modules', '.cache', 'modeguard'))).toHaveLength(2);
  });
});

describe('nothing is kept', () => {
  test('of a text that is not saved', () => {
    const { question } = project();
    const unsaved = { ...question, text: 'import other\n' };
    keepResult(unsaved, [], []);
    expect(keptResult(unsaved)).toBeUndefined();
  });

  test('where the folder cannot be made', () => {
    const { folder, question, net } = project();
    writeFileSync(join(folder, '.modeguard_cache'), 'a file');
    expect(() => keepResult(question, [net], [])).not.toThrow();
    expect(keptResult(question)).toBeUndefined();
  });
});
