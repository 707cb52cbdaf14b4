// The methods of arrays that run a callback on each element: `map`, `forEach`, `filter`, `reduce`, `some`, `find` and their like, and Python's `map(fn, list)`.
//
// Of a list that is known in full and short, each element is run by itself, in order, so that `nets.forEach((net) => net.eval())` is a strong update of each, and `layers.reduce((y, layer) => layer.call(y), x)` is one
// layer after the other. What is made on the way (`sizes.map((size) => new nn.Linear(size, size))`) is told apart as far as one place can make several. Of any other list one element stands for all, the
// callback runs on a copy of the state that is joined back, because it may run any number of times; that it reaches every element is in `sweeps.ts`.
//
// Refuses to know: which elements `filter` keeps and `find` finds, in which order `sort` compares.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, NOTHING, objectsOf, ofConstant, ofObject, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import { callUnknown, callValue, returned, runCallbacks, type CallInstr } from './call.ts';
import { exactElements } from './exact-elements.ts';
import type { CallResult } from './call-function.ts';
import type { Machine } from './machine.ts';
import { sweepByCallback } from './sweeps.ts';

const NO_ELEMENT = ofConstant({ type: 'undefined' });

/** Lists longer than this are gone through as one element that stands for all. */
const MAX_ELEMENTS = 8;

export const CALLING = new Set(['map', 'forEach', 'filter', 'reduce', 'reduceRight', 'flatMap', 'some', 'every', 'find', 'findIndex', 'sort', 'toSorted']);
export const SORTING = new Set(['sort', 'toSorted']);
const ALL = new Set(['map', 'forEach', 'flatMap', 'filter']);
const FOLDING = new Set(['reduce', 'reduceRight']);

/** `list.name(callback, …)`. */
export function callThroughArray(machine: Machine, frame: Frame, state: State, list: AbstractObject, name: string, given: readonly Value[], instr: CallInstr): CallResult {
  const self = ofObject(list);
  const [callback = ANYTHING] = given;
  if (FOLDING.has(name)) return folded(machine, frame, state, self, name, callback, given[1], instr);
  if (name === 'map') return mapped(machine, frame, state, self, callback, self, instr);
  const length = isPlain(callback) ? lengthOf(state, self) : null;
  const before = state.clone();
  let result = NOTHING;
  if (length === null || SORTING.has(name)) {
    const elements = iterate(state, self);
    const args = argsOf([elements], SORTING.has(name) ? elements : ANYTHING);
    result = joinValues(runCallbacks(machine, frame, state, given, args, instr), ofUnseen(machine, state, callback, args, instr));
  } else {
    for (let at = 0; at < length; at += 1) {
      const element = state.attr(list, elementName(at)) ?? ANYTHING;
      // `some`, `every` and `find` stop where they have their answer.
      const on = at === 0 || ALL.has(name) ? state : state.clone();
      const step = callValue(machine, frame, on, callback, argsOf([element, numberAt(at), self]), instr);
      result = joinValues(result, step.value);
      if (!step.returns) return { value: result, returns: false };
      if (on !== state) state.joinFrom(on);
    }
  }
  if (ALL.has(name)) sweepByCallback(machine, frame, state, self, callback, before);
  if (SORTING.has(name) || name === 'forEach') return returned(self);
  if (name === 'filter') return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'chosen', 'list', new Map([[elementName(null), iterate(state, self)]]))));
  if (name === 'flatMap') {
    const flat = objectsOf(result).some((object) => object.kind === 'collection') ? joinValues(iterate(state, result), result) : result;
    return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'map', 'list', new Map([[elementName(null), flat]]))));
  }
  return returned(joinValues(result, iterate(state, self)));
}

/**
 * The list of what a callback gives for each element.
 *
 * @param third what the callback gets beside element and number; null in Python
 * @param isSpread whether each element is a tuple of arguments
 */
export function mapped(machine: Machine, frame: Frame, state: State, source: Value, callback: Value, third: Value | null, instr: CallInstr, isSpread = false): CallResult {
  const length = isPlain(callback) ? lengthOf(state, source) : null;
  const [list] = objectsOf(source);
  const before = state.clone();
  let result: CallResult;
  if (length !== null && list !== undefined) {
    const elementAt = (at: number): Value => state.attr(list, elementName(at)) ?? ANYTHING;
    const argsAt = (at: number): ArgValues => (isSpread ? spreadArgs(state, elementAt(at)) : argsOf([elementAt(at), ...(third === null ? [] : [numberAt(at), third])]));
    result = numbered(machine, frame, state, length, callback, argsAt, instr);
  } else result = returned(manyTimes(machine, frame, state, callback, () => (isSpread ? spreadArgs(state, iterate(state, source)) : argsOf([iterate(state, source)], third === null ? null : ANYTHING)), instr));
  sweepByCallback(machine, frame, state, source, callback, before);
  return result;
}

/** `Array.from({ length }, callback)` and `Array.from(list, callback)`; null if nothing is known of what goes in. */
export function arrayFrom(machine: Machine, frame: Frame, state: State, source: Value, callback: Value, instr: CallInstr): CallResult | null {
  const [object, ...others] = objectsOf(source);
  if (object?.kind !== 'collection' || others.length > 0) return null;
  const length = state.attr(object, elementName('length'));
  if (length === undefined) return mapped(machine, frame, state, source, callback, ANYTHING, instr);
  const [atom] = length.unknown || length.atoms.length !== 1 ? [] : length.atoms;
  const known = atom?.kind === 'constant' && atom.value.type === 'number' && atom.value.value <= MAX_ELEMENTS && isPlain(callback) ? atom.value.value : null;
  if (known !== null) return numbered(machine, frame, state, known, callback, (at) => argsOf([NO_ELEMENT, numberAt(at)]), instr);
  return returned(manyTimes(machine, frame, state, callback, () => argsOf([NO_ELEMENT, ANYTHING]), instr));
}

/** Calls the callback for each number; what it gives is kept in the list at once, so that a later object of the same place does not take its name. */
function numbered(machine: Machine, frame: Frame, state: State, length: number, callback: Value, argsAt: (at: number) => ArgValues, instr: CallInstr): CallResult {
  const results = machine.objects.collection(state, frame.context, instr, 'map', 'list', new Map());
  // One place that is run again makes another list, while the one before may still be in use.
  const strong = !state.object(results).many;
  for (let at = 0; at < length; at += 1) {
    const { value, returns } = callValue(machine, frame, state, callback, argsAt(at), instr);
    if (!returns) return { value, returns };
    state.setAttr(results, elementName(at), value, strong);
  }
  return returned(ofObject(results));
}

function manyTimes(machine: Machine, frame: Frame, state: State, callback: Value, argsOfOne: () => ArgValues, instr: CallInstr): Value {
  const results = machine.objects.collection(state, frame.context, instr, 'map', 'list', new Map());
  // What is made twice shows that there are several of it.
  for (let time = 0; time < 2; time += 1) {
    const result = joinValues(runCallbacks(machine, frame, state, [callback], argsOfOne(), instr), ofUnseen(machine, state, callback, argsOfOne(), instr));
    state.setAttr(results, elementName(null), result, false);
    if (objectsOf(result).every((object) => object.kind !== 'module')) break;
  }
  return ofObject(results);
}

/** What a callback makes of all elements, one after the other. */
export function folded(machine: Machine, frame: Frame, state: State, self: Value, name: string, callback: Value, initial: Value | undefined, instr: CallInstr): CallResult {
  const [list] = objectsOf(self);
  const length = isPlain(callback) ? lengthOf(state, self) : null;
  const elements = iterate(state, self);
  // The accumulated value is kept in the state: what it refers to may get another name there.
  const accumulator = machine.objects.collection(state, frame.context, instr, 'fold', 'list', new Map());
  const accumulated = (): Value => state.attr(accumulator, elementName(0)) ?? NOTHING;
  const run = (on: State, element: Value): CallResult => callValue(machine, frame, on, callback, argsOf([accumulated(), element], ANYTHING), instr);
  if (length === null || list === undefined) {
    state.setAttr(accumulator, elementName(0), initial ?? elements, true);
    for (let time = 0; time < 2; time += 1) {
      const on = state.clone();
      const { value, returns } = run(on, elements);
      if (!returns) continue;
      state.joinFrom(on);
      state.setAttr(accumulator, elementName(0), joinValues(accumulated(), value), false);
    }
    return returned(accumulated());
  }
  const order = Array.from({ length }, (_, at) => (name === 'reduce' ? at : length - 1 - at));
  const start = initial === undefined ? order.shift() : undefined;
  state.setAttr(accumulator, elementName(0), initial ?? (start === undefined ? ANYTHING : (state.attr(list, elementName(start)) ?? ANYTHING)), true);
  for (const at of order) {
    const { value, returns } = run(state, state.attr(list, elementName(at)) ?? ANYTHING);
    if (!returns) return { value, returns };
    state.setAttr(accumulator, elementName(0), value, true);
  }
  return returned(accumulated());
}

/** What a callback gives that is, or may be, code out of sight: it may do anything to what it gets. */
function ofUnseen(machine: Machine, state: State, callback: Value, { positional }: ArgValues, instr: CallInstr): Value {
  return callback.unknown || callback.atoms.length === 0 ? callUnknown(machine, state, callback, argsOf(positional), instr).value : NOTHING;
}

function argsOf(positional: readonly Value[], more: Value | null = null): ArgValues {
  return { positional, keywords: new Map(), more, written: [] };
}

/** The elements of a tuple as arguments. */
function spreadArgs(state: State, tuple: Value): ArgValues {
  const exact = exactElements(state, tuple);
  return exact === null ? argsOf([], iterate(state, tuple)) : argsOf(exact);
}

function numberAt(at: number): Value {
  return ofConstant({ type: 'number', value: at });
}

function isPlain(callback: Value): boolean {
  return !callback.unknown && callback.atoms.length === 1;
}

function lengthOf(state: State, list: Value): number | null {
  const elements = exactElements(state, list);
  return elements === null || elements.length > MAX_ELEMENTS ? null : elements.length;
}
