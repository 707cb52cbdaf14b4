// Modules that leave the program: traced or exported as programs of their own, frozen, or written to a file as a whole. The layers stay in
// the mode that they are in at that moment, and nobody who uses the result can switch them.
import { CALIBRATED, FROZEN, TRAINABLE, UNKNOWN_STATISTICS } from '../domains/heap.ts';
import { EVAL, UNKNOWN_MODE } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, joinValues, mustConstant, NOTHING, objectsOf, ofObject, type Value } from '../domains/value.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { findArgument } from './arguments.ts';
import { callUnknown, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { shortName } from './construct.ts';
import { addLeaf, callForward, observe } from './forward.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';
import { eachInTree } from './set-mode.ts';

/** Runs the module once, as tracing does, and gives the program that stands for it from then on. */
export function exportModule(machine: Machine, frame: Frame, state: State, path: string, effect: Extract<FunctionEffect, { kind: 'export' }>, args: ArgValues, instr: CallInstr): CallResult {
  machine.noteOwn();
  const modules = modulesOf(findArgument(state, args, effect.module).value);
  if (modules.length === 0) return callUnknown(machine, state, ANYTHING, args, instr);
  const program = machine.objects.allocate(state, frame.context, instr, path, { kind: 'module', class: null, library: { path, kind: 'module', sensitive: 'unknown', inertIf: [], holds: [], derives: [], parameters: 'yes', optimizer: false, composed: true, runsChildren: false, source: 'the row of the export' }, label: shortName(path), inert: 'unknown' }, { modes: UNKNOWN_MODE, statistics: CALIBRATED | UNKNOWN_STATISTICS, trainable: TRAINABLE });
  const keeps = effect.keepsMode === undefined ? true : booleanOf(findArgument(state, args, effect.keepsMode).value);
  const declared = effect.mode !== undefined && !findArgument(state, args, effect.mode).omitted;
  if (keeps === false || declared || machine.running !== null) return returned(ofObject(program));
  const numbers = new Set(machine.programs.get(program));
  for (const module of modules) {
    const output = callForward(machine, frame, state, module, { ...NO_ARGS, more: ANYTHING }, instr, { path, as: 'program', keepsMode: keeps === true });
    for (const number of forwardsOf(output)) if ((machine.forwards[number]?.exported ?? null) !== null) numbers.add(number);
  }
  if (effect.writes) machine.use([...numbers], 'exported', instr.span);
  machine.programs.set(program, numbers);
  return returned(ofObject(program));
}

/** Writes whatever of `value` is a program or a module. */
export function saveModules(machine: Machine, frame: Frame, state: State, path: string, value: Value, instr: CallInstr): void {
  machine.noteOwn();
  for (const module of modulesOf(value)) {
    const program = machine.programs.get(module);
    if (program !== undefined) machine.use([...program], 'exported', instr.span);
    else if (machine.running === null) {
      const observation = leavesOfTree(machine, state, module, observe(machine, frame, state, module, instr, { path, as: 'whole', keepsMode: true }));
      machine.use([observation.number], 'exported', instr.span);
    }
  }
}

/** What a function that throws on a module in training mode returns; what follows it was in evaluation mode. */
export function requireEval(machine: Machine, frame: Frame, state: State, path: string, value: Value, instr: CallInstr): Value {
  machine.noteOwn();
  for (const module of modulesOf(value)) {
    if (machine.programs.has(module) || machine.running !== null) continue;
    const observation = observe(machine, frame, state, module, instr, { path, as: 'refused', keepsMode: true });
    machine.use([observation.number], 'exported', instr.span);
    if ((state.object(module).modes & EVAL) === 0) continue;
    eachInTree(state, module, modulesOf(value).length === 1, (item, strong) => state.setMode(item, EVAL, { site: machine.site(instr.span), mode: EVAL, how: 'asserted', selective: false }, strong));
  }
  return value.atoms.length === 0 ? ANYTHING : joinValues(value, NOTHING);
}

/** Every layer of the tree that depends on the mode: what is written runs them all one day, or none. */
function leavesOfTree(machine: Machine, state: State, root: AbstractObject, observation: ForwardObservation): ForwardObservation {
  eachInTree(state, root, true, (object) => {
    const row = object.library;
    if (row === null || object.class !== null || row.sensitive !== 'yes' || object.inert === 'yes') return;
    const known = state.object(object);
    addLeaf(machine, observation, { className: object.label, path: object === root ? '' : (machine.registered.get(object) ?? ''), constructed: object.site, effect: row.effect ?? 'random', sensitivity: object.inert === 'unknown' ? 'unknown' : 'yes', isFrozen: known.trainable === FROZEN, modes: known.modes, settings: known.settings, statistics: known.statistics });
  });
  return observation;
}

function modulesOf(value: Value): readonly AbstractObject[] {
  return objectsOf(value).filter((object) => object.kind === 'module');
}

function booleanOf(value: Value): boolean | null {
  const constant = mustConstant(value);
  return constant?.type === 'boolean' ? constant.value : null;
}
