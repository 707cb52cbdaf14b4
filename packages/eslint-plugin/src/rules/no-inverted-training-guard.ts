// Randomness that evaluation mode has and training mode has not: the test of `training` is the wrong way round.
import type { Analysis } from '../analyze.ts';
import type { DrawObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isDesigned } from './no-unguarded-randomness.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noInvertedTrainingGuard: ModeRule = {
  name: 'no-inverted-training-guard',
  description: 'disallow random layers that are active in evaluation mode only',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.draws.flatMap((draw) => judgeDraw(analysis, draw))),
};

function judgeDraw(analysis: Analysis, draw: DrawObservation): readonly Finding[] {
  const { operation } = draw;
  const negated = operation.kind === 'functional' && operation.fault.kind === 'inverted' ? operation.fault : null;
  if ((draw.inverted !== true && negated === null) || (operation.kind === 'functional' && operation.fault.kind === 'no-effect') || isInBrokenCode(analysis, draw.where.func.span)) return [];
  // A sample that is drawn in evaluation mode only may be what a generative network does.
  const perturbs = operation.kind === 'functional' || operation.perturbs;
  return [report(analysis, draw, perturbs && !isDesigned(draw) && !draw.declared && !draw.incomplete ? 'definite' : 'possible')];
}

function report(analysis: Analysis, draw: DrawObservation, certainty: Finding['certainty']): Finding {
  const name = draw.owner.definition.name;
  const flag = draw.option !== null && analysis.module.language === 'python' ? draw.option : draw.option !== null ? `${draw.where.func.params[1]?.variable.name ?? 'kwargs'}['${draw.option}']` : analysis.module.language === 'python' ? 'self.training' : 'this.training';
  const fault = draw.operation.kind === 'functional' && draw.operation.fault.kind === 'inverted' ? draw.operation.fault : null;
  const given = fault === null ? null : analysis.text.slice(fault.span.start, fault.span.end);
  // `not self.training` loses its first word; what is inverted in another way is for the reader.
  const upright = given?.replace(/(^|=\s*)(?:not\s+|!\s*)/, '$1') ?? null;
  return {
    rule: 'no-inverted-training-guard',
    certainty,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.call.span)} is active in evaluation mode and not in training mode.`,
    why: `The test of \`training\` that governs it is the wrong way round: \`${name}\` trains without it, and is random ${draw.option === null ? 'after `eval()`' : 'in `predict()`'}.`,
    action: fault === null ? `Run it if \`${flag}\` holds.` : `Pass \`${flag}\` as \`${fault.name}\`.`,
    witness: [{ file: analysis.file, span: draw.owner.definition.nameSpan, text: `\`${name}\` reaches it in evaluation mode only` }],
    fix: null,
    suggestions: fault === null || upright === null || upright === given ? [] : [{ message: 'Take the negation away.', edits: [{ span: fault.span, text: upright }] }],
  };
}
