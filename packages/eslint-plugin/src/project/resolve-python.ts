// Where a Python import leads: a file of the project, or nothing that we can see.
//
// Relative imports are exact. An absolute one is looked for from the folder of the importing file upwards to the root of the project (the
// folder with `.git`, `pyproject.toml`, `setup.py` or `setup.cfg`), in each folder and in its `src`: nearest first, as with a script
// that is run where it lies. Packages without `__init__.py` are folders like any other.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT_MARKS = ['.git', 'pyproject.toml', 'setup.py', 'setup.cfg'];

/** The file that `specifier` (`.models.net`, `models.net`) means in `file`; null if there is none. */
export function resolvePython(file: string, specifier: string): string | null {
  const dots = /^\.*/.exec(specifier)![0].length;
  const parts = specifier.slice(dots).split('.').filter((part) => part !== '');
  if (dots > 0) {
    let folder = dirname(file);
    for (let up = 1; up < dots; up += 1) folder = dirname(folder);
    return fileAt(join(folder, ...parts));
  }
  if (parts.length === 0) return null;
  for (const folder of foldersUpFrom(dirname(file))) {
    const found = fileAt(join(folder, ...parts)) ?? fileAt(join(folder, 'src', ...parts));
    if (found !== null) return found;
  }
  return null;
}

function fileAt(path: string): string | null {
  for (const candidate of [`${path}.py`, join(path, '__init__.py')]) if (isFile(candidate)) return candidate;
  return null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

const searched = new Map<string, { readonly folders: readonly string[]; readonly asked: number }>();
/** Milliseconds: marks of projects come and go seldom, and every import asks for them. */
const MAX_AGE = 3000;

/** `folder` and those around it up to the root of the project; `folder` alone where nothing marks a root. */
function foldersUpFrom(folder: string): readonly string[] {
  const before = searched.get(folder);
  if (before !== undefined && performance.now() - before.asked < MAX_AGE) return before.folders;
  const folders = findFolders(folder);
  searched.set(folder, { folders, asked: performance.now() });
  return folders;
}

function findFolders(folder: string): readonly string[] {
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if (ROOT_MARKS.some((mark) => existsSync(join(at, mark)))) return folders;
    if (dirname(at) === at) return [folder];
  }
}
