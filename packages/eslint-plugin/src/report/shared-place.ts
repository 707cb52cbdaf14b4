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
  const others = (neededAt(analysis).get(placeOf(observation.call)) ?? []).filter((other) => other !== observation);
  if (others.length === 0) return null;
  const together = Math.max(...others.map((other) => commonCalls(observation.chain, other.chain)));
  return observation.chain[together] ?? null;
}

const needed = new WeakMap<Analysis, ReadonlyMap<string, readonly ForwardObservation[]>>();

/** By place, the calls that are trained, or lead out of sight. */
function neededAt(analysis: Analysis): ReadonlyMap<string, readonly ForwardObservation[]> {
  let known = needed.get(analysis);
  if (known === undefined) {
    const found = new Map<string, ForwardObservation[]>();
    for (const observation of analysis.observations.forwards) {
      if (!observation.uses.has('trained') && !observation.uses.has('escaped')) continue;
      const place = placeOf(observation.call);
      const others = found.get(place);
      if (others === undefined) found.set(place, [observation]);
      else others.push(observation);
    }
    needed.set(analysis, (known = found));
  }
  return known;
}

function placeOf({ file, span }: Site): string {
  return `${span.start}:${span.end}:${file}`;
}

function commonCalls(a: readonly Site[], b: readonly Site[]): number {
  let count = 0;
  while (count < a.length && count < b.length && placeOf(a[count]!) === placeOf(b[count]!)) count += 1;
  return count;
}
