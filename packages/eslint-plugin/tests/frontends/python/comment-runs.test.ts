// Long runs of comments: the same tree as with few of them, and all comments are there.
import { expect, test } from 'vitest';
import { withoutCommentRuns } from '../../../src/frontends/python/comment-runs.ts';
import { parsePython } from '../../../src/frontends/python/parse.ts';
import { dumpText } from './dump.ts';

const lines = (count: number, line: string, end = '\n'): string => Array.from({ length: count }, () => `${line}${end}`).join('');

test.each([
  ['before all', (run: string) => `${run}x = 1\n`],
  ['after all', (run: string) => `x = 1\n${run}`],
  ['at the start of a body', (run: string) => `def f(x):\n${run}    return x\ny = 2\n`],
  ['at the end of a body', (run: string) => `def f(x):\n    return x\n${run}\ny = 2\n`],
  ['in brackets', (run: string) => `x = [\n${run}    1,\n]\n`],
  ['between the branches of a test', (run: string) => `if a:\n    b\n${run}else:\n    c\n`],
  ['between decorators', (run: string) => `@a\n${run}@b\ndef f(): pass\n`],
])('a long run %s', (_, text) => {
  for (const line of ['# a', '    # """ a', '\t#', '  # é"\r']) {
    const [few, many] = [parsePython(text(lines(3, line))), parsePython(text(lines(200, line)))];
    expect(dumpText(text(lines(200, line)))).toBe(dumpText(text(lines(3, line))));
    expect([few.errors.length, many.errors.length]).toEqual([0, 0]);
    expect([few.comments.length, many.comments.length]).toEqual([3, 200]);
    const value = line.trim().slice(1);
    const whole = text(lines(200, line));
    for (const comment of many.comments) expect([comment.value, whole.slice(...comment.range)]).toEqual([value, `#${value}`]);
    expect(many.comments.map(({ range }) => range[0])).toEqual(many.comments.map(({ range }) => range[0]).sort((a, b) => a - b));
  }
});

test('what looks like a run of comments in a string stays, and so does a comment behind code', () => {
  const text = `x = """\n${lines(100, '# a')}"""\n${lines(100, 'y = 1  # b')}`;
  expect(withoutCommentRuns(text)).toEqual({ text, comments: [] });
  expect(parsePython(text).comments).toHaveLength(100);
});

test('of a long run nothing is left for the grammar', () => {
  const { text, comments } = withoutCommentRuns(`${lines(50, '# a')}\n \n${lines(50, '  # b')}x = 1  # c\n`);
  expect(text.trim()).toBe('x = 1  # c');
  expect(comments).toHaveLength(100);
});
