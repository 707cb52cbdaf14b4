// When a forward call is inference. What becomes of the output decides, not the name of the function around it.
import type { Analysis } from '../analyze.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { ForwardObservation } from '../interpret/observation.ts';

/**
 * `yes`: values are taken out of the output, no backward pass runs through it, and all of its uses are in sight. `maybe`: it is
 * read, but also goes where we cannot see, or into something that another module is trained on. `no`: it is trained on, or
 * nothing but its shape is looked at.
 */
export function isInference(observation: ForwardObservation): 'yes' | 'maybe' | 'no' {
  // Running the module is not what a function that exports it is for.
  if (observation.exported !== null || observation.uses.has('trained') || !observation.uses.has('read')) return 'no';
  return observation.uses.has('escaped') || observation.uses.has('target') ? 'maybe' : 'yes';
}

/** Holds if somebody relies on what comes out: not in a test, nor where a network as it was made is tried on random numbers. */
export function isRelied(analysis: Analysis, observation: ForwardObservation): boolean {
  return !analysis.isTest && !observation.rehearses;
}

/**
 * Holds if a test of a `training` flag that may be on or off decides which layers run: what is seen on one side, in the mode that the test
 * says, may not be what happens.
 */
export function mayRunOtherLayers(observation: ForwardObservation): boolean {
  return [...observation.leaves.values()].some((leaf) => leaf.effect === 'branch' && leaf.modes !== TRAIN && leaf.modes !== EVAL);
}
