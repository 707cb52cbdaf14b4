// A mode is put back wrongly: on the root alone, on all parts alike where some had a mode of their own, or not on every way out of a function.
import type { Analysis } from '../analyze.ts';
import { EVAL } from '../domains/mode.ts';
import type { ForwardObservation, RestoreObservation, UnrestoredObservation, Woken } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { flagAssignment } from '../report/flag-assignment.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noUnrestoredMode: ModeRule = {
  name: 'no-unrestored-mode',
  description: 'disallow putting a mode back on part of a network, on parts that had a mode of their own, or on some ways out of a function only',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => {
    const { restores, forwards, unrestored } = analysis.observations;
    return onePerPlace([...restores.flatMap((observation) => judgeRestore(analysis, observation)), ...forwards.flatMap((observation) => judgeForward(analysis, observation)), ...unrestored.flatMap((observation) => judgeWayOut(analysis, observation))]);
  },
};

/** `model.training = was` after `eval()`. */
function judgeRestore(analysis: Analysis, observation: RestoreObservation): readonly Finding[] {
  if (isInBrokenCode(analysis, observation.where.func.span)) return [];
  const place = quote(analysis, observation.call.span);
  const assignment = flagAssignment(analysis, observation.call.span);
  const names = observation.parts.map((part) => `\`${part.label}\` (${lineOf(analysis, part.site)})`);
  const restore = assignment === null ? '`train(was)` of the module' : `\`${assignment.call}\``;
  return [
    {
      rule: 'no-unrestored-mode',
      certainty: observation.certain ? 'definite' : 'possible',
      file: analysis.file,
      span: observation.call.span,
      what: `${place} puts back the mode of the root alone.`,
      why: `${quote(analysis, observation.setting.site.span, observation.setting.site.file)} at ${lineOf(analysis, observation.setting.site)} has changed every part of the network, and ${names.slice(0, 3).join(', ')} ${names.length === 1 ? 'stays' : 'stay'} in evaluation mode.`,
      action: `Call ${restore}, which reaches all parts.`,
      witness: [{ file: observation.setting.site.file, span: observation.setting.site.span, text: `${quote(analysis, observation.setting.site.span, observation.setting.site.file)} sets evaluation mode` }],
      fix: null,
      suggestions: assignment === null ? [] : [assignment.suggestion],
    },
  ];
}

/** A function puts a mode back, but not where it returns early, or throws. */
function judgeWayOut(analysis: Analysis, { where, call, setting, back, out, victim, certain }: UnrestoredObservation): readonly Finding[] {
  if (isInBrokenCode(analysis, where.func.span)) return [];
  const mode = setting.mode === EVAL ? 'evaluation' : 'training';
  const at = (site: typeof call): string => `${quote(analysis, site.span, site.file)} at ${lineOf(analysis, site)}`;
  const way = out === null ? 'where something throws before that' : `on the way out at ${lineOf(analysis, out)}`;
  const harm = victim === null ? 'whoever calls the function goes on in it' : `${at(victim)} then ${setting.mode === EVAL ? 'trains' : 'infers'} in it`;
  return [
    {
      rule: 'no-unrestored-mode',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} is put back by ${at(back.site)}, but not ${way}.`,
      why: `The network stays in ${mode} mode there, and ${harm}.`,
      action: 'Keep the mode that the network was in, and put it back in a `finally`, which every way out goes through.',
      witness: [
        { file: call.file, span: call.span, text: `${quote(analysis, call.span)} sets ${mode} mode` },
        ...(out === null ? [] : [{ file: out.file, span: out.span, text: `${quote(analysis, out.span, out.file)} leaves it so` }]),
        { file: back.site.file, span: back.site.span, text: `${quote(analysis, back.site.span, back.site.file)} puts it back on another way` },
      ],
      fix: null,
      suggestions: [],
    },
  ];
}

/** A training step runs a layer that had been put to sleep, and that somebody else's `train()` has woken. */
function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const { woken } = observation;
  // The place of a finding is in the file that is judged.
  if (woken === null || woken.setting.site.file !== observation.call.file || observation.incomplete || isInBrokenCode(analysis, observation.where.func.span)) return [];
  return [report(analysis, observation, woken)];
}

function report(analysis: Analysis, observation: ForwardObservation, { setting, leaf }: Woken): Finding {
  const { frozen, how } = setting.woke!;
  const name = leaf.path === '' ? `\`${leaf.className}\`` : `\`${leaf.path}\` (\`${leaf.className}\`)`;
  const at = (site: typeof setting.site): string => `${quote(analysis, site.span, site.file)} at ${lineOf(analysis, site)}`;
  const isHere = setting.site.file === analysis.file;
  const effect = leaf.effect === 'statistics' ? 'uses the statistics of the batch and overwrites its running ones' : leaf.effect === 'random' ? 'drops values at random' : 'takes the way of training';
  return {
    rule: 'no-unrestored-mode',
    // Somebody may want a part that is not trained to be in training mode from here on.
    certainty: how === 'restored' ? 'definite' : 'possible',
    file: analysis.file,
    span: isHere ? setting.site.span : observation.call.span,
    what: `${isHere ? quote(analysis, setting.site.span) : at(setting.site)} wakes ${name}, which was in evaluation mode before.`,
    why: `${at(frozen.site)} had put it there by itself${how === 'frozen' ? ', and its parameters are frozen' : ''}; the mode of the whole network is not its own. In the training step at ${lineOf(analysis, observation.call)} it ${effect}.`,
    action:
      how === 'frozen'
        ? 'Put the part back into evaluation mode after it, or in an override of `train` of the network that holds it.'
        : 'Keep the mode of every module (`[(m, m.training) for m in net.modules()]`) and put each back, or freeze the part again after it.',
    witness: [
      { file: frozen.site.file, span: frozen.site.span, text: `${quote(analysis, frozen.site.span, frozen.site.file)} puts the part into evaluation mode` },
      { file: setting.site.file, span: setting.site.span, text: `${quote(analysis, setting.site.span, setting.site.file)} wakes it` },
      { file: observation.call.file, span: observation.call.span, text: `${quote(analysis, observation.call.span, observation.call.file)} trains with it` },
    ],
    fix: null,
    suggestions: [],
  };
}
