// Lists, tuples, dictionaries, sets and texts that are written with their elements.
//
// Guarantees: elements keep their places, or their keys where these are constants; what is spread has none. A text (`f"{x}"`) reads what it is made of.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, NOTHING, ofObject, type Value } from '../domains/value.ts';
import type { Func, Instr } from '../ir/ir.ts';
import { onlyGoneThrough } from '../ir/liveness.ts';
import type { Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import { consume } from './generators.ts';
import { askText } from './implied-calls.ts';
import type { Machine } from './machine.ts';
import { settled } from './settled.ts';

/** @param around the function that it stands in */
export function makeCollection(machine: Machine, frame: Frame, state: State, around: Func, instr: Extract<Instr, { kind: 'collection' }>): Value {
  const elements = new Map<string, Value>();
  let position = 0;
  for (const element of instr.elements) {
    const value = state.get(element.value);
    if (element.kind === 'spread') {
      elements.set('[]', joinValues(elements.get('[]') ?? NOTHING, iterate(state, consume(machine, frame, state, value, instr))));
      continue;
    }
    const key = element.key === null ? null : state.get(element.key);
    const constant = key?.atoms.length === 1 && key.atoms[0]!.kind === 'constant' ? key.atoms[0]!.value : null;
    const name = key === null ? elementName(position) : constant?.type === 'string' || constant?.type === 'number' ? elementName(constant.value) : '[]';
    position += 1;
    elements.set(name, joinValues(elements.get(name) ?? NOTHING, value));
  }
  const isGoneThrough = onlyGoneThrough(around).has(instr.dest);
  const made = ofObject(machine.objects.allocate(state, frame.context, instr, '', { kind: 'collection', class: null, library: null, label: instr.form, replaces: isGoneThrough }, { attrs: elements }));
  if (instr.form !== 'string') return made;
  for (const value of elements.values()) askText(machine, frame, state, value, instr);
  machine.use(forwardsOf(settled(state, made)), 'read', instr.span);
  return ANYTHING;
}
