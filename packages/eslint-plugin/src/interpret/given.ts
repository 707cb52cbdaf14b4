// What a call is given: its arguments, with those that are spread out of lists and dictionaries.
//
// Guarantees: elements of a list that is known in full are arguments of their own; from the first list on that is not, all further ones by position may be any
// of what is left (`more`).
import { assertNever } from '../ir/ir.ts';
import { keyOfElement } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import type { CallInstr } from './call.ts';
import { exactElements } from './exact-elements.ts';
import { consume } from './generators.ts';
import type { Machine } from './machine.ts';

export function evaluateArgs(machine: Machine, frame: Frame, state: State, instr: CallInstr): ArgValues {
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  let more: Value | null = null;
  for (const arg of instr.args) {
    const value = state.get(arg.value);
    switch (arg.kind) {
      case 'positional':
        if (more === null) positional.push(value);
        else more = joinValues(more, value);
        break;
      case 'keyword':
        keywords.set(arg.name!, value);
        break;
      case 'spread': {
        const gone = consume(machine, frame, state, value, instr);
        const exact = more === null ? exactElements(state, gone) : null;
        if (exact !== null) positional.push(...exact);
        else more = joinValues(more ?? NOTHING, spread(state, gone));
        break;
      }
      case 'keyword-spread': {
        for (const object of objectsOf(value)) {
          for (const [name, element] of state.object(object).attrs) if (name.startsWith('[') && name !== '[]') keywords.set(keyOfElement(name), element);
        }
        more = joinValues(more ?? NOTHING, spread(state, value));
        break;
      }
      default:
        return assertNever(arg.kind);
    }
  }
  return { positional, keywords, more, written: instr.args };
}

/** What `*value` or `**value` may bring: its elements, and never itself. What cannot be seen into stands for its elements. */
function spread(state: State, value: Value): Value {
  const opaque = value.atoms.filter((atom) => atom.kind === 'object' && atom.object.kind === 'opaque');
  return joinValues(iterate(state, value), NOTHING.with({ atoms: opaque }));
}
