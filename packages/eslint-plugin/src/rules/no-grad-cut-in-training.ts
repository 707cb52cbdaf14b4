// A no-grad scope inside a training path: a network that an optimiser holds learns nothing, or the backward pass throws.
import type { Analysis } from '../analyze.ts';
import type { ForwardObservation, ScopeObservation } from '../interpret/observation.ts';
import type { Finding, WitnessStep } from '../report/finding.ts';
import { lineOf, quote, receiverText } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noGradCutInTraining: ModeRule = {
  name: 'no-grad-cut-in-training',
  description: 'disallow no-grad scopes that cut off gradients which a training step needs',
  kind: 'scope',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace([...analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation)), ...analysis.observations.scopes.flatMap((observation) => judgeScope(analysis, observation))]),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const { starved } = observation;
  if (starved === null || isInBrokenCode(analysis, observation.where.func.span)) return [];
  const call = quote(analysis, observation.call.span);
  const receiver = receiverText(analysis, observation);
  const [scope] = observation.gradSites;
  const target = observation.useSites.get('target');
  const within = scope === undefined ? 'without gradients' : `in the scope of ${lineOf(analysis, scope)}`;
  const loss = target === undefined ? 'the loss' : `the loss of ${lineOf(analysis, target)}`;
  return [
    {
      rule: 'no-grad-cut-in-training',
      certainty: starved.certain ? 'definite' : 'possible',
      file: analysis.file,
      span: observation.call.span,
      what: starved.certain ? `${call} gets no gradients, but an optimiser holds the parameters of \`${receiver}\`.` : `${call} gets no gradients, though an optimiser holds its parameters.`,
      why: `It runs ${within}, so ${loss}, which is computed from its output, reaches none of them; no other call of it is trained on, and it stays as it is.`,
      action: `Move the call out of the scope; or, if \`${receiver}\` is to stay as it is, leave it out of the optimiser and set \`${analysis.module.language === 'python' ? 'requires_grad_(False)' : 'requiresGrad_(false)'}\`.`,
      witness: [...step(analysis, scope, 'turns gradients off'), ...step(analysis, target, 'runs the backward pass')],
      fix: null,
      suggestions: [],
    },
  ];
}

function judgeScope(analysis: Analysis, observation: ScopeObservation): readonly Finding[] {
  if (observation.fault !== 'around-backward' || isInBrokenCode(analysis, observation.where.func.span)) return [];
  const place = quote(analysis, observation.call.span);
  const scope = observation.opened === null ? 'a no-grad scope' : `the scope of ${lineOf(analysis, observation.opened)}`;
  return [
    {
      rule: 'no-grad-cut-in-training',
      certainty: 'definite',
      file: analysis.file,
      span: observation.call.span,
      what: `${place} throws, because what it starts from was computed without a graph.`,
      why: `Both are in ${scope}, where nothing is recorded.`,
      action: 'Run the training step outside of the scope.',
      witness: step(analysis, observation.opened ?? undefined, 'turns gradients off'),
      fix: null,
      suggestions: [],
    },
  ];
}

function step(analysis: Analysis, site: ScopeObservation['call'] | undefined, text: string): readonly WitnessStep[] {
  return site === undefined ? [] : [{ file: site.file, span: site.span, text: `${quote(analysis, site.span, site.file)} ${text}` }];
}
