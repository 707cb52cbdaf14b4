import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoverFiles } from '../src/discover.ts';
import { makeTree, quietEnv } from './workbench.ts';

function git(cwd: string, ...args: string[]): string {
  const done = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd, env: quietEnv, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

function found(root: string, paths: readonly string[] = ['.'], env: Record<string, string | undefined> = quietEnv): string[] {
  return discoverFiles(paths, { cwd: root, env }).files.map((file) => relative(root, file).split(sep).join('/'));
}

const files = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, '']));

describe('what git ignores', () => {
  const tree = {
    ...files('a.py', 'build/b.py', 'src/build/c.py', 'src/keep.gen.py', 'src/x.gen.py', 'src/deep/y.gen.py', 'excluded.py'),
    '.gitignore': 'build/\n*.gen.py\r\n# comment\n',
    'src/.gitignore': '!keep.gen.py\n/deep\n',
  };

  it('is left out in a repository, with nested .gitignore files and info/exclude', () => {
    const root = makeTree(tree);
    git(root, 'init', '-q');
    writeFileSync(join(root, '.git/info/exclude'), 'excluded.py\n');
    expect(found(root)).toEqual(['a.py', 'src/keep.gen.py']);
    expect(found(join(root, 'src'))).toEqual(['keep.gen.py']);
  });

  it('is left out where there is no repository', () => {
    expect(found(makeTree(tree))).toEqual(['a.py', 'excluded.py', 'src/keep.gen.py']);
  });

  it('includes the user\'s global excludes', () => {
    const root = makeTree({ ...files('repo/a.py', 'repo/scratch.py'), 'home/.config/git/ignore': 'scratch.py\n' });
    git(join(root, 'repo'), 'init', '-q');
    const env = { PATH: quietEnv.PATH, HOME: join(root, 'home') };
    expect(found(join(root, 'repo'), ['.'], env)).toEqual(['a.py']);
    writeFileSync(join(root, 'home/.gitconfig'), '[core]\n  excludesFile = ~/mine\n');
    writeFileSync(join(root, 'home/mine'), 'a.py\n');
    expect(found(join(root, 'repo'), ['.'], env)).toEqual(['scratch.py']);
  });

  it('is not what is tracked', () => {
    const root = makeTree({ ...files('lib/tracked.py', 'lib/new.py', 'lib/node_modules/t.js'), '.gitignore': 'lib/\n' });
    git(root, 'init', '-q');
    git(root, 'add', '-f', 'lib/tracked.py', 'lib/node_modules/t.js');
    expect(found(root)).toEqual(['lib/tracked.py']);
  });

  it('ends at a repository inside a repository', () => {
    const root = makeTree({ ...files('a.gen.py', 'inner/a.gen.py', 'inner/b.py', 'worktree/c.gen.py'), '.gitignore': '*.gen.py\n', 'inner/.gitignore': 'b.py\n' });
    git(root, 'init', '-q');
    git(join(root, 'inner'), 'init', '-q');
    expect(found(root)).toEqual(['inner/a.gen.py']);
  });

  it('follows info/exclude of a linked worktree', () => {
    const root = makeTree({ 'main/a.py': '' });
    git(join(root, 'main'), 'init', '-q');
    git(join(root, 'main'), 'commit', '-q', '--allow-empty', '-m', 'x');
    git(join(root, 'main'), 'worktree', 'add', '-q', '../linked');
    writeFileSync(join(root, 'main/.git/info/exclude'), 'secret.py\n');
    writeFileSync(join(root, 'linked/secret.py'), '');
    writeFileSync(join(root, 'linked/open.py'), '');
    expect(found(join(root, 'linked'))).toEqual(['open.py']);
  });

  it('is not confused by the variables that git sets for a hook', () => {
    const root = makeTree({ ...files('lib/a.py', 'b.py'), '.gitignore': 'lib/\n' });
    git(root, 'init', '-q');
    git(root, 'add', '-f', 'lib/a.py');
    expect(found(root, ['.'], { ...quietEnv, GIT_DIR: '/nonexistent', GIT_INDEX_FILE: '/nonexistent/index' })).toEqual(['b.py', 'lib/a.py']);
  });

  it('does without git', () => {
    const root = makeTree(tree);
    git(root, 'init', '-q');
    expect(found(root, ['.'], { PATH: '/nonexistent', HOME: '/nonexistent' })).toEqual(['a.py', 'excluded.py', 'src/keep.gen.py']);
  });
});

describe('what nobody wrote by hand', () => {
  it('is left out', () => {
    const root = makeTree(
      files('a.py', 'node_modules/p/i.js', 'pkg/dist/i.js', 'env310/pyvenv.cfg', 'env310/bin/x.py', 'conda/conda-meta/h', 'conda/lib/y.py', '.venv/z.py', 'lib/site-packages/s.py', 'v.min.js', 'types.d.ts', 'types.d.mts', 'style.d.css.ts', 'venv/source.py', '.tox/t.py'),
    );
    expect(found(root)).toEqual(['a.py', 'venv/source.py']);
    expect(found(root, ['env310', 'types.d.ts'])).toEqual(['env310/bin/x.py', 'types.d.ts']);
  });

  it('symbolic links are not followed unless they are named', () => {
    const root = makeTree(files('src/a.py'));
    symlinkSync('..', join(root, 'src/loop'));
    symlinkSync('a.py', join(root, 'src/b.py'));
    symlinkSync('src', join(root, 'link'));
    expect(found(root)).toEqual(['src/a.py']);
    expect(found(root, ['src/b.py', 'link'])).toEqual(['link/a.py', 'src/b.py']);
  });
});

describe('what is named', () => {
  it('is noted where nothing of it can be checked', () => {
    const root = makeTree(files('A.PY', 'notes.txt', 'a.py'));
    spawnSync('mkfifo', [join(root, 'pipe.py')]);
    const { files: all, notes } = discoverFiles(['A.PY', 'notes.txt', 'a.py', ...(existsSync(join(root, 'pipe.py')) ? ['pipe.py'] : [])], { cwd: root, env: quietEnv });
    expect(all).toEqual([join(root, 'a.py')]);
    expect(notes.slice(0, 2)).toEqual(['A.PY was skipped: it is neither Python nor TypeScript nor JavaScript.', 'notes.txt was skipped: it is neither Python nor TypeScript nor JavaScript.']);
    for (const note of notes.slice(2)) expect(note).toBe('pipe.py was skipped: it is neither a file nor a directory.');
  });

  it('is refused where it is empty: an unset variable is not the current directory', () => {
    expect(() => found(makeTree(files('a.py')), [''])).toThrow('A path is empty.');
  });
});

describe('against git itself', () => {
  const segment = fc.constantFrom('a', 'b', 'x y', '[q]', '#h', 'lib');
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'));
  const piece = fc.constantFrom('a', 'b', 'x y', '\\[q\\]', '\\#h', 'lib', '*', '**', '?', 'm.py', '*.py', '[ab]');
  const pattern = fc
    .tuple(fc.constantFrom('', '', '!'), fc.constantFrom('', '', '/'), fc.array(piece, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '/'))
    .map(([negation, start, steps, end]) => negation + start + steps.join('/') + end);
  const ignoreFile = fc.array(pattern, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join('\n')}\n`);

  it('finds the same files for random trees and patterns', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 2, maxLength: 8 }), fc.dictionary(fc.oneof(fc.constant(''), path), ignoreFile, { minKeys: 1, maxKeys: 3 }), (directories, ignoreFiles) => {
        const tree: Record<string, string> = { 'm.py': '' };
        for (const directory of directories) tree[`${directory}/m.py`] = '';
        for (const [directory, text] of Object.entries(ignoreFiles)) tree[directory === '' ? '.gitignore' : `${directory}/.gitignore`] = text;
        const root = makeTree(tree);
        git(root, 'init', '-q');
        mkdirSync(join(root, 'empty'));
        const expected = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0').filter((file) => file.endsWith('.py'));
        expect(found(root)).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
  });
});
