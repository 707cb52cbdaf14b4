// The mode is handed to something that does not look at it: a method that always runs inference, an argument that is no options object, a
// parameter that nobody fills.
import type { Analysis } from '../analyze.ts';
import type { LayerFault, LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noIgnoredTrainingOption: ModeRule = {
  name: 'no-ignored-training-option',
  description: 'disallow a `training` option where nothing looks at it',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, observation: LayerObservation): readonly Finding[] {
  const { fault } = observation;
  if (isInBrokenCode(analysis, observation.where.func.span)) return [];
  if (fault.kind === 'option-parameter') return [parameter(analysis, observation, fault)];
  if (fault.kind !== 'option-ignored') return [];
  const words = wordsFor(analysis, observation, fault);
  return [{ rule: 'no-ignored-training-option', certainty: observation.certain ? 'definite' : 'possible', file: analysis.file, span: observation.call.span, what: words.what, why: words.why, action: words.action, witness: fault.layers.slice(0, 3).map((layer) => ({ file: layer.site.file, span: layer.site.span, text: `\`${layer.label}\` is off in this call` })), fix: null, suggestions: words.suggestions }];
}

type Words = Pick<Finding, 'what' | 'why' | 'action' | 'suggestions'>;

function wordsFor(analysis: Analysis, { call }: LayerObservation, fault: Extract<LayerFault, { kind: 'option-ignored' }>): Words {
  const place = quote(analysis, call.span);
  const text = analysis.text.slice(call.span.start, call.span.end);
  const layers = fault.layers.slice(0, 3).map((layer) => `\`${layer.label}\` (${lineOf(analysis, layer.site)})`);
  const off = layers.length === 0 ? 'what depends on it is off' : `${layers.join(', ')} ${layers.length === 1 ? 'is' : 'are'} off`;
  switch (fault.how) {
    case 'inference-method': {
      const at = text.lastIndexOf(`.${fault.method}(`);
      const edits = at < 0 || fault.method !== 'predict' ? [] : [{ span: { start: call.span.start + at + 1, end: call.span.start + at + 1 + fault.method.length }, text: 'apply' }];
      return { what: `\`${fault.method}\` takes no option \`${fault.option}\`: ${place} runs in inference.`, why: `The option is passed over without a word, and ${off}: several runs give one and the same output.`, action: `Write \`apply(x, {${fault.option}: true})\`.`, suggestions: edits.length === 0 ? [] : [{ message: 'Call `apply` instead.', edits }] };
    }
    case 'not-an-object':
      return { what: `${place} gives a boolean where an object of options is expected.`, why: `\`${fault.option}\` is a key of that object; a boolean has none, so ${off}.`, action: `Write \`{${fault.option}: true}\`.`, suggestions: [] };
    case 'symbolic':
      return { what: `${place} gives \`${fault.option}\` while the model is put together.`, why: `The option holds for one call and is not kept in the model: in \`predict()\` ${off}.`, action: `Give it where the model is run: \`model.apply(x, {${fault.option}: true})\`.`, suggestions: [] };
  }
}

function parameter(analysis: Analysis, { call, certain }: LayerObservation, fault: Extract<LayerFault, { kind: 'option-parameter' }>): Finding {
  return {
    rule: 'no-ignored-training-option',
    certainty: certain ? 'definite' : 'possible',
    file: analysis.file,
    span: call.span,
    what: `\`${fault.owner.definition.name}.call\` has a parameter \`${fault.name}\` that is never the mode.`,
    why: `It is called with the inputs and an object of options; the mode is the key \`${fault.option}\` of that object.`,
    action: `Write \`call(inputs, kwargs)\` and read \`kwargs['${fault.option}']\`.`,
    witness: [],
    fix: null,
    suggestions: [],
  };
}
