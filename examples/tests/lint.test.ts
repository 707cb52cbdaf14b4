// What `npx eslint` says of the examples: each planted mistake once, nothing of the repaired programs. The places are found by their text, so that an
// edit above them does not break the test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import plugin from '../../packages/eslint-plugin/dist/index.js';

const examples = join(import.meta.dirname, '..');

const PLANTED: Readonly<Record<string, readonly (readonly [rule: string, text: string])[]>> = {
  'wrong/dropout.py': [
    ['require-training-argument', 'F.dropout(active, 0.5)'],
    ['no-train-mode-inference', 'model(customer)'],
    ['require-no-grad', 'logits = model(features)'],
  ],
  'wrong/dropout.ts': [
    ['require-training-argument', 'F.dropout(active, 0.5)'],
    ['no-train-mode-inference', 'model.call(customer)'],
    ['require-no-grad', 'const logits = model.call(customers.features)'],
  ],
  'wrong/batch-norm.py': [
    ['no-train-mode-inference', 'estimate = model(readings)'],
    ['no-uncalibrated-batch-norm', 'deployed(readings)'],
  ],
  'wrong/batch-norm.ts': [
    ['no-train-mode-inference', 'const estimate = model.call(machines.readings)'],
    ['no-uncalibrated-batch-norm', 'deployed.call(heldOut.readings)'],
  ],
  'wrong/noise.py': [
    ['no-unguarded-randomness', 'noise = torch.randn_like(x)'],
    ['no-stale-training-flag', 'return x + torch.randn_like(x)'],
    ['require-no-grad', 'model(today)'],
  ],
  'wrong/noise.ts': [
    ['no-unguarded-randomness', 'const noise = randnLike(x)'],
    ['no-stale-training-flag', 'return x.add(randnLike(x)'],
    ['require-no-grad', 'model.call(today)'],
  ],
};

function linter(config: 'recommended' | 'strict'): ESLint {
  return new ESLint({ cwd: examples, overrideConfigFile: true, overrideConfig: plugin.configs[config] });
}

test.each(Object.entries(PLANTED))('%s: each planted mistake is reported once', async (file, planted) => {
  const lines = readFileSync(join(examples, file), 'utf8').split('\n');
  const expected = planted.map(([rule, text]) => {
    const line = lines.findIndex((content) => content.includes(text)) + 1;
    expect(line, `"${text}" is not in ${file}`).toBeGreaterThan(0);
    return `${line} modeguard/${rule}`;
  });
  const [result] = await linter('recommended').lintFiles([file]);
  expect(result!.messages.map((message) => `${message.line} ${message.ruleId}`).sort()).toEqual(expected.sort());
});

test.each(['recommended', 'strict'] as const)('the repaired programs are clean in %s', async (config) => {
  const results = await linter(config).lintFiles(['right/*.py', 'right/*.ts']);
  expect(results).toHaveLength(6);
  expect(results.flatMap((result) => result.messages)).toEqual([]);
});

test('the fixes of the wrong programs are what the repaired ones do', async () => {
  const eslint = new ESLint({ cwd: examples, overrideConfigFile: true, overrideConfig: plugin.configs.recommended, fix: true });
  const [python] = await eslint.lintFiles(['wrong/dropout.py']);
  expect(python!.output).toContain('F.dropout(active, 0.5, training=self.training)');
  const [typescript] = await eslint.lintFiles(['wrong/dropout.ts']);
  expect(typescript!.output).toContain('F.dropout(active, 0.5, this.training)');
});
