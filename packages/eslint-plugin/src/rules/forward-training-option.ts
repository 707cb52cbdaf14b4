// A layer of the project runs its parts without the options that it was given: they are in inference, in training too.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const forwardTrainingOption: ModeRule = {
  name: 'forward-training-option',
  description: 'require layers to hand the training option on to their parts',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'option-not-forwarded' || isInBrokenCode(analysis, where.func.span)) return [];
  const options = where.func.name === 'call' ? where.func.params[1]?.variable.name : undefined;
  const text = analysis.text.slice(call.span.start, call.span.end);
  const hasOne = text.endsWith(')') && /\.(?:apply|call)\(\s*[\w.[\]]+\s*\)$/.test(text);
  return [
    {
      rule: 'forward-training-option',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} does not hand the options on.`,
      why: `\`${fault.part.label}\` (${lineOf(analysis, fault.part.site)}) looks for \`${fault.option}\` among the options of its own call: it is in inference while \`${fault.owner.definition.name}\` is trained.`,
      action: `Pass \`${options ?? 'kwargs'}\` as the second argument.`,
      witness: [{ file: fault.part.site.file, span: fault.part.site.span, text: `\`${fault.part.label}\` depends on the mode` }],
      fix: null,
      suggestions: options === undefined || !hasOne ? [] : [{ message: `Pass \`${options}\`.`, edits: [{ span: { start: call.span.end - 1, end: call.span.end - 1 }, text: `, ${options}` }] }],
    },
  ];
}
