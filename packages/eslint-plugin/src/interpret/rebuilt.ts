// A loss that is made anew from its own number: `torch.tensor(loss.item(), requires_grad=True)`. A backward pass runs from it without an error, and reaches
// nothing: what it was computed from is behind it without a gradient path, as behind `detach()`.
//
// Numbers are not followed otherwise (a reward that an environment computes is no output of the policy); that this one is meant to be differentiated, the option says.
// It is looked for where it stands: in the call itself, or in a variable that is assigned once.
import { definitionsOf } from '../ir/definitions.ts';
import type { Func, Temp } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { forwardsOf, mustConstant, objectsOf, type Value } from '../domains/value.ts';
import { elementName } from '../domains/heap.ts';
import type { ArgValues } from './activation.ts';
import type { CallInstr } from './call.ts';
import type { Machine } from './machine.ts';

const OPTIONS = ['requires_grad', 'requiresGrad'];
const ELEMENTS = OPTIONS.map(elementName);
const MAX_DEPTH = 4;

/** The forward calls that the first argument is a plain number of; none unless the result is to require gradients. */
export function rebuiltFrom(machine: Machine, func: Func, state: State, args: ArgValues, instr: CallInstr): readonly number[] {
  const inObjects = (): boolean => args.positional.some((value) => objectsOf(value).some((object) => ELEMENTS.some((name) => isTrue(state.attr(object, name)))));
  const requires = OPTIONS.some((name) => isTrue(args.keywords.get(name))) || inObjects();
  const [first] = instr.args;
  return requires && first !== undefined ? numbersOf(machine, func, state, first.value, 0) : [];
}

function isTrue(value: Value | undefined): boolean {
  const constant = value === undefined ? null : mustConstant(value);
  return constant?.type === 'boolean' && constant.value;
}

function numbersOf(machine: Machine, func: Func, state: State, temp: Temp, depth: number): readonly number[] {
  const instr = definitionsOf(func).get(temp);
  if (instr === undefined || depth > MAX_DEPTH) return [];
  if (instr.kind === 'load') {
    const stores = func.blocks.flatMap((block) => block.instrs.filter((other) => other.kind === 'store' && other.variable === instr.variable));
    const [store] = stores;
    return stores.length === 1 && store?.kind === 'store' ? numbersOf(machine, func, state, store.value, depth + 1) : [];
  }
  if (instr.kind !== 'call' || instr.callee.kind !== 'method' || machine.libraries.tensorMethods.get(instr.callee.name) !== 'read') return [];
  return forwardsOf(state.get(instr.callee.object));
}
