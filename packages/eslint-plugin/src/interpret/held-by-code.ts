// What functions and classes hold by themselves, which is in no variable: the defaults of parameters and the members of classes.
//
// Guarantees: whatever the program gets at through them is among it; what other files define counts as well. Refuses to know: what a closure took with it, which is in the value of the function.
// Example: after `class Keep: part = layers[0]`, what `layers[0]` is can be met as long as the program runs, though no variable leads there.
import type { Value } from '../domains/value.ts';
import type { Machine } from './machine.ts';

export function heldByCode({ defaults, classes }: Machine): readonly Value[] {
  return [...[...defaults.values()].flatMap((values) => [...values.values()]), ...[...classes.values()].flatMap(({ members }) => [...members.values()].map(({ value }) => value))];
}
