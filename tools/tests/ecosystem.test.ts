// The ecosystem diff: what counts as a difference, what the report shows of other people's text, and that a fetch and a run
// keep going when one repository does not. Needs git, no network: the repositories are made here.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchAll } from '../ecosystem/checkout.mjs';
import { countByRule, diffFindings } from '../ecosystem/diff.mjs';
import { codeSpan, escapeMessage, permalink, tableRow } from '../ecosystem/escape.mjs';
import { reportMarkdown } from '../ecosystem/markdown.mjs';
import { readOptions } from '../ecosystem/options.mjs';
import { chooseRepositories, readRepositories, type Pinned } from '../ecosystem/repositories.mjs';
import { makeRun, readRun, type EcosystemFinding, type RepositoryRun } from '../ecosystem/results.mjs';
import { runRepository } from '../ecosystem/run.mjs';
import { resolveRevision, withBuiltRevision } from '../ecosystem/worktree.mjs';

const root = resolve(import.meta.dirname, '..', '..');
const tool = join(root, 'tools', 'ecosystem', 'ecosystem.mjs');
const wrong = `import torch
from torch import nn


def predict(x):
    model = nn.Sequential(nn.Linear(4, 2), nn.Dropout(0.5))
    with torch.no_grad():
        return model(x).argmax(1)
`;

let place = '';
let tiny: Pinned;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'modeguard-ecosystem-test-'));
  const commit = makeRepository(join(place, 'source', 'fake', 'tiny'), { 'src/serve.py': wrong, 'README.md': 'text\n', 'src/broken.ts': 'const = ;\n' });
  tiny = { repository: 'fake/tiny', commit, language: 'python', why: 'a test' };
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

function git(folder: string, ...args: string[]): string {
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))), GIT_CONFIG_GLOBAL: join(place, 'none'), GIT_CONFIG_NOSYSTEM: '1' };
  const done = spawnSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'init.defaultBranch=main', ...args], { cwd: folder, encoding: 'utf8', env });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.trim();
}

/** Returns the commit. */
function makeRepository(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFile(join(folder, name), text);
  if (!existsSync(join(folder, '.git'))) git(folder, 'init', '--quiet');
  git(folder, 'add', '--all', '--force');
  git(folder, 'commit', '--quiet', '--message', 'Files');
  return git(folder, 'rev-parse', 'HEAD');
}

function writeFile(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function runTool(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function finding(changes: Partial<EcosystemFinding> = {}): EcosystemFinding {
  return { path: 'a.py', line: 3, column: 5, rule: 'require-no-grad', certainty: 'definite', message: '`f(x)` records a graph.', source: 'y = f(x)', ...changes };
}

function record(findings: EcosystemFinding[], changes: Partial<RepositoryRun> = {}): RepositoryRun {
  return { repository: 'owner/name', commit: 'a'.repeat(40), state: 'done', problem: null, files: 2, seconds: 1, crashes: [], skipped: [], findings, ...changes };
}

function reportOf(before: RepositoryRun[], after: RepositoryRun[]): string {
  const version = { version: '0.1.0', commit: 'b'.repeat(40), modified: false };
  return reportMarkdown(makeRun(version, before), makeRun({ ...version, modified: true }, after));
}

describe('the difference of findings', () => {
  test('the same findings in another order are no difference', () => {
    const [one, other] = [finding(), finding({ line: 9 })];
    const diff = diffFindings([one, other], [other, one]);
    expect(diff).toMatchObject({ added: [], removed: [], changed: [] });
    expect(diff.same).toHaveLength(2);
  });

  test('another line of the text is another finding, if it says something else', () => {
    const [gone, come] = [finding({ message: 'one' }), finding({ line: 8, message: 'two' })];
    expect(diffFindings([gone], [come])).toMatchObject({ added: [come], removed: [gone], changed: [] });
  });

  test.each([
    ['certainty and wording', finding({ certainty: 'possible', message: '`f(x)` may record a graph.' })],
    ['wording', finding({ message: 'other words' })],
    ['the line', finding({ line: 7 })],
  ])('a change of %s is one change', (_, after) => {
    expect(diffFindings([finding()], [after])).toEqual({ added: [], removed: [], changed: [{ before: finding(), after }], same: [] });
  });

  test('another file or another rule is never the same finding', () => {
    for (const other of [finding({ path: 'b.py' }), finding({ rule: 'no-train-mode-inference' })]) expect(diffFindings([finding()], [other])).toMatchObject({ added: [other], removed: [finding()] });
  });

  test('of several findings on a line, those are paired that are most alike', () => {
    const [left, right] = [finding({ column: 5, message: 'left' }), finding({ column: 12, message: 'right' })];
    expect(diffFindings([left, right], [right])).toMatchObject({ added: [], removed: [left], changed: [], same: [{ before: right, after: right }] });
  });

  test('equal findings are counted, not merged', () => {
    expect(diffFindings([finding(), finding()], [finding()])).toMatchObject({ added: [], removed: [finding()], changed: [] });
  });

  test('the rows of the table add up', () => {
    const before = [finding(), finding({ line: 4 }), finding({ line: 5, message: 'five' }), finding({ line: 6, certainty: 'possible' })];
    const after = [finding({ certainty: 'possible' }), finding({ line: 4 }), finding({ line: 6 }), finding({ line: 20, message: 'new' }), finding({ line: 21, message: 'newer', certainty: 'possible' })];
    const rows = countByRule([diffFindings(before, after)]);
    expect(rows).toEqual([
      { rule: 'require-no-grad', tier: 'recommended', before: 3, added: 1, removed: 1, came: 1, went: 1, edited: 0, after: 3 },
      { rule: 'require-no-grad', tier: 'strict', before: 1, added: 1, removed: 0, came: 1, went: 1, edited: 0, after: 2 },
    ]);
  });
});

describe('the report', () => {
  test('says that there is no difference', () => {
    const text = reportOf([record([finding()])], [record([finding()])]);
    expect(text).toContain('**No difference**: 1 finding in both in 1 repository.');
    expect(text).not.toContain('| rule |');
  });

  test('shows what was added, removed and changed, with a link, the message and the source', () => {
    const before = [finding({ path: 'gone (old).py', source: 'old()' }), finding({ path: 'c.py', certainty: 'possible' })];
    const text = reportOf([record(before)], [record([finding(), finding({ path: 'c.py' })], { seconds: 1.5 })]);
    expect(text).toContain('modeguard 0.1.0 at `bbbbbbbbbb` → modeguard 0.1.0 at `bbbbbbbbbb` with uncommitted changes');
    expect(text).toContain('| `require-no-grad` | recommended | 1 | +1 | −1 | +1 |  | **2** |');
    expect(text).toContain('| `require-no-grad` | strict | 1 |  |  | −1 |  | **0** |');
    expect(text).toContain('<summary><b>owner/name</b>: 1 added, 1 removed, 1 changed</summary>');
    expect(text).toContain(`- definite \`require-no-grad\` at [\`a.py:3\`](https://github.com/owner/name/blob/${'a'.repeat(40)}/a.py#L3)\\\n  \`f(x)\` records a graph.\\\n  \`y = f(x)\``);
    expect(text).toContain('/gone%20%28old%29.py#L3)');
    expect(text).toContain('- possible → **definite**: `require-no-grad`');
    expect(text).toContain('| owner/name | 2 | 1.0 | 1.5 | 1.50× |');
  });

  test('counts nothing of a repository that a version did not finish, or that is pinned elsewhere', () => {
    const late = record([], { repository: 'b/late', state: 'timeout', problem: 'It did not end within 1 seconds.' });
    const text = reportOf([record([finding()]), { ...late, state: 'done', problem: null, findings: [finding()] }], [record([], { commit: 'c'.repeat(40) }), late]);
    expect(text).toContain('**No difference**: 0 findings in both in 0 repositories.');
    expect(text).toContain('- **b/late**: modeguard did not end well on it.\\\n  after, timeout: `It did not end within 1 seconds.`');
    expect(text).toContain('- **owner/name**: it was pinned at aaaaaaaaaa and is at cccccccccc now.');
  });

  test('names files that crash, and those that only one version can parse', () => {
    const skipped = [{ path: 'both.py', reason: 'no' }];
    const text = reportOf([record([], { skipped })], [record([], { skipped: [...skipped, { path: 'new.py', reason: 'no more' }], crashes: [{ path: 'x.py', reason: 'undefined is not a function' }] })]);
    expect(text).toMatch(/### Files that modeguard failed on[^]*\*\*only after\*\*: \[`owner\/name\/x\.py`\][^]*`undefined is not a function`/u);
    expect(text).toMatch(/### Files that one version cannot parse[^]*new\.py/u);
    expect(text).not.toContain('both.py');
  });

  test.each([
    ['`a_b(x)` is <b>bad</b> @someone #12', '`a_b(x)` is \\<b\\>bad\\</b\\> @<!-- -->someone \\#12'],
    ['a_b *c* [d](e) |', 'a\\_b \\*c\\* \\[d\\](e) \\|'],
    ['a lonely ` tick', 'a lonely \\` tick'],
    ['- no list', '\\- no list'],
    ['1. no list', '1\\. no list'],
  ])('escapes the message %j', (message, escaped) => {
    expect(escapeMessage(message)).toBe(escaped);
  });

  test('keeps source lines, tables and links whole', () => {
    expect(codeSpan('x = `a` + ``b``')).toBe('``` x = `a` + ``b`` ```');
    expect(codeSpan('  a\t b ')).toBe('`a b`');
    expect(tableRow(['`a | b`', 1])).toBe('| `a \\| b` | 1 |');
    expect(permalink('o/n', 'c', 'a b/#(1).py', 2)).toBe('https://github.com/o/n/blob/c/a%20b/%23%281%29.py#L2');
  });
});

describe('the list of repositories', () => {
  test('is valid, long enough and in several languages', () => {
    const all = readRepositories(join(root, 'tools', 'ecosystem', 'repositories.json'));
    expect(all.length).toBeGreaterThanOrEqual(18);
    expect(new Set(all.map(({ language }) => language))).toEqual(new Set(['python', 'javascript', 'typescript']));
  });

  test.each([
    ['{}', /expected a list/u],
    ['[1]', /entry 1: expected an object/u],
    ['[{"repository":"../..","commit":"","language":"python","why":"x"}]', /entry 1: `repository` must be 'owner\/name'/u],
    ['[{"repository":"a/..","commit":"","language":"python","why":"x"}]', /entry 1: `repository`/u],
    ['[{"repository":"a/b","commit":"main","language":"python","why":"x"}]', /entry 1 \(a\/b\): `commit` must be 40 hex/u],
    ['[', /is not valid JSON/u],
  ])('refuses %s', (text, message) => {
    expect(() => readRepositories(writeFile(join(place, 'list.json'), text))).toThrow(message);
  });

  test('refuses --only with a name that is not in it', () => {
    expect(() => chooseRepositories([tiny], ['fake/other'])).toThrow('--only fake/other: no such repository in the list. There are: fake/tiny.');
  });
});

describe('fetch, run and diff', () => {
  test('fetch goes on after a failure and leaves what is there alone', async () => {
    const cache = join(place, 'cache');
    const said: string[] = [];
    const options = { cache, source: join(place, 'source'), say: (line: string) => said.push(line) };
    const absent = { ...tiny, repository: 'fake/absent' };
    expect(await fetchAll([absent, tiny], options)).toBe(1);
    expect(said[0]).toMatch(/^\[1\/2\] fake\/absent: FAILED\n[^]*Check the network/u);
    expect(readFileSync(join(cache, 'fake', 'tiny', 'src', 'serve.py'), 'utf8')).toBe(wrong);
    expect(existsSync(join(cache, 'fake', 'absent'))).toBe(false);
    expect(await fetchAll([tiny], options)).toBe(0);
    expect(said.at(-1)).toBe('[1/1] fake/tiny: already there');
  });

  test('the commands work together', () => {
    const list = writeFile(join(place, 'repositories.json'), JSON.stringify([tiny]));
    const common = ['--repositories', list, '--cache', join(place, 'cache-of-commands')];
    const output = join(place, 'findings.json');
    const early = runTool('run', '--no-build', ...common, '--output', output);
    expect(early).toMatchObject({ code: 2, stdout: '' });
    expect(early.stderr).toContain('ecosystem.mjs fetch` first');

    expect(runTool('fetch', ...common, '--mirror', join(place, 'source'))).toMatchObject({ code: 0, stdout: '' });
    expect(runTool('run', '--no-build', ...common, '--output', output)).toMatchObject({ code: 0, stdout: '' });
    const [run] = readRun(output).repositories;
    expect(run).toMatchObject({ repository: 'fake/tiny', commit: tiny.commit, state: 'done', files: 2, crashes: [], skipped: [{ path: 'src/broken.ts' }] });
    expect(run!.findings).toMatchObject([{ path: 'src/serve.py', line: 8, rule: 'no-train-mode-inference', certainty: 'definite', source: 'return model(x).argmax(1)' }]);
    expect(readFileSync(output, 'utf8')).not.toContain(place);

    const diff = runTool('diff', output, output);
    expect(diff.code).toBe(0);
    expect(diff.stdout).toContain('**No difference**: 1 finding in both in 1 repository.');
  });

  test('a version that fails, or does not end, is a state of the record and names no folder of the machine', async () => {
    const cache = join(place, 'cache');
    await fetchAll([tiny], { cache, source: join(place, 'source'), say: () => undefined });
    const failing = join(place, 'failing');
    writeFile(join(failing, 'packages', 'cli', 'dist', 'bin.js'), `throw new Error('broken at ' + process.cwd());`);
    const failed = await runRepository(failing, tiny, { cache, timeoutSeconds: 20 });
    expect(failed).toMatchObject({ state: 'failed', findings: [] });
    expect(failed.problem).not.toContain(place);

    const endless = join(place, 'endless');
    writeFile(join(endless, 'packages', 'cli', 'dist', 'bin.js'), 'for (;;);');
    expect(await runRepository(endless, tiny, { cache, timeoutSeconds: 0.3 })).toMatchObject({ state: 'timeout', findings: [] });
  });

  test('what a version fails on is recorded', async () => {
    const cache = join(place, 'cache');
    await fetchAll([tiny], { cache, source: join(place, 'source'), say: () => undefined });
    const tree = join(place, 'crashing');
    const notification = { level: 'error', message: { text: 'no such thing' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a%20b.py' } } }] };
    const report = { runs: [{ invocations: [{ toolExecutionNotifications: [notification] }], results: [] }] };
    writeFile(join(tree, 'packages', 'cli', 'dist', 'bin.js'), `require('node:fs').writeFileSync(process.argv[process.argv.indexOf('--output-file') + 1], ${JSON.stringify(JSON.stringify(report))}); process.exitCode = 2;`);
    expect(await runRepository(tree, tiny, { cache, timeoutSeconds: 20 })).toMatchObject({ state: 'done', crashes: [{ path: 'src/a b.py', reason: 'no such thing' }] });
  });

  test.each([
    [[], 'Which command?'],
    [['fly'], "Unknown command 'fly'"],
    [['fetch', '--output', 'x'], '`fetch` has no option --output'],
    [['run'], '`run` needs --output FILE'],
    [['diff', 'one.json'], '`diff` takes two findings files'],
    [['run', '--output', 'x', '--timeout', 'soon'], "not 'soon'"],
    [['fetch', '--fast'], "Unknown option '--fast'"],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  test.each([
    [['diff', 'absent.json', 'absent.json'], 'Cannot read absent.json'],
    [['compare', 'no-such-revision'], "There is no revision 'no-such-revision'"],
  ])('%j is a failure, not an exception', (args, message) => {
    const { code, stdout, stderr } = runTool(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /mu);
  });

  test.each([
    ['{}', 'this is not a findings file'],
    ['{"format":2}', 'it has format 2'],
    ['{"format":1,"modeguard":{"version":"1"},"repositories":[{"repository":"a/b","commit":"c","state":"done","seconds":1,"files":1,"crashes":[],"skipped":[],"findings":[{}]}]}', '`repositories[0]`.findings[0] is not a finding'],
  ])('the findings file %s is refused', (text, message) => {
    expect(() => readRun(writeFile(join(place, 'findings-bad.json'), text))).toThrow(message);
  });
});

test('the worktree of a revision is removed, whether its build and its task succeed or not', async () => {
  const tree = join(place, 'tree');
  const setup = join('tools', 'setup.mjs');
  const good = makeRepository(tree, { [setup]: 'process.exitCode = 0;\n' });
  const bad = makeRepository(tree, { [setup]: `console.error('no compiler'); process.exitCode = 1;\n` });
  expect(await resolveRevision(tree, 'HEAD~1')).toBe(good);

  let seen = '';
  await withBuiltRevision(tree, good, undefined, async (built) => {
    seen = built;
    expect(readFileSync(join(built, setup), 'utf8')).toContain('= 0');
  });
  expect(existsSync(seen)).toBe(false);
  await expect(withBuiltRevision(tree, good, undefined, () => Promise.reject(new Error('the task')))).rejects.toThrow('the task');
  await expect(withBuiltRevision(tree, bad, undefined, () => Promise.resolve())).rejects.toThrow(`The revision ${bad.slice(0, 10)} could not be built: its \`node tools/setup.mjs\` ended with exit code 1.`);
  expect(git(tree, 'worktree', 'list', '--porcelain').match(/^worktree /gmu)).toHaveLength(1);
});
