// Holds docs/passes against the project: every source file of the analysis is on a page, every page is in the index, every known miss and false alarm of a
// fixture is on the page of the pass that makes it, and what a page calls known is still marked. What fails says which line to write, or to take out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const folder = join(root, 'docs', 'passes');
const source = join(root, 'packages', 'eslint-plugin', 'src');
const MISSES = '## Known misses and false alarms';
/** In this order; a page may have others between. */
const HEADINGS = [/^## What it (?:takes for granted|promises)$/m, /^## (?:Algorithm|The parts of a state|Instructions)/m, /^## Edge cases$/m, /^## Known misses and false alarms$/m];

const posix = (path: string): string => path.split(sep).join('/');
const names = readdirSync(folder).filter((name) => name.endsWith('.md')).sort();
const pages = names.filter((name) => name !== 'README.md');
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');
const under = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !posix(entry.parentPath).includes('/node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));

/** The files and folders of `Source:`. */
function sourcesOf(name: string): readonly string[] {
  const line = /^Source: (.*)$/m.exec(textOf(name))?.[1] ?? '';
  return [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}

/** Fixtures as pages name them, without extension, so that twins share a line: `generator/first-next-warms-up`. */
function fixturesIn(text: string): readonly string[] {
  return [...text.matchAll(/fixtures\/((?:cases|tfjs\/cases)\/[\w./-]+?)\.(?:py|ts)\)/g)].map((match) => match[1]!);
}

const MARKED = /(?:#|\/\/).*\b(?:MISSING|SPURIOUS\??): \[[a-z-]+\]/;

/** Fixtures with a line that is marked as a known miss or false alarm, and such a line of each. */
const marked = new Map<string, string>();
for (const part of ['cases', join('tfjs', 'cases')]) {
  for (const file of under(join(root, 'fixtures', part))) {
    if (!/\.(?:py|ts)$/.test(file)) continue;
    const line = readFileSync(file, 'utf8').split(/\r?\n/).findIndex((content) => MARKED.test(content));
    if (line >= 0) marked.set(posix(relative(join(root, 'fixtures'), file)).replace(/\.(?:py|ts)$/, ''), `${posix(relative(root, file))}:${line + 1}`);
  }
}

describe.each(pages)('%s', (name) => {
  const text = textOf(name);

  test('has a title, its sources and the headings of the other pages', () => {
    expect(text).toMatch(/^# .+\n\nSource: `/);
    let at = 0;
    for (const heading of HEADINGS) {
      const found = text.slice(at).search(heading);
      expect(found, `${heading.source} is missing, or stands before the heading that goes before it`).toBeGreaterThanOrEqual(0);
      at += found;
    }
  });

  test('names sources that exist', () => {
    expect(sourcesOf(name).filter((path) => !existsSync(join(source, path)))).toEqual([]);
  });

  test('calls known what is still marked', () => {
    const known = fixturesIn(text.slice(text.indexOf(MISSES)));
    const mended = [...new Set(known)].filter((fixture) => !marked.has(fixture));
    expect(mended, `no line of these fixtures is marked MISSING or SPURIOUS any more: take their lines out of "Known misses and false alarms" in docs/passes/${name} (and say None. if nothing is left)`).toEqual([]);
  });

  test('fits one sitting', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(150);
  });
});

test('the index lists every page', () => {
  const listed = [...textOf('README.md').matchAll(/^\| \[([\w-]+\.md)\]\(\1\)/gm)].map((match) => match[1]!);
  expect(listed.sort(), 'the table of docs/passes/README.md and the files beside it differ').toEqual([...pages].sort());
});

test('every source file of the analysis is on a page', () => {
  const covered = pages.flatMap(sourcesOf);
  const missing = under(source)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix(relative(source, file)))
    .filter((file) => !covered.some((path) => path === file || (path.endsWith('/') && file.startsWith(path))));
  expect(missing, 'write these files (below packages/eslint-plugin/src) behind "Source:" on the page of the pass that they belong to, and say there what they add').toEqual([]);
});

test('every known miss and false alarm of a fixture is on a page', () => {
  const named = new Set(pages.flatMap((name) => fixturesIn(textOf(name).slice(textOf(name).indexOf(MISSES)))));
  const missing = [...marked].filter(([fixture]) => !named.has(fixture)).map(([fixture, place]) => `${fixture} (${place})`);
  expect(missing, `these have a line marked MISSING or SPURIOUS: add them under "${MISSES.slice(3)}" on the page in docs/passes of the pass that gets them wrong, with a link and the reason`).toEqual([]);
});

const documents = [...names.map((name) => join(folder, name)), join(root, 'docs', 'debugging.md'), join(root, 'docs', 'rules', 'reveal.md'), join(root, 'README.md'), join(root, 'DESIGN.md'), join(root, 'CONTRIBUTING.md')];

test.each(documents.map((file) => [posix(relative(root, file)), file] as const))('links of %s lead to files and headings', (_, file) => {
  // `nets[0](x)` is no link.
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '').replace(/``[^`]*``|`[^`\n]*`/g, '');
  const broken = [...text.matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].filter(([, path, heading]) => {
    const target = path === '' ? file : resolve(dirname(file), path!);
    if (!existsSync(target)) return true;
    return heading !== undefined && target.endsWith('.md') && !headingsOf(target).includes(heading);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** The anchors that GitHub makes of headings. */
function headingsOf(file: string): readonly string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}
