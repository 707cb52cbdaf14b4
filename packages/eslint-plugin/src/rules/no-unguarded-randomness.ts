// Random computation in `forward` that no test of `training` governs.
import type { Analysis } from '../analyze.ts';
import type { DrawObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

/** Code that says that it is random on purpose: sampling, latent variables, diffusion, augmentation, masking for pre-training. */
const DESIGNED = /reparam|sampl|latent|vae|variational|gumbel|diffus|ddpm|ddim|noise_?sched|augment|generat|gan\b|stylegan|mc_?drop|bayes|flow|random(?!.*drop)|mask|loss|criterion|penalt|mixup/i;

/** A class with such a method draws for what it generates; its training step draws as well. */
const GENERATES = /^(?:\w*_)?(?:sample|p_losses|q_sample|generate|reparameteri[sz]e)(?:_\w*)?$/i;

/** Holds if the code around a draw says that it is meant: its class, what that can do, and the functions that it stands in. */
export function isDesigned({ owner, where }: DrawObservation): boolean {
  const names = [owner.definition.name];
  for (let func: DrawObservation['where']['func'] | undefined = where.func; func !== undefined; func = func.parent === null ? undefined : where.module.funcs[func.parent]) names.push(func.name);
  return DESIGNED.test(names.join(' ')) || [...owner.members.keys()].some((name) => GENERATES.test(name));
}

export const noUnguardedRandomness: ModeRule = {
  name: 'no-unguarded-randomness',
  description: 'disallow random perturbations in `forward` that stay on in evaluation mode',
  kind: 'local',
  fixable: false,
  hasSuggestions: false,
  declarable: true,
  judge: (analysis) => onePerPlace(analysis.observations.draws.flatMap((draw) => judgeDraw(analysis, draw))),
};

function judgeDraw(analysis: Analysis, draw: DrawObservation): readonly Finding[] {
  if (draw.operation.kind !== 'random' || draw.stale !== null || draw.inverted === true || isInBrokenCode(analysis, draw.where.func.span)) return [];
  const surely = draw.operation.perturbs && !draw.declared && !isDesigned(draw) && !draw.incomplete;
  return [report(analysis, draw, surely ? 'definite' : 'possible')];
}

function report(analysis: Analysis, draw: DrawObservation, certainty: Finding['certainty']): Finding {
  if (draw.option !== null) return reportOption(analysis, draw, draw.option, certainty);
  const name = draw.owner.definition.name;
  const flag = analysis.module.language === 'python' ? 'self.training' : 'this.training';
  return {
    rule: 'no-unguarded-randomness',
    certainty,
    owner: draw.owner.definition.name,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.call.span)} ${certainty === 'definite' ? 'perturbs the input of' : 'is drawn in'} \`${name}.forward\` in evaluation mode too.`,
    why: `No test of \`training\` governs it, so \`${name}\` gives different outputs for the same input after \`eval()\`.`,
    action: `Apply it only if \`${flag}\` holds, or say with a disable comment that it is meant.`,
    witness: [{ file: analysis.file, span: draw.owner.definition.nameSpan, text: `\`${name}.forward\` reaches it in evaluation mode` }],
    fix: null,
    suggestions: [],
  };
}

/** A layer whose mode is an option of each call. */
function reportOption(analysis: Analysis, draw: DrawObservation, option: string, certainty: Finding['certainty']): Finding {
  const isPython = analysis.module.language === 'python';
  const name = draw.owner.definition.name;
  return {
    rule: 'no-unguarded-randomness',
    certainty,
    owner: draw.owner.definition.name,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.call.span)} is drawn in \`predict()\`, too.`,
    why: `No test of ${isPython ? 'the argument' : 'the option'} \`${option}\` governs it, so \`${name}\` gives different outputs for the same input in inference.`,
    action: `Apply it only if \`${isPython ? option : `${draw.where.func.params[1]?.variable.name ?? 'kwargs'}['${option}']`}\` holds, or say with a disable comment that it is meant.`,
    witness: [{ file: analysis.file, span: draw.owner.definition.nameSpan, text: `\`${name}.${draw.where.func.name}\` reaches it in inference` }],
    fix: null,
    suggestions: [],
  };
}
