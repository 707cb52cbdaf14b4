// Texts that a program asks what a part of a network is by: the name of its class, the path that leads to it.
//
// `if m.__class__.__name__.find('BatchNorm') != -1: m.eval()`, `if 'bn' in name: m.eval()`, `if type(m) == nn.Dropout`: where the class, or the name, is known, so is what a test of it comes to.
//
// Guarantees: what is answered is what the languages' own methods give. Refuses to know: the class of an object that was not made in sight, which may be one that derives from it; patterns; texts that
// are put together.
import type { State } from '../domains/state.ts';
import type { AbstractObject } from '../domains/object.ts';
import { mustString, ofAtoms, ofBoolean, ofConstant, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import type { CallInstr } from './call.ts';
import { elementName } from '../domains/heap.ts';
import { exactElements } from './exact-elements.ts';
import type { Machine } from './machine.ts';

/** The class of an object that was made in sight, as a value; null for any other. */
export function classOfObject(machine: Machine, object: AbstractObject): Value | null {
  if (!machine.objects.isMade(object)) return null;
  if (object.class !== null) return ofAtoms({ kind: 'class', class: object.class });
  const row = object.library;
  return row !== null && !row.path.includes('*') && machine.libraries.classAt(row.path) === row ? ofAtoms({ kind: 'library', path: row.path }) : null;
}

/** `type(value)` */
export function classOfValue(machine: Machine, value: Value): Value | null {
  const only = onlyAtom(value);
  return only?.kind === 'object' ? classOfObject(machine, only.object) : null;
}

/** The name of a class, which Python has as `__name__` and JavaScript as `name`; null for what is no class. */
export function nameOfClass(machine: Machine, atom: Atom, attribute: string): Value | null {
  if (attribute !== (machine.language === 'python' ? '__name__' : 'name')) return null;
  const name = atom.kind === 'class' ? atom.class.definition.name : atom.kind === 'library' && machine.libraries.classAt(atom.path) !== null ? atom.path.slice(atom.path.lastIndexOf('.') + 1) : null;
  return name === null ? null : ofConstant({ type: 'string', value: name });
}

/** Whether two values are one class, or one text; null if that is not certain. */
export function areSame(machine: Machine, one: Value, other: Value): boolean | null {
  const [a, b] = [onlyAtom(one), onlyAtom(other)];
  if (a === null || b === null) return null;
  const isClass = (atom: Atom): boolean => atom.kind === 'class' || (atom.kind === 'library' && machine.libraries.classAt(atom.path) !== null);
  if (isClass(a) && isClass(b)) return a.kind === 'class' ? b.kind === 'class' && a.class === b.class : a.kind === 'library' && b.kind === 'library' && a.path === b.path;
  return a.kind === 'constant' && b.kind === 'constant' && a.value.type === 'string' && b.value.type === 'string' ? a.value.value === b.value.value : null;
}

/** `text in other`, `value in [A, B]`; null if that is not certain. */
export function isAmong(machine: Machine, state: State, value: Value, collection: Value): boolean | null {
  const [text, other] = [mustString(value), mustString(collection)];
  if (text !== null && other !== null) return other.includes(text);
  const answers = exactElements(state, collection)?.map((element) => areSame(machine, value, element));
  if (answers === undefined) return null;
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

/** What a method of a text that is known gives; null if it is not followed. */
export function callTextMethod(machine: Machine, frame: Frame, state: State, text: string, name: string, args: ArgValues, instr: CallInstr): Value | null {
  const [first, ...others] = args.positional;
  if (args.more !== null || args.keywords.size > 0 || others.length > 0) return null;
  if (first === undefined) {
    const changed = CHANGES.get(name)?.(text);
    return changed === undefined ? null : ofConstant({ type: 'string', value: changed });
  }
  const asked = mustString(first);
  const among = exactElements(state, first)?.map(mustString);
  const test = TESTS.get(name);
  if (test !== undefined) {
    if (asked !== null) return ofBoolean(test(text, asked));
    // Python takes a tuple as well.
    return among?.every((one) => one !== null) === true ? ofBoolean(among.some((one) => test(text, one!))) : null;
  }
  if (asked === null) return null;
  if (name === 'find' || name === 'indexOf') return ofConstant({ type: 'number', value: text.indexOf(asked) });
  if (name !== 'split' || asked === '') return null;
  const parts = text.split(asked).map((part, at): [string, Value] => [elementName(at), ofConstant({ type: 'string', value: part })]);
  return ofObject(machine.objects.collection(state, frame.context, instr, `split ${text}`, 'list', new Map(parts)));
}

const CHANGES = new Map<string, (text: string) => string>([
  ['lower', (text) => text.toLowerCase()],
  ['toLowerCase', (text) => text.toLowerCase()],
  ['upper', (text) => text.toUpperCase()],
  ['toUpperCase', (text) => text.toUpperCase()],
]);

const TESTS = new Map<string, (text: string, asked: string) => boolean>([
  ['startswith', (text, asked) => text.startsWith(asked)],
  ['startsWith', (text, asked) => text.startsWith(asked)],
  ['endswith', (text, asked) => text.endsWith(asked)],
  ['endsWith', (text, asked) => text.endsWith(asked)],
  ['includes', (text, asked) => text.includes(asked)],
]);

function onlyAtom(value: Value): Atom | null {
  return value.unknown || value.atoms.length !== 1 ? null : value.atoms[0]!;
}
