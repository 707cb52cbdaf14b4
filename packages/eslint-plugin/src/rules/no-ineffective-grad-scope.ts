// A gradient scope that is written and changes nothing, or throws, or leaves behind what it should put back.
import type { Analysis } from '../analyze.ts';
import type { ScopeObservation } from '../interpret/observation.ts';
import type { Finding, TextEdit } from '../report/finding.ts';
import { lineOf, quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

export const noIneffectiveGradScope: ModeRule = {
  name: 'no-ineffective-grad-scope',
  description: 'disallow gradient scopes that are never entered, entered twice, or given a value in the place of a callback',
  kind: 'scope',
  fixable: true,
  hasSuggestions: false,
  judge: (analysis) => onePerPlace(analysis.observations.scopes.flatMap((observation) => judgeScope(analysis, observation))),
};

function judgeScope(analysis: Analysis, observation: ScopeObservation): readonly Finding[] {
  if (isInBrokenCode(analysis, observation.where.func.span)) return [];
  const place = quote(analysis, observation.call.span);
  const name = observation.path.slice(observation.path.lastIndexOf('.') + 1);
  switch (observation.fault) {
    case 'dropped':
      return [finding(analysis, observation, `${place} has no effect as a statement.`, 'It makes a scope that nothing enters: gradients stay as they are, and the code that follows records its graph.', `Write \`with ${analysis.text.slice(observation.call.span.start, observation.call.span.end)}:\` and indent the code that it is for.`, null)];
    case 'not-called':
      return [finding(analysis, observation, `\`with\` is given the class \`${name}\`, not a scope, and throws.`, 'Only an object of the class can be entered: `TypeError: \'type\' object does not support the context manager protocol`.', `Write \`${name}()\`.`, parentheses(analysis, observation))];
    case 'not-a-callback':
      return [finding(analysis, observation, `${place} gets a value where it takes a callback, and throws.`, 'The argument is computed before the scope begins, with its graph.', `Write \`${name}(() => …)\`.`, callback(analysis, observation))];
    case 'entered-twice': {
      const made = observation.opened === null ? '' : ` that is made at ${lineOf(analysis, observation.opened)}`;
      return [finding(analysis, observation, `${place} enters the scope${made} a second time while it is open.`, 'It remembers one state only: when the outer block ends, gradients stay off, and nothing that follows is trained.', `Make a scope of its own here: \`with torch.${name}():\`.`, null)];
    }
    default:
      return [];
  }
}

function finding(analysis: Analysis, observation: ScopeObservation, what: string, why: string, action: string, fix: readonly TextEdit[] | null): Finding {
  return { rule: 'no-ineffective-grad-scope', certainty: 'definite', file: analysis.file, span: observation.call.span, what, why, action, witness: [], fix, suggestions: [] };
}

/** Calls the class, if its name ends what `with` is given. */
function parentheses(analysis: Analysis, { call, path }: ScopeObservation): readonly TextEdit[] | null {
  const text = analysis.text.slice(call.span.start, call.span.end);
  const name = path.slice(path.lastIndexOf('.') + 1);
  return text.endsWith(name) ? [{ span: { start: call.span.end, end: call.span.end }, text: '()' }] : null;
}

/** Makes a callback of the argument; null if that awaits, yields, or is an object, whose braces would be those of a body. */
function callback(analysis: Analysis, { argument }: ScopeObservation): readonly TextEdit[] | null {
  if (argument === null) return null;
  const text = analysis.text.slice(argument.start, argument.end);
  return /\b(?:await|yield)\b|^\s*\{/.test(text) ? null : [{ span: { start: argument.start, end: argument.start }, text: '() => ' }];
}
