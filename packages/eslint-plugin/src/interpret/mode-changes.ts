// How the modes of networks differ between two states, of which one became the other.
//
// Guarantees: only networks that both know count; what the two states share is not looked at.
// Example: after `net.eval()` in the body of a loop `fallsAsleep` holds of the states before and behind it if `net` was awake.
import { EVAL } from '../domains/mode.ts';
import type { State } from '../domains/state.ts';

/** Holds if some network has another mode in `after` than it had in `before`. */
export function changesModes(before: State, after: State): boolean {
  if (before.heap.isSameAs(after.heap)) return false;
  return after.heap.entriesUnlike(before.heap).some(({ key, value }) => value.modes !== 0 && before.heap.has(key) && before.object(key).modes !== value.modes);
}

/** Holds if a network that was awake in `before` has certainly been put to sleep as a whole. */
export function fallsAsleep(before: State, after: State): boolean {
  if (before.heap.isSameAs(after.heap)) return false;
  return after.heap.entriesUnlike(before.heap).some(({ key, value }) => value.modes === EVAL && value.settings.some((setting) => !setting.selective) && before.heap.has(key) && before.object(key).modes !== EVAL);
}
