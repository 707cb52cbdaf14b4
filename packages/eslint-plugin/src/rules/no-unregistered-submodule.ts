// Modules in a plain list, dictionary or private field: neither the mode nor an optimiser reaches them.
import type { Analysis } from '../analyze.ts';
import type { LayerObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noUnregisteredSubmodule: ModeRule = {
  name: 'no-unregistered-submodule',
  description: 'disallow submodules where neither `eval()` nor `parameters()` reaches them',
  kind: 'local',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

function judge(analysis: Analysis, { fault, call, where, certain }: LayerObservation): readonly Finding[] {
  if (fault.kind !== 'unregistered' || isInBrokenCode(analysis, where.func.span)) return [];
  const owner = fault.owner.definition.name;
  const isPython = analysis.module.language === 'python';
  const place = `\`${isPython ? 'self' : 'this'}.${fault.attribute}\``;
  const isField = fault.form === 'field';
  const form = isField ? 'a field that nothing registers' : fault.form === 'private field' ? 'a private field' : fault.form === 'closure' ? 'a function that uses it' : fault.form === 'dict' ? (isPython ? 'a plain dict' : 'a plain object or map') : isPython ? `a plain ${fault.form}` : 'a plain array';
  const container = fault.form === 'private field' ? 'a field that is not private' : fault.form === 'closure' ? 'a field of its own' : fault.form === 'dict' ? '`nn.ModuleDict`, or in fields of its own' : '`nn.ModuleList`, or in fields of its own';
  const part = fault.part.site.file === call.file && fault.part.site.span.start === call.span.start ? quote(analysis, call.span) : `\`${fault.part.label}\``;
  const loses = [...(fault.sensitive ? ['`train()` and `eval()` do not reach it'] : []), ...(fault.learns ? ['`parameters()` and the saved weights leave it out'] : [])].join(', and ');
  return [
    {
      rule: 'no-unregistered-submodule',
      certainty: certain ? 'definite' : 'possible',
      file: analysis.file,
      span: call.span,
      what: `${part} is kept in ${place}, ${form}, and is no submodule of \`${owner}\`.`,
      why: `${loses}: ${fault.sensitive ? 'it stays in training mode' : 'it is never trained, moved or saved'}.`,
      action: isField ? `Register it: \`registerModule('${fault.attribute}', this.${fault.attribute})\`.` : `Keep it in ${container}.`,
      witness: [{ file: fault.part.site.file, span: fault.part.site.span, text: `${quote(analysis, fault.part.site.span, fault.part.site.file)} is made here` }],
      fix: null,
      suggestions: [],
    },
  ];
}
