// An inference call records a graph that nothing uses. Only for libraries that have such a scope.
import type { Analysis } from '../analyze.ts';
import { GRAD_ENABLED, GRAD_ENTRY } from '../domains/grad.ts';
import type { ForwardObservation } from '../interpret/observation.ts';
import { addNamedImport, wrapInCallback, wrapInWith } from '../report/edits.ts';
import type { Finding, Suggestion } from '../report/finding.ts';
import { callToChange } from '../report/shared-place.ts';
import { lineOf, quote, receiverText, witnessOf } from '../report/wording.ts';
import { isInference, isRelied, mayRunOtherLayers } from './inference.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

const ENGINE = '@modeguard/engine';

export const requireNoGrad: ModeRule = {
  name: 'require-no-grad',
  description: 'require a no-grad scope around inference, where a recorded graph would be used by nothing',
  kind: 'scope',
  fixable: false,
  hasSuggestions: true,
  judge: (analysis) => onePerPlace(analysis.observations.forwards.flatMap((observation) => judgeForward(analysis, observation))),
};

function judgeForward(analysis: Analysis, observation: ForwardObservation): readonly Finding[] {
  const inference = isInference(observation);
  // A graph that a training step meant to use is `no-grad-cut-in-training`'s.
  if (inference === 'no' || !observation.isModule || observation.records === 'no' || observation.starved.length > 0 || isInBrokenCode(analysis, observation.where.func.span)) return [];
  if ((observation.grad & (GRAD_ENABLED | GRAD_ENTRY)) === 0) return [];
  // A graph for one look is true, and of no use to know.
  // Where a mode that is not certain decides which layers run, it is open whether those with parameters do.
  const surely = inference === 'yes' && observation.grad === GRAD_ENABLED && observation.records === 'yes' && !mayRunOtherLayers(observation) && !observation.incomplete && !observation.heldAgainst && isRelied(analysis, observation);
  return [report(analysis, observation, surely ? 'definite' : 'possible')];
}

function report(analysis: Analysis, observation: ForwardObservation, certainty: Finding['certainty']): Finding {
  const call = quote(analysis, observation.call.span);
  const read = observation.useSites.get('read');
  const used = read === undefined ? 'No backward pass follows' : `Its output is read at ${lineOf(analysis, read)} and no backward pass follows`;
  const scope = analysis.module.language === 'python' ? '`torch.no_grad()`' : '`noGrad(() => …)`';
  const caller = callToChange(analysis, observation);
  const on = caller === null ? '' : ` when ${quote(analysis, caller.span, caller.file)} (${lineOf(analysis, caller)}) leads to it`;
  return {
    rule: 'require-no-grad',
    certainty,
    file: analysis.file,
    span: observation.call.span,
    what: certainty === 'definite' ? `${call} records a graph that nothing uses${on}.` : `${call} may record a graph that nothing uses${on}.`,
    why: `${used}, so every activation of \`${receiverText(analysis, observation)}\` is kept in memory for nothing; evaluation mode does not turn this off.`,
    action: caller === null ? `Run it inside ${scope}.` : `Run that call inside ${scope}; what else leads here may need the graph.`,
    witness: witnessOf(analysis, observation, []),
    fix: null,
    suggestions: caller === null ? suggestionsFor(analysis, observation) : [],
  };
}

const importing = new WeakMap<Analysis, boolean>();

function importsTorch(analysis: Analysis): boolean {
  let imports = importing.get(analysis);
  // What a function imports for itself does not count, nor what a text says.
  if (imports === undefined) importing.set(analysis, (imports = analysis.module.exports.has('torch') && /^[ \t]*import torch\b/m.test(analysis.text)));
  return imports;
}

function suggestionsFor(analysis: Analysis, observation: ForwardObservation): readonly Suggestion[] {
  if (analysis.module.language === 'python') {
    if (!importsTorch(analysis)) return [];
    const edits = wrapInWith(analysis, observation.statement, 'torch.no_grad()');
    return edits === null ? [] : [{ message: 'Run this statement inside `torch.no_grad()`.', edits }];
  }
  const imported = addNamedImport(analysis, 'noGrad', ENGINE);
  const edits = wrapInCallback(analysis, observation.call.span, 'noGrad');
  return imported === null || edits === null ? [] : [{ message: 'Run this call inside `noGrad`.', edits: [...imported, ...edits] }];
}
