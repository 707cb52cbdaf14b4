import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ESLint, Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { CollectedFindings, readResult } from '../src/findings.ts';
import { groupByBase } from '../src/lint.ts';
import { makeTree, runIn } from './workbench.ts';

async function foundIn(root: string, argv: readonly string[] = []): Promise<{ files: string[]; err: string; code: number }> {
  const ran = await runIn(root, ['--format', 'json', ...argv]);
  return { files: (JSON.parse(ran.out) as { file: string }[]).map(({ file }) => file), err: ran.err, code: ran.code };
}

describe('the linted code does not decide what runs', () => {
  it('is not disturbed by directives for rules of other plugins', async () => {
    const text = ['// eslint-disable-next-line import/foo -- theirs', 'x;', '/* eslint-disable @typescript-eslint/no-explicit-any */', '/* eslint react/bar: "error", no-undef: "error", no-unused-vars: 5 */', '/* eslint-enable */', 'BAD;'].join('\n');
    expect(await foundIn(makeTree({ 'a.js': text }))).toEqual({ files: ['a.js'], err: '', code: 1 });
  });

  it('obeys a directive for our rules', async () => {
    expect((await foundIn(makeTree({ 'a.js': '// eslint-disable-next-line modeguard/no-bad-word -- a test\nBAD;\n' }))).files).toEqual([]);
  });

  it('reads no ESLint configuration of the linted repository', async () => {
    const root = makeTree({ 'eslint.config.js': 'throw new Error("read");', '.eslintrc.json': '{', 'a.js': 'BAD;' });
    expect(await foundIn(root)).toEqual({ files: ['a.js'], err: '', code: 1 });
  });

  it('skips a file that cannot be parsed, and says where', async () => {
    const root = makeTree({ 'a.py': 'x\n  UNPARSABLE', 'b.js': 'let = BAD = (;', 'c.py': 'ok' });
    const { files, err, code } = await foundIn(root);
    expect({ files, code }).toEqual({ files: [], code: 0 });
    expect(err).toMatch(/^modeguard: warning: a\.py:2:3 was skipped: Parsing error: invalid syntax\nmodeguard: warning: b\.js:1:\d+ was skipped: Parsing error: .*\n$/u);
  });

  it('skips what is nested too deeply for ESLint, and checks the rest', async () => {
    const root = makeTree({ 'a.js': `x${'.f()'.repeat(20_000)};\nBAD;\n`, 'c.js': 'BAD;' });
    const { files, err, code } = await foundIn(root);
    expect({ files, code }).toEqual({ files: ['c.js'], code: 1 });
    expect(err).toMatch(/^modeguard: warning: a\.js:1:1 was skipped: It is nested too deeply\.\n$/u);
    // The parser of TypeScript says no more than this.
    const fatal = { ruleId: null, fatal: true, severity: 2, message: 'Parsing error: Maximum call stack size exceeded' } as unknown as Linter.LintMessage;
    expect(readResult({ filePath: 'b.tsx', messages: [fatal] } as unknown as ESLint.LintResult, new CollectedFindings()).skipped).toEqual([{ file: 'b.tsx', line: 1, column: 1, reason: fatal.message }]);
  });
});

describe('--fix', () => {
  it('writes what is fixed, reports what is left, and leaves other people\'s directives alone', async () => {
    const foreign = '// eslint-disable-next-line import/foo\n';
    const root = makeTree({ 'a.js': `${foreign}OLD; BAD;\n`, 'b.py': 'OLD\r\n' });
    const ran = await runIn(root, ['--fix', '--format', 'json']);
    expect(readFileSync(join(root, 'a.js'), 'utf8')).toBe(`${foreign}NEW; BAD;\n`);
    expect(readFileSync(join(root, 'b.py'), 'utf8')).toBe('NEW\r\n');
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject([{ file: 'a.js', ruleId: 'modeguard/no-bad-word', certainty: 'definite', line: 2, column: 6 }]);
  });

  it('fixes only the rules that were asked for', async () => {
    const root = makeTree({ 'a.js': 'OLD; BAD;\n' });
    await runIn(root, ['--fix', '--rule', 'no-bad-word']);
    expect(readFileSync(join(root, 'a.js'), 'utf8')).toBe('OLD; BAD;\n');
  });
});

describe('where files are', () => {
  it('outside the current directory', async () => {
    const root = makeTree({ 'other/a.py': 'BAD', 'other/deep/b.ts': 'BAD;', 'here/c.py': 'BAD' });
    const here = join(root, 'here');
    expect((await foundIn(here, ['../other', '.'])).files).toEqual(['c.py', '../other/a.py', '../other/deep/b.ts'].sort((a, b) => (join(here, a) < join(here, b) ? -1 : 1)));
    expect((await foundIn(here, [join(root, 'other/a.py')])).files).toEqual(['../other/a.py']);
  });

  it('with names that are patterns, spaces or beyond ASCII', async () => {
    const names = ['[id].ts', 'a b.py', 'mod(1).js', 'sch\u00F6n/\u7A0B.py', '{x}.mjs', '.hidden/a.py'];
    const root = makeTree(Object.fromEntries(names.map((name) => [name, 'BAD'])));
    expect((await foundIn(root)).files.sort()).toEqual([...names].sort());
  });

  it('in every language, once each however often it is named', async () => {
    const names = ['a.ts', 'b.tsx', 'c.mts', 'd.cts', 'e.js', 'f.mjs', 'g.cjs', 'h.jsx', 'i.py'];
    const root = makeTree(Object.fromEntries(names.map((name) => [name, 'BAD'])));
    expect((await foundIn(root, ['.', 'a.ts', './i.py', root])).files).toEqual(names);
  });

  it('named although ignored', async () => {
    const root = makeTree({ '.gitignore': 'out/\n', 'out/a.py': 'BAD', 'node_modules/m/b.js': 'BAD', 'node_modules/m/c.min.js': 'BAD', '.git/x.py': 'BAD' });
    const named = ['out/a.py', 'node_modules/m/b.js', 'node_modules/m/c.min.js'];
    expect((await foundIn(root)).files).toEqual([]);
    expect((await foundIn(root, named)).files.sort()).toEqual(named.sort());
    expect((await foundIn(root, ['out'])).files).toEqual(['out/a.py']);
  });

  it('in more than one batch', async () => {
    const root = makeTree(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}.py`, 'BAD'])));
    expect((await foundIn(root)).files).toHaveLength(50);
  });

  it('groups by what ESLint can have as its base directory', () => {
    const root = makeTree({});
    mkdirSync(join(root, 'w'));
    const outside = [join(root, 'x/a.py'), join(root, 'x/y/b.py'), join(root, '..dots/c.py')];
    expect(groupByBase([join(root, 'w/..odd.py')], join(root, 'w'))).toEqual([{ base: join(root, 'w'), files: [join(root, 'w/..odd.py')] }]);
    expect(groupByBase(outside, join(root, 'w'))).toEqual([{ base: root, files: outside }]);
  });
});

describe('many files that cannot be parsed', () => {
  it('are named up to a point and counted', async () => {
    const root = makeTree(Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`f${index}.py`, 'UNPARSABLE'])));
    const lines = (await foundIn(root)).err.trimEnd().split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toContain('5 more files were skipped');
  });
});
