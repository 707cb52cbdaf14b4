// A training step runs in evaluation mode that an earlier evaluation left behind.
import type { Analysis } from '../analyze.ts';
import type { ForwardObservation, LeafRun } from '../interpret/observation.ts';
import { insertSwitchBefore } from '../report/edits.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, nameLeaves, networkText, quote, witnessOf } from '../report/wording.ts';
import { mayRunOtherLayers } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noEvalModeTraining: ModeRule = {
  name: 'no-eval-mode-training',
  description: 'disallow training steps in the evaluation mode that an earlier evaluation left behind',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation))),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const { leftBehind } = observation;
  if (leftBehind === null || !observation.isModule || isInBrokenCode(analysis, observation.where.func.span)) return [];
  const surely = leftBehind.certain && observation.records === 'yes' && !mayRunOtherLayers(observation) && !observation.incomplete;
  return [report(analysis, observation, leftBehind.setting, surely ? 'definite' : 'possible')];
}

function report(analysis: Analysis, observation: ForwardObservation, setting: NonNullable<ForwardObservation['leftBehind']>['setting'], certainty: Finding['certainty']): Finding {
  const call = quote(analysis, observation.call.span);
  const network = networkText(analysis, observation);
  const leaves = [...observation.leaves.values()];
  const edit = network === null ? null : insertSwitchBefore(analysis, observation.statement, network, 'train');
  return {
    rule: 'no-eval-mode-training',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what: certainty === 'definite' ? `${call} trains in evaluation mode.` : `${call} may train in evaluation mode.`,
    why: `${quote(analysis, setting.site.span, setting.site.file)} at ${lineOf(analysis, setting.site)} sets it for an evaluation, and no \`train()\` is on the way from there to here. ${sleepOf(analysis, leaves)}.`,
    action: `Call ${network === null ? '`train()` of the network' : `\`${network}.train()\``} before the training step, at the start of every epoch.`,
    witness: witnessOf(analysis, observation, [setting]),
    fix: null,
    suggestions: edit === null ? [] : [{ message: `Call \`${network}.train()\` before this statement.`, edits: [edit] }],
  };
}

/** What layers leave undone in evaluation mode, as one clause per kind of layer. */
function sleepOf(analysis: Analysis, leaves: readonly LeafRun[]): string {
  const clause = (effect: LeafRun['effect'], one: string, several: string): readonly string[] => {
    const some = leaves.filter((leaf) => leaf.effect === effect);
    return some.length === 0 ? [] : [`${nameLeaves(analysis, some)} ${some.length === 1 ? one : several} in it`];
  };
  return [...clause('random', 'drops nothing', 'drop nothing'), ...clause('statistics', 'learns no statistics', 'learn no statistics'), ...clause('branch', 'takes another way', 'take another way')].join('; ');
}
