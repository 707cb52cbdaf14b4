// The tuples of `NamedTuple` and `namedtuple`: elements by name, and the methods that such tuples have.
//
// Guarantees: an element has one value, whether it is asked for by its name or by its number; `_replace` gives another tuple, `_make` one of the elements of a list, `_asdict` a dictionary. Refuses: a list that is not known in full, each
// of whose elements may be any field.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject, GeneratedField, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, ofObject, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import { returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { exactElements } from './exact-elements.ts';
import { tupleClassOf } from './generated-classes.ts';
import { makeTuple } from './generated-constructors.ts';
import type { Machine } from './machine.ts';

function fieldsOfTuple(machine: Machine, cls: ProjectClass): readonly GeneratedField[] | null {
  return tupleClassOf(machine, machine.order(cls))?.generated?.fields ?? null;
}

/** The element that `tuple.name` gives; null if it has none of that name. */
export function elementNamed(machine: Machine, state: State, tuple: AbstractObject, name: string): Value | null {
  const at = tuple.class === null ? -1 : (fieldsOfTuple(machine, tuple.class)?.findIndex((field) => field.name === name) ?? -1);
  return at < 0 ? null : (state.attr(tuple, elementName(at)) ?? state.attr(tuple, elementName(null)) ?? ANYTHING);
}

/** What a method that such tuples alone have gives; null for any other. */
export function callTupleMethod(machine: Machine, frame: Frame, state: State, tuple: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult | null {
  const fields = tuple.class === null ? null : fieldsOfTuple(machine, tuple.class);
  if (fields === null) return null;
  const valueOf = (field: GeneratedField): Value => elementNamed(machine, state, tuple, field.name)!;
  if (name === '_replace' || name === '__replace__') {
    const keywords = new Map(fields.map((field) => [field.name, args.keywords.get(field.name) ?? valueOf(field)]));
    return returned(makeTuple(machine, frame, state, tuple.class!, fields, { ...args, positional: [], keywords }, instr));
  }
  if (name === '_asdict') return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'dict', 'dict', new Map(fields.map((field) => [elementName(field.name), valueOf(field)])))));
  return name === '_make' ? makeFromList(machine, frame, state, tuple.class!, args, instr) : null;
}

/** `Pair._make(values)`; null if the class is none of tuples. */
export function makeFromList(machine: Machine, frame: Frame, state: State, cls: ProjectClass, args: ArgValues, instr: CallInstr): CallResult | null {
  const fields = fieldsOfTuple(machine, cls);
  const [list] = args.positional;
  if (fields === null || list === undefined) return null;
  const positional = exactElements(state, list);
  return returned(makeTuple(machine, frame, state, cls, fields, { ...args, positional: positional ?? fields.map(() => iterate(state, list)) }, instr));
}
