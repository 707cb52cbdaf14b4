// An evaluation-mode call of a normalisation layer whose running statistics were never set: they are still 0 and 1.
import type { Analysis } from '../analyze.ts';
import { CALIBRATED, FRESH } from '../domains/heap.ts';
import { EVAL } from '../domains/mode.ts';
import type { ForwardObservation, LeafRun } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, nameLeaves, quote, receiverText, witnessOf } from '../report/wording.ts';
import { isInference, isRelied, mayRunOtherLayers } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noUncalibratedBatchNorm: ModeRule = {
  name: 'no-uncalibrated-batch-norm',
  description: 'disallow inference through batch normalisation that has neither been trained nor loaded',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation))),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const inference = isInference(observation);
  if (inference === 'no' || isInBrokenCode(analysis, observation.where.func.span)) return [];
  // Trained on some path is enough: a training loop that may run zero times is no finding.
  const normalisations = [...observation.leaves.values()].filter((leaf) => leaf.effect === 'statistics' && (leaf.modes & EVAL) !== 0 && (leaf.statistics & FRESH) !== 0 && (leaf.statistics & CALIBRATED) === 0);
  const surely = normalisations.filter((leaf) => leaf.modes === EVAL && leaf.statistics === FRESH && leaf.sensitivity === 'yes');
  if (surely.length > 0 && inference === 'yes' && !mayRunOtherLayers(observation) && !observation.incomplete && isRelied(analysis, observation)) return [report(analysis, observation, surely, 'definite')];
  return normalisations.length > 0 ? [report(analysis, observation, normalisations, 'possible')] : [];
}

function report(analysis: Analysis, observation: ForwardObservation, leaves: readonly LeafRun[], certainty: Finding['certainty']): Finding {
  const receiver = receiverText(analysis, observation);
  const load = analysis.module.language === 'python' ? 'load_state_dict' : 'loadStateDict';
  const made = observation.constructed === null ? '' : ` since \`${receiver}\` was made at ${lineOf(analysis, observation.constructed)}`;
  return {
    rule: 'no-uncalibrated-batch-norm',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what: `${quote(analysis, observation.call.span)} ${certainty === 'definite' ? 'normalises' : 'may normalise'} with running statistics that were never computed.`,
    why: `${nameLeaves(analysis, leaves)} still ${leaves.length === 1 ? 'has' : 'have'} mean 0 and variance 1: no batch ran in training mode and no weights were loaded${made}.`,
    action: `Train or load \`${receiver}\` first, for example with \`${receiver}.${load}(…)\`.`,
    witness: witnessOf(analysis, observation, leaves[0]?.settings ?? []),
    fix: null,
    suggestions: [],
  };
}
