// `model.forward(x)` where the library has a form of call that runs hooks around `forward`.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noDirectForward: ModeRule = {
  name: 'no-direct-forward',
  description: 'disallow calls of `forward` past the form of call that runs hooks',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'direct-forward' || isInBrokenCode(analysis, where.func.span)) return [];
  const text = analysis.text.slice(call.span.start, call.span.end);
  const [head, receiver] = /^(.+?)\.forward(?=\s*\()/s.exec(text) ?? [];
  const form = analysis.module.language === 'python' ? (receiver ?? 'model') : `${receiver ?? 'model'}.call`;
  return [
    {
      rule: 'no-direct-forward',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} runs \`forward\` past the hooks of \`${fault.className}\`.`,
      why: fault.hooked ? 'Hooks are registered with it, and only its call form runs them.' : 'Hooks, and whatever a wrapper does around a call, are run by the call form alone.',
      action: `Write \`${form}(…)\`.`,
      witness: [],
      fix: null,
      suggestions: head === undefined || receiver === undefined ? [] : [{ message: `Write \`${form}(…)\`.`, edits: [{ span: { start: call.span.start, end: call.span.start + head.length }, text: form }] }],
    },
  ];
}
