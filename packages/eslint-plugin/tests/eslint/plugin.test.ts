// The plugin inside ESLint: both languages, directives, suggestions, settings, foreign presets beside it, and texts that try to break it.
import js from '@eslint/js';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import plugin from '../../src/index.ts';

const NET = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.fc(x))


`;
const WRONG = `${NET}model = Net()
with torch.no_grad():
    print(model(torch.ones(1, 4)).argmax(1))
`;

async function lint(text: string, filePath: string, config: Linter.Config[] = plugin.configs.recommended, options: ESLint.Options = {}): Promise<ESLint.LintResult> {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config, ...options });
  const [result] = await eslint.lintText(text, { filePath });
  return result!;
}
const rulesOf = (result: ESLint.LintResult): readonly (string | null)[] => result.messages.map((message) => message.ruleId);

describe('directives', () => {
  test('a disable comment with a reason hides a finding and keeps the reason', async () => {
    const text = WRONG.replace('    print', '    # eslint-disable-next-line modeguard/no-train-mode-inference -- a demonstration\n    print');
    const result = await lint(text, 'a.py');
    expect(result.messages).toEqual([]);
    expect(result.suppressedMessages[0]!.suppressions[0]!.justification).toBe('a demonstration');
  });
  test('a rule can be configured in the file', async () => {
    expect(rulesOf(await lint(`# eslint modeguard/no-train-mode-inference: "off"\n${WRONG}`, 'a.py'))).toEqual([]);
  });
});

describe('suggestions', () => {
  const apply = async (text: string, file: string): Promise<string> => {
    const [message] = (await lint(text, file)).messages;
    const { fix } = message!.suggestions![0]!;
    return text.slice(0, fix.range[0]) + fix.text + text.slice(fix.range[1]);
  };
  test('eval() before the statement, with its indentation', async () => {
    const fixed = await apply(WRONG, 'a.py');
    expect(fixed).toContain('with torch.no_grad():\n    model.eval()\n    print(model');
    expect(rulesOf(await lint(fixed, 'a.py'))).toEqual([]);
  });
  test('keep Windows line ends', async () => {
    expect(await apply(WRONG.replaceAll('\n', '\r\n'), 'a.py')).toContain(':\r\n    model.eval()\r\n    print(model');
  });
  test('a no-grad scope around a Python statement of several lines', async () => {
    const fixed = await apply(`${NET}model = Net()\nmodel.eval()\ny = model(\n    torch.ones(1, 4),\n)\nprint(y.argmax(1))\n`, 'a.py');
    expect(fixed).toContain('with torch.no_grad():\n    y = model(\n        torch.ones(1, 4),\n    )\nprint');
    expect(rulesOf(await lint(fixed, 'a.py'))).toEqual([]);
  });
  test('noGrad around a call, with its import', async () => {
    const text = "import { nn, ones } from '@modeguard/engine';\nconst model = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));\nmodel.eval();\nconsole.log(model.call(ones(1, 4)).argmax(1).item());\n";
    const fixed = await apply(text, 'a.ts');
    expect(fixed).toContain('import { noGrad, nn, ones }');
    expect(fixed).toContain('noGrad(() => model.call(ones(1, 4))).argmax(1)');
    expect(rulesOf(await lint(fixed, 'a.ts'))).toEqual([]);
  });
});

describe('fixes', () => {
  const inForward = (expression: string): string => `import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.register_buffer("mean", torch.zeros(4))\n        self.register_buffer("var", torch.ones(4))\n\n    def forward(self, x):\n        return ${expression}\n`;
  // What was left out is true by default, and the flag is true in training mode: what is trained stays what it was.
  test.each([
    ['F.dropout(x)', 'F.dropout(x, training=self.training)'],
    ['F.dropout(x, 0.5)', 'F.dropout(x, 0.5, training=self.training)'],
    ['F.dropout2d(x, p=0.5, inplace=False)', 'F.dropout2d(x, p=0.5, inplace=False, training=self.training)'],
    ['F.instance_norm(x, self.mean, self.var)', 'F.instance_norm(x, self.mean, self.var, use_input_stats=self.training)'],
  ])('%s', async (before, after) => {
    const result = await lint(inForward(before), 'a.py', plugin.configs.recommended, { fix: true });
    expect([result.output, result.messages]).toEqual([inForward(after), []]);
  });
  test('in TypeScript, where it is the next argument', async () => {
    const text = (call: string): string => `import { F, nn, type Tensor } from '@modeguard/engine';\n\nexport class Net extends nn.Module {\n  forward(x: Tensor): Tensor {\n    return ${call};\n  }\n}\n`;
    const fixed = async (call: string): Promise<string | undefined> => (await lint(text(call), 'a.ts', plugin.configs.recommended, { fix: true })).output;
    expect(await fixed('F.dropout(x, 0.5)')).toBe(text('F.dropout(x, 0.5, this.training)'));
    // The default rate is not ours to repeat.
    expect(await fixed('F.dropout(x)')).toBeUndefined();
  });
  test.each(['F.dropout(x, 0.5, True)', 'F.dropout(x, 0.5, training=True)', 'F.alpha_dropout(x, 0.5)', 'F.dropout(x, self.training)', 'F.scaled_dot_product_attention(x, x, x, dropout_p=0.1)'])('none for %s, whose training would be another', async (expression) => {
    expect((await lint(inForward(expression), 'a.py', plugin.configs.strict, { fix: true })).output).toBeUndefined();
  });
});

describe('beside other presets that are not scoped to files', () => {
  test('js.configs.recommended and typescript-eslint leave Python alone', async () => {
    const result = await lint(WRONG, 'a.py', [js.configs.recommended, ...(tseslint.configs.recommended as Linter.Config[]), ...plugin.configs.recommended]);
    expect(rulesOf(result)).toEqual(['modeguard/no-train-mode-inference']);
  });
});

describe('strict', () => {
  const either = `${NET}def predict(model, careful):\n    if careful:\n        model.eval()\n    with torch.no_grad():\n        print(model(torch.ones(1, 4)).argmax(1))\n\n\npredict(Net(), input())\n`;
  test('reports what is possible, recommended does not', async () => {
    expect(rulesOf(await lint(either, 'a.py'))).toEqual([]);
    expect(rulesOf(await lint(either, 'a.py', plugin.configs.strict))).toEqual(['modeguard/no-train-mode-inference']);
  });
});

describe('settings', () => {
  const withSettings = (modeguard: unknown): Linter.Config[] => [...plugin.configs.recommended, { settings: { modeguard } }];
  test('a library model of the project counts', async () => {
    const text = 'import torch\nfrom ours import Drop\nfrom torch import nn\n\nmodel = nn.Sequential(nn.Linear(4, 3), Drop())\nwith torch.no_grad():\n    print(model(torch.ones(1, 4)).argmax(1))\n';
    const library = { name: 'ours', language: 'python', packages: ['ours'], classes: [{ path: 'ours.Drop', kind: 'module', sensitive: 'yes', effect: 'random', source: 'ours.py' }] };
    expect(rulesOf(await lint(text, 'a.py'))).toEqual([]);
    expect(rulesOf(await lint(text, 'a.py', withSettings({ libraries: [library] })))).toEqual(['modeguard/no-train-mode-inference']);
  });
  test.each([[{ librarys: [] }, /settings\.modeguard\.librarys is not a setting/], [{ libraries: [{ name: 'x' }] }, /settings\.modeguard\.libraries\[0\]/], [7, /must be an object/]])('%j is refused with a reason', async (settings, message) => {
    await expect(lint(WRONG, 'a.py', withSettings(settings))).rejects.toThrow(message);
  });
});

describe('randomness that is meant', () => {
  const noise = (name: string): string => `import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\nclass ${name}(nn.Module):\n    def forward(self, x):\n        return F.dropout(x + 0.1 * torch.randn_like(x), 0.5)\n`;
  const both = ['modeguard/no-unguarded-randomness', 'modeguard/require-training-argument'];
  const declared = (designed: readonly string[]): Linter.Config[] => [...plugin.configs.recommended, { files: ['**/*.py'], rules: Object.fromEntries(both.map((rule) => [rule, ['error', { designed }]])) as Linter.RulesRecord }];
  test('is declared by the name of its class', async () => {
    expect([...rulesOf(await lint(noise('Jitter'), 'a.py'))].sort()).toEqual(both);
    for (const designed of [['Jitter'], ['*'], ['Jit*'], ['*ter'], ['Other', 'J*r']]) expect(rulesOf(await lint(noise('Jitter'), 'a.py', declared(designed)))).toEqual([]);
    for (const designed of [[], ['Other'], ['jitter'], ['Jitter*Jitter']]) expect([...rulesOf(await lint(noise('Jitter'), 'a.py', declared(designed)))].sort()).toEqual(both);
  });
  test('an option of another rule, or a name with two stars, is refused', async () => {
    await expect(lint(noise('Jitter'), 'a.py', declared(['**']))).rejects.toThrow(/pattern/);
    await expect(lint(noise('Jitter'), 'a.py', [...plugin.configs.recommended, { rules: { 'modeguard/no-mode-race': ['error', { designed: ['Jitter'] }] } }])).rejects.toThrow(/designed/);
  });
});

describe('typed linting', () => {
  test('a file of the project service gives the same findings', async () => {
    const text = "import { nn, noGrad, ones } from '@modeguard/engine';\nconst model = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));\nconsole.log(noGrad(() => model.call(ones(1, 4)).argmax(1).item()));\n";
    const typed: Linter.Config = { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.ts'] } } } };
    expect(rulesOf(await lint(text, 'typed.ts', [...plugin.configs.recommended, typed]))).toEqual(['modeguard/no-train-mode-inference']);
  });
});

describe('texts that try to break it', () => {
  const hostile: readonly (readonly [string, string, string])[] = [
    ['an empty file', 'a.py', ''],
    ['an empty TypeScript file', 'a.ts', ''],
    ['a byte order mark', 'a.py', `\uFEFF${WRONG}`],
    ['a syntax error', 'a.py', 'import torch\nmodel = (\n'],
    ['a network that holds itself', 'a.py', 'import torch\nfrom torch import nn\n\nclass A(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.me = self\n    def forward(self, x):\n        return self.me(x)\n\na = A()\na.eval()\nprint(a(torch.ones(1)).item())\n'],
    ['a wrapper in a loop', 'a.py', 'import torch\nfrom torch import nn\nmodel = nn.Linear(1, 1)\nfor _ in range(3):\n    model = nn.DataParallel(model)\nprint(model(torch.ones(1)).item())\n'],
    ['classes that derive from each other', 'a.py', 'import torch\nclass A(B):\n    pass\nclass B(A):\n    def forward(self, x):\n        return super().forward(x)\nB().eval()\n'],
    ['functions that call each other', 'a.ts', "import { nn } from '@modeguard/engine';\nfunction f(m: nn.Module): void { m.eval(); g(m); }\nfunction g(m: nn.Module): void { m.train(); f(m); }\nf(new nn.Dropout(0.5));\n"],
    ['a train() that calls eval()', 'a.py', 'from torch import nn\nclass A(nn.Module):\n    def train(self, mode=True):\n        return self.eval()\nA().train().eval()\n'],
    ['nesting', 'a.py', `import torch\nx = ${'('.repeat(800)}1${')'.repeat(800)}\nmodel.eval()\n`],
  ];
  test.each(hostile)('%s', async (_, file, text) => {
    const result = await lint(text, file, plugin.configs.strict);
    expect(result.messages.filter((message) => message.fatal === true)).toEqual([]);
  });
  test('a finding in a file with a byte order mark is where it should be', async () => {
    expect((await lint(`\uFEFF${WRONG}`, 'a.py')).messages[0]).toMatchObject({ line: WRONG.split('\n').findIndex((line) => line.includes('print')) + 1, column: 11 });
  });
  test('20,000 lines', async () => {
    const result = await lint(`${NET}${'x = 1\n'.repeat(20_000)}model = Net()\nwith torch.no_grad():\n    print(model(torch.ones(1, 4)).argmax(1))\n`, 'a.py');
    expect(rulesOf(result)).toEqual(['modeguard/no-train-mode-inference']);
  });
});

describe('meta', () => {
  // `reveal` finds no problem, and has no certainty to choose.
  test.each(Object.entries(plugin.rules).filter(([name]) => name !== 'reveal'))('%s is complete', (name, rule) => {
    expect(rule.meta).toMatchObject({ type: 'problem', languages: ['js/js', 'modeguard/python'], docs: { url: expect.stringContaining(`${name}.md`), recommended: true } });
    expect(rule.meta.docs?.description).toMatch(/^(?:disallow|require) /);
    expect(rule.meta.defaultOptions).toEqual([{ certainty: 'definite' }]);
  });
});
