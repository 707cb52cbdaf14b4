// Turns a rule of ours into a rule of ESLint's. One object serves both languages: it listens to the root node of either and
// reports what the shared analysis of the file says.
import type { TSESLint } from '@typescript-eslint/utils';
import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';
import type { Finding, TextEdit } from '../report/finding.ts';
import type { ModeRule } from '../rules/rule.ts';
import { findingsOf, type FileFindings } from './findings-of.ts';
import { publishFinding } from './collect.ts';

export const DOCS = 'https://github.com/modeguard/modeguard/blob/main/docs/rules';

export interface RuleDocs {
  recommended: boolean;
  /** `typestate`, `scope` or `local`: see docs/rules. */
  kind: string;
}

type Options = [{ certainty?: 'definite' | 'possible'; designed?: readonly string[] }];
type MessageIds = 'definite' | 'possible' | 'suggestion';

const DESIGNED = { type: 'array' as const, items: { type: 'string' as const, pattern: '^[^*]*\\*?[^*]*$' }, uniqueItems: true, description: 'Classes whose randomness is meant; one `*` in a name stands for anything.' };

const createRule = RuleCreator<RuleDocs>((name) => `${DOCS}/${name}.md`);

export function makeRule(rule: ModeRule): TSESLint.RuleModule<MessageIds, Options, RuleDocs> {
  const made = createRule<Options, MessageIds>({
    name: rule.name,
    meta: {
      type: 'problem',
      docs: { description: rule.description, recommended: true, kind: rule.kind },
      messages: { definite: '{{what}} {{why}} {{action}}', possible: '{{what}} {{why}} {{action}}', suggestion: '{{message}}' },
      schema: [
        {
          type: 'object',
          description: 'What to report.',
          properties: {
            certainty: { type: 'string', enum: ['definite', 'possible'], description: '`definite` reports what is certain; `possible` also what code out of sight, or a branch that cannot be decided, would make so.' },
            ...(rule.declarable === true ? { designed: DESIGNED } : {}),
          },
          additionalProperties: false,
        },
      ],
      defaultOptions: [{ certainty: 'definite' }],
      ...(rule.fixable ? { fixable: 'code' as const } : {}),
      ...(rule.hasSuggestions ? { hasSuggestions: true } : {}),
    },
    create(context) {
      const run = (): void => {
        const file = findingsOf(context as unknown as Readonly<TSESLint.RuleContext<string, readonly unknown[]>>);
        const wanted = context.options[0]?.certainty ?? 'definite';
        const designed = context.options[0]?.designed ?? [];
        for (const finding of file.findings) if (finding.rule === rule.name && !isDesigned(finding, designed) && (finding.certainty === 'definite' || wanted === 'possible')) report(context, file, finding);
      };
      // `Program` is the root of JavaScript and TypeScript, `Module` that of Python.
      return { 'Program:exit': run, 'Module:exit': run } as TSESLint.RuleListener;
    },
  });
  // `languages` is newer than the types of @typescript-eslint/utils; ESLint refuses the rule for other languages by it.
  Object.assign(made.meta, { languages: ['js/js', 'modeguard/python'] });
  return made as TSESLint.RuleModule<MessageIds, Options, RuleDocs>;
}

/** `Prenet`, `*Sampler`: one star stands for anything. */
function isDesigned({ owner }: Finding, names: readonly string[]): boolean {
  return owner !== undefined && names.some((name) => {
    const [start, end] = name.split('*', 2);
    return end === undefined ? owner === name : owner.length >= name.length - 1 && owner.startsWith(start!) && owner.endsWith(end);
  });
}

function report(context: Readonly<TSESLint.RuleContext<MessageIds, Options>>, file: FileFindings, finding: Finding): void {
  const location = file.linesOf(context.filename).locationOf(finding.span);
  const { what, why, action } = finding;
  const suggest = finding.suggestions.map((suggestion) => ({ messageId: 'suggestion' as const, data: { message: suggestion.message }, fix: applyEdits(suggestion.edits) }));
  // What is no UTF-8 (a file with another `# coding:`) is read with this sign in its place, and would be written back with it.
  const fix = finding.fix === null || context.sourceCode.text.includes('\uFFFD') ? null : applyEdits(finding.fix);
  context.report({ loc: location, messageId: finding.certainty, data: { what, why, action }, ...(fix === null ? {} : { fix }), ...(suggest.length === 0 ? {} : { suggest }) });
  publishFinding(() => ({
    ruleId: context.id,
    file: context.filename,
    location,
    finding,
    witness: finding.witness.map((step) => ({ ...step, location: file.linesOf(step.file).locationOf(step.span) })),
  }));
}

function applyEdits(edits: readonly TextEdit[]): TSESLint.ReportFixFunction {
  return (fixer) => edits.map((edit) => fixer.replaceTextRange([edit.span.start, edit.span.end], edit.text));
}
