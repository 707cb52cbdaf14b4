// Methods of lists, dictionaries, arrays, maps, and the functions that go through them: what goes in comes out again.
import { elementName, type ModeSetting } from '../domains/heap.ts';
import { TRAIN } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, mustConstant, mustObject, mustString, NOTHING, objectsOf, ofAtoms, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { arrayFrom, CALLING, callThroughArray, folded, mapped, SORTING } from './array-callbacks.ts';
import { getItem, iterate, RANGE, SORTED } from './attributes.ts';
import type { Instr, Part } from '../ir/ir.ts';
import { remadeIn, takenApartIn } from '../ir/remade.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import { allArgs, returned, type CallInstr } from './call.ts';
import { exactElements } from './exact-elements.ts';
import type { CallResult } from './call-function.ts';
import { consume } from './generators.ts';
import type { Machine } from './machine.ts';
import { NAMESPACE, OWNER, updateNamespace } from './namespaces.ts';
import { anyKey, entryByObject, isKey, keyAt, setByObject } from './object-keys.ts';
import { isRecord, withoutAccessors } from './object-literals.ts';
import { settled } from './settled.ts';

const ADDING = new Set(['append', 'add', 'push', 'insert', 'unshift', 'set', 'appendleft']);
const APPENDING = new Set(['append', 'push', 'add']);
/** Lists that grow longer than this are not known in full. */
const MAX_GROWN = 32;
const ADDING_ALL = new Set(['extend', 'update']);
const TAKING = new Set(['pop', 'popleft', 'shift', 'at', 'find', 'popitem']);
/** They take nothing out. */
const FINDING = new Set(['at', 'find']);
const EMPTYING = new Set(['clear', 'remove', 'discard', 'delete', 'splice']);
const VIEWING = new Set(['values', 'items', 'entries', 'keys', 'copy', 'slice', 'reverse', 'sort', 'toReversed', 'toSorted', 'fill']);
const REORDERING = new Set(['reverse', 'sort', 'toReversed', 'toSorted']);

export function callCollectionMethod(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const self = ofObject(object);
  const given = allArgs(args);
  if (name === 'set' && object.label === 'dict' && args.positional.length === 2) {
    const [index, value] = args.positional;
    const key = mustString(index!);
    if (!setByObject(state, object, index!, value!, true)) state.setAttr(object, elementName(key), value!, key !== null);
    if (machine.shared.has(object)) machine.use(forwardsOf(settled(state, args.positional[1]!)), 'escaped', instr.span);
    return returned(self);
  }
  // `cache.setdefault('net', Net())` gives what is there, or what it puts there.
  if (name === 'setdefault') return returned(setDefault(machine, state, object, args, instr));
  if (ADDING.has(name)) {
    if (!APPENDING.has(name) || !append(state, object, name, args)) for (const value of given) state.setAttr(object, '[]', value, false);
    if (machine.shared.has(object)) for (const value of given) machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
    return returned(self);
  }
  if (ADDING_ALL.has(name)) {
    if (name === 'update' && updateNamespace(machine, frame, state, object, args, instr)) return returned(ANYTHING);
    for (const value of given) state.setAttr(object, '[]', iterate(state, consume(machine, frame, state, value, instr)), false);
    return returned(self);
  }
  if (name === 'concat' || name === 'union') return returned(joinedLists(machine, frame, state, [self, ...given.map((value) => consume(machine, frame, state, value, instr))], instr));
  if (name === 'flat') return returned(joinedLists(machine, frame, state, exactElements(state, self) ?? [iterate(state, self)], instr, exactElements(state, self) !== null));
  const elements = iterate(state, self);
  // Whether anything is left in it is not known any more.
  if ((TAKING.has(name) && !FINDING.has(name)) || EMPTYING.has(name)) state.update(object, { many: true });
  if (CALLING.has(name) && given.length > 0) {
    const called = callThroughArray(machine, frame, state, object, name, given, instr);
    return SORTING.has(name) && called.returns ? returned(reordered(machine, frame, state, object, name, instr)) : called;
  }
  if (name === 'get') return returned(joinValues(getItem(state, self, args.positional[0] ?? null), args.positional[1] ?? NOTHING));
  if (name === 'at') return returned(getItem(state, self, args.positional[0] ?? ANYTHING));
  if (TAKING.has(name)) return returned(elements);
  if (VIEWING.has(name)) {
    if (name === 'values') return returned(valuesOf(machine, frame, state, object, instr));
    if (name === 'keys') return returned(keysOf(machine, frame, state, object, instr) ?? anyKeyOf(machine, frame, state, object, instr));
    if (name === 'fill' && args.positional.length === 1 && args.more === null) fill(state, object, args.positional[0]!);
    if (name === 'items' || name === 'entries') return returned(pairsOf(machine, frame, state, object, instr));
    if (REORDERING.has(name)) return returned(reordered(machine, frame, state, object, name, instr));
    return returned(name === 'slice' ? sliceOf(machine, frame, state, self, args.more === null ? partOf(args.positional) : undefined, instr) : self);
  }
  return returned(settled(state, self));
}

/** What `concat` and `flat` make: the elements of those that are lists, and the others themselves. `isKnown`: these are all. */
function joinedLists(machine: Machine, frame: Frame, state: State, values: readonly Value[], instr: CallInstr, isKnown = true): Value {
  const isList = ({ unknown, atoms }: Value): boolean => !unknown && atoms.length > 0 && atoms.every((atom) => atom.kind === 'object' && atom.object.kind === 'collection');
  const parts = values.map((value) => (isList(value) ? exactElements(state, value) : value.unknown ? null : [value]));
  const any = values.reduce((joined, value) => joinValues(joined, isList(value) ? iterate(state, value) : value), NOTHING);
  return listOf(machine, frame, state, instr, 'joined', 'list', isKnown && parts.every((part) => part !== null) ? parts.flatMap((part) => part!) : null, any);
}

/** Adds to a list that is known in full, which it stays; false for any other, and for one that grows long. */
function append(state: State, list: AbstractObject, name: string, { positional, keywords, more }: ArgValues): boolean {
  const { escaped } = state.object(list);
  const elements = escaped || list.label !== 'list' || more !== null || keywords.size > 0 ? null : exactElements(state, ofObject(list));
  // A set has each element once.
  if (name === 'add' && elements?.some((element) => mustObject(element) !== null && mustObject(element) === mustObject(positional[0] ?? NOTHING)) === true) return true;
  if (elements === null || elements.length + positional.length > MAX_GROWN) return false;
  positional.forEach((value, at) => state.setAttr(list, elementName(elements.length + at), value, true));
  return true;
}

function setDefault(machine: Machine, state: State, object: AbstractObject, args: ArgValues, instr: CallInstr): Value {
  const [key, value = ofConstant({ type: 'none' })] = args.positional;
  const name = key === undefined ? null : mustString(key);
  const known = name === null ? undefined : state.attr(object, elementName(name));
  const isOpen = name === null || state.object(object).many || state.attr(object, elementName(null)) !== undefined;
  if (known !== undefined && !isOpen) return known;
  const found = getItem(state, ofObject(object), key ?? null);
  state.setAttr(object, elementName(name), value, false);
  if (machine.shared.has(object)) machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
  return known === undefined && !isOpen ? value : joinValues(found, value);
}

/** Under this name a list of the values or pairs of a dictionary that is not known in full has the dictionary: it holds what that holds. */
export const VIEWED = '#of';

/** The values of a dictionary: one by one if its keys are known, any of them otherwise. */
export function valuesOf(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: CallInstr): Value {
  const known = knownEntries(state, object);
  if (known === null) return viewOf(machine, frame, state, instr, 'values', iterate(state, ofObject(object)), object);
  const elements = new Map(known.map(([, value], index): [string, Value] => [elementName(index), withoutAccessors(value)]));
  return ofObject(machine.objects.collection(state, frame.context, instr, 'values', 'list', elements));
}

/** The pairs of key and value: one by one if the keys are known. `isTakenApart`: a loop alone goes through them, and keeps none. */
export function pairsOf(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: Instr, isTakenApart = isTakenApartAt(frame, instr)): Value {
  const known = knownEntries(state, object);
  const pairOf = (part: string, key: Value, value: Value): Value => listOf(machine, frame, state, instr, part, 'tuple', [key, value], NOTHING, isTakenApart);
  if (known === null) return viewOf(machine, frame, state, instr, 'pairs', pairOf('pair', anyKey(state.object(object).attrs), iterate(state, ofObject(object))), object, isTakenApart);
  return listOf(machine, frame, state, instr, 'pairs', 'list', known.map(([key, value], at) => pairOf(`pair${at}`, key, withoutAccessors(value))), NOTHING, isTakenApart);
}

function viewOf(machine: Machine, frame: Frame, state: State, instr: Instr, part: string, element: Value, dictionary: AbstractObject, replaces = isTakenApartAt(frame, instr)): Value {
  const attrs = new Map([[elementName(null), element], [VIEWED, ofObject(dictionary)]]);
  return ofObject(machine.objects.allocate(state, frame.context, instr, part, { kind: 'collection', class: null, library: null, label: 'list', replaces }, { attrs }));
}

/** The keys of a dictionary whose keys are known; null for any other. */
export function keysOf(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: Instr): Value | null {
  const known = knownEntries(state, object);
  return known === null ? null : listOf(machine, frame, state, instr, 'keys', 'list', known.map(([key]) => key), NOTHING);
}

const MAX_ENTRIES = 32;
/** What the places of setters begin with. */
const SETTER = '[set ';

function knownEntries(state: State, object: AbstractObject): readonly (readonly [Value, Value])[] | null {
  const { attrs, many } = state.object(object);
  if (many || attrs.has(elementName(null)) || attrs.size > 2 * MAX_ENTRIES) return null;
  const entries = [...attrs].filter(([name]) => !isKey(name) && !name.startsWith(SETTER) && (object.label !== NAMESPACE || name !== OWNER));
  return entries.length > MAX_ENTRIES || !entries.every(([name]) => name.startsWith('[')) ? null : entries.map(([name, value]) => [keyAt(attrs, name), value]);
}

/** What `for (const key in object)` goes through, if the object is one whose keys are known. */
export function keysOfRecord(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): Value | null {
  const object = mustObject(value);
  return object === null || !isRecord(machine, object) ? null : keysOf(machine, frame, state, object, instr);
}

/** The keys of a dictionary, not all of which are known. */
export function anyKeyOf(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: Instr): Value {
  return listOf(machine, frame, state, instr, 'keys', 'list', null, anyKey(state.object(object).attrs));
}

/** What is in a list, in another order: in the list itself or in a new one. */
function reordered(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, instr: CallInstr): Value {
  const self = ofObject(object);
  const elements = exactElements(state, self);
  const isInPlace = name === 'reverse' || name === 'sort';
  if (elements === null || elements.length < 2) return self;
  const any = elements.reduce(joinValues);
  const turned = SORTING.has(name) ? elements.map(() => any) : elements.toReversed();
  if (!isInPlace) return listOf(machine, frame, state, instr, name, SORTING.has(name) ? SORTED : 'list', SORTING.has(name) ? elements : turned, any);
  turned.forEach((value, at) => state.setAttr(object, elementName(at), value, true));
  return self;
}

/** A slice of a value: of a list of networks another list, of anything else what it is taken from. `part` undefined: nobody knows which elements. */
export function sliceOf(machine: Machine, frame: Frame, state: State, value: Value, part: Part | undefined, instr: Instr): Value {
  let result: Value = value.with({ atoms: [] });
  for (const atom of value.atoms) {
    const network = atom.kind === 'object' ? sliceOfNetwork(machine, frame, state, atom.object, part, instr) : null;
    if (network !== null) {
      result = joinValues(result, network);
      continue;
    }
    const isList = atom.kind === 'object' && atom.object.kind === 'collection' && [...state.object(atom.object).attrs.values()].some((element) => element.atoms.some(({ kind }) => kind !== 'constant'));
    const list = ofAtoms(atom);
    const elements = isList && part !== undefined ? exactElements(state, list) : null;
    result = joinValues(result, isList ? listOf(machine, frame, state, instr, `slice${atom.object.id}`, atom.object.label, elements?.slice(part!.from, part!.to ?? undefined) ?? null, iterate(state, list)) : list);
  }
  return result;
}

/** `net[:-1]` of a container of modules: another container of the same kind, with some of its parts; null for anything else. */
function sliceOfNetwork(machine: Machine, frame: Frame, state: State, object: AbstractObject, part: Part | undefined, instr: Instr): Value | null {
  const { library } = object;
  if (object.kind !== 'module' || object.class !== null || library?.children === undefined || (library.children !== 'arguments' && !('list' in library.children))) return null;
  const elements = part === undefined ? null : exactElements(state, ofObject(object));
  const attrs = elements === null ? [[elementName(null), joinValues(iterate(state, ofObject(object)), ANYTHING)] as const] : elements.slice(part!.from, part!.to ?? undefined).map((element, at) => [elementName(at), element] as const);
  const setting: ModeSetting = { site: machine.site(instr.span), mode: TRAIN, how: 'constructed', selective: false };
  const slice = machine.objects.allocate(state, frame.context, instr, `slice${object.id}`, { kind: 'module', class: null, library, label: object.label }, { modes: TRAIN, settings: [setting], attrs: new Map(attrs) });
  // What is done to it is done to a part.
  machine.addTo(machine.contained, slice);
  return ofObject(slice);
}

/** What `list.slice(from, to)` takes; undefined if that is not known. */
function partOf(bounds: readonly Value[]): Part | undefined {
  const [from, to] = [0, 1].map((at) => {
    const constant = bounds[at] === undefined ? null : mustConstant(bounds[at]);
    return bounds[at] === undefined || constant?.type === 'none' ? null : constant?.type === 'number' ? constant.value : undefined;
  });
  return from === undefined || to === undefined ? undefined : { from: from ?? 0, to };
}

/** `dict(a=layer)`, `OrderedDict([('a', layer)])`, a copy of another dictionary; null if nothing is known of what goes in. */
export function dictionaryOf(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: CallInstr): Value | null {
  const [source] = args.positional;
  const entries = new Map<string, Value>();
  if (args.more !== null) return null;
  if (source !== undefined) {
    const object = mustObject(source);
    if (object?.kind !== 'collection') return null;
    if (object.label === 'dict') for (const [name, value] of state.object(object).attrs) entries.set(name, value);
    else {
      for (const pair of exactElements(state, source) ?? [iterate(state, source)]) {
        const [name, value] = [0, 1].map((at) => getItem(state, pair, ofConstant({ type: 'number', value: at })));
        const entry = entryByObject(state, name!, value!) ?? [[elementName(mustString(name!)), value!] as const];
        for (const [key, part] of entry) entries.set(key, joinValues(entries.get(key) ?? NOTHING, part));
      }
    }
  }
  for (const [name, value] of args.keywords) entries.set(elementName(name), value);
  return ofObject(machine.objects.allocate(state, frame.context, instr, 'dict', { kind: 'collection', class: null, library: null, label: 'dict', replaces: remadeIn(frame.context.ref.func).has(instr) }, { attrs: entries }));
}

type Iteration = Extract<FunctionEffect, { kind: 'iterate' }>['gives'] | 'one' | 'some';

/** Functions that take what they go through after a function. */
const OF_THE_SECOND: ReadonlySet<Iteration> = new Set(['chosen', 'results', 'spread', 'folded']);

/** What a function that goes through collections gives; null if nothing is known of what is in them. */
export function goThrough(machine: Machine, frame: Frame, state: State, gives: Iteration, args: ArgValues, instr: CallInstr): Value | null {
  if (gives === 'sized') return args.more === null ? sized(machine, frame, state, args.positional, instr) : null;
  // `new Set()`, `list()`
  if (gives === 'elements' && args.positional.length === 0 && args.more === null) return listOf(machine, frame, state, instr, '', 'list', [], NOTHING);
  const [first, second] = args.positional.map((value) => keysOfDictionary(machine, frame, state, value, instr));
  const through = OF_THE_SECOND.has(gives) ? second : first;
  // `list()`, `field(default_factory=list)`
  if (gives === 'elements' && first === undefined && args.more === null && args.keywords.size === 0) return listOf(machine, frame, state, instr, '', 'list', [], NOTHING);
  if (through === undefined || args.more !== null) return null;
  const sources = gives === 'tuples' || gives === 'joined' ? args.positional.map((value) => keysOfDictionary(machine, frame, state, value, instr)) : [through];
  if (!sources.some((source) => holdsSomething(source))) return null;
  const list = (elements: readonly Value[] | null, any: Value): Value => listOf(machine, frame, state, instr, '', 'list', elements, any);
  switch (gives) {
    case 'elements':
      return list(exactElements(state, through), iterate(state, through));
    case 'sorted': {
      const elements = exactElements(state, through);
      return listOf(machine, frame, state, instr, '', elements === null || elements.length < 2 ? 'list' : SORTED, elements, iterate(state, through));
    }
    case 'reversed':
      return list(exactElements(state, through)?.toReversed() ?? null, iterate(state, through));
    case 'cycled':
    case 'some':
      return ofObject(machine.objects.collection(state, frame.context, instr, '', 'list', new Map([elementName(0), elementName(null)].map((name) => [name, iterate(state, through)]))));
    case 'one':
      return args.positional.length === 1 ? iterate(state, through) : args.positional.reduce(joinValues);
    case 'sliced': {
      const [, ...bounds] = args.positional;
      const part = bounds.length > 2 ? undefined : partOf(bounds.length === 1 ? [ofConstant({ type: 'number', value: 0 }), ...bounds] : bounds);
      return list(part === undefined ? null : (exactElements(state, through)?.slice(part.from, part.to ?? undefined) ?? null), iterate(state, through));
    }
    case 'spread':
      return mapped(machine, frame, state, through, first!, null, instr, true).value;
    case 'folded':
      return folded(machine, frame, state, through, 'reduce', first!, args.positional[2], instr).value;
    case 'chosen':
      return list(null, iterate(state, through));
    case 'next':
      return joinValues(iterate(state, through), second ?? NOTHING);
    case 'numbered':
      return listOfTuples(machine, frame, state, instr, [null, through]);
    case 'tuples':
      return listOfTuples(machine, frame, state, instr, sources);
    case 'joined':
      return concatenated(machine, frame, state, sources, instr);
    case 'results':
      return mapped(machine, frame, state, through, first!, null, instr).value;
    case 'generated':
      return second === undefined ? list(exactElements(state, through), iterate(state, through)) : (arrayFrom(machine, frame, state, through, second, instr)?.value ?? null);
  }
}

/** `Array(3)`, `Array(a, b)`. */
function sized(machine: Machine, frame: Frame, state: State, given: readonly Value[], instr: CallInstr): Value | null {
  if (given.length !== 1) return listOf(machine, frame, state, instr, '', 'list', given, NOTHING);
  const constant = mustConstant(given[0]!);
  const nothing = ofConstant({ type: 'undefined' });
  if (constant?.type === 'number') return listOf(machine, frame, state, instr, '', 'list', constant.value <= MAX_GROWN ? Array.from({ length: Math.max(0, Math.trunc(constant.value)) }, () => nothing) : null, nothing);
  return objectsOf(given[0]!).length > 0 ? null : listOf(machine, frame, state, instr, '', 'list', null, nothing);
}

/** `list.fill(value)`. */
function fill(state: State, list: AbstractObject, value: Value): void {
  const elements = exactElements(state, ofObject(list));
  if (elements === null) state.setAttr(list, elementName(null), value, false);
  else elements.forEach((_, at) => state.setAttr(list, elementName(at), value, true));
}

/** What Python goes through in the place of a dictionary: its keys. */
function keysOfDictionary(machine: Machine, frame: Frame, state: State, value: Value, instr: Instr): Value {
  const object = machine.language === 'python' ? mustObject(value) : null;
  if (object?.kind !== 'collection' || (object.label !== 'dict' && object.label !== NAMESPACE)) return value;
  return keysOf(machine, frame, state, object, instr) ?? anyKeyOf(machine, frame, state, object, instr);
}

/** One collection after the other, as `a + b` makes of two lists; null if nothing is known of what is in them. */
function concatenated(machine: Machine, frame: Frame, state: State, operands: readonly Value[], instr: Instr): Value | null {
  if (!operands.every((operand) => holdsSomething(operand))) return null;
  const exact = operands.map((operand) => exactElements(state, operand));
  const any = operands.reduce((joined, operand) => joinValues(joined, iterate(state, operand)), NOTHING);
  return listOf(machine, frame, state, instr, 'sum', 'list', exact.every((elements) => elements !== null) ? exact.flatMap((elements) => elements) : null, any);
}

const MERGING = new Set(['|', '|=']);
const REPEATING = new Set(['*', '*=', '&', '-', '^']);

/** What Python's operators make of collections: `a + b`, `first | second`, `[net] * 3`; null if they are none. */
export function combined(machine: Machine, frame: Frame, state: State, operator: string, operands: readonly Value[], instr: Instr): Value | null {
  if (operator === '+' || operator === '+=') return concatenated(machine, frame, state, operands, instr);
  const isMerging = MERGING.has(operator);
  if (!isMerging && !REPEATING.has(operator)) return null;
  const collections = operands.map(mustObject).filter((object) => object?.kind === 'collection' && object.label !== RANGE);
  if (collections.length === 0) return null;
  if (isMerging && collections.length === operands.length && collections.every((object) => object!.label === 'dict')) {
    const entries = new Map<string, Value>();
    for (const object of collections) for (const [name, value] of state.object(object!).attrs) entries.set(name, name === elementName(null) ? joinValues(entries.get(name) ?? NOTHING, value) : value);
    return ofObject(machine.objects.collection(state, frame.context, instr, 'merged', 'dict', entries));
  }
  const any = collections.reduce((joined, object) => joinValues(joined, iterate(state, ofObject(object!))), NOTHING);
  return listOf(machine, frame, state, instr, 'combined', 'list', null, joinValues(any, ANYTHING));
}

/** Holds if it is a collection, or the parameters of a module. */
function holdsSomething(value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'parameters') || objectsOf(value).some((object) => object.kind === 'collection' || object.library?.children !== undefined);
}

/** A list of tuples with one element of each source; null stands for a number. */
function listOfTuples(machine: Machine, frame: Frame, state: State, instr: CallInstr, sources: readonly (Value | null)[]): Value {
  const exact = sources.map((source) => (source === null ? null : exactElements(state, source)));
  const known = exact.filter((elements) => elements !== null);
  const tuple = (part: string, elements: readonly Value[]): Value => listOf(machine, frame, state, instr, part, 'tuple', elements, NOTHING);
  if (known.length > 0 && sources.every((source, index) => source === null || exact[index] !== null)) {
    const length = Math.min(...known.map((elements) => elements.length));
    const tuples = Array.from({ length }, (_, at) => tuple(`tuple${at}`, exact.map((elements) => elements?.[at] ?? ANYTHING)));
    return listOf(machine, frame, state, instr, '', 'list', tuples, NOTHING);
  }
  return listOf(machine, frame, state, instr, '', 'list', null, tuple('tuple', sources.map((source) => (source === null ? ANYTHING : iterate(state, source)))));
}

function listOf(machine: Machine, frame: Frame, state: State, instr: Instr, part: string, label: string, elements: readonly Value[] | null, any: Value, replaces = isTakenApartAt(frame, instr)): Value {
  const attrs = elements === null ? [[elementName(null), any] as const] : elements.map((element, index) => [elementName(index), element] as const);
  return ofObject(machine.objects.allocate(state, frame.context, instr, part, { kind: 'collection', class: null, library: null, label, replaces }, { attrs: new Map(attrs) }));
}

/** Holds if a loop alone goes through what a call gives, and keeps none of its elements as they are. */
function isTakenApartAt(frame: Frame, instr: Instr): boolean {
  return instr.kind === 'call' && takenApartIn(frame.context.ref.func).has(instr.dest);
}
