// A program that shows what the modes do: one and the same module is put into training mode and run, and then put into evaluation mode and run on the
// same input. `drop.train(); print(drop(x)); drop.eval(); print(drop(x))`. That the first call runs in training mode is what it is for.
//
// Guarantees: both modes were set by calls of the function that makes both calls of the module; both are given one of the same inputs; between the first
// setting and the first call the module is not trained, which would be the reason for the setting. Refuses: modes that a constructor, a caller or another function set.
import { TRAIN, EVAL, type ModeSet } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import { callAt } from '../ir/definitions.ts';
import type { Func } from '../ir/ir.ts';
import { inputsOf } from './inputs.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';

/** A long script of such lines has thousands of calls: what each is held against is put in order beforehand. */
export function noteBothModes(machine: Machine): void {
  const training = new Map<AbstractObject, Map<string, number[]>>();
  const asleep = new Map<AbstractObject, Map<Func, Map<string, number>>>();
  for (const observation of machine.forwards) {
    const { module, call } = observation;
    if (module === null) continue;
    if (observation.uses.has('trained')) listOf(entryOf(training, module), call.file).push(call.span.start);
    if (observation.modes === EVAL && settingHere(observation, EVAL) !== null) noteLast(entryOf(entryOf(asleep, module), observation.where.func), observation);
  }
  for (const byFile of training.values()) for (const starts of byFile.values()) starts.sort((a, b) => a - b);
  for (const awake of machine.forwards) {
    if (awake.modes !== TRAIN || awake.module === null || awake.uses.has('trained')) continue;
    const set = settingHere(awake, TRAIN);
    if (set === null || isBetween(training.get(awake.module)?.get(set.site.file) ?? [], set.site.span.start, awake.call.span.start)) continue;
    const last = asleep.get(awake.module)?.get(awake.where.func);
    awake.showsModes = last !== undefined && inputsIn(awake).some((input) => (last.get(input) ?? -1) > awake.call.span.start);
  }
}

/** Holds if one of the numbers, which are sorted, lies between the two. */
function isBetween(numbers: readonly number[], from: number, to: number): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! <= from) low = middle + 1;
    else high = middle;
  }
  return low < numbers.length && numbers[low]! < to;
}

/** Where the last call on each input stands. */
function noteLast(last: Map<string, number>, observation: ForwardObservation): void {
  for (const input of inputsIn(observation)) last.set(input, Math.max(last.get(input) ?? -1, observation.call.span.start));
}

/** The inputs of a forward call, in one activation of the function that makes it. */
function inputsIn({ where, call, chain }: ForwardObservation): readonly string[] {
  const instr = callAt(where.func, call.span);
  const activation = chain.map(({ file, span }) => `${file}:${span.start}:${span.end}`).join(' ');
  return instr === null ? [] : [...inputsOf(where, instr)].map((input) => `${input} ${activation}`);
}

function listOf<K>(map: Map<K, number[]>, key: K): number[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}

function entryOf<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let entry = map.get(key);
  if (entry === undefined) map.set(key, (entry = new Map()));
  return entry;
}

/** The call that set the mode, if it stands in the function that makes the forward call, before it. */
function settingHere(observation: ForwardObservation, mode: ModeSet): ModeSetting | null {
  const { func, module } = observation.where;
  const [setting] = observation.settings;
  if (setting === undefined || observation.settings.length > 1 || setting.how !== 'called' || setting.mode !== mode || setting.site.file !== module.file) return null;
  const { span } = setting.site;
  return span.end <= observation.call.span.start && callAt(func, span) !== null ? setting : null;
}
