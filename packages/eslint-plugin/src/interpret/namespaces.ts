// The dictionaries in which Python keeps what belongs to an object: `net.__dict__`, `vars(net)`, and `net._modules`, where a module keeps its parts.
//
// Guarantees: what is put under a name in such a dictionary is the attribute of that name, so that `net.__dict__['training'] = False` is `net.training = False`; what is read from it are the attributes
// that the object has at that point; code out of sight that gets the dictionary has got the object. A name that is not known may be that of the flag.
//
// Refuses to know: what is taken out of it (`net._modules.pop('head')`) stays where it was to the analysis. A dictionary that is kept shows the attributes as they were when it was looked up.
//
// Worked example: of `for name, part in net._modules.items(): part.eval()` the parts are those of `net`, one by one.
import { elementName, keyOfElement } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustObject, mustString, NOTHING, objectsOf, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import type { ArgValues, Frame } from './activation.ts';
import { setAttribute } from './attributes.ts';
import type { Machine } from './machine.ts';
import { writeAnySetting } from './open-settings.ts';
import { escapeTree, modesOfFlag } from './set-mode.ts';

/** What such a dictionary is called. */
export const NAMESPACE = 'namespace';
/** Under which the dictionary keeps its object; no element is called so. */
export const OWNER = 'owner';
/** Where a module keeps its parts. */
const PARTS = '_modules';

/** What `object.name` gives if that is such a dictionary; null if it is none, or of an object that is not in sight. */
export function namespaceAt(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, instr: Instr): Value | null {
  const isOfParts = name === PARTS && object.kind === 'module';
  if (machine.language !== 'python' || !(isOfParts || (name === '__dict__' && (object.kind === 'module' || object.kind === 'instance')))) return null;
  const elements = new Map<string, Value>();
  for (const [attribute, value] of state.object(object).attrs) {
    const parts = isOfParts ? objectsOf(value).filter((part) => part.kind === 'module' || part.kind === 'opaque') : [];
    if (isOfParts && parts.length === 0) continue;
    // The children of a container have numbers or names of their own.
    elements.set(attribute.startsWith('[') ? attribute : elementName(attribute), value);
  }
  const parts = isOfParts ? null : namespaceAt(machine, frame, state, object, PARTS, instr);
  if (parts !== null) elements.set(elementName(PARTS), parts);
  elements.set(OWNER, ofObject(object));
  return ofObject(machine.objects.allocate(state, frame.context, instr, name, { kind: 'collection', class: null, library: null, label: NAMESPACE, replaces: true }, { attrs: elements }));
}

/** Puts `value` under `index`; false if `target` is no such dictionary. */
export function setInNamespace(machine: Machine, frame: Frame, state: State, target: AbstractObject, index: Value | null, value: Value, instr: Instr): boolean {
  const owner = ownerOf(state, target);
  if (owner === null) return false;
  const name = index === null ? null : mustString(index);
  if (name !== null) {
    // The children of a container.
    const element = elementName(name);
    setAttribute(machine, frame, state, ofObject(owner), state.attr(owner, element) === undefined ? name : element, value, instr);
  } else {
    state.setAttr(owner, elementName(null), value, false);
    writeAnySetting(state, owner, value);
    // A module is no flag.
    const mayBeFlag = owner.kind === 'module' && (value.unknown || value.atoms.some((atom) => atom.kind === 'constant' || atom.kind === 'flag'));
    const mode = modesOfFlag(value);
    if (!mayBeFlag) return true;
    machine.noteOwn();
    state.setMode(owner, mode, { site: machine.site(instr.span), mode, how: 'assigned', selective: true }, false);
  }
  return true;
}

/** `net.__dict__.update({'training': False}, bias=bias)`; false if `target` is no such dictionary. */
export function updateNamespace(machine: Machine, frame: Frame, state: State, target: AbstractObject, args: ArgValues, instr: Instr): boolean {
  const owner = ownerOf(state, target);
  if (owner === null) return false;
  for (const given of args.positional) {
    const entries = mustObject(given);
    // Pairs, or what is not in sight, may be of any name.
    if (entries?.kind !== 'collection' || entries.label !== 'dict') {
      escapeTree(state, ofObject(owner));
      writeAnySetting(state, owner, ANYTHING);
    }
    else for (const [name, value] of state.object(entries).attrs) setInNamespace(machine, frame, state, target, name === elementName(null) ? null : ofConstant({ type: 'string', value: keyOfElement(name) }), value, instr);
  }
  for (const [name, value] of args.keywords) setInNamespace(machine, frame, state, target, ofConstant({ type: 'string', value: name }), value, instr);
  if (args.more !== null) setInNamespace(machine, frame, state, target, null, args.more, instr);
  return true;
}

function ownerOf(state: State, target: AbstractObject): AbstractObject | null {
  return target.label === NAMESPACE ? mustObject(state.attr(target, OWNER) ?? NOTHING) : null;
}

/** What `vars(value)` gives where all that it may be is in sight; null elsewhere. */
export function namespaceOf(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): Value | null {
  const objects = objectsOf(value);
  if (value.unknown || objects.length === 0 || objects.length < value.atoms.length) return null;
  let result: Value = NOTHING;
  for (const object of objects) {
    const found = namespaceAt(machine, frame, state, object, '__dict__', instr);
    if (found === null) return null;
    result = joinValues(result, found);
  }
  return result;
}
