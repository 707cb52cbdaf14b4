// Reading and writing attributes and elements.
import type { Instr } from '../ir/ir.ts';
import { CALIBRATED, elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, forwardsOf, joinValues, mustConstant, mustObject, NOTHING, objectsOf, ofAtoms, ofConstant, ofObject, type Atom, type Value } from '../domains/value.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { callValue, type CallInstr } from './call.ts';
import { exactElements } from './exact-elements.ts';
import { boundWithin } from './manager-decorators.ts';
import { callFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { elementNamed } from './named-tuples.ts';
import { descriptorMethods, isPlainMember, readDescriptor } from './descriptors.ts';
import { noteParameterUse } from './forward.ts';
import { hiddenPart, hidesParts } from './hidden-parts.ts';
import { noteAssignment } from './assigned-flags.ts';
import { exported } from './imports.ts';
import type { Machine } from './machine.ts';
import { noteShallowRestore } from './left-behind.ts';
import { isGetter, isRecord, lacks, readGetters, withoutAccessors } from './object-literals.ts';
import { classOfObject, nameOfClass } from './names.ts';
import { namespaceAt, setInNamespace } from './namespaces.ts';
import { getByObject, setByObject } from './object-keys.ts';
import { settled } from './settled.ts';
import { withStaleness, withStaleSetting } from './staleness.ts';
import { getUnseen, noteWritten, setUnseen } from './switched-off.ts';
import { modesOfFlag, noteWrittenTo, setTreeTrainable, trainableOfFlag } from './set-mode.ts';

const STATISTICS_BUFFERS = new Set(['running_mean', 'running_var', 'runningMean', 'runningVar']);
/** The methods of every Python object that reach an attribute by its name, and the functions that do the same with the object as their first argument. */
export const NAMED_ACCESS: ReadonlyMap<string, string> = new Map([
  ['__setattr__', 'builtins.setattr'],
  ['__getattribute__', 'builtins.getattr'],
  ['__getattr__', 'builtins.getattr'],
  ['__delattr__', 'builtins.delattr'],
]);
const REQUIRES_GRAD = new Set(['requires_grad', 'requiresGrad']);

export function getAttribute(machine: Machine, frame: Frame, state: State, value: Value, name: string, instr: Instr): Value {
  let result: Value = NOTHING;
  for (const atom of value.atoms) result = joinValues(result, attributeOfAtom(machine, frame, state, atom, name, instr));
  if (value.unknown || value.atoms.length === 0) {
    if (machine.libraries.shapeAttributes.has(name)) {
      machine.use(forwardsOf(value), 'shape', instr.span);
      return joinValues(result, ANYTHING);
    }
    const derived = derive([value]);
    result = joinValues(result, name === 'data' ? derived.with({ from: [], detached: forwardsOf(value) }) : derived);
    if (value.atoms.length === 0) result = getUnseen(machine, frame, state, name, instr) ?? withStaleSetting(machine, value, name, result, frame, instr);
  } else if (value.from.length > 0 || value.detached.length > 0 || value.noise.length > 0 || value.input !== 0) {
    result = joinValues(result, derive([value]).with({ unknown: result.unknown }));
  }
  return result;
}

function attributeOfAtom(machine: Machine, frame: Frame, state: State, atom: Atom, name: string, instr: Instr): Value {
  switch (atom.kind) {
    case 'object':
      return attributeOfObject(machine, frame, state, atom.object, name, instr);
    case 'library':
      return nameOfClass(machine, atom, name) ?? ofAtoms({ kind: 'library', path: machine.libraries.canonical(`${atom.path}.${name}`) });
    case 'class': {
      const member = findMember(machine.order(atom.class), name);
      if (member === null) return nameOfClass(machine, atom, name) ?? ANYTHING;
      const value = ofClassMember(member.entry.value, atom);
      return member.entry.member === 'static' && value.atoms.some(isGetter) ? readGetters(machine, frame, state, null, value, instr) : value;
    }
    case 'super': {
      const member = findMember(machine.order(atom.object.class ?? atom.after), name, atom.after);
      return member === null ? ofAtoms({ kind: 'method', object: atom.object, name }) : bound(member.entry.value, atom.object);
    }
    case 'namespace':
      return exported(machine, state, atom.module, name);
    case 'parameters':
      return ofAtoms(atom);
    case 'constant':
    case 'partial':
    case 'function':
    case 'method':
    case 'flag':
    case 'scope':
      return ANYTHING;
  }
}

function attributeOfObject(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, instr: Instr): Value {
  const hasMode = object.kind === 'module' || object.kind === 'opaque';
  if (hasMode && machine.libraries.flags.has(name)) {
    const { early } = frame;
    return ofAtoms({ kind: 'flag', object, modes: state.object(object).modes, negated: false, read: { site: machine.site(instr.span), early } });
  }
  const ofTuple = object.kind === 'collection' ? elementNamed(machine, state, object, name) : null;
  if (ofTuple !== null) return ofTuple;
  const stored = state.attr(object, name);
  if (stored?.learned === true) noteParameterUse(machine, state, object);
  if (stored !== undefined) return withStaleness(machine, state, object, name, stored, frame, instr);
  if (object.class !== null) {
    const member = findMember(machine.order(object.class), name);
    if (member !== null) {
      const read = isPlainMember(member.entry.member) ? descriptorMethods(machine, member.entry.value, '__get__') : null;
      if (read !== null) return readDescriptor(machine, frame, state, read, object, instr);
      if (member.entry.member !== 'getter' && member.entry.member !== 'cached') return bound(member.entry.value, object);
      let result: Value = NOTHING;
      for (const atom of member.entry.value.atoms) {
        if (atom.kind === 'function') result = joinValues(result, callFunction(machine, frame, state, atom.ref, object, NO_ARGS, instr).value);
      }
      result = joinValues(result, member.entry.value.unknown ? ANYTHING : NOTHING);
      if (member.entry.member === 'cached') state.setAttr(object, name, result, true);
      return result;
    }
  }
  if (name === '__class__' || (name === 'constructor' && machine.language === 'typescript')) return classOfObject(machine, object) ?? ANYTHING;
  if (hasMode && machine.libraries.moduleMethods.has(name)) return ofAtoms({ kind: 'method', object, name });
  if (object.kind === 'module' && runsForward(machine, name)) return ofAtoms({ kind: 'method', object, name });
  if (name.startsWith('_')) {
    const namespace = namespaceAt(machine, frame, state, object, name, instr);
    if (namespace !== null) return namespace;
    // `set = net.__setattr__`: a method that every object has.
    if (hasMode && machine.language === 'python' && NAMED_ACCESS.has(name)) return ofAtoms({ kind: 'partial', target: { kind: 'library', path: NAMED_ACCESS.get(name)! }, prefix: [ofObject(object)], keywords: new Map() });
  }
  if (object.kind === 'collection') {
    const element = state.attr(object, elementName(name)) ?? state.attr(object, '[]');
    const computed = element === undefined || !element.atoms.some(isGetter) ? null : readGetters(machine, frame, state, object, element, instr);
    if (computed !== null) return computed;
    return withStaleness(machine, state, object, name, element ?? (lacks(machine, state, object, name) ? ofConstant({ type: 'undefined' }) : ANYTHING), frame, instr);
  }
  if (object.kind === 'opaque' && object.class === null) {
    // What every object has and no library takes for a part: its class, and the names of that.
    if (machine.language === 'python' ? /^__\w+__$/.test(name) : name === 'constructor') return ANYTHING;
    const before = repeated(object, name);
    if (before !== null) {
      state.update(before, { many: true });
      state.setAttr(object, name, ofObject(before).with({ unknown: true }), true);
      return withStaleness(machine, state, object, name, state.attr(object, name) ?? ANYTHING, frame, instr);
    }
    // A part of something that we cannot see: an object of its own, in the mode that its parent has now.
    const part = machine.objects.outside('', instr.span, `${object.label}.${name}`, { object, name });
    const parent = state.object(object);
    if (!state.heap.has(part)) state.heap.set(part, parent.with({ attrs: new Map() }));
    if (machine.shared.has(object)) machine.addTo(machine.shared, part);
    state.setAttr(object, name, ofObject(part).with({ unknown: true }), true);
    return withStaleness(machine, state, object, name, state.attr(object, name) ?? ANYTHING, frame, instr);
  }
  return hidesParts(object) && !name.startsWith('_') ? ofObject(hiddenPart(machine, state, object, instr)).with({ unknown: true }) : ANYTHING;
}

/** Ways that lead through attributes of the same name more often are taken for a structure that nests: `node.left.right.left`. */
const MAX_REPEATED = 2;

/** What stands for an attribute of that name from here on, where the way to the object has led through many of them; null if it has not. */
function repeated(object: AbstractObject, name: string): AbstractObject | null {
  let nearest: AbstractObject | null = null;
  let count = 0;
  for (let at: AbstractObject | undefined = object; at?.via != null; at = at.via.object) {
    if (at.via.name !== name) continue;
    nearest ??= at;
    count += 1;
  }
  return count < MAX_REPEATED ? null : nearest;
}

/** `net.forward`, or the method that Python calls in the place of the object. */
export function runsForward(machine: Machine, name: string): boolean {
  return name === machine.libraries.moduleModel.forward || (name === '__call__' && machine.language === 'python');
}

/** What a lookup through a class makes of its members: class methods get the class. */
export function ofClassMember(value: Value, cls: Atom): Value {
  return value.with({ atoms: value.atoms.map((atom) => (atom.kind === 'function' && atom.binding === 'class' && atom.prefix.length === 0 ? { ...atom, prefix: [ofAtoms(cls)] } : atom)) });
}

/** What a lookup through `object` makes of the functions among its class's members. */
export function bound(value: Value, object: AbstractObject): Value {
  return value.with({ atoms: value.atoms.map((atom) => (atom.kind === 'function' ? bindAtom(atom, object) : boundWithin(atom, (method) => bound(method, object)))) });
}

function bindAtom(atom: Extract<Atom, { kind: 'function' }>, object: AbstractObject): Atom {
  if (atom.receiver !== null || atom.prefix.length > 0) return atom;
  switch (atom.binding) {
    case 'receiver':
      return { ...atom, receiver: object };
    case 'nothing':
    case 'generator':
      return atom;
    case 'class':
      return { ...atom, prefix: [object.class === null ? ANYTHING : ofAtoms({ kind: 'class', class: object.class })] };
  }
}

export function setAttribute(machine: Machine, frame: Frame, state: State, target: Value, name: string, value: Value, instr: Instr): void {
  const one = mustObject(target);
  for (const atom of target.atoms) {
    if (atom.kind === 'parameters' && REQUIRES_GRAD.has(name)) {
      setTreeTrainable(machine, frame, state, atom.object, trainableOfFlag(value), target.atoms.length === 1, instr);
      continue;
    }
    if (atom.kind === 'parameters' && name === 'data') noteWrittenTo(machine, state, atom.object);
    if (atom.kind === 'class') {
      const setter = findMember(machine.order(atom.class), setterName(name));
      if (setter?.entry.member === 'static') {
        const on = target.atoms.length === 1 && !target.unknown ? state : state.clone();
        callValue(machine, frame, on, ofClassMember(setter.entry.value, atom), { ...NO_ARGS, positional: [value] }, instr as CallInstr);
        if (on !== state) state.joinFrom(on);
        continue;
      }
      machine.noteOwn();
      atom.class.members.set(name, { value, member: 'static' });
      continue;
    }
    if (atom.kind !== 'object') continue;
    const object = atom.object;
    const strong = one === object;
    const setter = machine.setters.has(name) || isRecord(machine, object) ? setterOf(machine, state, object, name, value) : null;
    if (setter !== null) {
      const on = strong ? state : state.clone();
      callValue(machine, frame, on, setter.method, { ...NO_ARGS, positional: setter.takesObject ? [ofObject(object), value] : [value] }, instr as CallInstr);
      if (!strong) state.joinFrom(on);
      continue;
    }
    if ((object.kind === 'module' || object.kind === 'opaque') && machine.libraries.flags.has(name)) {
      const modes = modesOfFlag(value);
      if (strong && !noteShallowRestore(machine, frame, state, object, modes, value, instr)) noteAssignment(machine, frame, object, modes, instr);
      machine.noteOwn();
      state.setMode(object, modes, { site: machine.site(instr.span), mode: modes, how: 'assigned', selective: true }, strong && !state.object(object).many);
      continue;
    }
    if (STATISTICS_BUFFERS.has(name)) state.update(object, { statistics: strong ? CALIBRATED : state.object(object).statistics | CALIBRATED });
    // `nets.a = net` is `nets['a'] = net`.
    state.setAttr(object, isRecord(machine, object) ? elementName(name) : name, value, strong);
    if (strong) noteWritten(machine, object, name, value, instr);
    if (object.kind === 'module') for (const part of objectsOf(value)) machine.register(part, name);
    if (machine.shared.has(object)) machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
    adopt(machine, state, object, value);
  }
  if (target.unknown || target.atoms.length === 0) {
    machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
    noteHeldUnseen(state, value);
    if (target.atoms.length === 0) setUnseen(machine, frame, state, name, value, instr);
  }
}

/** What is put into something out of sight may have become a part of a network there; its modes are what they were. */
export function noteHeldUnseen(state: State, value: Value): void {
  for (const object of objectsOf(value)) state.escapees.add(object);
}

/** The name under which a class keeps a setter: its getter has the name itself. */
export function setterName(name: string): string {
  return `set ${name}`;
}

/** What an assignment runs, or null. A module of PyTorch registers a part without asking for a setter. */
function setterOf(machine: Machine, state: State, object: AbstractObject, name: string, value: Value): { readonly method: Value; readonly takesObject: boolean } | null {
  const own = isRecord(machine, object) ? state.attr(object, elementName(setterName(name))) : undefined;
  if (own !== undefined) return { method: bound(own, object), takesObject: false };
  if (object.class === null || (machine.language === 'python' && object.kind === 'module' && objectsOf(value).some((part) => part.kind === 'module'))) return null;
  const order = machine.order(object.class);
  const setter = findMember(order, setterName(name));
  if (setter !== null) return { method: bound(setter.entry.value, object), takesObject: false };
  const descriptor = findMember(order, name);
  const method = descriptor === null ? null : descriptorMethods(machine, descriptor.entry.value, '__set__');
  return method === null ? null : { method, takesObject: true };
}

/** What is stored in an object of the caller is the caller's too. */
function adopt(machine: Machine, state: State, owner: AbstractObject, value: Value): void {
  if (!machine.shared.has(owner)) return;
  for (const object of objectsOf(value)) {
    if (machine.shared.has(object) || object.kind !== 'collection') continue;
    machine.addTo(machine.shared, object);
    for (const element of state.object(object).attrs.values()) adopt(machine, state, object, element);
  }
}

export function getItem(state: State, value: Value, index: Value | null): Value {
  const constant = index === null ? null : mustConstant(index);
  const key = constant?.type === 'string' || constant?.type === 'number' ? constant.value : null;
  let result: Value = NOTHING;
  for (const atom of value.atoms) {
    if (atom.kind === 'parameters') result = joinValues(result, ofAtoms(atom));
    else if (atom.kind === 'object') {
      const exact = key === null ? undefined : (state.attr(atom.object, elementName(key)) ?? state.attr(atom.object, String(key)) ?? fromTheEnd(state, atom, key));
      const ofKey = key === null && index !== null ? getByObject(state, atom.object, index) : undefined;
      if (atom.object.kind === 'opaque') result = joinValues(result, ANYTHING.with({ atoms: [atom] }));
      else if (ofKey !== undefined) result = joinValues(result, ofKey);
      else if (atom.object.label === SORTED) result = joinValues(result, iterate(state, ofAtoms(atom)));
      else if (exact !== undefined) result = joinValues(result, joinValues(exact, state.attr(atom.object, '[]') ?? NOTHING));
      else if (index === null) result = joinValues(result, ofObject(atom.object));
      // A name that was never set is none of those that were.
      else if (typeof key === 'string') result = joinValues(result, state.attr(atom.object, '[]') ?? ANYTHING);
      else {
        let any: Value = atom.object.kind === 'collection' ? NOTHING : ANYTHING;
        for (const [name, element] of state.object(atom.object).attrs) if (name.startsWith('[') || atom.object.library?.children !== undefined) any = joinValues(any, element);
        result = joinValues(result, any === NOTHING ? ANYTHING : any);
      }
    } else result = joinValues(result, ANYTHING);
  }
  if (value.unknown || value.atoms.length === 0) result = joinValues(result, ANYTHING);
  return joinValues(result, derive([value]).with({ unknown: result.unknown }));
}

/** `net[mode]` where `mode` is one of some names: the attribute of that name, in TypeScript; null for anything else. */
export function getByName(machine: Machine, frame: Frame, state: State, value: Value, index: Value, instr: Instr): Value | null {
  if (machine.language !== 'typescript' || index.unknown || index.atoms.length === 0 || value.unknown || value.atoms.length === 0) return null;
  if (!value.atoms.every((atom) => atom.kind === 'class' || (atom.kind === 'object' && atom.object.kind !== 'collection'))) return null;
  let result: Value = NOTHING;
  for (const atom of index.atoms) {
    if (atom.kind !== 'constant' || atom.value.type !== 'string' || /^\d+$/.test(atom.value.value)) return null;
    result = joinValues(result, getAttribute(machine, frame, state, value, atom.value.value, instr));
  }
  return result;
}

/** `nets[-1]` of a list that is known in full. */
function fromTheEnd(state: State, list: Atom, key: string | number): Value | undefined {
  return typeof key === 'number' && key < 0 ? exactElements(state, ofAtoms(list))?.at(key) : undefined;
}

export function setItem(machine: Machine, frame: Frame, state: State, target: Value, index: Value | null, value: Value, instr: Instr): void {
  const constant = index === null ? null : mustConstant(index);
  const key = constant?.type === 'string' || constant?.type === 'number' ? constant.value : null;
  const one = mustObject(target);
  // `net['training'] = false` is `net.training = false`.
  if (machine.language === 'typescript' && constant?.type === 'string' && one !== null && one.kind !== 'collection') {
    setAttribute(machine, frame, state, target, constant.value, value, instr);
    return;
  }
  for (const object of objectsOf(target)) {
    if (setInNamespace(machine, frame, state, object, index, value, instr)) continue;
    const strong = one === object && key !== null;
    if (key !== null || !setByObject(state, object, index, value, one === object)) state.setAttr(object, elementName(key), value, strong);
    if (strong) noteWritten(machine, object, elementName(key), value, instr);
    if (machine.shared.has(object)) machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
    adopt(machine, state, object, value);
  }
  if (target.unknown || target.atoms.length === 0) noteHeldUnseen(state, value);
  if (objectsOf(target).length === 0) machine.use(forwardsOf(settled(state, value)), target.from.length > 0 ? 'shape' : 'escaped', instr.span);
}

/** The label of a range of numbers that is not empty. */
export const RANGE = 'range';

/** The label of a list whose elements are known, and their order is not. */
export const SORTED = 'sorted list';

/** The numbers that a non-empty range begins with and stops before; null if that is not certain. */
export function rangeBounds(state: State, value: Value): { readonly start: number; readonly stop: number } | null {
  const [atom, ...others] = value.atoms;
  if (value.unknown || others.length > 0 || atom?.kind !== 'object' || atom.object.label !== RANGE) return null;
  const [start, stop] = ['start', 'stop'].map((name) => mustConstant(state.attr(atom.object, name) ?? NOTHING));
  return start?.type === 'number' && stop?.type === 'number' ? { start: start.value, stop: stop.value } : null;
}

/** False if an iteration certainly has a first element. */
export function mayBeEmpty(state: State, value: Value): boolean {
  if (value.unknown || value.atoms.length === 0) return true;
  return value.atoms.some((atom) => {
    // A network without parameters would not be asked for them.
    if (atom.kind === 'parameters') return false;
    if (atom.kind !== 'object' || atom.object.kind !== 'collection') return true;
    const { attrs, many, escaped } = state.object(atom.object);
    // A range cannot be emptied; of several lists that are one object here, some may be.
    return ((many || escaped) && atom.object.label !== RANGE) || !attrs.has(elementName(0));
  });
}

/** The next element of an iteration. */
export function iterate(state: State, value: Value): Value {
  let result: Value = NOTHING;
  for (const atom of value.atoms) {
    if (atom.kind === 'parameters') result = joinValues(result, ofAtoms(atom));
    else if (atom.kind !== 'object') result = joinValues(result, ANYTHING);
    else if (atom.object.kind === 'opaque') result = joinValues(result, ANYTHING);
    else {
      for (const [name, element] of state.object(atom.object).attrs) {
        if (name.startsWith('[') || atom.object.library?.children !== undefined) result = joinValues(result, atom.object.label === 'dict' ? withoutAccessors(element) : element);
      }
    }
  }
  if (value.unknown || (value.atoms.length === 0 && value !== NOTHING)) result = joinValues(result, ANYTHING);
  return joinValues(result, derive([value]).with({ unknown: result.unknown }));
}

