// Lists, tuples, dictionaries, sets and texts that are written with their elements.
//
// Guarantees: elements keep their places, or their keys where these are constants; what is spread has places if it is known in full. A text (`f"{x}"`) reads what it is made of.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, NOTHING, ofObject, type Value } from '../domains/value.ts';
import type { Func, Instr } from '../ir/ir.ts';
import { onlyGoneThrough } from '../ir/liveness.ts';
import { remadeIn } from '../ir/remade.ts';
import type { Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import { exactElements } from './exact-elements.ts';
import { consume } from './generators.ts';
import { askText } from './implied-calls.ts';
import type { Machine } from './machine.ts';
import { settled } from './settled.ts';

/** Tells apart what the rounds of loops make that are gone through element by element: `[(m, m.training) for m in net.modules()]`. */
function roundsOf(state: State): string {
  if (state.facts.key === '') return '';
  return [...state.facts.entries()].filter(([name, value]) => name.startsWith('l') && typeof value === 'number' && value > 0).map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

/** @param around the function that it stands in */
export function makeCollection(machine: Machine, frame: Frame, state: State, around: Func, instr: Extract<Instr, { kind: 'collection' }>): Value {
  const elements = new Map<string, Value>();
  let position = 0;
  for (const element of instr.elements) {
    const value = state.get(element.value);
    if (element.kind === 'spread') {
      const source = consume(machine, frame, state, value, instr);
      const known = (instr.form === 'list' || instr.form === 'tuple') && !elements.has('[]') ? exactElements(state, source) : null;
      for (const item of known ?? []) elements.set(elementName(position++), item);
      if (known === null) elements.set('[]', joinValues(elements.get('[]') ?? NOTHING, iterate(state, source)));
      continue;
    }
    const key = element.key === null ? null : state.get(element.key);
    const constant = key?.atoms.length === 1 && key.atoms[0]!.kind === 'constant' ? key.atoms[0]!.value : null;
    const name = key === null ? elementName(position) : constant?.type === 'string' || constant?.type === 'number' ? elementName(constant.value) : '[]';
    position += 1;
    elements.set(name, joinValues(elements.get(name) ?? NOTHING, value));
  }
  const replaces = onlyGoneThrough(around).has(instr.dest) || remadeIn(around).has(instr);
  const object = machine.objects.allocate(state, frame.context, instr, instr.form === 'tuple' || instr.form === 'list' ? roundsOf(state) : '', { kind: 'collection', class: null, library: null, label: instr.form, replaces }, { attrs: elements });
  if (instr.elements.length === 1 && instr.elements[0]!.kind !== 'spread') machine.addTo(machine.ofOne, object);
  const made = ofObject(object);
  if (instr.form !== 'string') return made;
  for (const value of elements.values()) askText(machine, frame, state, value, instr);
  machine.use(forwardsOf(settled(state, made)), 'read', instr.span);
  return ANYTHING;
}
