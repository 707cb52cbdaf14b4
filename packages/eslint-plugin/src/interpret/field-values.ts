// What functions make of an object with fields: `dataclasses.replace`, `asdict`, `astuple`, `fields`, and what attrs calls so.
//
// Guarantees: `replace` runs the constructor with the values of the fields that are not changed, and with it `__post_init__`; `asdict` and `astuple` of dataclasses hold copies of the networks in the fields, in the same
// modes, those of attrs the networks themselves; `fields` gives objects whose `name` is known, in order. Refuses: objects that are no such, and a `dict_factory` of one's own: code that we cannot see.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject, Generated, GeneratedField, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustObject, NOTHING, objectsOf, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { callMethod, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { construct } from './construct.ts';
import { copyOf } from './copies.ts';
import { fieldsOf } from './generated-classes.ts';
import type { Machine } from './machine.ts';

type OfFields = Extract<FunctionEffect, { kind: 'of-fields' }>;

/** Objects in fields of objects: deeper ones are taken as they are. */
const MAX_DEPTH = 4;

/** The result, or null for code that we cannot see. */
export function ofFields(machine: Machine, frame: Frame, state: State, effect: OfFields, args: ArgValues, instr: CallInstr): CallResult | null {
  const [target, ...others] = args.positional;
  if (target === undefined || target.unknown || target.atoms.length === 0 || others.length > 0) return null;
  if (effect.makes === 'fields') return fieldObjects(machine, frame, state, target, instr);
  const objects = objectsOf(target);
  if (objects.length < target.atoms.length) return null;
  if (effect.makes === 'object') return objects.length === 1 ? replaced(machine, frame, state, objects[0]!, args, instr) : null;
  if (args.more !== null || args.keywords.size > 0 || objects.some((object) => recordOf(machine, object) === null)) return null;
  return returned(objects.reduce((joined, object) => joinValues(joined, takenApart(machine, frame, state, object, effect, instr, 0)), NOTHING));
}

function recordOf(machine: Machine, object: AbstractObject): { readonly style: Generated['style']; readonly fields: readonly GeneratedField[] } | null {
  return object.class === null || object.kind === 'collection' ? null : recordOfClass(machine, object.class);
}

function recordOfClass(machine: Machine, cls: ProjectClass): { readonly style: Generated['style']; readonly fields: readonly GeneratedField[] } | null {
  const order = machine.order(cls);
  const style = order.project.find(({ generated }) => generated !== null)?.generated?.style;
  return style === undefined || order.hasUnknownBase ? null : { style, fields: fieldsOf(order, style) };
}

function replaced(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: CallInstr): CallResult | null {
  if (object.kind === 'collection' && object.class !== null) return callMethod(machine, frame, state, ofObject(object), '_replace', { ...args, positional: [] }, instr);
  const record = recordOf(machine, object);
  if (record === null || object.class === null) return null;
  const keywords = new Map(args.keywords);
  for (const field of record.fields) {
    if (field.takenBy !== 'none' && !field.isHandedOn && !keywords.has(field.parameter)) keywords.set(field.parameter, joinValues(state.attr(object, field.name) ?? ANYTHING, args.more === null ? NOTHING : ANYTHING));
  }
  return construct(machine, frame, state, object.class, { ...NO_ARGS, keywords, more: args.more }, instr);
}

function takenApart(machine: Machine, frame: Frame, state: State, object: AbstractObject, effect: OfFields, instr: CallInstr, depth: number): Value {
  const { fields } = recordOf(machine, object)!;
  const elements = new Map<string, Value>();
  for (const field of fields) {
    if (field.isHandedOn) continue;
    const value = state.attr(object, field.name) ?? field.fallback ?? ANYTHING;
    const inner = mustObject(value);
    const part = inner !== null && depth < MAX_DEPTH && recordOf(machine, inner) !== null ? takenApart(machine, frame, state, inner, effect, instr, depth + 1) : effect.copies ? copyOf(machine, frame, state, value, instr) : value;
    elements.set(elementName(effect.makes === 'dictionary' ? field.name : elements.size), part);
  }
  return ofObject(machine.objects.collection(state, frame.context, instr, `${effect.makes} ${object.id}`, effect.makes === 'dictionary' ? 'dict' : 'tuple', elements));
}

function fieldObjects(machine: Machine, frame: Frame, state: State, target: Value, instr: CallInstr): CallResult | null {
  const only = target.atoms.length === 1 ? target.atoms[0]! : null;
  const record = only?.kind === 'class' ? recordOfClass(machine, only.class) : only?.kind === 'object' ? recordOf(machine, only.object) : null;
  if (record === null) return null;
  const elements = record.fields.filter((field) => !field.isHandedOn).map(({ name }, at): [string, Value] => {
    const field = machine.objects.allocate(state, frame.context, instr, `field ${name}`, { kind: 'instance', class: null, library: null, label: 'field' }, { attrs: new Map([['name', ofConstant({ type: 'string', value: name })]]) });
    return [elementName(at), ofObject(field)];
  });
  return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'fields', 'tuple', new Map(elements))));
}
