// A file that is lowered once and looked at with several sets of library models: what one set says of a name is not what another says.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { parseLibrary } from '../../src/libraries/read.ts';
import type { LibraryModel } from '../../src/libraries/schema.ts';
import { RULES } from '../../src/rules/registry.ts';

const modelOf = (methods: Readonly<Record<string, string>>): readonly LibraryModel[] => [
  parseLibrary({ name: 'ours', language: 'python', packages: ['ours'], modules: { bases: ['ours.Net'], flag: 'training', trainMethod: 'train', evalMethod: 'eval', forward: 'forward', callable: true, methods, source: 'ours.py' } }, 'ours'),
];
const SETTING = modelOf({ sleep: 'set-eval', wake: 'set-train' });
const OTHER = modelOf({ sleep: 'pure', wake: 'pure' });

const HEAD = 'import torch\nfrom torch import nn\nfrom ours import Net\n\nclass Own(Net):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.5)\n\n    def forward(self, x):\n        return self.drop(x)\n\nx = torch.ones(4)\n';

test.each([
  ['a test that says the same twice', 'def predict(net: Own, quick):\n    if quick:\n        net.sleep()\n    with torch.no_grad():\n        if quick:\n            print(net(x).tolist())\n\nnet = Own()\nnet.load_state_dict(torch.load("net.pt"))\npredict(net, len(x) > 3)\n'],
  ['a loop over networks', 'nets = [Own() for _ in range(3)]\nfor net in nets:\n    net.load_state_dict(torch.load("net.pt"))\nfor net in nets:\n    net.sleep()\nwith torch.no_grad():\n    for net in nets:\n        print(net(x).tolist())\n'],
  ['a function that somebody calls later', 'import threading\n\nnet = Own()\nnet.load_state_dict(torch.load("net.pt"))\nthreading.Timer(1, lambda: net.sleep()).start()\nwith torch.no_grad():\n    print(net(x).tolist())\n'],
])('%s', (_, text) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modeguard-models-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const findings = (name: string, libraries: readonly LibraryModel[]): readonly string[] => {
    const analysis = analyze({ file: join(folder, name), text: HEAD + text, language: 'python', libraries });
    return RULES.flatMap((rule) => rule.judge(analysis)).map(({ rule, certainty, span }) => `${analysis.lines.lineOf(span.start)} ${rule} ${certainty}`);
  };
  for (const name of ['a.py', 'b.py', 'c.py']) writeFileSync(join(folder, name), HEAD + text);
  const [alone, other] = [findings('a.py', SETTING), findings('b.py', OTHER)];
  expect(other).not.toEqual(alone);
  // One after the other of the same file, in both orders.
  for (const libraries of [OTHER, SETTING, OTHER]) expect(findings('c.py', libraries)).toEqual(libraries === SETTING ? alone : other);
});
