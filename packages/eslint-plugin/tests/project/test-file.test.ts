// What is a test, by its name and folder; and that what a test does with a network is possible at most.
import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { isTest } from '../../src/project/test-file.ts';
import { RULES } from '../../src/rules/registry.ts';

const path = (text: string): string => text.split('/').join(sep);

test.each(['tests/net.py', 'test/net.py', 'src/test_net.py', 'src/net_test.py', 'conftest.py', 'pkg/testing/run.py', 'pkg/test_utils/scripts/run.py'])('%s is a test', (file) => {
  expect(isTest(path(file), 'python')).toBe(true);
});

test.each(['src/net.py', 'test.py', 'contest/net.py', 'latest.py', 'testbed/net.py'])('%s is none', (file) => {
  expect(isTest(path(file), 'python')).toBe(false);
});

test.each([['src/net.test.ts', true], ['src/net.spec.js', true], ['src/net_test.ts', true], ['net_test.mjs', true], ['src/contest.ts', false], ['__tests__/net.js', true], ['test.js', true], ['src/attest.js', false]])('%s: %s', (file, expected) => {
  expect(isTest(path(file), 'typescript')).toBe(expected);
});

test('what a test does with a network is possible at most', () => {
  const text = 'import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))\nprint(net(torch.ones(2, 4)).tolist())\n';
  const found = (file: string): readonly string[] => {
    const analysis = analyze({ file, text, language: 'python' });
    return RULES.flatMap((rule) => rule.judge(analysis)).map((finding) => `${finding.rule} ${finding.certainty}`);
  };
  expect(found(path('demo/net.py'))).toEqual(['no-train-mode-inference definite', 'require-no-grad definite']);
  expect(found(path('tests/test_net.py'))).toEqual(['no-train-mode-inference possible', 'require-no-grad possible']);
});
