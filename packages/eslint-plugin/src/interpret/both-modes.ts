// A program that shows what the modes do: one and the same module is put into training mode and run, and then put into evaluation mode and run on the
// same input. `drop.train(); print(drop(x)); drop.eval(); print(drop(x))`. That the first call runs in training mode is what it is for.
//
// Guarantees: both modes were set by calls of the function that makes both calls of the module; both are given one of the same inputs; between the first
// setting and the first call the module is not trained, which would be the reason for the setting. Refuses: modes that a constructor, a caller or another function set.
import { TRAIN, EVAL, type ModeSet } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import { callAt, inputsOf, share } from './inputs.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';

export function noteBothModes(machine: Machine): void {
  for (const awake of machine.forwards) {
    if (awake.modes !== TRAIN || awake.module === null || awake.uses.has('trained')) continue;
    const set = settingHere(awake, TRAIN);
    if (set === null || machine.forwards.some((other) => other.module === awake.module && other.uses.has('trained') && isBetween(other, set, awake))) continue;
    awake.showsModes = machine.forwards.some((asleep) => isSameActivation(asleep, awake) && asleep.module === awake.module && asleep.modes === EVAL && asleep.call.span.start > awake.call.span.start && settingHere(asleep, EVAL) !== null && hasSameInput(asleep, awake));
  }
}

/** The call that set the mode, if it stands in the function that makes the forward call, before it. */
function settingHere(observation: ForwardObservation, mode: ModeSet): ModeSetting | null {
  const { func, module } = observation.where;
  const [setting] = observation.settings;
  if (setting === undefined || observation.settings.length > 1 || setting.how !== 'called' || setting.mode !== mode || setting.site.file !== module.file) return null;
  const { span } = setting.site;
  return span.end <= observation.call.span.start && func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'call' && instr.span === span)) ? setting : null;
}

function isBetween(call: ForwardObservation, set: ModeSetting, awake: ForwardObservation): boolean {
  return call.call.file === set.site.file && call.call.span.start > set.site.span.start && call.call.span.start < awake.call.span.start;
}

function isSameActivation(one: ForwardObservation, other: ForwardObservation): boolean {
  return one.where.func === other.where.func && one.chain.length === other.chain.length && one.chain.every((site, at) => site.span === other.chain[at]!.span);
}

function hasSameInput(one: ForwardObservation, other: ForwardObservation): boolean {
  const [first, second] = [callAt(one.where.func, one), callAt(other.where.func, other)];
  return first !== null && second !== null && share(inputsOf(one.where, first), inputsOf(other.where, second));
}
