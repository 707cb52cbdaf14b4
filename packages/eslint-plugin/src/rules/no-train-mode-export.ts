// A network leaves the program in training mode: as a traced or exported program, frozen, or written to a file as a whole.
import type { Analysis } from '../analyze.ts';
import { ENTRY_MODE, TRAIN } from '../domains/mode.ts';
import type { ExportFact, ForwardObservation, LeafRun } from '../interpret/observation.ts';
import { insertSwitchBefore } from '../report/edits.ts';
import type { Finding } from '../report/finding.ts';
import { describeEffects, describeSetting, lineOf, quote, witnessOf } from '../report/wording.ts';
import { mayRunOtherLayers } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noTrainModeExport: ModeRule = {
  name: 'no-train-mode-export',
  description: 'disallow exporting, tracing, freezing and saving whole networks that are in training mode',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeExport(analysis, observation))),
};

function judgeExport(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const { exported } = observation;
  // A program that is trained is traced for its speed.
  if (exported === null || observation.uses.has('trained') || isInBrokenCode(analysis, observation.where.func.span)) return [];
  if (exported.as === 'refused') return judgeRefused(analysis, observation, exported);
  const leaves = [...observation.leaves.values()].filter((leaf) => (leaf.modes & TRAIN) !== 0);
  const surely = leaves.filter((leaf) => leaf.modes === TRAIN && leaf.sensitivity === 'yes');
  const isUsed = observation.uses.has('exported') || observation.uses.has('read');
  if (surely.length > 0 && exported.as === 'program' && exported.keepsMode && isUsed && !mayRunOtherLayers(observation) && !observation.incomplete) return [report(analysis, observation, exported, surely, 'definite')];
  const fromOutside = (observation.modes & ENTRY_MODE) !== 0 && observation.leaves.size > 0;
  return leaves.length > 0 || fromOutside ? [report(analysis, observation, exported, leaves.length > 0 ? leaves : [...observation.leaves.values()], 'possible', surely.length > 0)] : [];
}

function judgeRefused(analysis: Analysis, observation: ForwardObservation, exported: ExportFact): readonly Finding[] {
  if ((observation.modes & TRAIN) === 0) return [];
  return [report(analysis, observation, exported, [], observation.modes === TRAIN && !observation.incomplete ? 'definite' : 'possible')];
}

function report(analysis: Analysis, observation: ForwardObservation, exported: ExportFact, leaves: readonly LeafRun[], certainty: Finding['certainty'], isAwake = certainty === 'definite'): Finding {
  const call = quote(analysis, observation.call.span);
  const definite = certainty === 'definite';
  const receiver = argumentText(analysis, observation);
  const settings = observation.settings.filter((setting) => (setting.mode & TRAIN) !== 0);
  const led = settings[0] === undefined ? '' : ` The network ${describeSetting(analysis, settings[0])}, and no \`eval()\` follows.`;
  const edit = receiver === null ? null : insertSwitchBefore(analysis, observation.statement, receiver, 'eval');
  const written = observation.useSites.get('exported');
  const at = written === undefined || written.span === observation.call.span ? '' : `, which is written at ${lineOf(analysis, written)}`;
  const what = {
    program: definite ? `${call} makes a program of a network in training mode${at}.` : `${call} may make a program of a network in training mode.`,
    whole: isAwake ? `${call} saves a whole network in training mode.` : `${call} may save a whole network in training mode.`,
    refused: definite ? `${call} throws, because the network is in training mode.` : `${call} throws if the network is in training mode.`,
  }[exported.as];
  const fate = {
    program: `${describeEffects(analysis, leaves)}, and in the program this is fixed${exported.keepsMode ? '' : ', unless this version of the exporter sets evaluation mode itself'}: a later \`eval()\` does not change it.`,
    whole: `Whoever loads it gets it in that mode: ${describeEffects(analysis, leaves)}, until \`eval()\` is called.`,
    refused: 'Freezing makes constants of what training would still change.',
  }[exported.as];
  return {
    rule: 'no-train-mode-export',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what,
    why: `${fate}${led}`,
    action: `Call \`${receiver ?? 'model'}.eval()\` before this line.`,
    witness: witnessOf(analysis, observation, settings),
    fix: null,
    suggestions: edit === null ? [] : [{ message: `Call \`${receiver}.eval()\` before this statement.`, edits: [edit] }],
  };
}

/** The exported network as the source spells it, if it is a plain name. */
function argumentText(analysis: Analysis, observation: ForwardObservation): string | null {
  const rest = analysis.text.slice(observation.calleeSpan.end, observation.call.span.end);
  return /^\(\s*(?:(?:func|mod|model|m|obj)\s*=\s*)?([\w.]+)\s*[,)]/.exec(rest)?.[1] ?? null;
}
