// Lists, tuples, dictionaries, sets and texts that are written with their elements.
//
// Guarantees: elements keep their places, or their keys where these are constants; what is spread has places, or keys, if it is known in full, and the last entry of a key is the one that stays. A text (`f"{x}"`) reads what it is made of.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, mustObject, NOTHING, ofObject, type Value } from '../domains/value.ts';
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

/** `{...options}`: each entry of one that is known in full takes the place of an earlier one of its name. Of any other nobody knows which it replaces. */
function spreadInto(elements: Map<string, Value>, state: State, source: Value, without: readonly string[]): void {
  const entries = entriesOf(state, source);
  if (entries !== null) {
    for (const [name, value] of entries) if (!without.some((key) => elementName(key) === name)) elements.set(name, value);
    return;
  }
  const any = iterate(state, source);
  for (const [name, value] of elements) elements.set(name, joinValues(value, any));
  elements.set(elementName(null), joinValues(elements.get(elementName(null)) ?? NOTHING, any));
}

/** The entries of a dictionary that is known in full, as they are kept; null for anything else. */
function entriesOf(state: State, source: Value): ReadonlyMap<string, Value> | null {
  const only = mustObject(source);
  if (only?.kind !== 'collection' || only.label !== 'dict') return null;
  const { attrs, many, escaped } = state.object(only);
  return many || escaped || attrs.has(elementName(null)) ? null : attrs;
}

/** @param around the function that it stands in */
export function makeCollection(machine: Machine, frame: Frame, state: State, around: Func, instr: Extract<Instr, { kind: 'collection' }>): Value {
  const elements = new Map<string, Value>();
  let position = 0;
  for (const element of instr.elements) {
    const value = state.get(element.value);
    if (element.kind === 'spread') {
      const source = consume(machine, frame, state, value, instr);
      if (instr.form === 'dict') {
        spreadInto(elements, state, source, element.without ?? []);
        continue;
      }
      const known = (instr.form === 'list' || instr.form === 'tuple') && !elements.has('[]') ? exactElements(state, source) : null;
      for (const item of known ?? []) elements.set(elementName(position++), item);
      if (known === null) elements.set('[]', joinValues(elements.get('[]') ?? NOTHING, iterate(state, source)));
      continue;
    }
    const key = element.key === null ? null : state.get(element.key);
    const constant = key?.atoms.length === 1 && key.atoms[0]!.kind === 'constant' ? key.atoms[0]!.value : null;
    const name = key === null ? elementName(position) : constant?.type === 'string' || constant?.type === 'number' ? elementName(constant.value) : '[]';
    position += 1;
    elements.set(name, name === '[]' ? joinValues(elements.get(name) ?? NOTHING, value) : value);
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
