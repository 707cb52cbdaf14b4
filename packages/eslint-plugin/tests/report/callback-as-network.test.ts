// Where a library calls the network that it is given, the finding names the network, not the function of the library.
import { expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { RULES } from '../../src/rules/registry.ts';

const program = (call: string): string => `import { checkpoint, nn, noGrad, ones } from '@modeguard/engine';
const held = { net: new nn.Sequential(new nn.Linear(4, 2), new nn.Dropout(0.5)) };
noGrad(() => {
  console.log(${call});
});
`;

test.each(['nn.utils.functionalCall(held.net, {}, ones(2, 4)).toArray()', 'checkpoint(held.net, ones(2, 4)).toArray()'])('%s', (call) => {
  const analysis = analyze({ file: 'net.ts', text: program(call), language: 'typescript' });
  const [finding, ...others] = RULES.flatMap((rule) => rule.judge(analysis));
  expect(others).toEqual([]);
  expect(finding!.rule).toBe('no-train-mode-inference');
  expect(finding!.action).toBe('Call `held.net.eval()` before this line.');
  expect(finding!.suggestions.map(({ message }) => message)).toEqual(['Call `held.net.eval()` before this statement.']);
});
