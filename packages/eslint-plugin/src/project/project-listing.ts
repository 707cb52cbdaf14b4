// The source files of a project and what each of them imports, by the spelling of the import lines alone.
//
// Guarantees: a listing is made when somebody asks and made again when it is older than MAX_AGE; a file is read again when it has changed
// on disk; what cannot be read is not listed, and never an error. Refuses: folders of packages, of builds and hidden ones, and projects of
// more than MAX_LISTED files, of which nobody is said to be the whole.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { readSource } from './read-source.ts';

const MAX_LISTED = 5000;
const MAX_SIZE = 1_000_000;
/** Milliseconds: an editor asks at every key, and files are added seldom. */
const MAX_AGE = 3000;

const ROOT_MARKS: Readonly<Record<Language, readonly string[]>> = {
  python: ['.git', 'pyproject.toml', 'setup.py', 'setup.cfg'],
  typescript: ['.git', 'package.json', 'tsconfig.json'],
};
const EXTENSIONS: Readonly<Record<Language, ReadonlySet<string>>> = {
  python: new Set(['.py']),
  typescript: new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']),
};
const SKIPPED = new Set(['node_modules', 'bower_components', 'dist', 'build', 'out', 'site-packages', 'venv', 'env', '__pycache__', 'third_party', 'vendor']);

export interface ListedFile {
  readonly file: string;
  /** As they are written: `.net`, `models.net`, `./net.js`; `from . import net` gives `.net` too. */
  readonly specifiers: readonly string[];
  /** Of its text. */
  readonly hash: string;
}

/** An import line. */
export interface Naming {
  readonly item: ListedFile;
  readonly specifier: string;
}

export interface Listing {
  readonly root: string;
  /** False if nothing marks the root of a project. */
  readonly marked: boolean;
  /** Of the set of files and of what configures how imports are resolved. */
  readonly fingerprint: string;
  readonly files: readonly ListedFile[];
  /** The specifiers with this last part (`net` of `.models.net` and of `./net.js`); '' for those that end in a dot or a slash. */
  readonly byName: ReadonlyMap<string, readonly Naming[]>;
  /** False if there are more files than are listed. */
  readonly complete: boolean;
}

interface Known extends ListedFile {
  readonly time: number;
  readonly size: number;
}

/** The files that have been looked at since `atOneMoment` began. */
let moment: Set<string> | null = null;

/** Runs what asks about many files, each of which is taken to stay what it is meanwhile: no file is looked at twice. */
export function atOneMoment<T>(run: () => T): T {
  moment = new Set();
  try {
    return run();
  } finally {
    moment = null;
  }
}

const listings = new Map<string, { readonly listing: Listing; readonly made: number }>();
const known = new Map<string, Known>();
const roots = new Map<string, string | null>();

/** The files of the project that `file` belongs to; none where nothing marks the root of one. */
export function listingAround(file: string, language: Language): Listing {
  const root = rootOf(dirname(file), language);
  if (root === null) return { root: dirname(file), marked: false, fingerprint: '', files: [], byName: new Map(), complete: true };
  const key = `${language} ${root}`;
  const before = listings.get(key);
  if (before !== undefined && performance.now() - before.made < MAX_AGE) return before.listing;
  const found: Found = { files: [], configs: [] };
  const complete = walk(root, EXTENSIONS[language], found);
  const files = found.files.flatMap((path) => listedFile(path, language) ?? []);
  const fingerprint = hashOf(JSON.stringify([found.files, found.configs]));
  const listing: Listing = { root, marked: true, fingerprint, files, byName: indexed(files), complete };
  listings.set(key, { listing, made: performance.now() });
  return listing;
}

function indexed(files: readonly ListedFile[]): ReadonlyMap<string, readonly Naming[]> {
  const index = new Map<string, Naming[]>();
  for (const item of files) {
    for (const specifier of item.specifiers) {
      const name = lastPartOf(specifier);
      const known = index.get(name);
      if (known === undefined) index.set(name, [{ item, specifier }]);
      else known.push({ item, specifier });
    }
  }
  return index;
}

function lastPartOf(specifier: string): string {
  const path = specifier.replace(/\.[cm]?[jt]sx?$/, '');
  return path.slice(Math.max(path.lastIndexOf('.'), path.lastIndexOf('/')) + 1);
}

/** The folder around `folder` that a mark makes the root: that of the repository if there is one, else the nearest. */
export function rootOf(folder: string, language: Language): string | null {
  const key = `${language} ${folder}`;
  let root = roots.get(key);
  if (root !== undefined) return root;
  root = null;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) root = at;
    else if (root === null && ROOT_MARKS[language].some((mark) => existsSync(join(at, mark)))) root = at;
    if (dirname(at) === at || existsSync(join(at, '.git'))) break;
  }
  roots.set(key, root);
  return root;
}

interface Found {
  readonly files: string[];
  /** Files that decide how imports are resolved, each with the time of its last change. */
  readonly configs: string[];
}

const CONFIG = /^(?:[tj]sconfig.*\.json|package\.json|pyproject\.toml|setup\.(?:py|cfg))$/;

function walk(folder: string, extensions: ReadonlySet<string>, into: Found): boolean {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return true;
  }
  let complete = true;
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) complete = walk(join(folder, entry.name), extensions, into) && complete;
    } else if (entry.isFile() && extensions.has(extname(entry.name)) && !/\.d\.[cm]?ts$/.test(entry.name)) {
      if (into.files.length >= MAX_LISTED) return false;
      into.files.push(join(folder, entry.name));
    }
    if (entry.isFile() && CONFIG.test(entry.name)) into.configs.push(`${join(folder, entry.name)} ${statSync(join(folder, entry.name), { throwIfNoEntry: false })?.mtimeMs ?? 0}`);
  }
  return complete;
}

/** What is known of one file as it is now; null if it cannot be read or is too large. */
export function listedFile(file: string, language: Language): ListedFile | null {
  const seen = moment?.has(file) === true ? known.get(file) : undefined;
  if (seen !== undefined) return seen;
  moment?.add(file);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > MAX_SIZE) return null;
  const before = known.get(file);
  if (before !== undefined && before.time === stat.mtimeMs && before.size === stat.size) return before;
  let text: string;
  try {
    text = readSource(file);
  } catch {
    return null;
  }
  const item: Known = { file, specifiers: language === 'python' ? pythonSpecifiers(text) : scriptSpecifiers(text), hash: hashOf(text), time: stat.mtimeMs, size: stat.size };
  known.set(file, item);
  return item;
}

/** The hash of a file's text as it is now; '' if it cannot be read. */
export function hashOfFile(file: string, language: Language): string {
  return listedFile(file, language)?.hash ?? '';
}

/** Short enough to be the name of a file. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}

/** Import lines of Python, found without parsing: one inside a string is harmless, it only names a file that is then looked at. */
export function pythonSpecifiers(text: string): readonly string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(/^[ \t]*from[ \t]+([.\w]+)[ \t]*import\b[ \t]*(\([^)]*\)|(?:[^\n#\\]|\\\r?\n)*)/gm)) {
    const from = match[1]!;
    found.add(from);
    for (const item of match[2]!.replace(/#[^\n]*/g, '').split(',')) {
      const name = /[A-Za-z_]\w*/.exec(item)?.[0];
      if (name !== undefined) found.add(from.endsWith('.') ? `${from}${name}` : `${from}.${name}`);
    }
  }
  for (const match of text.matchAll(/^[ \t]*import[ \t]+([^\n#;]+)/gm)) for (const part of match[1]!.split(',')) found.add(part.trim().split(/\s/)[0]!);
  return [...found];
}

/** What TypeScript or JavaScript imports, re-exports or requires from files beside it. */
export function scriptSpecifiers(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])((?:(?!\1)[^\\\n])+)\1/g)].map((match) => match[2]!))];
}
