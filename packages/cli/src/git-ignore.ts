// Which files git ignores, without needing git: nested .gitignore files, .git/info/exclude and the user's global
// excludes, with git's precedence (the deepest and last pattern wins, nothing below an ignored directory comes back).
// Where git is installed, files that are tracked although a pattern matches them are known too: git does not ignore those.
//
// All patterns of a repository are kept in one list relative to its top: a pattern `*.log` of `a/.gitignore` becomes
// `/a/**/*.log`. Directories are expected to be asked before what is in them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Io } from './io.ts';

/** File systems of these platforms do not tell `A` from `a`, and git follows them. */
const ignorecase = process.platform === 'win32' || process.platform === 'darwin';

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/u, '');
  } catch {
    return '';
  }
}

/** Environment for asking git about one directory: in a hook, git's own variables name another repository and index. */
function gitEnvironment(env: Io['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR)$/u.test(name)));
}

/** What git prints, or null where it is not installed or refuses. */
function askGit(directory: string, env: Io['env'], args: readonly string[]): string | null {
  const asked = spawnSync('git', ['-c', 'core.fsmonitor=false', ...args], {
    cwd: directory,
    env: gitEnvironment(env),
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  });
  return asked.status === 0 ? asked.stdout : null;
}

/** In a linked worktree or a submodule `.git` is a file that says where the repository's data is. */
function gitDirectory(top: string): string {
  const dotGit = join(top, '.git');
  if (statSync(dotGit).isDirectory()) return dotGit;
  const link = /^gitdir: (?<path>.+)$/mu.exec(readIfThere(dotGit))?.groups?.['path'];
  if (link === undefined) return dotGit;
  const own = resolve(top, link.trim());
  const common = readIfThere(join(own, 'commondir')).trim();
  return common === '' ? own : resolve(own, common);
}

function globalExcludes(top: string, env: Io['env']): string {
  const configured = askGit(top, env, ['config', '--type=path', '--get', 'core.excludesFile'])?.trim();
  if (configured) return readIfThere(resolve(top, configured));
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return readIfThere(join(home, 'git', 'ignore'));
}

/** `text` as it would stand in an ignore file of the top, `prefix` being the file's directory (`''` or `a/b`). */
function lift(text: string, prefix: string): string[] {
  if (prefix === '') return text.split(/\r?\n/u);
  const below = `/${prefix.replaceAll(/[\\*?[\]!# ]/gu, String.raw`\$&`)}/`;
  const lifted: string[] = [];
  for (const line of text.split(/\r?\n/u)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const negated = line.startsWith('!');
    const pattern = negated ? line.slice(1) : line;
    // A slash before the last character ties a pattern to its directory.
    const tied = pattern.replace(/[\s/]+$/u, '').includes('/');
    const unescaped = pattern.replace(/^\\(?=[#!])/u, '');
    lifted.push(`${negated ? '!' : ''}${below}${tied ? unescaped.replace(/^\//u, '') : `**/${unescaped}`}`);
  }
  return lifted;
}

export class IgnoreRules {
  /** The top of the repository, or where the walk began if there is none. */
  readonly top: string;
  readonly #patterns: Ignore;

  private constructor(top: string, patterns: Ignore) {
    this.top = top;
    this.#patterns = patterns;
  }

  /** The rules in force in `directory`, before its own .gitignore is read. */
  static above(directory: string, env: Io['env']): IgnoreRules {
    const top = repositoryTop(directory);
    if (top === null) return new IgnoreRules(directory, ignore({ ignorecase }));
    let rules = IgnoreRules.ofRepository(top, env);
    const steps = relative(top, directory).split(sep).filter((step) => step !== '');
    let current = top;
    for (const step of steps) {
      rules = rules.readIn(current);
      current = join(current, step);
    }
    // Asked for by name: what git ignores as a whole is looked at, with the rules that it has inside.
    if (current !== top && rules.ignores(current, 'directory')) return new IgnoreRules(top, ignore({ ignorecase }));
    return rules;
  }

  static ofRepository(top: string, env: Io['env']): IgnoreRules {
    const patterns = ignore({ ignorecase });
    patterns.add(globalExcludes(top, env));
    patterns.add(readIfThere(join(gitDirectory(top), 'info', 'exclude')));
    return new IgnoreRules(top, patterns);
  }

  /** These rules and those of `directory`'s own .gitignore. */
  readIn(directory: string): IgnoreRules {
    const text = readIfThere(join(directory, '.gitignore'));
    if (text === '') return this;
    const patterns = ignore({ ignorecase }).add(this.#patterns).add(lift(text, this.#slashed(directory)));
    return new IgnoreRules(this.top, patterns);
  }

  ignores(path: string, kind: 'file' | 'directory'): boolean {
    return this.#patterns.ignores(this.#slashed(path) + (kind === 'directory' ? '/' : ''));
  }

  #slashed(path: string): string {
    return relative(this.top, path).split(sep).join('/');
  }
}

/** The nearest directory at or above `directory` that holds a `.git`. */
export function repositoryTop(directory: string): string | null {
  for (let current = directory; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return current;
    if (dirname(current) === current) return null;
  }
}

/** Files of the repository at `top` that are tracked although a pattern matches them; absolute. */
export function trackedButMatched(top: string, env: Io['env']): string[] {
  const listed = askGit(top, env, ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard']);
  return (listed ?? '').split('\0').filter((file) => file !== '').map((file) => join(top, file));
}
