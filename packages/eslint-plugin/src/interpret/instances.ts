// `isinstance(part, nn.BatchNorm1d)` and `part instanceof nn.BatchNorm1d`: the answer, where the classes of both sides are in sight.
//
// Worked example: over the parts of a network that was constructed in sight, `for part in net.modules(): if isinstance(part, nn.Dropout): part.eval()`
// switches exactly its dropout layers. Refuses to answer for classes with bases that we cannot see, and for library classes that no row names.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { type Atom, type Value } from '../domains/value.ts';
import { exactElements } from './exact-elements.ts';
import type { Machine } from './machine.ts';

/** Whether `value` is an instance of `target`, a class or a tuple of classes; null if that is not certain. */
export function isInstance(machine: Machine, state: State, value: Value, target: Value): boolean | null {
  if (value.unknown || value.atoms.length === 0) return null;
  const answers = new Set(value.atoms.map((atom) => (atom.kind === 'object' ? isInstanceOfAny(machine, state, atom.object, target) : null)));
  return answers.size === 1 ? [...answers][0]! : null;
}

function isInstanceOfAny(machine: Machine, state: State, object: AbstractObject, target: Value): boolean | null {
  const only = target.atoms.length === 1 && !target.unknown ? target.atoms[0]! : null;
  if (only === null) return null;
  if (only.kind !== 'object') return isInstanceOf(machine, object, only);
  const classes = exactElements(state, target);
  if (classes === null) return null;
  const answers = classes.map((item) => isInstanceOfAny(machine, state, object, item));
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function isInstanceOf(machine: Machine, object: AbstractObject, target: Atom): boolean | null {
  if (object.kind !== 'module' && object.kind !== 'instance' && (object.kind !== 'collection' || object.class === null)) return null;
  const order = object.class === null ? null : machine.order(object.class);
  if (target.kind === 'class') {
    if (order === null) return false;
    return order.project.includes(target.class) ? true : order.hasUnknownBase ? null : false;
  }
  if (target.kind !== 'library') return null;
  const { libraries } = machine;
  const base = libraries.moduleBaseAt(target.path);
  const model = order?.moduleModel ?? (object.library === null ? null : libraries.modelOf(object.library));
  // The first of its bases is what all modules of a library derive from.
  if (base?.modules?.bases[0] === target.path) return model === base ? true : object.kind === 'instance' && order?.hasUnknownBase === false ? false : null;
  const row = object.library;
  if (row === null) return order !== null && !order.hasUnknownBase && libraries.classAt(target.path) !== null ? false : null;
  if (row.path === target.path || row.derives.includes(target.path)) return true;
  const wanted = libraries.classAt(target.path);
  const isNamed = (path: string): boolean => !path.includes('*');
  // A base that some row derives from may have more descendants than the rows tell.
  return wanted !== null && isNamed(wanted.path) && isNamed(row.path) && order?.hasUnknownBase !== true ? false : null;
}
