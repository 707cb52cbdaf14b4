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
  const receiver = receiverOf(text);
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
      suggestions: receiver === null ? [] : [{ message: `Write \`${form}(…)\`.`, edits: [{ span: { start: call.span.start, end: call.span.start + `${receiver}.forward`.length }, text: form }] }],
    },
  ];
}

/** What stands before `.forward(…)` at the end of a call; null where that is open (a parenthesis in a text). */
function receiverOf(text: string): string | null {
  for (const { index, 0: name } of text.matchAll(/\.forward\s*(?=\()/g)) {
    let depth = 0;
    let at = index + name.length;
    do {
      if (text[at] === '(') depth += 1;
      else if (text[at] === ')') depth -= 1;
      at += 1;
    } while (depth > 0 && at < text.length);
    if (depth === 0 && at === text.length) return text.slice(0, index);
  }
  return null;
}
