// Methods of values whose class we do not see: mostly tensors. A method that some library model describes does what it says;
// any other method of something that a forward call returned is arithmetic; the rest is code that we cannot see.
import type { Instr } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { isOff } from '../domains/grad.ts';
import { ANYTHING, cutOff, derive, forwardsOf, joinValues, NOTHING, type FuncRef, type Value } from '../domains/value.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { mapped } from './array-callbacks.ts';
import { allArgs, callUnknown, callValue, handOut, returned, runCallbacks, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { recordRandom } from './draw.ts';
import type { Machine } from './machine.ts';
import { runForGradients } from './option-layers.ts';
import { arithmetic, comparedNoise } from './operator.ts';
import { callPromised, PROMISED } from './promises.ts';
import { settled } from './settled.ts';

/** Methods of arrays that run their callback at once. */
const IMMEDIATE = new Set(['map', 'forEach', 'filter', 'reduce', 'reduceRight', 'flatMap', 'some', 'every', 'find', 'findIndex', 'sort']);

const ARITHMETIC = new Map([
  ['add', '+'],
  ['add_', '+'],
  ['sub', '-'],
  ['sub_', '-'],
  ['mul', '*'],
  ['mul_', '*'],
  ['div', '/'],
  ['div_', '/'],
  ['matmul', '@'],
]);

const COMPARISONS = new Set(['gt', 'ge', 'lt', 'le', 'eq', 'ne']);
/** They give the tensor itself, with its graph, if there is nothing to do. */
const MAYBE_ITSELF = new Set(['to', 'cuda', 'cpu', 'float', 'double', 'half', 'bfloat16', 'type', 'type_as', 'contiguous']);
/** They put a number where their first argument, a mask, holds. */
const MASKINGS = new Set(['masked_fill', 'masked_fill_']);

/** Everything that it was computed from was computed without a graph: what else is in it was made in the scope that is open. */
function isWithoutGraph(machine: Machine, loss: Value): boolean {
  return loss.from.length === 0 && loss.detached.length > 0 && !loss.learned && loss.detached.every((number) => isOff(machine.forwards[number]?.grad ?? 0));
}

/** A backward pass runs from `losses`. */
export function differentiate(machine: Machine, where: FuncRef, state: State, losses: readonly Value[], instr: Instr): void {
  machine.noteOwn();
  if (isOff(state.grad) && losses.length > 0 && losses.every((loss) => isWithoutGraph(machine, loss))) {
    const [opened] = state.gradSites;
    machine.noteScope(where, instr, 'backward', 'around-backward', opened === undefined ? {} : { opened });
    // It throws, and nothing is trained.
    state.differentiated = [];
    return;
  }
  const through = new Set<number>();
  for (const loss of losses) {
    machine.use(loss.from, 'trained', instr.span);
    machine.use(loss.detached, 'target', instr.span);
    for (const number of loss.from) through.add(number);
  }
  state.differentiated = [...through].sort((a, b) => a - b);
}

/** `noise.normal_()`: the variable holds what was drawn from then on. */
function fillInPlace(frame: Frame, state: State, drawn: Value, { callee }: CallInstr): void {
  if (callee.kind !== 'method') return;
  for (const block of frame.context.ref.func.blocks) {
    for (const instr of block.instrs) if (instr.kind === 'load' && instr.dest === callee.object && !instr.variable.captured) state.locals.set(instr.variable, drawn);
  }
}

/** Holds for one function in sight that makes something new each time. */
function makesObjects(callback: Value): boolean {
  const [atom] = callback.unknown || callback.atoms.length !== 1 ? [] : callback.atoms;
  return atom?.kind === 'function' && atom.ref.func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'call' && instr.isNew));
}

export function callTensorMethod(machine: Machine, frame: Frame, state: State, receiver: Value, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const effect = machine.libraries.tensorMethods.get(name);
  const given = allArgs(args).map((value) => settled(state, value));
  switch (effect) {
    case 'read':
      for (const value of [receiver, ...given]) machine.use(forwardsOf(value), 'read', instr.span);
      return returned(ANYTHING.with({ noise: COMPARISONS.has(name) ? comparedNoise(receiver, given[0] ?? NOTHING) : receiver.noise }));
    case 'minimize':
      return returned(runForGradients(machine, frame, state, args.positional, instr));
    case 'shape':
      machine.use(forwardsOf(receiver), 'shape', instr.span);
      return returned(ANYTHING);
    case 'detach': {
      return returned(cutOff(derive([receiver])));
    }
    case 'backward':
      // `loss.backward()`, or that of something that has the loss handed to it and starts the pass: `accelerator.backward(loss)`.
      differentiate(machine, frame.context.ref, state, forwardsOf(receiver).length > 0 || given.length === 0 ? [receiver, ...given] : given, instr);
      return returned(ANYTHING);
    case 'step': {
      // `optimizer.step(closure)` computes the loss and its gradients anew.
      const [closure] = allArgs(args);
      const isRun = closure?.atoms.some((atom) => atom.kind === 'function') === true;
      const loss = isRun ? callValue(machine, frame, state, closure, NO_ARGS, instr) : returned(ANYTHING);
      machine.noteOwn();
      for (const number of state.differentiated) machine.stepped.add(number);
      machine.optimizes = true;
      return loss;
    }
    case 'random': {
      const drawn = joinValues(recordRandom(machine, frame, state, `Tensor.${name}`, [receiver, ...given], instr), derive([receiver]).with({ input: 0 }));
      machine.randomCalls.add(instr);
      // Elsewhere a variable that is filled stays what it was: a parameter that is initialised.
      if (name.endsWith('_') && machine.probe !== null) fillInPlace(frame, state, drawn, instr);
      return returned(drawn);
    }
    default:
      break;
  }
  if (machine.language === 'typescript' && PROMISED.has(name)) {
    const { value, returns } = callPromised(machine, frame, state, joinValues(receiver, ANYTHING), name, args, instr);
    return { value: joinValues(value, derive([receiver, ...given])), returns };
  }
  if (machine.language === 'typescript' && IMMEDIATE.has(name)) {
    // What a list in whose place something unknown stands is made into: a list of what the callback gives.
    if (name === 'map' && args.more === null && given.length === 1 && makesObjects(args.positional[0]!)) {
      const list = mapped(machine, frame, state, joinValues(receiver, ANYTHING), args.positional[0]!, ANYTHING, instr);
      return returned(list.value.with({ unknown: true }));
    }
    const result = runCallbacks(machine, frame, state, given, { positional: [joinValues(receiver, ANYTHING)], keywords: new Map(), more: ANYTHING, written: [] }, instr);
    return returned(joinValues(result, derive([receiver, ...given])));
  }
  const isTensor = receiver.from.length > 0 || receiver.detached.length > 0 || receiver.input !== 0 || receiver.noise.length > 0;
  if (isTensor) {
    for (const value of given) handOut(machine, value);
    const operator = ARITHMETIC.get(name);
    if (MASKINGS.has(name) && given[0] !== undefined && given[0].noise.length > 0) return returned(arithmetic(machine, state, '*', [receiver, given[0]]));
    const computed = operator === undefined ? derive([receiver, ...given]).with({ noise: receiver.noise }) : arithmetic(machine, state, operator, [receiver, ...given]);
    return returned(isOff(state.grad) && !MAYBE_ITSELF.has(name) ? cutOff(computed) : computed);
  }
  if (receiver.atoms.length > 0 && !receiver.unknown) {
    // `text.replace(/x/g, () => …)`; a network that is made a text of is not called.
    const callbacks = args.positional.map((value) => value.with({ atoms: value.atoms.filter(({ kind }) => kind === 'function') }));
    const result = runCallbacks(machine, frame, state, callbacks, { positional: [], keywords: new Map(), more: ANYTHING, written: [] }, instr);
    return returned(joinValues(derive([receiver, ...given]), derive([result])));
  }
  if (given.length === 0) {
    machine.unseenCalls.add(instr);
    return returned(joinValues(ANYTHING, NOTHING));
  }
  return callUnknown(machine, state, receiver, args, instr);
}
