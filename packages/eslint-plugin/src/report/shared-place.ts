// A place that several chains of calls lead to: what is wrong on one of them may be right on another, and is put right where their ways part.
//
// A method `act(x)` that the loop of an agent calls to choose what to do, and its training step to learn: a no-grad scope in the method would end the
// training. It belongs around the call in the loop, and that is the call that is named.
import type { Analysis } from '../analyze.ts';
import type { Site } from '../domains/object.ts';
import type { ForwardObservation } from '../interpret/observation.ts';

/**
 * The call from which on `observation` goes its own way, if other ways to the same place are trained, or lead out of sight; null if nothing but this
 * place has to change.
 */
export function callToChange(analysis: Analysis, observation: ForwardObservation): Site | null {
  const others = analysis.observations.forwards.filter((other) => other !== observation && isSame(other.call, observation.call) && (other.uses.has('trained') || other.uses.has('escaped')));
  if (others.length === 0) return null;
  const together = Math.max(...others.map((other) => commonCalls(observation.chain, other.chain)));
  return observation.chain[together] ?? null;
}

function commonCalls(a: readonly Site[], b: readonly Site[]): number {
  let count = 0;
  while (count < a.length && count < b.length && isSame(a[count]!, b[count]!)) count += 1;
  return count;
}

function isSame(a: Site, b: Site): boolean {
  return a.file === b.file && a.span.start === b.span.start && a.span.end === b.span.end;
}
