// A network as it was made, run on random numbers: `net = Net(); print(net(torch.randn(1, 3, 32, 32)))`. Nothing that was learned and nothing that was
// measured goes in, so nobody relies on what comes out, whatever is done with it: a look at whether the layers fit together.
//
// Guarantees: nothing has loaded weights into the network, no optimiser in sight holds any of it, and no code out of sight got hold of it; all that it
// is given was drawn by a call in the same function. Refuses: inputs that come from a parameter, from a file, or are spelled out.
import { FRESH } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Func, Instr, Temp } from '../ir/ir.ts';
import type { CallInstr } from './call.ts';
import type { Machine } from './machine.ts';
import { sourcesOf } from './sources.ts';
import { eachInTree } from './set-mode.ts';

const MAX_DEPTH = 6;

/** Holds if `object` is as it was made, and `instr` runs it on random numbers alone. */
export function mayRehearse(machine: Machine, func: Func, state: State, object: AbstractObject, instr: CallInstr): boolean {
  const known = state.object(object);
  if (object.kind !== 'module' || object.via !== null || known.escaped || known.statistics !== FRESH || instr.args.length === 0) return false;
  return instr.args.every((arg) => (arg.kind === 'positional' || arg.kind === 'keyword') && isDrawn(machine, func, arg.value));
}

/** When all is seen: an optimiser that is made later trains the network that was looked at before. */
export function noteRehearsals(machine: Machine, state: State): void {
  const trained = new Map<AbstractObject, boolean>();
  for (const observation of machine.forwards) {
    const { module } = observation;
    if (!observation.rehearses || module === null) continue;
    let isTrained = trained.get(module) ?? machine.optimized.has(module);
    if (!trained.has(module)) eachInTree(state, module, false, (part) => void (isTrained ||= machine.optimized.has(part)));
    trained.set(module, isTrained);
    if (isTrained) observation.rehearses = false;
  }
}

function isDrawn(machine: Machine, func: Func, temp: Temp, depth = 0): boolean {
  const sources = sourcesOf(func, temp);
  return depth < MAX_DEPTH && sources.length > 0 && sources.every((instr) => machine.randomCalls.has(instr) || isDrawnBefore(machine, func, instr, depth));
}

/** `x.to(device)`, `2 * x - 1`: numbers that were drawn, in another form. */
function isDrawnBefore(machine: Machine, func: Func, instr: Instr, depth: number): boolean {
  if (instr.kind === 'call' && instr.callee.kind === 'method') return isDrawn(machine, func, instr.callee.object, depth + 1);
  if (instr.kind !== 'operator') return false;
  const isPlain = (operand: Temp): boolean => sourcesOf(func, operand).every((source) => source.kind === 'const');
  return instr.operands.some((operand) => !isPlain(operand)) && instr.operands.every((operand) => isPlain(operand) || isDrawn(machine, func, operand, depth + 1));
}
