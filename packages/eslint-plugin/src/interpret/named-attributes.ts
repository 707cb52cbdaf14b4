// Attributes by a computed name: `getattr(net, name)`, `setattr(net, name, value)` and `hasattr(net, name)`.
//
// A name that is known, or one of several that are known, is that attribute: `getattr(net, 'eval')()` is `net.eval()`. A name that is not known may be a mode method or the flag, so the
// mode of the network is unknown from there on, unless the name is put together with a text that none of those have in them: `getattr(self, f'layer{at}')(x)`.
//
// `hasattr(net, 'module')` is answered where all of the class is in sight: `net.module if hasattr(net, 'module') else net` is the network behind the wrapper.
//
// Refuses to know: which attribute an unknown name is; whether an attribute that some way has set is there. What a class does in `__getattr__` is not looked at.
import { elementName } from '../domains/heap.ts';
import type { Instr, Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import type { State } from '../domains/state.ts';
import { derive, joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { ArgumentRow, ClassRow, FunctionEffect } from '../libraries/schema.ts';
import type { ArgValues, Frame } from './activation.ts';
import { findArgument, writtenArgument } from './arguments.ts';
import { getAttribute, noteHeldUnseen, setAttribute } from './attributes.ts';
import { allArgs, type CallInstr } from './call.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { escapeTree, modesOfFlag } from './set-mode.ts';
import { settled } from './settled.ts';
import { writeAnySetting } from './open-settings.ts';
import { sourcesOf } from './sources.ts';

/** What `getattr(object, name, otherwise)` gives. */
export function getNamed(machine: Machine, frame: Frame, state: State, effect: Extract<FunctionEffect, { kind: 'get-attribute' }>, args: ArgValues, instr: CallInstr): Value {
  const { value: target } = findArgument(state, args, effect.object);
  const names = namesOf(findArgument(state, args, effect.name).value);
  const nothingSeen = derive(allArgs(args).map((value) => settled(state, value)));
  if (names === null) {
    if (mayConcernMode(machine, frame, args, effect.name)) escapeTree(state, target);
    return nothingSeen;
  }
  const found = names.reduce((joined, name) => joinValues(joined, getAttribute(machine, frame, state, target, name, instr)), NOTHING);
  if (found.atoms.length === 0) return joinValues(found, nothingSeen);
  const { value: otherwise, omitted } = findArgument(state, args, effect.otherwise);
  return omitted || !found.unknown ? found : joinValues(found, otherwise);
}

/** What `hasattr(object, name)` gives; null if that is not certain. */
export function hasNamed(machine: Machine, state: State, effect: Extract<FunctionEffect, { kind: 'has-attribute' }>, args: ArgValues): boolean | null {
  const target = findArgument(state, args, effect.object).value;
  const names = namesOf(findArgument(state, args, effect.name).value);
  if (names?.length !== 1 || target.unknown || target.atoms.length === 0) return null;
  const answers = new Set(target.atoms.map((atom) => (atom.kind === 'object' ? hasAttribute(machine, state, atom.object, names[0]!) : null)));
  return answers.size === 1 ? [...answers][0]! : null;
}

function hasAttribute(machine: Machine, state: State, object: AbstractObject, name: string): boolean | null {
  if ((object.kind !== 'module' && object.kind !== 'instance') || name.startsWith('_')) return null;
  const order = object.class === null ? null : machine.order(object.class);
  const isPartOf = (row: ClassRow): boolean => typeof row.children === 'object' && 'as' in row.children && row.children.as === name;
  if (order !== null && findMember(order, name) !== null) return true;
  if (object.kind === 'module' && (machine.libraries.moduleMethods.has(name) || machine.libraries.flags.has(name))) return true;
  if (object.library !== null && isPartOf(object.library)) return true;
  const known = state.object(object);
  if (known.escaped || known.attrs.has(name) || known.attrs.has(elementName(null))) return null;
  // Which attributes the layers of a library have is not known, but for the name of what a wrapper wraps.
  if (object.library !== null || order === null) return machine.libraries.models.some(({ classes }) => classes.some(isPartOf)) && object.kind === 'module' ? false : null;
  return order.hasUnknownBase || order.framework !== null || order.family !== null || findMember(order, '__getattr__') !== null ? null : false;
}

/** Does what `setattr(object, name, value)` does. */
export function setNamed(machine: Machine, frame: Frame, state: State, effect: Extract<FunctionEffect, { kind: 'set-attribute' }>, args: ArgValues, instr: CallInstr): void {
  const [target, name, value] = [effect.object, effect.name, effect.value].map((row) => findArgument(state, args, row).value) as [Value, Value, Value];
  const names = namesOf(name);
  if (names?.length === 1) {
    setAttribute(machine, frame, state, target, names[0]!, value, instr);
    return;
  }
  // A module or a function is no flag.
  const mayBeFlag = value.unknown || value.atoms.some((atom) => atom.kind === 'constant' || atom.kind === 'flag');
  const concernsMode = mayBeFlag && (names === null ? mayConcernMode(machine, frame, args, effect.name) : names.some((one) => machine.libraries.flags.has(one)));
  if (target.unknown || target.atoms.length === 0) noteHeldUnseen(state, value);
  for (const object of objectsOf(target)) {
    state.setAttr(object, elementName(null), joinValues(state.attr(object, elementName(null)) ?? NOTHING, value), false);
    writeAnySetting(state, object, value, names);
    if (!concernsMode || (object.kind !== 'module' && object.kind !== 'opaque')) continue;
    const mode = modesOfFlag(value);
    machine.noteOwn();
    state.setMode(object, mode, { site: machine.site(instr.span), mode, how: 'assigned', selective: true }, false);
  }
}

/** The names that a value may be, if all of them are known. */
function namesOf(value: Value): readonly string[] | null {
  if (value.unknown || value.atoms.length === 0) return null;
  const names = value.atoms.map((atom) => (atom.kind === 'constant' && atom.value.type === 'string' ? atom.value.value : null));
  return names.every((name) => name !== null) ? names : null;
}

/** False if a name is put together with a text that is in no name of a mode method or flag. */
function mayConcernMode(machine: Machine, frame: Frame, args: ArgValues, row: ArgumentRow): boolean {
  const written = writtenArgument(args, row);
  if (written === null) return true;
  const { flags, moduleMethods } = machine.libraries;
  const concerned = [...flags, ...[...moduleMethods.keys()].filter((name) => machine.libraries.isModeMethod(name))];
  const { func } = frame.context.ref;
  const sources = sourcesOf(func, written.value);
  const isForeign = (part: Instr): boolean => {
    if (part.kind !== 'const' || part.value.type !== 'string') return false;
    const text = part.value.value;
    return !concerned.some((name) => name.includes(text));
  };
  const partsOf = (source: Instr): readonly Temp[] => (source.kind === 'operator' && source.operator === '+' ? source.operands : source.kind === 'collection' && source.form === 'string' ? operandsOf(source) : []);
  const isPutTogether = (source: Instr): boolean => partsOf(source).some((part) => sourcesOf(func, part).some(isForeign));
  return sources.length === 0 || !sources.every(isPutTogether);
}
