// Attributes by a computed name: `getattr(net, name)` and `setattr(net, name, value)`.
//
// A name that is known, or one of several that are known, is that attribute: `getattr(net, 'eval')()` is `net.eval()`. A name that is not known may be a mode method or the flag, so the
// mode of the network is unknown from there on, unless the name is put together with a text that none of those have in them: `getattr(self, f'layer{at}')(x)`.
//
// Refuses to know: which attribute an unknown name is. What a class does in `__getattr__` is not looked at.
import { elementName } from '../domains/heap.ts';
import type { Instr, Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import type { State } from '../domains/state.ts';
import { derive, joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { ArgumentRow, FunctionEffect } from '../libraries/schema.ts';
import type { ArgValues, Frame } from './activation.ts';
import { findArgument, writtenArgument } from './arguments.ts';
import { getAttribute, setAttribute } from './attributes.ts';
import { allArgs, type CallInstr } from './call.ts';
import type { Machine } from './machine.ts';
import { escapeTree, modesOfFlag } from './set-mode.ts';
import { settled } from './settled.ts';
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
  for (const object of objectsOf(target)) {
    state.setAttr(object, elementName(null), joinValues(state.attr(object, elementName(null)) ?? NOTHING, value), false);
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
