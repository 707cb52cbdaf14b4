/**
 * `takeViolations`: what the policy `collect` has kept so far.
 */
import type { ModeViolation } from './mode-violation.ts';

export const collected: ModeViolation[] = [];

/** The violations collected since the last call, oldest first. */
export function takeViolations(): ModeViolation[] {
  return collected.splice(0);
}
