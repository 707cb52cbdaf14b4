// The crash test as a program: what it fetches, what it says of programs that it reads, and that the same seed gives the same damage.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { damaged, randomBelow } from '../crash-test/damage.mjs';
import { suites } from '../crash-test/suites.mjs';

const tool = resolve(import.meta.dirname, '..', 'crash-test', 'crash-test.mjs');

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-crash-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });

test('programs of both languages, broken ones too, are read, damaged and interpreted', () => {
  const folder = folderWith({ 'a.py': 'import torch\nmodel = torch.nn.Dropout(0.5)\nprint(model(torch.ones(2)).argmax())\n', 'sub/b.tsx': 'const x = <T,>(y: T) => <div>{y}</div>;\n', 'c.js': 'function f( {\n', 'notes.md': 'no program' });
  const { status, stdout } = run('run', '--cut', '2', folder);
  expect(stdout).toMatch(/: \d+ s\n {2}11 texts, \d+ lines, 0\.0 MB, \d+ functions, \d+ with syntax errors; \d+ interpreted, \d+ findings; 0 failed\n/);
  expect(status).toBe(0);
});

test('only the programs of a suite are fetched, once', () => {
  const source = folderWith({});
  const git = (cwd: string, ...args: string[]): void => void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd });
  for (const { repository, tag, folder } of suites) {
    const at = join(source, ...repository.split('/'));
    mkdirSync(join(at, ...folder.split('/')), { recursive: true });
    writeFileSync(join(at, ...folder.split('/'), 'program.py'), 'x = 1\n');
    mkdirSync(join(at, 'other'));
    writeFileSync(join(at, 'other', 'large.bin'), 'no program');
    git(at, 'init', '--quiet');
    git(at, 'add', '--all');
    git(at, 'commit', '--quiet', '--message=suite');
    git(at, 'tag', tag);
  }
  const cache = join(folderWith({}), 'cache');
  expect(run('fetch', '--cache', cache, '--source', source).stdout).toMatch(/: fetched /);
  expect(run('fetch', '--cache', cache, '--source', source).stdout).toMatch(/^(?:\S+ \S+: already there\n)+$/);
  for (const { repository, tag, folder } of suites) {
    expect(readdirSync(join(cache, ...repository.split('/'), tag, ...folder.split('/')))).toEqual(['program.py']);
    expect(existsSync(join(cache, ...repository.split('/'), tag, 'other'))).toBe(false);
  }
  expect(run('run', '--cache', cache).status).toBe(0);
});

test('mistakes are said in a sentence', () => {
  expect(run('run', '--cache', join(tmpdir(), 'nothing-here'))).toMatchObject({ status: 2, stderr: expect.stringContaining('Run `node tools/crash-test/crash-test.mjs fetch` first') as string });
  expect(run('nope')).toMatchObject({ status: 2, stderr: expect.stringContaining("There is no command 'nope'.") as string });
  expect(run('run', '--cut', 'many')).toMatchObject({ status: 2, stderr: expect.stringContaining("--cut takes a number, not 'many'.") as string });
});

test('the same seed gives the same damage', () => {
  const text = 'def f(x):\n    return x\n';
  expect(damaged(text, randomBelow(7))).toEqual(damaged(text, randomBelow(7)));
  expect(damaged(text, randomBelow(7))).not.toEqual(damaged(text, randomBelow(8)));
  for (const [label, broken] of damaged(text, randomBelow(7))) expect(broken === text, label).toBe(false);
});
