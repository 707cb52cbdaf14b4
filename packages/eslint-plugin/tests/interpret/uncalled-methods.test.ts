// Methods that nobody in sight calls are judged on an object as its constructor makes it. What other methods of its class do to the modes may have happened to it: those that are not called either are run, and those that are called,
// on other objects, leave nothing certain.
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Language } from '../../src/ir/ir.ts';
import { RULES } from '../../src/rules/registry.ts';

function reported(language: Language, text: string): readonly string[] {
  const analysis = analyze({ file: language === 'python' ? 'service.py' : 'service.ts', text, language });
  return RULES.flatMap((rule) => rule.judge(analysis)).map(({ rule, certainty }) => `${certainty} ${rule}`);
}

const service = (method: string, after = ''): string => `import { nn, noGrad } from '@modeguard/engine';
export class Service {
  readonly net = new nn.Sequential(new nn.Linear(4, 2), new nn.Dropout(0.5));
  ${method}
  predict(x) { return noGrad(() => this.net.call(x).argmax(1).item()); }
}
${after}
`;

const inPython = (method: string, after = ''): string => `import torch
from torch import nn
class Service:
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(4, 2), nn.Dropout(0.5))
    ${method}
    def predict(self, x):
        with torch.no_grad():
            return self.net(x).argmax(1).item()
${after}
`;

describe.each([
  ['typescript', service, 'prepare() { this.net.eval(); return this; }', 'describe() { return this.net.length; }', 'export const service = new Service().METHOD();'],
  ['python', inPython, 'def prepare(self): self.net.eval(); return self', 'def describe(self): return len(self.net)', 'service = Service().METHOD()'],
] as const)('%s', (language, text, prepare, describes, call) => {
  test('what a called method has done to another object may have been done to this one', () => {
    expect(reported(language, text(prepare, call.replace('METHOD', 'prepare')))).toEqual(['possible no-train-mode-inference']);
  });

  test('a called method that sets no mode changes nothing', () => {
    expect(reported(language, text(describes, call.replace('METHOD', 'describe')))).toEqual(['definite no-train-mode-inference']);
  });

  test('nor is anything changed where no method sets one', () => {
    expect(reported(language, text(''))).toEqual(['definite no-train-mode-inference']);
  });
});
