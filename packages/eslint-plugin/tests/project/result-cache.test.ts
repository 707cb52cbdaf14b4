// Results that are kept on disk: given back while nothing that went into them has changed, and never otherwise.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isKnownQuiet } from '../../src/project/known-quiet.ts';
import { keepNothing, keepResult, keptResult, knownReach, type CacheQuestion } from '../../src/project/result-cache.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const TEXT = 'import net\n';

function project(): { folder: string; question: CacheQuestion; net: string } {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-cache-'));
  folders.push(folder);
  writeFileSync(join(folder, 'pyproject.toml'), '');
  writeFileSync(join(folder, 'main.py'), TEXT);
  writeFileSync(join(folder, 'net.py'), 'x = 1\n');
  return { folder, question: { file: join(folder, 'main.py'), text: TEXT, language: 'python', settings: [] }, net: join(folder, 'net.py') };
}

const entriesOf = (folder: string): readonly string[] => readdirSync(join(folder, '.modeguard_cache')).filter((name) => name.endsWith('.json'));

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
    expect(keptResult({ ...question, text: `${TEXT}# edited\n` })).toBeUndefined();
    expect(keptResult({ ...question, settings: [{ name: 'own' }] })).toBeUndefined();
    expect(keptResult(question)).toEqual([]);
    writeFileSync(net, 'x = 2\ny = 3\n');
    expect(keptResult(question)).toBeUndefined();
  });

  test('without findings says that the file is quiet, and one with findings does not', () => {
    const { question, net } = project();
    expect(isKnownQuiet(question.file)).toBe(false);
    keepResult(question, [net], [{ rule: 'a' }]);
    expect(isKnownQuiet(question.file)).toBe(false);
    keepResult(question, [net], []);
    expect(isKnownQuiet(question.file)).toBe(true);
    writeFileSync(question.file, `${TEXT}# edited\n`);
    expect(isKnownQuiet(question.file)).toBe(false);
    expect(isKnownQuiet(join(net, 'is-no-folder.py'))).toBe(false);
  });

  test('that the text alone decides holds whatever becomes of other files', () => {
    const { folder, question, net } = project();
    keepNothing(question);
    expect(keptResult(question)).toEqual([]);
    expect(isKnownQuiet(question.file)).toBe(true);
    writeFileSync(net, 'x = 3\n');
    writeFileSync(join(folder, 'other.py'), 'import main\n');
    expect(keptResult(question)).toEqual([]);
    expect(keptResult({ ...question, text: `${TEXT}# edited\n` })).toBeUndefined();
    expect(keptResult({ ...question, settings: [{ name: 'own' }] })).toBeUndefined();
    keepNothing({ ...question, text: `${TEXT}# not saved\n` });
    expect(keptResult(question)).toEqual([]);
  });

  test('tells files that it imports what it looks into', () => {
    const { question, net } = project();
    const ofNet = knownReach({ ...question, file: net, text: 'x = 1\n' });
    expect(ofNet(question.file)).toBeNull();
    keepResult(question, [net], [], { files: [net], steps: 7 });
    expect(ofNet(question.file)).toEqual({ reach: { files: [net], steps: 7 }, dependencies: [net] });
    keepResult(question, [net], []);
    expect(ofNet(question.file)).toBeNull();
    keepResult(question, [net], [], { files: [net], steps: 7 });
    writeFileSync(question.file, `${TEXT}# edited\n`);
    expect(ofNet(question.file)).toBeNull();
    expect(ofNet(join(net, 'is-no-folder.py'))).toBeNull();
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
