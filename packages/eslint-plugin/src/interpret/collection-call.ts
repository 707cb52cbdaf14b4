// Methods of lists, dictionaries, arrays, maps: what goes in comes out again.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, NOTHING, ofObject, type Value } from '../domains/value.ts';
import { getItem, iterate } from './attributes.ts';
import { allArgs, returned, runCallbacks, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { consume } from './generators.ts';
import type { ArgValues, Frame, Machine } from './machine.ts';

const ADDING = new Set(['append', 'add', 'push', 'insert', 'unshift', 'set', 'appendleft', 'setdefault']);
const ADDING_ALL = new Set(['extend', 'update', 'concat', 'union']);
const TAKING = new Set(['pop', 'popleft', 'shift', 'at', 'find', 'popitem']);
const EMPTYING = new Set(['clear', 'remove', 'discard', 'delete', 'splice']);
const VIEWING = new Set(['values', 'items', 'entries', 'keys', 'copy', 'slice', 'reverse', 'sort', 'flat', 'fill']);
const CALLING = new Set(['map', 'forEach', 'filter', 'reduce', 'flatMap', 'some', 'every', 'find', 'findIndex', 'sort']);

export function callCollectionMethod(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const self = ofObject(object);
  const given = allArgs(args);
  if (ADDING.has(name)) {
    for (const value of given) state.setAttr(object, '[]', value, false);
    if (machine.shared.has(object)) for (const value of given) machine.use(forwardsOf(machine.settled(state, value)), 'escaped', instr.span);
    return returned(self);
  }
  if (ADDING_ALL.has(name)) {
    for (const value of given) state.setAttr(object, '[]', iterate(state, consume(machine, frame, state, value, instr)), false);
    return returned(self);
  }
  const elements = iterate(state, self);
  // Whether anything is left in it is not known any more.
  if (TAKING.has(name) || EMPTYING.has(name)) state.update(object, { many: true });
  if (CALLING.has(name)) {
    const result = runCallbacks(machine, frame, state, given, { positional: [elements], keywords: new Map(), more: ANYTHING, written: [] }, instr);
    if (name === 'filter' || name === 'sort' || name === 'forEach') return returned(self);
    if (name === 'map' || name === 'flatMap') {
      const mapped = machine.allocate(state, frame.context, instr, 'map', { kind: 'collection', class: null, library: null, label: 'list' }, {});
      state.setAttr(mapped, '[]', result, false);
      return returned(ofObject(mapped));
    }
    return returned(joinValues(result, elements));
  }
  if (name === 'get') return returned(joinValues(getItem(state, self, args.positional[0] ?? null), args.positional[1] ?? NOTHING));
  if (TAKING.has(name)) return returned(elements);
  if (VIEWING.has(name)) {
    if (name === 'values') return returned(valuesOf(machine, frame, state, object, instr));
    if (name === 'items' || name === 'entries') return returned(pairs(machine, frame, state, elements, instr));
    return returned(self);
  }
  return returned(machine.settled(state, self));
}

/** The values of a dictionary: one by one if its keys are known, itself otherwise. */
export function valuesOf(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: CallInstr): Value {
  const { attrs, many } = state.object(object);
  if (many || attrs.has(elementName(null)) || ![...attrs.keys()].every((name) => name.startsWith('['))) return ofObject(object);
  const elements = new Map([...attrs.values()].map((value, index): [string, Value] => [elementName(index), value]));
  return ofObject(machine.collection(state, frame.context, instr, 'values', 'list', elements));
}

function pairs(machine: Machine, frame: Frame, state: State, elements: Value, instr: CallInstr): Value {
  const pair = machine.allocate(state, frame.context, instr, 'pair', { kind: 'collection', class: null, library: null, label: 'tuple' }, {});
  state.setAttr(pair, elementName(0), ANYTHING, true);
  state.setAttr(pair, elementName(1), elements, true);
  const list = machine.allocate(state, frame.context, instr, 'pairs', { kind: 'collection', class: null, library: null, label: 'list' }, {});
  state.setAttr(list, '[]', ofObject(pair), true);
  return ofObject(list);
}
