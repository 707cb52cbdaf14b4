// A training step runs a model in its inference form: dropout is off, and the running statistics stay as they are.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding, TextEdit } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const requireTrainingOption: ModeRule = {
  name: 'require-training-option',
  description: 'require training steps to run models with `training: true`',
  kind: 'typestate',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'option-missing' || isInBrokenCode(analysis, where.func.span)) return [];
  const isPython = analysis.module.language === 'python';
  const names = fault.layers.slice(0, 3).map((layer) => `\`${layer.label}\` (${lineOf(analysis, layer.site)})`);
  const statistics = fault.layers.some((layer) => layer.library?.effect === 'statistics');
  const random = fault.layers.some((layer) => layer.library?.effect === 'random');
  const effects = [...(random ? ['nothing is dropped'] : []), ...(statistics ? ['running statistics stay as they are'] : [])].join(', and ');
  return [
    {
      rule: 'require-training-option',
      certainty: certain && !analysis.isTest ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${quote(analysis, call.span)} runs the model in inference in a training step.`,
      why: `Without \`${isPython ? `${fault.option}=True` : `${fault.option}: true`}\` ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} in inference: ${effects}.`,
      action: isPython ? `Pass \`${fault.option}=True\`.` : `Write \`apply(x, {${fault.option}: true})\`.`,
      witness: fault.layers.slice(0, 3).map((layer) => ({ file: layer.site.file, span: layer.site.span, text: `\`${layer.label}\` depends on the mode` })),
      fix: null,
      suggestions: suggestionsFor(analysis, call.span, fault.method, fault.option),
    },
  ];
}

/** `model.predict(x)` and `model.apply(x)`, with one argument. */
function suggestionsFor(analysis: Analysis, span: { readonly start: number; readonly end: number }, method: string, option: string): Finding['suggestions'] {
  const text = analysis.text.slice(span.start, span.end);
  if (analysis.module.language === 'python') return text.endsWith(')') && !text.includes(`${option}=`) && !/[(,]\s*\)$|\bfor\b/.test(text) ? [{ message: `Run it with \`${option}=True\`.`, edits: [{ span: { start: span.end - 1, end: span.end - 1 }, text: `, ${option}=True` }] }] : [];
  const at = text.indexOf(`.${method}(`);
  const given = text.slice(at + method.length + 2, -1);
  if (at < 0 || !text.endsWith(')') || given.includes(',') || given.includes('(') || given.trim() === '') return [];
  const name: TextEdit = { span: { start: span.start + at + 1, end: span.start + at + 1 + method.length }, text: 'apply' };
  const options: TextEdit = { span: { start: span.end - 1, end: span.end - 1 }, text: `, {${option}: true}` };
  return [{ message: `Run it with \`${option}: true\`.`, edits: method === 'apply' ? [options] : [name, options] }];
}
