// The source of a modelled library: what its files import from one another is what its users import from the package.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { RULES } from '../../src/rules/registry.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const LAYER = `import { tidy } from '@tensorflow/tfjs-core';
import { Layer } from '../engine/topology';
import { Dropout } from './core';

export class Decoder extends Layer {
  drop: Dropout;

  build(): void {
    this.drop = new Dropout({ rate: this.rate });
  }

  call(x, kwargs) {
    return tidy(() => this.drop.apply(x));
  }
}
`;

function findingsIn(packageName: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'modeguard-own-'));
  folders.push(folder);
  mkdirSync(join(folder, 'src', 'layers'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: packageName }));
  const analysis = analyze({ file: join(folder, 'src', 'layers', 'decoder.ts'), text: LAYER, language: 'typescript' });
  return RULES.flatMap((rule) => rule.judge(analysis)).map((finding) => `${analysis.lines.lineOf(finding.span.start)} ${finding.rule} ${finding.certainty}`);
}

test('layers of TensorFlow.js itself are judged as layers', () => {
  expect(findingsIn('@tensorflow/tfjs-layers')).toEqual(['13 forward-training-option definite']);
});

test('files of another package may mean anything by such names', () => {
  expect(findingsIn('some-engine')).toEqual([]);
});
