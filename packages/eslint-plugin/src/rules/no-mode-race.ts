// A call relies on a mode that was set before the code waited, and another task sets it too.
import type { Analysis } from '../analyze.ts';
import { TRAIN } from '../domains/mode.ts';
import type { ForwardObservation, Race } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote, receiverText } from '../report/wording.ts';
import { isInference } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noModeRace: ModeRule = {
  name: 'no-mode-race',
  description: 'disallow relying on a mode across an `await` while another task sets it',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation))),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const { race } = observation;
  if (race === null || isInBrokenCode(analysis, observation.where.func.span)) return [];
  // What a mode does not change cannot be raced for.
  const isSensitive = [...observation.leaves.values()].some((leaf) => leaf.sensitivity === 'yes');
  const relies = race.setting.mode === TRAIN ? observation.uses.has('trained') : isInference(observation) === 'yes';
  if (!isSensitive && !observation.opaque) return [];
  const surely = race.certain && isSensitive && relies && !observation.incomplete;
  if (!relies && !observation.uses.has('escaped')) return [];
  return [report(analysis, observation, race, surely ? 'definite' : 'possible')];
}

function report(analysis: Analysis, observation: ForwardObservation, race: Race, certainty: Finding['certainty']): Finding {
  const call = quote(analysis, observation.call.span);
  const receiver = receiverText(analysis, observation);
  const name = race.setting.mode === TRAIN ? 'training' : 'evaluation';
  const at = (site: Race['awaited']): string => `${quote(analysis, site.span, site.file)} at ${lineOf(analysis, site)}`;
  return {
    rule: 'no-mode-race',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what: certainty === 'definite' ? `${call} relies on a mode that another task sets in the meantime.` : `${call} relies on a mode that another task may set in the meantime.`,
    why: `${at(race.setting.site)} sets ${name} mode, ${at(race.awaited)} waits, and ${at(race.rival.site)} may run then: \`${receiver}\` has one mode for all tasks.`,
    action: `Set the mode after the last \`await\` before the call, give each task a network of its own, or let one task have \`${receiver}\` at a time.`,
    witness: [race.setting.site, race.awaited, race.rival.site, observation.call].map((site, step) => ({ file: site.file, span: site.span, text: `${quote(analysis, site.span, site.file)} ${['sets the mode', 'waits', 'sets the other mode', 'relies on the first'][step]!}` })),
    fix: null,
    suggestions: [],
  };
}
