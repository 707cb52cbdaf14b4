// Whether operations record a graph. `disabled` is a no-grad scope, `inference` an inference-mode scope, `entry` is the
// state in which the analysed root function was entered.
import { powerset } from '../dataflow/lattice.ts';
import type { Site } from './object.ts';

export type GradSet = number;

export const GRAD_ENABLED = 1;
export const GRAD_DISABLED = 2;
export const GRAD_INFERENCE = 4;
export const GRAD_UNKNOWN = 8;
export const GRAD_ENTRY = 16;

export const gradLattice = powerset(['enabled', 'disabled', 'inference', 'unknown', 'entry']);

/** Holds if gradients are certainly off. */
export function isOff(grad: GradSet): boolean {
  return grad !== 0 && (grad & ~(GRAD_DISABLED | GRAD_INFERENCE)) === 0;
}

/** A gradient scope that is ready to be entered. */
export interface GradScopeEffect {
  readonly sets: 'enabled' | 'disabled' | 'inference' | 'unknown';
  readonly path: string;
  /** Where the scope object was made. */
  readonly made: Site;
}
