// A plugin with the shape of the real one and rules that a test can trigger with one word, in both languages: BAD is an
// error (with witness and suggestion), OLD one that --fix repairs, MAYBE a warning of `strict` only, CRASH throws, UNPARSABLE is a
// syntax error in Python.
import { publishFinding } from '@modeguard/eslint-plugin/collect';
import type { Linter, Rule } from 'eslint';
import type { ModeguardPlugin, RuleLike } from '../src/plugin.ts';

interface Node {
  type: 'Module';
  range: [number, number];
}

class PythonText {
  readonly text: string;
  readonly ast: Node;
  readonly hasBOM = false;
  constructor(text: string) {
    this.text = text;
    this.ast = { type: 'Module', range: [0, text.length] };
  }
  getLoc() {
    return { start: this.getLocFromIndex(0), end: this.getLocFromIndex(this.text.length) };
  }
  getRange(node: Node) {
    return node.range;
  }
  getParent() {
    return undefined;
  }
  getLocFromIndex(index: number) {
    const before = this.text.slice(0, index).split('\n');
    return { line: before.length, column: before.at(-1)?.length ?? 0 };
  }
  traverse() {
    return [1, 2].map((phase) => ({ type: 'visit', kind: 1, target: this.ast, phase, args: [this.ast] }));
  }
}

const python = {
  fileType: 'text' as const,
  lineStart: 1 as const,
  columnStart: 0 as const,
  nodeTypeKey: 'type',
  validateLanguageOptions: () => undefined,
  parse({ body }: { body: string }) {
    if (body.includes('UNPARSABLE')) return { ok: false as const, errors: [{ message: 'invalid syntax', line: 2, column: 3 }] };
    return { ok: true as const, ast: new PythonText(body).ast };
  },
  createSourceCode: ({ body }: { body: string }) => new PythonText(body),
};

interface Wording {
  readonly name: string;
  readonly word: string;
  readonly certainty: 'definite' | 'possible';
  readonly fixTo?: string;
}

function wordRule({ name, word, certainty, fixTo }: Wording): RuleLike & { meta: NonNullable<RuleLike['meta']> } {
  return {
    meta: {
      docs: { description: `Disallow the word ${word}`, url: `https://example.com/${name}` },
      ...(fixTo === undefined ? {} : { fixable: 'code' as const }),
      hasSuggestions: true,
      languages: ['js/js', 'modeguard/python'],
    },
    create(context) {
      const text = context.sourceCode.text;
      const check = (): void => {
        if (word === 'BAD' && text.includes('CRASH')) throw new Error('the rule crashed');
        for (const match of text.matchAll(new RegExp(word, 'gu'))) report(context, match.index);
      };
      return { Program: check, Module: check } as Rule.RuleListener;
    },
  };

  function report(context: Rule.RuleContext, start: number): void {
    const span = { start, end: start + word.length };
    const location = { start: context.sourceCode.getLocFromIndex(span.start), end: context.sourceCode.getLocFromIndex(span.end) };
    const what = `The word ${word} is here.`;
    const edits = [{ span, text: 'GOOD' }, { span: { start: 0, end: 0 }, text: '' }];
    const top = { start: { line: 1, column: 0 }, end: { line: 1, column: 1 } };
    publishFinding(() => ({
      ruleId: `modeguard/${name}`,
      file: context.filename,
      location,
      finding: { rule: name, certainty, file: context.filename, span, what, why: 'It is not wanted.', action: 'Write another one.', witness: [], fix: null, suggestions: [{ message: 'Write GOOD.', edits }] },
      witness: [{ file: context.filename, span: { start: 0, end: 1 }, text: 'the file begins', location: top }],
    }));
    context.report({
      loc: location,
      message: `${what} It is not wanted. Write another one.`,
      fix: fixTo === undefined ? null : (fixer) => fixer.replaceTextRange([span.start, span.end], fixTo),
      suggest: [{ desc: 'Write GOOD.', fix: (fixer) => fixer.replaceTextRange([span.start, span.end], 'GOOD') }],
    });
  }
}

const rules = {
  'no-bad-word': wordRule({ name: 'no-bad-word', word: 'BAD', certainty: 'definite' }),
  'no-old-word': wordRule({ name: 'no-old-word', word: 'OLD', certainty: 'definite', fixTo: 'NEW' }),
  'no-maybe-word': wordRule({ name: 'no-maybe-word', word: 'MAYBE', certainty: 'possible' }),
};

const plugin = { meta: { name: 'fake', version: '0.0.0', namespace: 'modeguard' }, rules, languages: { python } };
const plugins = { modeguard: plugin } as unknown as NonNullable<Linter.Config['plugins']>;

function configs(active: Linter.RulesRecord): Linter.Config[] {
  return [
    { files: ['**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}'], plugins, rules: active },
    { files: ['**/*.py'], plugins, language: 'modeguard/python', rules: active },
  ];
}

const recommended: Linter.RulesRecord = { 'modeguard/no-bad-word': 'error', 'modeguard/no-old-word': 'error' };

export const fakePlugin: ModeguardPlugin = {
  ...plugin,
  configs: { recommended: configs(recommended), strict: configs({ ...recommended, 'modeguard/no-maybe-word': 'warn' }) },
};
