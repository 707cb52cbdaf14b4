// `model.training = false`: the flag of one module; the layers below it, which do the work, keep theirs.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { flagAssignment } from '../report/flag-assignment.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noTrainingAssignment: ModeRule = {
  name: 'no-training-assignment',
  description: 'disallow assignments of the training flag that the layers of a network do not follow',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'flag-assigned' || isInBrokenCode(analysis, where.func.span)) return [];
  const assignment = flagAssignment(analysis, call.span);
  const names = fault.parts.slice(0, 3).map((part) => `\`${part.label}\` (${lineOf(analysis, part.site)})`);
  return [
    {
      rule: 'no-training-assignment',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} sets the flag of \`${fault.className}\` alone.`,
      why: `The flag of a module does not reach its parts: ${names.join(', ')} ${names.length === 1 ? 'keeps' : 'keep'} the other mode.`,
      action: `Call \`${assignment?.call ?? 'train(mode)'}\`, which reaches all parts.`,
      witness: fault.parts.slice(0, 3).map((part) => ({ file: part.site.file, span: part.site.span, text: `\`${part.label}\` does not follow` })),
      fix: null,
      suggestions: assignment === null ? [] : [assignment.suggestion],
    },
  ];
}
