// Lists that are known in full: of which every element, and how many there are, is told by the state.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import type { Value } from '../domains/value.ts';

/** The elements of such a list, or of a library's container of modules, in order; null for anything else. */
export function exactElements(state: State, value: Value): readonly Value[] | null {
  const object = value.atoms.length === 1 && !value.unknown && value.atoms[0]!.kind === 'object' ? value.atoms[0]!.object : null;
  const isContainer = object?.kind === 'module' && object.class === null && object.library?.children !== undefined;
  if (object === null || (object.kind !== 'collection' && !isContainer)) return null;
  const { attrs, many } = state.object(object);
  if (many) return null;
  const elements: Value[] = [];
  for (let i = 0; i < attrs.size; i += 1) {
    const element = attrs.get(elementName(i));
    if (element === undefined) return null;
    elements.push(element);
  }
  return elements;
}
