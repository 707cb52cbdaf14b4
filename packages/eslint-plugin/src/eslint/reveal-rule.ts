// The rule behind the marker `modeguard-reveal`: reports, at each such comment, the state after the line that it stands on. Where there is no marker it
// has nothing to say and costs a look at the text.
import type { TSESLint } from '@typescript-eslint/utils';
import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';
import type { Comment } from '../frontends/python/ast.ts';
import { mayReveal, readRevealMarker, type RevealMarker } from '../debug/reveal.ts';
import { publishFinding } from './collect.ts';
import { findingsOf } from './findings-of.ts';
import { DOCS, type RuleDocs } from './make-rule.ts';

const createRule = RuleCreator<RuleDocs>((name) => `${DOCS}/${name}.md`);

export const revealRule: TSESLint.RuleModule<'state', [], RuleDocs> = createRule<[], 'state'>({
  name: 'reveal',
  meta: {
    type: 'suggestion',
    docs: { description: 'show modes and gradient mode where a comment `modeguard-reveal` asks for them', recommended: true, kind: 'debug' },
    messages: { state: '{{state}}' },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    if (!mayReveal(context.sourceCode.text)) return {};
    const run = (): void => {
      const file = findingsOf(context as unknown as Readonly<TSESLint.RuleContext<string, readonly unknown[]>>);
      if (file.reveal === null) return;
      for (const marker of markersOf(context.sourceCode)) {
        const state = file.reveal(marker);
        const location = file.linesOf(context.filename).locationOf(marker.span);
        context.report({ loc: location, messageId: 'state', data: { state } });
        publishFinding(() => ({
          ruleId: context.id,
          file: context.filename,
          location,
          finding: { rule: 'reveal', certainty: 'definite', file: context.filename, span: marker.span, what: state, why: '', action: '', witness: [], fix: null, suggestions: [] },
          witness: [],
        }));
      }
    };
    // `Program` is the root of JavaScript and TypeScript, `Module` that of Python.
    return { 'Program:exit': run, 'Module:exit': run } as TSESLint.RuleListener;
  },
});
// As for the other rules: ESLint refuses it for other languages by this.
Object.assign(revealRule.meta, { languages: ['js/js', 'modeguard/python'] });

function markersOf(sourceCode: Readonly<TSESLint.SourceCode>): readonly RevealMarker[] {
  const comments = sourceCode.getAllComments() as unknown as readonly Pick<Comment, 'value' | 'range'>[];
  return comments.flatMap(({ value, range: [start, end] }) => readRevealMarker(value, { start, end }) ?? []);
}
