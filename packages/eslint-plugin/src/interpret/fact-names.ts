// How facts about variables are named on a path: `v3` for the truth of one, `v3==string:train` for its being equal to a constant, `v3.phase` and `v3.phase==…` for an attribute of it.
import type { Variable } from '../ir/ir.ts';

/** The name under which the truth of a variable is known. */
export function truthName(variable: Variable): string {
  return `v${variable.id}`;
}

/** Holds for the name of a fact about `variable` or an attribute of it. */
export function isOfVariable(fact: string, variable: Variable): boolean {
  const name = truthName(variable);
  return fact.startsWith(name) && (fact.length === name.length || fact[name.length] === '=' || fact[name.length] === '.');
}

/** What a fact about a condition is of. */
export function subjectOf(fact: string): string {
  const comparison = fact.indexOf('==');
  return comparison < 0 ? fact : fact.slice(0, comparison);
}
