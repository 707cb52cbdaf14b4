// A gradient scope and code that is suspended: a decorator that a coroutine leaves before it runs, and a scope that stays open while others run.
import type { Analysis } from '../analyze.ts';
import type { ScopeObservation } from '../interpret/observation.ts';
import type { Finding } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noAsyncGradScope: ModeRule = {
  name: 'no-async-grad-scope',
  description: 'disallow gradient scopes that a coroutine or a generator leaves too early or keeps open for others',
  kind: 'scope',
  fixable: false,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.scopes.flatMap((observation) => judgeScope(analysis, observation))),
};

function judgeScope(analysis: Analysis, observation: ScopeObservation): readonly Finding[] {
  if (isInBrokenCode(analysis, observation.where.func.span)) return [];
  const scope = `\`${shortPath(observation.path)}()\``;
  const place = quote(analysis, observation.call.span);
  const opened = observation.opened === null ? scope : `${scope} of ${lineOf(analysis, observation.opened)}`;
  switch (observation.fault) {
    case 'around-coroutine':
      return [finding(analysis, observation, 'definite', `${scope} does not cover the body of an \`async def\`.`, 'As a decorator it is left as soon as the coroutine has been made; when the body runs, gradients are as they were, so every network in it records its graph.', `Write \`with ${shortPath(observation.path)}():\` in the body, around code that does not await.`)];
    case 'suspended-by-await':
      return [finding(analysis, observation, 'possible', `${place} waits inside ${opened}.`, 'The gradient mode belongs to the thread, so other tasks run without gradients in the meantime, and one that leaves a scope of its own turns them on for this one.', 'Await before the scope, and open it only around the computation.')];
    case 'suspended-by-yield':
      return [finding(analysis, observation, 'possible', `${place} hands over inside ${opened}.`, 'The gradient mode belongs to the thread, so the loop that goes through this generator runs without gradients too.', `Yield after the scope, or decorate the generator with \`@${shortPath(observation.path)}()\`, which is left at every yield.`)];
    default:
      return [];
  }
}

function finding(analysis: Analysis, observation: ScopeObservation, certainty: Finding['certainty'], what: string, why: string, action: string): Finding {
  const witness = observation.opened === null ? [] : [{ file: observation.opened.file, span: observation.opened.span, text: `${quote(analysis, observation.opened.span, observation.opened.file)} opens the scope` }];
  return { rule: 'no-async-grad-scope', certainty, file: analysis.file, span: observation.call.span, what, why, action, witness, fix: null, suggestions: [] };
}

/** `torch.no_grad` for whatever longer path led to it. */
function shortPath(path: string): string {
  return `${path.slice(0, path.indexOf('.'))}.${path.slice(path.lastIndexOf('.') + 1)}`;
}
