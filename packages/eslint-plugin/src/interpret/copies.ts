// Copies of modules, as `copy.deepcopy(net)` and `net.deepCopy()` make them: new objects in the same modes.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { atomOf, derive, joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { Frame } from './activation.ts';
import type { CallInstr } from './call.ts';
import type { Machine } from './machine.ts';
import { partOfCopy } from './object-table.ts';

/** A copy of a tree of modules; a shallow one (`copy.copy(net)`) has the very parts of the original. */
export function copyOf(machine: Machine, frame: Frame, state: State, value: Value, instr: CallInstr, shallow = false): Value {
  const copies = new Map<AbstractObject, AbstractObject>();
  // The copies that an earlier round made grow old together.
  const tree = new Set<AbstractObject>(objectsOf(value));
  for (const object of tree) for (const inner of state.object(object).attrs.values()) for (const part of objectsOf(inner)) tree.add(part);
  machine.objects.retireTogether(state, frame.context, instr, [...tree].map(partOfCopy));
  const copyObject = (object: AbstractObject, depth: number): AbstractObject => {
    const known = copies.get(object);
    if (known !== undefined || depth > 16) return known ?? object;
    const state0 = state.object(object);
    const copy = machine.objects.allocate(state, frame.context, instr, partOfCopy(object), { kind: object.kind, class: object.class, library: object.library, label: object.label, inert: object.inert, copied: object }, state0.with({ attrs: new Map(), many: false }));
    copies.set(object, copy);
    for (const [name, inner] of state0.attrs) state.setAttr(copy, name, shallow ? inner : copyValue(inner, depth + 1), true);
    return copy;
  };
  const copyValue = (item: Value, depth: number): Value => item.with({ atoms: item.atoms.map((atom) => (atom.kind === 'object' ? atomOf(copyObject(atom.object, depth)) : atom)) });
  return value.atoms.length === 0 ? derive([value]) : joinValues(copyValue(value, 0), NOTHING);
}
