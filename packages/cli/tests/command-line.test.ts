import { describe, expect, it } from 'vitest';
import { makeTree, runIn } from './workbench.ts';

describe('exit codes', () => {
  it('is 0 and silent where nothing is found', async () => {
    expect(await runIn(makeTree({ 'a.py': 'ok\n', 'b.ts': 'ok;\n' }), [])).toEqual({ code: 0, out: '', err: '' });
  });

  it('is 1 for errors', async () => {
    expect((await runIn(makeTree({ 'a.py': 'BAD\n' }), [])).code).toBe(1);
    expect((await runIn(makeTree({ 'a.js': 'BAD;\n' }), [])).code).toBe(1);
  });

  it('is 0 for warnings only', async () => {
    const ran = await runIn(makeTree({ 'a.py': 'MAYBE\n' }), ['--strict']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('warning');
  });

  it.each([
    ['an unknown option', ['--wat'], "Unknown option '--wat'"],
    ['an unknown format', ['--format', 'xml'], "Unknown format 'xml'. There are: stylish, json, sarif."],
    ['an unknown rule', ['--rule', 'nope'], "There is no rule 'nope'."],
    ['an unknown rule to explain', ['--explain', 'nope'], "There is no rule 'nope'."],
    ['a path that does not exist', ['no/such/dir'], "No such file or directory: 'no/such/dir'."],
    ['a pattern', ['src/**/*.py'], 'Paths are files and directories, not patterns.'],
    ['a missing value', ['--format'], "'-f, --format <value>' argument missing"],
    ['a contradiction', ['--color', '--no-color'], 'exclude each other'],
    ['a report that cannot be written', ['-o', '.'], "Cannot write '.'"],
  ])('is 2 with one clear line for %s', async (_, argv, message) => {
    const ran = await runIn(makeTree({ 'a.py': 'ok\n' }), argv);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain(`modeguard: `);
    expect(ran.err).toContain(message);
    expect(ran.err).not.toContain('    at ');
  });

  it('is 2 when a rule crashes, and the other files are reported all the same', async () => {
    const ran = await runIn(makeTree({ 'a.py': 'CRASH\n', 'b.py': 'BAD\n' }), ['--format', 'json']);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.out)).toMatchObject([{ file: 'b.py' }]);
    expect(ran.err).toContain('modeguard: failed on a.py: the rule crashed');
  });
});

describe('what to check', () => {
  it('says so when there is nothing to check', async () => {
    expect(await runIn(makeTree({ 'a.txt': '' }), [])).toMatchObject({ code: 0, err: expect.stringContaining('no Python, TypeScript or JavaScript files in \'.\'.') as string });
  });

  it('skips a named file in another language, with a note', async () => {
    expect(await runIn(makeTree({ 'a.txt': 'BAD' }), ['a.txt'])).toMatchObject({ code: 0, out: '', err: expect.stringContaining('a.txt was skipped') as string });
  });

  it('adds what is possible under --strict', async () => {
    const root = makeTree({ 'a.py': 'MAYBE\n' });
    expect((await runIn(root, [])).out).toBe('');
    expect((await runIn(root, ['--strict'])).out).toContain('modeguard/no-maybe-word');
  });

  it('checks only the rules that are named, with or without prefix, from strict if need be', async () => {
    const root = makeTree({ 'a.py': 'BAD OLD MAYBE\n' });
    const only = async (...rules: string[]): Promise<string[]> => {
      const ran = await runIn(root, ['--format', 'json', ...rules.flatMap((rule) => ['--rule', rule])]);
      return (JSON.parse(ran.out) as { ruleId: string }[]).map(({ ruleId }) => ruleId);
    };
    expect(await only('no-old-word')).toEqual(['modeguard/no-old-word']);
    expect(await only('modeguard/no-bad-word', 'no-maybe-word')).toEqual(['modeguard/no-bad-word', 'modeguard/no-maybe-word']);
  });
});

describe('information', () => {
  it('prints the help and the version', async () => {
    const root = makeTree({});
    expect((await runIn(root, ['--help'])).out).toContain('Usage: modeguard [options] [path ...]');
    expect((await runIn(root, ['--help'])).out.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect((await runIn(root, ['-v'])).out).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });

  it('lists the rules', async () => {
    const { out, code } = await runIn(makeTree({}), ['--list-rules']);
    expect(code).toBe(0);
    expect(out).toContain('modeguard/no-bad-word  recommended, TypeScript and JavaScript, Python, suggestions\n    Disallow the word BAD\n');
    expect(out).toContain('modeguard/no-old-word  recommended, TypeScript and JavaScript, Python, --fix, suggestions\n');
    expect(out).toContain('modeguard/no-maybe-word  strict only,');
  });

  it('explains a rule that has no page by what the rule says of itself', async () => {
    const { out } = await runIn(makeTree({}), ['--explain', 'modeguard/no-bad-word']);
    expect(out).toBe('# modeguard/no-bad-word\n\nDisallow the word BAD\n\nhttps://example.com/no-bad-word\n');
  });
});

describe('colour', () => {
  const root = (): string => makeTree({ 'a.py': 'BAD\n' });
  it.each([
    ['not into a pipe', [], {}, false, false],
    ['on a terminal', [], {}, true, true],
    ['not with NO_COLOR', [], { NO_COLOR: '1' }, true, false],
    ['with an empty NO_COLOR', [], { NO_COLOR: '' }, true, true],
    ['with FORCE_COLOR', [], { FORCE_COLOR: '1' }, false, true],
    ['not on a dumb terminal', [], { TERM: 'dumb' }, true, false],
    ['with --color, whatever the environment', ['--color'], { NO_COLOR: '1' }, false, true],
    ['not with --no-color', ['--no-color'], { FORCE_COLOR: '1' }, true, false],
  ])('is used %s', async (_, argv, env, tty, colored) => {
    const { out } = await runIn(root(), argv, { tty, env: env as Record<string, string> });
    expect(out.includes('\u001B[')).toBe(colored);
  });
});
