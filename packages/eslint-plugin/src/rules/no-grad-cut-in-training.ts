// A no-grad scope, or a `detach()`, inside a training path: a network that an optimiser holds learns nothing, or the backward pass throws.
import type { Analysis } from '../analyze.ts';
import { isOff } from '../domains/grad.ts';
import type { ForwardObservation, ScopeObservation } from '../interpret/observation.ts';
import type { Finding, WitnessStep } from '../report/finding.ts';
import { lineOf, quote, receiverText } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noGradCutInTraining: ModeRule = {
  name: 'no-grad-cut-in-training',
  description: 'disallow no-grad scopes and detached outputs that cut off gradients which a training step needs',
  kind: 'scope',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace([...analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation)), ...analysis.observations.scopes.flatMap((observation) => judgeScope(analysis, observation))]),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  if (observation.starved.length === 0 || isInBrokenCode(analysis, observation.where.func.span)) return [];
  return observation.starved.flatMap((starved) => judgeStarved(analysis, observation, starved));
}

function judgeStarved(analysis: Analysis, observation: ForwardObservation, { cut, certain }: ForwardObservation['starved'][number]): readonly Finding[] {
  if (cut !== null && cut.call.file !== analysis.file) return [];
  const span = cut?.call.span ?? observation.call.span;
  const call = quote(analysis, span);
  const receiver = cut === null ? receiverText(analysis, observation) : cut.className;
  const scope = cut === null ? observation.gradSites[0] : (cut.scope ?? undefined);
  const loss = observation.useSites.get(cut === null ? 'target' : 'trained');
  const isDetached = cut === null ? !isOff(observation.grad) : cut.scope === null;
  const ofLoss = loss === undefined ? 'the loss' : `the loss of ${lineOf(analysis, loss)}`;
  const runs = isDetached ? 'Its output is cut off from its graph (`detach()`, `.data`)' : scope === undefined ? 'It runs without gradients' : `It runs in the scope of ${lineOf(analysis, scope)}`;
  return [
    {
      rule: 'no-grad-cut-in-training',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span,
      what: certain ? `${call} gets no gradients, but an optimiser holds the parameters of \`${receiver}\`.` : `${call} gets no gradients, though an optimiser holds its parameters.`,
      why: `${runs}, so ${ofLoss}, which is computed from its output, reaches none of them; no other call of it is trained on, and it stays as it is.`,
      action: `${isDetached ? 'Compute the loss from the output itself' : 'Move the call out of the scope'}; or, if \`${receiver}\` is to stay as it is, leave it out of the optimiser and set \`${analysis.module.language === 'python' ? 'requires_grad_(False)' : 'requiresGrad_(false)'}\`.`,
      witness: [...step(analysis, scope, 'turns gradients off'), ...step(analysis, loss, 'runs the backward pass')],
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
