// What the patterns of `match` ask of a value: whether it is a sequence of so many elements, or a mapping with certain keys.
//
// Guarantees: an answer is one of Python's for tuples, lists and dictionaries that are known in full, and for what is neither, as constants are: `case (a, b)` takes no dictionary, `case {'kind': kind}` no tuple.
// Refuses to know: objects, whose classes may be registered as either.
//
// Worked example: after `match ('train', batch):` a `case {'batch': batch}` is never entered, so that nothing is said of a mode in it.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { mustConstant, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import { exactElements } from './exact-elements.ts';

/** The operators that ask for shapes. */
export const SHAPES: ReadonlySet<string> = new Set(['sequence of', 'sequence from', 'mapping with']);

const SEQUENCES = new Set(['tuple', 'list']);

/** The answer, or null if it is not certain. */
export function hasShape(state: State, operator: string, [subject, ...rest]: readonly Value[]): boolean | null {
  if (subject === undefined || subject.unknown || subject.atoms.length === 0) return null;
  const answers = new Set(subject.atoms.map((atom) => (operator === 'mapping with' ? isMapping(state, atom, rest) : isSequence(state, atom, operator === 'sequence from', rest[0]))));
  return answers.size === 1 ? [...answers][0]! : null;
}

function isSequence(state: State, atom: Atom, isOpen: boolean, count: Value | undefined): boolean | null {
  if (atom.kind === 'constant') return false;
  const label = atom.kind === 'object' && atom.object.kind === 'collection' ? atom.object.label : null;
  if (label === 'dict' || label === 'set') return false;
  const elements = label !== null && SEQUENCES.has(label) ? exactElements(state, ofAtoms(atom)) : null;
  const wanted = count === undefined ? null : mustConstant(count);
  if (elements === null || wanted?.type !== 'number') return null;
  return isOpen ? elements.length >= wanted.value : elements.length === wanted.value;
}

function isMapping(state: State, atom: Atom, keys: readonly Value[]): boolean | null {
  if (atom.kind === 'constant') return false;
  if (atom.kind !== 'object' || atom.object.kind !== 'collection') return null;
  const { label } = atom.object;
  if (SEQUENCES.has(label) || label === 'set') return false;
  const { attrs, many } = state.object(atom.object);
  if (label !== 'dict' || many || attrs.has(elementName(null))) return null;
  const names = keys.map(mustConstant);
  return names.every((name) => name?.type === 'string' || name?.type === 'number') ? names.every((name) => name !== null && 'value' in name && attrs.has(elementName(name.value as string | number))) : null;
}
