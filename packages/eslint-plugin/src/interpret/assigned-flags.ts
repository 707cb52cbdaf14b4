// `model.training = false`: the flag of one module, and not of those below it.
//
// An assignment counts when the module is next called, or at the end of the function that was analysed: a loop over all modules assigns one
// after the other, and only then do they agree.
import { EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Instr } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import type { Machine } from './machine.ts';
import { eachInTree } from './set-mode.ts';

export function noteAssignment(machine: Machine, frame: Frame, object: AbstractObject, modes: ModeSet, instr: Instr): void {
  if (object.kind !== 'module' || (modes !== TRAIN && modes !== EVAL)) return;
  // A `train` of the project's own begins like that and goes on with the parts.
  if (machine.libraries.isModeMethod(frame.context.ref.func.name) && frame.receiver === object) return;
  const site = machine.site(instr.span);
  if (machine.assignedFlags.some((known) => known.object === object && known.site.span === site.span && known.modes === modes)) return;
  machine.assignedFlags.push({ where: frame.context.ref, site, object, modes });
}

/** Tells the assignments that the parts do not follow in `state`. */
export function noteAssignedFlags(machine: Machine, state: State): void {
  for (const { where, site, object, modes } of machine.assignedFlags) {
    if (!state.heap.has(object)) continue;
    const setting = state.object(object).settings[0];
    if (state.object(object).modes !== modes || setting?.how !== 'assigned' || setting.site.span !== site.span) continue;
    const parts: AbstractObject[] = [];
    eachInTree(state, object, true, (part, strong) => {
      const known = state.object(part);
      if (part !== object && strong && part.library?.sensitive === 'yes' && part.inert === 'no' && known.modes === (modes === EVAL ? TRAIN : EVAL) && !known.settings.some((other) => other.selective)) parts.push(part);
    });
    if (parts.length > 0) machine.noteLayer(where, site, { kind: 'flag-assigned', className: object.label, parts }, true);
  }
}
