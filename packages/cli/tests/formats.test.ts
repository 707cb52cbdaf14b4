import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { makeTree, runIn } from './workbench.ts';

const tree = { 'src/a.py': 'x\n  BAD\n', 'b.ts': 'OLD; MAYBE;\n' };

describe('json', () => {
  it('is an array with one object for each finding, and nothing else', async () => {
    const { out, err } = await runIn(makeTree(tree), ['--format', 'json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject([{ file: 'b.ts' }, { file: 'src/a.py' }]);
    expect((JSON.parse(out) as unknown[])[1]).toEqual({
      file: 'src/a.py',
      line: 2,
      column: 3,
      endLine: 2,
      endColumn: 6,
      ruleId: 'modeguard/no-bad-word',
      certainty: 'definite',
      message: 'The word BAD is here. It is not wanted. Write another one.',
      witness: [{ file: 'src/a.py', line: 1, column: 1, text: 'the file begins' }],
      suggestions: [{ message: 'Write GOOD.', edits: [{ range: [4, 7], text: 'GOOD' }, { range: [0, 0], text: '' }] }],
    });
  });

  it('is an empty array where nothing is found', async () => {
    expect((await runIn(makeTree({ 'a.py': 'ok' }), ['--format', 'json'])).out).toBe('[]\n');
  });

  it('calls possible what is possible', async () => {
    const { out } = await runIn(makeTree(tree), ['--format', 'json', '--strict', '--rule', 'no-maybe-word']);
    expect(JSON.parse(out)).toMatchObject([{ file: 'b.ts', certainty: 'possible', line: 1, column: 6 }]);
  });

  it('can be written to a file, in a directory that does not exist yet', async () => {
    const root = makeTree(tree);
    expect(await runIn(root, ['--format', 'json', '-o', 'out/report.json'])).toEqual({ code: 1, out: '', err: '' });
    expect(JSON.parse(readFileSync(join(root, 'out/report.json'), 'utf8'))).toHaveLength(2);
  });
});

describe('stylish', () => {
  it('has a line for a file whose name has line ends in it', async () => {
    const { out } = await runIn(makeTree({ 'a\nb.py': 'BAD' }), []);
    expect(out.split('\n').slice(0, 2)).toEqual(['', 'a\\nb.py']);
    expect(out).toContain('at a\\nb.py:1  the file begins');
  });

  it('is what ESLint prints, with the reason and the witness under each line', async () => {
    const { out } = await runIn(makeTree({ ...tree, 'src/a.py': 'BAD BAD\n' }), ['--strict']);
    expect(out).toBe(
      [
        '',
        'b.ts',
        '  1:1  error    The word OLD is here    modeguard/no-old-word',
        '        It is not wanted. Write another one.',
        '          at b.ts:1  the file begins',
        '  1:6  warning  The word MAYBE is here  modeguard/no-maybe-word',
        '        It is not wanted. Write another one.',
        '          at b.ts:1  the file begins',
        '',
        'src/a.py',
        '  1:1  error  The word BAD is here  modeguard/no-bad-word',
        '        It is not wanted. Write another one.',
        '          at src/a.py:1  the file begins',
        '  1:5  error  The word BAD is here  modeguard/no-bad-word',
        '        It is not wanted. Write another one.',
        '          at src/a.py:1  the file begins',
        '',
        '\u2716 4 problems (3 errors, 1 warning)',
        '  1 error and 0 warnings potentially fixable with the `--fix` option.',
        '',
      ].join('\n'),
    );
  });

  it('is dim where it explains, and only there', async () => {
    const { out } = await runIn(makeTree({ 'a.py': 'BAD' }), ['--color']);
    expect(out).toContain('\u001B[2m          at a.py:1  the file begins\u001B[22m\n');
    expect(out).toContain('\u001B[4ma.py\u001B[24m\n');
  });

  it('has no colour in a file', async () => {
    const root = makeTree({ 'a.py': 'BAD' });
    await runIn(root, ['-o', 'report.txt'], { tty: true });
    expect(readFileSync(join(root, 'report.txt'), 'utf8')).not.toContain('\u001B');
  });
});

describe('sarif', () => {
  const schemaFile = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  // It declares draft 04 and uses nothing that a later draft reads differently.
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as object;
  const validate = ajv.compile(Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'id')));

  async function sarif(root: string, argv: readonly string[] = []): Promise<Log> {
    const { out } = await runIn(root, ['--format', 'sarif', ...argv]);
    const log: unknown = JSON.parse(out);
    validate(log);
    expect(validate.errors).toBeNull();
    return log as Log;
  }

  it('is valid by the official schema, also when empty, failed or skipped', async () => {
    await sarif(makeTree(tree), ['--strict']);
    await sarif(makeTree({ 'a.py': 'ok' }));
    const troubled = await sarif(makeTree({ 'a.py': 'CRASH', 'b.py': 'UNPARSABLE' }));
    expect(troubled.runs[0]?.invocations).toMatchObject([{ executionSuccessful: false, toolExecutionNotifications: [{ level: 'warning' }, { level: 'error' }] }]);
  });

  it('describes rules, levels, the way to the finding and the fixes', async () => {
    const [run] = (await sarif(makeTree({ 'sch\u00F6 n/a#b.py': 'x\n  BAD\n', 'b.ts': 'MAYBE;\n' }), ['--strict'])).runs;
    expect(run?.tool.driver.rules).toMatchObject([
      { id: 'modeguard/no-bad-word', helpUri: 'https://example.com/no-bad-word', defaultConfiguration: { level: 'error', enabled: true } },
      { id: 'modeguard/no-maybe-word', defaultConfiguration: { level: 'warning', enabled: false } },
      { id: 'modeguard/no-old-word' },
    ]);
    const [possible, definite] = run?.results ?? [];
    expect(possible).toMatchObject({ level: 'warning', ruleIndex: 1, properties: { certainty: 'possible' } });
    const place = { artifactLocation: { uri: 'sch%C3%B6%20n/a%23b.py', uriBaseId: '%SRCROOT%' }, region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 6 } };
    const step = { physicalLocation: { artifactLocation: place.artifactLocation, region: { startLine: 1, startColumn: 1 } }, message: { text: 'the file begins' } };
    expect(definite).toMatchObject({
      level: 'error',
      locations: [{ physicalLocation: place }],
      relatedLocations: [step],
      codeFlows: [{ threadFlows: [{ locations: [{ location: step }, { location: { physicalLocation: place } }] }] }],
      fixes: [{ artifactChanges: [{ replacements: [{ deletedRegion: { charOffset: 4, charLength: 3 }, insertedContent: { text: 'GOOD' } }, {}] }] }],
    });
  });

  it('has fingerprints that survive moved lines and tell equal lines apart', async () => {
    const prints = async (text: string): Promise<unknown[]> => ((await sarif(makeTree({ 'a.py': text }))).runs[0]?.results ?? []).map(({ partialFingerprints }) => partialFingerprints?.['modeguard/v1']);
    const before = await prints('BAD\nBAD\nx BAD\n');
    expect(new Set(before).size).toBe(3);
    expect(await prints('\n\nBAD\n\n  BAD\nx  BAD\n')).toEqual(before);
  });

  it('never says where on the machine it ran', async () => {
    const root = makeTree(tree);
    expect((await runIn(root, ['--format', 'sarif'])).out).not.toContain(root);
  });
});
