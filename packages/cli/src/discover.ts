// From the paths on the command line to the files to check: absolute, without duplicates, sorted. A file that is named is
// always in; in a directory, what git ignores and what nobody wrote by hand (installed packages, build output, type
// declarations) is out. Symbolic links are not followed, so that no file is checked twice and no walk runs in circles.
import { existsSync, lstatSync, readdirSync, statSync, type BigIntStats, type Dirent } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { IgnoreRules, repositoryTop, trackedButMatched } from './git-ignore.ts';
import { UsageError, type Io } from './io.ts';

export interface Discovery {
  readonly files: readonly string[];
  /** Named files that are in no language we read, pipes and the like, and directories below a named one that cannot be opened; each a sentence. */
  readonly notes: readonly string[];
}

/** In lower case, as the configurations of the plugin have them: of `A.PY` ESLint would say nothing at all. */
const sourceFile = /\.(?:py|[cm]?[jt]s|[jt]sx)$/u;
const generatedFile = /\.(?:min\.[cm]?js|d\.[cm]?ts|d\.[^./\\]+\.ts)$/u;
const skippedDirectories: ReadonlySet<string> = new Set([
  ...['.git', '.hg', '.svn', '.jj', '.sl'],
  ...['node_modules', 'bower_components', 'dist'],
  ...['site-packages', '.venv', '.tox', '.nox', '.eggs', '__pypackages__', '.ipynb_checkpoints'],
]);
/** Entries that only the root of a Python environment has, whatever its name. */
const environmentMarkers = ['pyvenv.cfg', 'conda-meta'];

function isWanted(name: string): boolean {
  return sourceFile.test(name) && !generatedFile.test(name);
}

export function discoverFiles(paths: readonly string[], io: Pick<Io, 'cwd' | 'env'>): Discovery {
  const files = new Set<string>();
  const notes: string[] = [];
  const repositories = new Set<string>();

  for (const path of paths) {
    const absolute = resolve(io.cwd, path);
    const stats = statNamed(path, absolute);
    if (stats.isDirectory()) {
      walk(absolute, IgnoreRules.above(absolute, io.env), absolute);
    } else if (!stats.isFile()) {
      notes.push(`${path} was skipped: it is neither a file nor a directory.`);
    } else if (sourceFile.test(absolute)) {
      files.add(absolute);
    } else {
      notes.push(`${path} was skipped: it is neither Python nor TypeScript nor JavaScript.`);
    }
  }
  return { files: [...files].sort(), notes };

  function walk(directory: string, outer: IgnoreRules, start: string): void {
    const entries = readEntries(directory, start);
    const names = new Set(entries.map((entry) => entry.name));
    if (directory !== start && environmentMarkers.some((marker) => names.has(marker))) return;
    // A repository inside another one has rules of its own.
    const ownRepository = names.has('.git') && directory !== outer.top;
    let rules = ownRepository ? IgnoreRules.ofRepository(directory, io.env) : outer;
    if (names.has('.gitignore')) rules = rules.readIn(directory);
    if (ownRepository || directory === start) addTracked(directory);

    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!skippedDirectories.has(entry.name) && !rules.ignores(path, 'directory')) walk(path, rules, start);
      } else if (entry.isFile() && isWanted(entry.name) && !rules.ignores(path, 'file')) {
        files.add(path);
      }
    }
  }

  function addTracked(directory: string): void {
    const top = repositoryTop(directory);
    if (top === null || repositories.has(top + directory)) return;
    repositories.add(top + directory);
    for (const file of trackedButMatched(top, io.env)) {
      const steps = relative(directory, file).split(sep);
      if (steps[0] === '..' || steps.some((step) => skippedDirectories.has(step))) continue;
      if (isWanted(basename(file)) && existsSync(file) && lstatSync(file).isFile()) files.add(file);
    }
  }

  function readEntries(directory: string, start: string): Dirent[] {
    try {
      return readdirSync(directory, { withFileTypes: true });
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      // What was asked for and cannot be done is no success.
      if (directory === start) throw new UsageError(`Cannot read '${relative(io.cwd, directory) || '.'}' (${reason}).`);
      notes.push(`${relative(io.cwd, directory) || '.'} was skipped: it cannot be read (${reason}).`);
      return [];
    }
  }
}

function statNamed(path: string, absolute: string): BigIntStats {
  // An unset variable of a script is not to mean the current directory.
  if (path === '') throw new UsageError('A path is empty.');
  try {
    // In numbers of its own: after the usual ones of a pipe, `realpathSync` (Node 20.20) stops too early, and no module is found any more that a link leads to.
    return statSync(absolute, { bigint: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw new UsageError(`Cannot read '${path}' (${code}).`);
    const hint = /[*?{[]/u.test(path) ? ' Paths are files and directories, not patterns.' : '';
    throw new UsageError(`No such file or directory: '${path}'.${hint}`);
  }
}
