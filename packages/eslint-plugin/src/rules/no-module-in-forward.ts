// A layer that depends on the mode is made in `forward`: it is new in every call, and new layers are in training mode.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

const DESIGNED = /monte_?carlo|mc_?drop|bayes/i;

export const noModuleInForward: ModeRule = {
  name: 'no-module-in-forward',
  description: 'disallow layers that depend on the mode and are made anew in every `forward`',
  kind: 'local',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'built-in-forward' || isInBrokenCode(analysis, where.func.span)) return [];
  const owner = fault.owner.definition.name;
  const [self, make] = analysis.module.language === 'python' ? ['self', '__init__'] : ['this', 'constructor'];
  const effect = fault.effect === 'statistics' ? 'uses the statistics of the batch, and its running ones are forgotten' : 'drops values at random';
  return [
    {
      rule: 'no-module-in-forward',
      certainty: certain && !DESIGNED.test(`${owner} ${where.func.name}`) ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} runs a layer in training mode whatever the mode of \`${owner}\` is.`,
      why: `\`${fault.className}\` (${lineOf(analysis, fault.made)}) is made anew in every call, and new layers are in training mode: it ${effect} after \`eval()\` too.`,
      action: `Make it in \`${make}\` and keep it (\`${self}.drop = …\`), or use the function with \`training\`.`,
      witness: [{ file: fault.made.file, span: fault.made.span, text: `${quote(analysis, fault.made.span, fault.made.file)} is made here, in every call` }],
      fix: null,
      suggestions: [],
    },
  ];
}
