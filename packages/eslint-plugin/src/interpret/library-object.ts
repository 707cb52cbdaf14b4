// Objects of libraries that are no modules and work with networks: `Accelerator`, a trainer, an engine. What their methods do is written in the row of their class;
// a method that it does not list is code that we cannot see.
//
// `model, optimizer = accelerator.prepare(model, optimizer)` gives the same network back, `accelerator.backward(loss)` trains it, and
// `create_supervised_evaluator(net).run(loader)` leaves it in evaluation mode.
import { assertNever } from '../ir/ir.ts';
import { elementName, type ModeSetting } from '../domains/heap.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, forwardsOf, NOTHING, objectsOf, ofObject } from '../domains/value.ts';
import type { ClassRow } from '../libraries/schema.ts';
import type { ArgValues, Frame } from './activation.ts';
import { findArgument } from './arguments.ts';
import { allArgs, handOut, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import type { Machine } from './machine.ts';
import { setTreeMode } from './set-mode.ts';
import { settled } from './settled.ts';
import { differentiate } from './tensor-call.ts';

/** The attribute that holds the network; no program can spell it. */
const NETWORK = '#network';

export function makeHolder(machine: Machine, frame: Frame, state: State, row: ClassRow, path: string, args: ArgValues, instr: CallInstr): AbstractObject {
  const object = machine.objects.allocate(state, frame.context, instr, path, { kind: 'instance', class: null, library: row, label: path.slice(path.lastIndexOf('.') + 1) }, {});
  const network = row.network === undefined ? NOTHING : findArgument(state, args, row.network).value;
  if (network !== NOTHING) state.setAttr(object, NETWORK, network, true);
  return object;
}

export function callObjectMethod(machine: Machine, frame: Frame, state: State, object: AbstractObject, effect: NonNullable<ClassRow['methods']>[string], args: ArgValues, instr: CallInstr): CallResult {
  const given = allArgs(args).map((value) => settled(state, value));
  for (const value of given) handOut(machine, value);
  switch (effect) {
    case 'given': {
      const [first] = args.positional;
      if (first === undefined || args.more !== null) return returned(derive(given));
      if (args.positional.length === 1) return returned(first);
      return returned(ofObject(machine.objects.collection(state, frame.context, instr, 'given', 'tuple', new Map(args.positional.map((value, at) => [elementName(at), value])))));
    }
    case 'backward':
      differentiate(machine, frame.context.ref, state, given, instr);
      return returned(ANYTHING);
    case 'read':
      for (const value of given) machine.use(forwardsOf(value), 'read', instr.span);
      return returned(ANYTHING);
    case 'pure':
      return returned(derive(given));
    case 'train':
    case 'eval': {
      const networks = objectsOf(state.attr(object, NETWORK) ?? NOTHING);
      const mode = effect === 'eval' ? EVAL : TRAIN;
      const setting: ModeSetting = { site: machine.site(instr.span), mode, how: 'called', selective: false };
      machine.noteOwn();
      if (effect === 'eval') machine.evaluatedInside.add(setting);
      for (const network of networks) setTreeMode(machine, frame, state, network, mode, setting, networks.length === 1, instr);
      return returned(ANYTHING);
    }
    default:
      return assertNever(effect);
  }
}
