// Overrides of `train` and `eval` that do not do what `eval()`, a network around them and their callers rely on.
import type { Analysis } from '../analyze.ts';
import type { LayerFault, LayerObservation } from '../interpret/observation.ts';
import { lineEnd } from '../report/edits.ts';
import type { Finding, TextEdit } from '../report/finding.ts';
import { lineOf } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const validTrainOverride: ModeRule = {
  name: 'valid-train-override',
  description: 'require overrides of `train` and `eval` to take the mode, set it everywhere and return the module',
  kind: 'local',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.layers.flatMap((observation) => judge(analysis, observation))),
};

type Override = Extract<LayerFault, { kind: 'override' }>;

function judge(analysis: Analysis, observation: LayerObservation): readonly Finding[] {
  const { fault } = observation;
  if (fault.kind !== 'override' || isInBrokenCode(analysis, observation.where.func.span)) return [];
  return [{ rule: 'valid-train-override', certainty: observation.certain ? 'definite' : 'possible', file: analysis.file, span: observation.call.span, ...wordsFor(analysis, fault), witness: fault.parts.slice(0, 3).map((part) => ({ file: part.site.file, span: part.site.span, text: `\`${part.label}\` stays in training mode` })), fix: null, suggestions: suggestionsFor(analysis, observation, fault) }];
}

function wordsFor(analysis: Analysis, fault: Override): Pick<Finding, 'what' | 'why' | 'action'> {
  const isPython = analysis.module.language === 'python';
  const name = `\`${fault.owner.definition.name}.${fault.method}\``;
  const [train, eval_] = isPython ? ['`super().train(mode)`', '`super().eval()`'] : ['`super.train(mode)`', '`super.eval()`'];
  const [yes, no, self] = isPython ? ['True', 'False', '`self`'] : ['true', 'false', '`this`'];
  switch (fault.problem) {
    case 'keeps-training': {
      const parts = fault.parts.slice(0, 3).map((part) => `\`${part.label}\` (${lineOf(analysis, part.site)})`);
      return { what: `${name} leaves part of the network in training mode when evaluation mode is asked for.`, why: `After \`eval()\`, which runs it${fault.method === 'eval' ? '' : ` with ${no}`}, ${parts.join(', ')} ${parts.length === 1 ? 'is' : 'are'} still in training mode.`, action: `Call ${fault.method === 'eval' ? eval_ : train} first, then change what is to be different.` };
    }
    case 'returns-nothing':
      return { what: `${name} returns nothing.`, why: `Callers go on with what it returns: \`net = Net().eval()\` is \`${isPython ? 'None' : 'undefined'}\` with it.`, action: `Return ${self}.` };
    case 'returns-other':
      return { what: `${name} returns something other than the module.`, why: 'Callers go on with what it returns: `net = Net().eval()` is not the network with it.', action: `Return ${self}.` };
    case 'takes-no-mode': {
      const around = `\`train(${yes})\` of a network around it calls it with ${yes}`;
      const why = fault.owner.members.has('eval') ? `${around}, and \`eval()\` of that network with ${no}` : `\`eval()\` calls it with ${no}, and ${around}`;
      return { what: `${name} does not take the mode.`, why: `${why}: ${isPython ? 'both throw a `TypeError`' : 'it is in training mode after both'}.`, action: `Take \`mode${isPython ? '=True' : ' = true'}\`, and hand it to ${train}.` };
    }
    case 'shadows':
      return { what: `${name} replaces the method that sets the mode by something else.`, why: fault.method === 'eval' ? 'Whoever calls `eval()` to get evaluation mode gets this instead.' : `\`eval()\` of this module, and of every network around it, calls it with ${no} alone: it throws, or trains.`, action: `Give it another name, such as \`${fault.method === 'eval' ? 'evaluate' : 'fit'}\`.` };
    case 'eval-alone':
      return { what: `${name} is overridden and \`train\` is not.`, why: `\`train(${no})\`, and \`eval()\` of a network around this one, set evaluation mode without it: they call \`train\` of their parts.`, action: `Override \`train\` instead, and look at the mode that it is given.` };
  }
}

/** `return self` at the end, where nothing is returned so far. */
function suggestionsFor(analysis: Analysis, { where }: LayerObservation, fault: Override): Finding['suggestions'] {
  if (fault.problem !== 'returns-nothing' || where.func.blocks.some((block) => block.terminal.kind === 'return' && block.terminal.value !== null && analysis.text.slice(block.terminal.span.start, block.terminal.span.end).startsWith('return'))) return [];
  const { end } = where.func.span;
  const { text } = analysis;
  const indent = /(?:^|\n)([ \t]*)\S[^\n]*$/.exec(text.slice(0, fault.bodyStart + 1))?.[1] ?? '';
  const isPython = analysis.module.language === 'python';
  const at = isPython ? end : text.lastIndexOf('}', end);
  // A body on the line of its head has no line to put it on.
  if (!/\n[ \t]*$/.test(text.slice(0, isPython ? fault.bodyStart : Math.max(at, 0)))) return [];
  // What follows the last statement of Python on its line, a comment or a semicolon, stays there.
  const [line, start] = isPython ? [at + /^[^\r\n]*/.exec(text.slice(at))![0].length, 0] : [at, text.lastIndexOf('\n', at) + 1];
  const edit: TextEdit = isPython ? { span: { start: line, end: line }, text: `${lineEnd(analysis)}${indent}return self` } : { span: { start, end: start }, text: `${indent}return this;${lineEnd(analysis)}` };
  return [{ message: `Return \`${isPython ? 'self' : 'this'}\` at the end.`, edits: [edit] }];
}
