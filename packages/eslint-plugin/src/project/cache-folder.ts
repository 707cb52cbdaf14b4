// The folder in which a project keeps what was found in it, and the files in there.
//
// Guarantees: entries are written beside their place and moved there, so that several processes may write at once; a damaged entry, or a place that cannot be
// written, is as if there were none. Refuses: files outside of any project.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language } from '../ir/ir.ts';
import { hashOf, rootOf } from './project-listing.ts';

/**
 * Where what is kept of `file` lies: in the project's node_modules if it has one, else in a hidden folder at its root; null outside of projects.
 *
 * @param kind what is kept: there is one entry of each kind for a file
 */
export function placeOf(file: string, language: Language, kind: string): string | null {
  const root = rootOf(dirname(file), language);
  if (root === null) return null;
  return join(folderOf(root), `${hashOf(normalize(file))}${kind}.json`);
}

/** Milliseconds for which a project is taken to have packages, or none: what is kept in the other place is then not found, and found again. */
const MAX_AGE = 3000;
const folders = new Map<string, { readonly folder: string; readonly made: number }>();

function folderOf(root: string): string {
  const before = folders.get(root);
  if (before !== undefined && performance.now() - before.made < MAX_AGE) return before.folder;
  const folder = existsSync(join(root, 'node_modules')) ? join(root, 'node_modules', '.cache', 'modeguard') : join(root, '.modeguard_cache');
  folders.set(root, { folder, made: performance.now() });
  return folder;
}

/** What lies at a place; it may be anything. Throws if it cannot be read. */
export function readEntry(place: string): unknown {
  return JSON.parse(readFileSync(place, 'utf8'));
}

export function writeEntry(place: string, entry: unknown): void {
  const text = JSON.stringify(entry);
  try {
    try {
      moveInto(place, text);
    } catch {
      // Most likely there is no such folder yet.
      mkdirSync(dirname(place), { recursive: true });
      ignoreInGit(dirname(place));
      moveInto(place, text);
    }
  } catch {
    // Somebody else's file system: the next run does the work again.
  }
}

function moveInto(place: string, text: string): void {
  const draft = `${place}.${process.pid}.${drafts}`;
  drafts += 1;
  writeFileSync(draft, text);
  renameSync(draft, place);
}

let drafts = 0;

/** As other tools do it, so that no project has to list the folder. */
function ignoreInGit(folder: string): void {
  const file = join(folder, '.gitignore');
  if (!existsSync(file)) writeFileSync(file, '*\n');
}

let stamp: string | null = null;
/** What decides about findings of the files of a build, or of the sources where these are run. */
const RUNS = /\.(?:js|json|wasm|(?<!\.d\.)ts)$/;
/** The folders of a build whose files are run; the others hold what these were made of. */
const BUILT: readonly string[] = ['bundle', 'libraries'];

/** Changes with every file of modeguard itself: what another version has kept is nothing. */
export function ownStamp(): string {
  if (stamp !== null) return stamp;
  const folder = dirname(dirname(fileURLToPath(import.meta.url)));
  const folders = existsSync(join(folder, 'bundle')) ? BUILT.map((name) => join(folder, name)) : [folder];
  const files = folders.flatMap((from) => readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => RUNS.test(name)).map((name) => join(from, name))).sort();
  const stampOf = (file: string): readonly unknown[] => {
    const { size, mtimeMs } = statSync(file);
    return [file.slice(folder.length), size, mtimeMs];
  };
  stamp = hashOf(JSON.stringify([process.version, ...files.map(stampOf)]));
  return stamp;
}
