// Python as a language of ESLint, through ESLint's own front door: directives, fixes, presets that were meant for JavaScript.
import js from '@eslint/js';
import { ESLint, Linter, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { PythonLanguage } from '../../src/eslint/python-language.ts';
import { PythonSourceCode } from '../../src/eslint/python-source-code.ts';
import type { Call, PyNode } from '../../src/frontends/python/ast.ts';

let seen: PythonSourceCode | null = null;

const noEval = {
  meta: { type: 'problem', fixable: 'code', hasSuggestions: true, schema: [{ type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false }], messages: { found: '{{name}} called', remove: 'remove' } },
  create(context: Rule.RuleContext) {
    const name = (context.options[0] as { name?: string } | undefined)?.name ?? 'eval';
    seen = context.sourceCode as unknown as PythonSourceCode;
    return {
      Call(node: Call) {
        if (node.func.type !== 'Attribute' || node.func.attr !== name) return;
        const { attrRange, range } = node.func;
        const target = node as unknown as Rule.Node;
        context.report({ node: target, messageId: 'found', data: { name }, fix: (fixer) => fixer.replaceTextRange([...attrRange], 'train'), suggest: [{ messageId: 'remove', fix: (fixer) => fixer.removeRange([...range]) }] });
      },
    };
  },
} as unknown as Rule.RuleModule;

const trace: string[] = [];
const tracer = {
  meta: { type: 'problem', schema: [], messages: {} },
  create: () => ({
    '*': (node: PyNode) => void trace.push(node.type),
    'ClassDef > FunctionDef[name=/^f/]': (node: PyNode) => void trace.push(`selected ${node.type}`),
    'FunctionDef:exit': () => void trace.push('left FunctionDef'),
  }),
} as unknown as Rule.RuleModule;

const plugin = { meta: { name: 'toy', namespace: 'toy' }, languages: { python: new PythonLanguage() }, rules: { 'no-eval': noEval, tracer } };
const base: Linter.Config = { files: ['**/*.py'], plugins: { toy: plugin as unknown as ESLint.Plugin }, language: 'toy/python', rules: { 'toy/no-eval': 'error' } };

async function lint(text: string, configs: readonly Linter.Config[] = [base], fix = false): Promise<ESLint.LintResult> {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: [...configs], fix });
  const [result] = await eslint.lintText(text, { filePath: 'file.py' });
  return result!;
}

describe('PythonLanguage', () => {
  it('reports with positions', async () => {
    const { messages } = await lint('x = "🔥"; m.eval()\n');
    expect(messages.map(({ ruleId, line, column, endColumn, message }) => ({ ruleId, line, column, endColumn, message }))).toEqual([{ ruleId: 'toy/no-eval', line: 1, column: 11, endColumn: 19, message: 'eval called' }]);
    expect(messages[0]?.suggestions?.[0]?.desc).toBe('remove');
  });

  it('hands the parse result to the rules', async () => {
    await lint('m.eval()\n');
    expect(seen).toBeInstanceOf(PythonSourceCode);
    expect(seen!.tree.ast).toBe(seen!.ast);
    const [statement] = seen!.ast.body;
    expect(seen!.getText(statement!)).toBe('m.eval()');
    expect(seen!.getParent(statement!)).toBe(seen!.ast);
    expect(seen!.getAncestors(statement!)).toEqual([seen!.ast]);
  });

  it('visits every node in order and leaves it, with selectors', async () => {
    trace.length = 0;
    await lint('class A:\n    def f(self): return 1\n', [{ ...base, rules: { 'toy/tracer': 'error' } }]);
    expect(trace).toEqual(['Module', 'ClassDef', 'FunctionDef', 'selected FunctionDef', 'arguments', 'arg', 'Return', 'Constant', 'left FunctionDef']);
  });

  it('traverses a tree that is deeper than the stack', async () => {
    expect((await lint(`x = ${'a + '.repeat(8000)}b\nm.eval()\n`)).messages).toHaveLength(1);
  });

  it.each([
    ['disable-line', 'm.eval()  # eslint-disable-line toy/no-eval -- on purpose'],
    ['disable-next-line', '# eslint-disable-next-line toy/no-eval -- on purpose\nm.eval()'],
    ['disable and enable', '# eslint-disable toy/no-eval -- on purpose\nm.eval()\n# eslint-enable toy/no-eval'],
    ['disable without a rule', 'm.eval()  # eslint-disable-line -- on purpose'],
  ])('%s', async (_name, text) => {
    const { messages, suppressedMessages } = await lint(text);
    expect(messages).toEqual([]);
    expect(suppressedMessages.map((message) => message.suppressions)).toEqual([[{ kind: 'directive', justification: 'on purpose' }]]);
  });

  it('reports again after enable, and in strings takes no directive', async () => {
    expect((await lint('# eslint-disable\nm.eval()\n# eslint-enable\nm.eval()\nx = "# eslint-disable"\nm.eval()\n')).messages.map(({ line }) => line)).toEqual([4, 6]);
  });

  it('reports and removes unused directives', async () => {
    const configs = [base, { linterOptions: { reportUnusedDisableDirectives: 'error' as const } }];
    const text = 'x = 1  # eslint-disable-line toy/no-eval\n';
    expect((await lint(text, configs)).messages.map(({ message }) => message)).toEqual(["Unused eslint-disable directive (no problems were reported from 'toy/no-eval')."]);
    expect((await lint(text, configs, true)).output).toBe('x = 1   \n');
  });

  it('applies and checks inline configuration', async () => {
    const { messages } = await lint('# eslint toy/no-eval: ["warn", {"name": "train"}]\nm.eval(); m.train()\n');
    expect(messages.map(({ severity, message }) => [severity, message])).toEqual([[1, 'train called']]);
    expect((await lint('# eslint toy/no-eval: [\n')).messages.some(({ message }) => message.includes('Failed to parse'))).toBe(true);
  });

  it('fixes, keeping the byte order mark and CRLF', async () => {
    expect((await lint('\uFEFFm.eval()\r\nif a:\r\n    m.eval()\r\n', [base], true)).output).toBe('\uFEFFm.train()\r\nif a:\r\n    m.train()\r\n');
  });

  it('lints what parses of a broken file', async () => {
    expect((await lint('def f(:\n\nm.eval()\n')).messages.map(({ ruleId, fatal }) => [ruleId, fatal])).toEqual([['toy/no-eval', undefined]]);
  });

  it('with tolerant: false reports one fatal error', async () => {
    const { messages } = await lint('x = 1\ny = = 2\nm.eval()\n', [base, { files: ['**/*.py'], languageOptions: { tolerant: false } as Linter.LanguageOptions }]);
    expect(messages.map(({ fatal, message, line }) => [fatal, message, line])).toEqual([[true, 'Parsing error: Invalid Python syntax', 2]]);
  });

  it('checks its own option', async () => {
    await expect(lint('x', [base, { files: ['**/*.py'], languageOptions: { tolerant: 1 } as unknown as Linter.LanguageOptions }])).rejects.toThrow(/tolerant/u);
  });

  it('passes over language options of others', async () => {
    expect((await lint('m.eval()', [{ languageOptions: { globals: { a: 'readonly' }, ecmaVersion: 2022 } }, base])).messages).toHaveLength(1);
  });

  const program = '#!/usr/bin/env python\n# a comment\nimport a\nclass A(B):\n    x: int = 1\n    def f(self, *a, **k):\n        with a as b:\n            try:\n                return [f"{y!r}" for y in a if y]\n            except E as e: raise\n            finally: del b\n        match a:\n            case {"k": [1, *_]}: lambda: (yield)\n            case _: assert x < 1 < 2, "m"\nm.eval()\n';

  it('lives beside the JavaScript presets for all files', async () => {
    const { messages } = await lint(program, [js.configs.recommended, ...(tseslint.configs.recommended as Linter.Config[]), base]);
    expect(messages.map(({ ruleId }) => ruleId)).toEqual(['toy/no-eval']);
  });

  // Two rules of `js/all` (neither is recommended) ask for JavaScript's scopes or options when they are loaded.
  it('crashes no core rule but two that need JavaScript', () => {
    const linter = new Linter();
    const crashed: string[] = [];
    for (const rule of Object.keys(js.configs.all.rules)) {
      try {
        linter.verify(program, [{ ...base, rules: { [rule]: 'error' } }], { filename: 'file.py' });
      } catch (error) {
        crashed.push(`${rule}: ${(error as Error).message.split('\n')[0]}`);
      }
    }
    expect(crashed.map((line) => line.split(':')[0])).toEqual(['logical-assignment-operators', 'strict']);
  });
});
