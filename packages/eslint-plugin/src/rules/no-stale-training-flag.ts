// A copy of the mode, or a private flag that stands for it, decides in evaluation mode: `eval()` does not reach it. And the other way round: a setting that
// `forward` changes in evaluation mode, so that `train()` does not bring it back.
import type { Analysis } from '../analyze.ts';
import type { DrawObservation, LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noStaleTrainingFlag: ModeRule = {
  name: 'no-stale-training-flag',
  description: 'disallow copies of the training flag, and settings that `forward` changes in evaluation mode, which `eval()` and `train()` do not reach',
  kind: 'local',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace([...analysis.observations.draws.flatMap((draw) => judgeDraw(analysis, draw)), ...analysis.observations.layers.flatMap((layer) => judgeSetting(analysis, layer))]),
};

/** Dropout that an evaluation switches off for the training after it. */
function judgeSetting(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'switched-off' || isInBrokenCode(analysis, where.func.span)) return [];
  const owner = fault.owner.definition.name;
  const assignment = quote(analysis, fault.assigned.span, fault.assigned.file);
  return [
    {
      rule: 'no-stale-training-flag',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} is switched off for good by the first call in evaluation mode.`,
      why: `${assignment} (${lineOf(analysis, fault.assigned)}) runs in evaluation mode and nothing puts the value back, so \`${owner}\` trains without it after an evaluation.`,
      action: `Leave the setting as it is, and choose by \`${analysis.module.language === 'python' ? 'self' : 'this'}.training\` where it is used.`,
      witness: [{ file: fault.assigned.file, span: fault.assigned.span, text: `${assignment} is assigned in evaluation mode` }],
      fix: null,
      suggestions: [],
    },
  ];
}

function judgeDraw(analysis: Analysis, draw: DrawObservation): readonly Finding[] {
  const { stale } = draw;
  if (stale === null || isInBrokenCode(analysis, draw.where.func.span)) return [];
  // A private flag that other code sets may be kept in step by hand.
  const managed = stale.how === 'private' && isAssignedLater(analysis, stale.name);
  const certainty = draw.declared || managed || stale.open || draw.incomplete ? 'possible' : 'definite';
  return [report(analysis, draw, stale, certainty)];
}

/** Holds if code other than constructors assigns an attribute of this name. */
function isAssignedLater(analysis: Analysis, name: string): boolean {
  return analysis.module.funcs.some((func) => func.kind !== 'module' && func.kind !== 'constructor' && func.kind !== 'field-initializer' && func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'set-attr' && instr.name === name)));
}

function report(analysis: Analysis, draw: DrawObservation, stale: NonNullable<DrawObservation['stale']>, certainty: Finding['certainty']): Finding {
  const owner = draw.owner.definition.name;
  const flag = quote(analysis, stale.read.span, stale.read.file);
  const origin = stale.how === 'copy' ? `${flag} is a copy of \`training\` that was taken at ${lineOf(analysis, stale.site)}` : stale.open ? `${flag} is what somebody has made it, whatever the mode is` : `${flag} is a flag of the program's own`;
  return {
    rule: 'no-stale-training-flag',
    certainty,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.call.span)} is governed by ${flag}, which \`eval()\` does not change.`,
    why: `${origin}, so \`${owner}\` ${stale.open ? 'may stay' : 'stays'} random after \`eval()\`.`,
    action: `Test \`${analysis.module.language === 'python' ? 'self' : 'this'}.training\` where it is used.`,
    witness: [{ file: stale.site.file, span: stale.site.span, text: stale.how === 'copy' ? `${quote(analysis, stale.site.span, stale.site.file)} is copied here` : `${flag} comes from here` }],
    fix: null,
    suggestions: [],
  };
}
