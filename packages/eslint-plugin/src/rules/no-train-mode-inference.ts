// An inference call reaches a mode-sensitive layer that is in training mode.
import type { Analysis } from '../analyze.ts';
import type { ModeSetting } from '../domains/heap.ts';
import { ENTRY_MODE, TRAIN } from '../domains/mode.ts';
import type { ForwardObservation, LeafRun } from '../interpret/observation.ts';
import { insertSwitchBefore } from '../report/edits.ts';
import type { Finding } from '../report/finding.ts';
import { callToChange } from '../report/shared-place.ts';
import { describeEffects, describeSetting, lineOf, networkText, quote, receiverText, witnessOf } from '../report/wording.ts';
import { isInference, isRelied, mayRunOtherLayers } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noTrainModeInference: ModeRule = {
  name: 'no-train-mode-inference',
  description: 'disallow inference through mode-sensitive layers that are in training mode',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation))),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const inference = isInference(observation);
  if (inference === 'no' || !observation.isModule || isInBrokenCode(analysis, observation.where.func.span)) return [];
  const inTraining = [...observation.leaves.values()].filter((leaf) => (leaf.modes & TRAIN) !== 0 && !isDeliberate(leaf));
  const always = inTraining.filter((leaf) => leaf.modes === TRAIN && leaf.sensitivity === 'yes');
  // Where a test decides which rounds of a loop come here, it may let those through alone that bring a network which is asleep.
  const isOfAll = observation.inEachRound || [...observation.awakeOn.values()].every((leaves) => leaves.length > 0);
  const surely = always.length > 0 && isOfAll ? always : observation.awakeInRound.filter((leaf) => !isDeliberate(leaf));
  if (surely.length > 0 && inference === 'yes' && !mayRunOtherLayers(observation) && !observation.incomplete && !observation.showsModes && isRelied(analysis, observation)) return [report(analysis, observation, surely, 'definite')];
  if (inTraining.length > 0) return [report(analysis, observation, inTraining, 'possible')];
  // Layers that we cannot see, or a mode that the caller decides.
  const unseen = observation.opaque && (observation.modes & TRAIN) !== 0;
  const fromOutside = (observation.modes & ENTRY_MODE) !== 0 && (observation.opaque || observation.leaves.size > 0);
  return unseen || fromOutside ? [report(analysis, observation, [...observation.leaves.values()], 'possible')] : [];
}

/** A layer that was put into training mode on purpose, by itself, while the network stays in evaluation mode: MC dropout. */
function isDeliberate(leaf: LeafRun): boolean {
  const toTrain = leaf.settings.filter((setting) => (setting.mode & TRAIN) !== 0 && setting.how !== 'constructed');
  return toTrain.length > 0 && toTrain.every((setting) => setting.selective);
}

function report(analysis: Analysis, observation: ForwardObservation, leaves: readonly LeafRun[], certainty: Finding['certainty']): Finding {
  const call = quote(analysis, observation.call.span);
  const receiver = receiverText(analysis, observation);
  const toTrain = (setting: ModeSetting): boolean => (setting.mode & TRAIN) !== 0;
  // The network's own history says more than a layer's, unless somebody set the layer apart.
  const ofLeaf = (leaves[0]?.settings ?? []).filter((setting) => toTrain(setting) && setting.how !== 'constructed');
  const settings = ofLeaf.length > 0 ? ofLeaf : observation.settings.filter(toTrain);
  const [setting] = settings;
  const layers = leaves.length === 0 ? 'Its layers are out of sight; dropout or batch normalisation among them would not do what inference needs' : describeEffects(analysis, leaves);
  const led = setting === undefined ? 'No `eval()` is on the way here' : `\`${receiver}\` ${describeSetting(analysis, setting)}, and no \`eval()\` follows`;
  const caller = callToChange(analysis, observation);
  const network = networkText(analysis, observation);
  const edit = caller === null && network !== null ? insertSwitchBefore(analysis, observation.statement, network, 'eval') : null;
  const action = caller === null ? `Call ${network === null ? '`eval()` of the network' : `\`${network}.eval()\``} before this line` : `Call \`eval()\` on it before ${quote(analysis, caller.span, caller.file)} (${lineOf(analysis, caller)}), which leads here; not in this function, which others train with`;
  return {
    rule: 'no-train-mode-inference',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what: certainty === 'definite' ? `${call} runs in training mode, but its output is used for inference.` : `${call} may run in training mode, and its output is used for inference.`,
    why: `${layers}. ${led}.`,
    action: `${action}${certainty === 'possible' ? ', or assert the mode with a guard' : ''}.`,
    witness: witnessOf(analysis, observation, settings),
    fix: null,
    suggestions: edit === null ? [] : [{ message: `Call \`${network}.eval()\` before this statement.`, edits: [edit] }],
  };
}
