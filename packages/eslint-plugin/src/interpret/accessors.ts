// `operator.attrgetter('encoder')`, `operator.itemgetter(0)` and `operator.methodcaller('eval')`: functions that look up or call by a name that they were made with.
//
// Guarantees: with names, keys and paths (`'encoder.norm'`) that are known, a call does what the attribute, subscript or call in the text would do. A name that is not known may be any:
// what it is looked up in may then be in any mode.
//
// Worked example: `list(map(operator.methodcaller('eval'), nets))` puts each of `nets` into evaluation mode.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustString, NOTHING, ofObject, type Value } from '../domains/value.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import type { ArgValues, Frame } from './activation.ts';
import { getAttribute, getItem } from './attributes.ts';
import { callMethod, callUnknown, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { readItem } from './implied-calls.ts';
import type { Machine } from './machine.ts';

/** Calls an accessor: `args` are what it was made with, and last what it is called with. */
export function callAccessor(machine: Machine, frame: Frame, state: State, { by }: Extract<FunctionEffect, { kind: 'access' }>, args: ArgValues, instr: CallInstr): CallResult {
  const object = args.positional.at(-1);
  const made = args.positional.slice(0, -1);
  const names = made.map(mustString);
  const [name] = names;
  if (object === undefined || made.length === 0 || args.more !== null || (by === 'method' ? name === null : by === 'attribute' && names.includes(null))) return callUnknown(machine, state, ANYTHING, args, instr);
  if (by === 'method') return callMethod(machine, frame, state, object, name!, { positional: made.slice(1), keywords: args.keywords, more: null, written: [] }, instr);
  const found = made.map((key, at) => (by === 'item' ? itemOf(machine, frame, state, object, key, instr) : names[at]!.split('.').reduce((from, part) => getAttribute(machine, frame, state, from, part, instr), object)));
  if (found.length === 1) return returned(found[0]!);
  return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'found', 'tuple', new Map(found.map((value, at) => [elementName(at), value])))));
}

function itemOf(machine: Machine, frame: Frame, state: State, object: Value, key: Value, instr: CallInstr): Value {
  const { given, rest } = readItem(machine, frame, state, object, key, instr);
  return joinValues(given, rest === null ? NOTHING : getItem(state, rest, key));
}
