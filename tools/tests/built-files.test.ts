import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuiltFiles } from '../built-files.mjs';

describe('what the build left', () => {
  let root: string;
  let output: string;
  const record = (): BuiltFiles => new BuiltFiles(join(root, 'node_modules', 'built.json'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'built-'));
    output = join(root, 'dist');
    mkdirSync(join(output, 'formats'), { recursive: true });
    writeFileSync(join(output, 'run.js'), 'run();\n');
    writeFileSync(join(output, 'formats', 'json.js'), 'format();\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is not known before a build has kept it', () => {
    expect(record().changed(output)).toBeNull();
  });

  it('is unchanged if it was only written again', () => {
    record().keep([output]);
    writeFileSync(join(output, 'run.js'), 'run();\n');
    expect(record().changed(output)).toEqual([]);
  });

  it('names what was changed and what is gone, in folders too, and not what has come', () => {
    record().keep([output]);
    writeFileSync(join(output, 'run.js'), 'ruin();\n');
    rmSync(join(output, 'formats', 'json.js'));
    writeFileSync(join(output, 'own.js'), '');
    expect(record().changed(output)?.sort()).toEqual([join('formats', 'json.js'), 'run.js']);
  });

  it('names everything where the whole folder is gone', () => {
    record().keep([output]);
    rmSync(output, { recursive: true });
    expect(record().changed(output)).toHaveLength(2);
  });

  it('is not known from a damaged record', () => {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules', 'built.json'), '{"');
    expect(record().changed(output)).toBeNull();
  });
});
