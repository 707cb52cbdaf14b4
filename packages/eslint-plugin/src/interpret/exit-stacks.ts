// Context managers that are put together while the program runs: Python's `ExitStack`, JavaScript's `DisposableStack`, and the small ones of
// `contextlib` that wrap a value (`nullcontext`, `closing`).
//
// Guarantees: what a stack was given is undone in the opposite order when the stack is left, closed or disposed of, wherever that is, also if it was
// handed over (`pop_all`, `move`). An entry that only some paths have put there is undone on those paths or not: both are kept.
// Approximation: of more than MAX_ENTRIES entries the last ones are one; a gradient scope that another function has entered is put back without
// the places that had set what was before.
//
// Worked example, `with ExitStack() as stack: stack.enter_context(torch.no_grad()); model.eval(); stack.callback(model.train)`: inside, gradients are
// off and `model` is asleep; afterwards it is awake, and gradients are as they were.
import type { Instr, Temp } from '../ir/ir.ts';
import { elementName } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, NOTHING, ofAtoms, ofConstant, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { findArgument } from './arguments.ts';
import { callValue, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { findMember } from './class-order.ts';
import { callGeneratorMethod } from './generators.ts';
import type { Machine } from './machine.ts';
import { enterScope, exitScope } from './scope.ts';
import type { Truth } from './truth.ts';

/** The label of an object that undoes things when it is left. */
export const STACK = 'exit stack';
const MAX_ENTRIES = 8;
const COUNT = '#count';
const GIVEN = '#given';

type Enter = Extract<Instr, { kind: 'enter' }>;
type Exit = Extract<Instr, { kind: 'exit' }>;
/** `leaves`: a manager that was entered; `calls`: a callback; `closes`: a value that has a `close`. */
type Kind = 'leaves' | 'calls' | 'closes';

/** The entries that stand for managers: what entered them, and in which activation. */
const scopes = new WeakMap<Machine, { readonly frame: Frame; readonly enter: Enter }[]>();

export function makeStack(machine: Machine, frame: Frame, state: State, effect: Extract<FunctionEffect, { kind: 'exit-stack' }>, args: ArgValues, instr: CallInstr): Value {
  const stack = newStack(machine, frame, state, instr);
  if (effect.gives !== undefined) {
    const { value } = findArgument(state, args, effect.gives);
    state.setAttr(stack, GIVEN, value, true);
    if (effect.closes === true) push(state, stack, 'closes', value);
  }
  return ofObject(stack);
}

function newStack(machine: Machine, frame: Frame, state: State, instr: Instr): AbstractObject {
  machine.noteOwn();
  return machine.objects.allocate(state, frame.context, instr, STACK, { kind: 'instance', class: null, library: null, label: STACK }, { attrs: new Map([[COUNT, numberValue(0)]]) });
}

/** What `with stack as value` binds. */
export function enteredStack(state: State, stack: AbstractObject): Value {
  return state.attr(stack, GIVEN) ?? ofObject(stack);
}

export function callStackMethod(machine: Machine, frame: Frame, state: State, stack: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const [first = ANYTHING, second = ANYTHING] = args.positional;
  switch (name) {
    case 'enter_context':
    case 'enter_async_context':
      return returned(enter(machine, frame, state, stack, first, instr));
    case 'use':
      enter(machine, frame, state, stack, first, instr);
      return returned(first);
    case 'callback':
    case 'push_async_callback':
      push(state, stack, 'calls', bindAll(first, args.positional.slice(1), args.keywords));
      return returned(first);
    case 'defer':
      push(state, stack, 'calls', first);
      return returned(ofConstant({ type: 'undefined' }));
    case 'adopt':
      push(state, stack, 'calls', bindAll(second, [first], new Map()));
      return returned(first);
    case 'push':
    case 'push_async_exit':
      push(state, stack, first.atoms.some((atom) => atom.kind === 'function' || atom.kind === 'method') ? 'calls' : 'leaves', first);
      return returned(first);
    case 'pop_all':
    case 'move': {
      const next = newStack(machine, frame, state, instr);
      state.update(next, { attrs: state.object(stack).attrs });
      state.setAttr(stack, COUNT, numberValue(0), true);
      return returned(ofObject(next));
    }
    case 'close':
    case 'aclose':
    case 'dispose':
    case 'disposeAsync':
    case '[Symbol.dispose]':
    case '[Symbol.asyncDispose]':
    case '__exit__':
    case '__aexit__':
      unwind(machine, frame, state, stack, 'normal', instr);
      return returned(ANYTHING);
    case '__enter__':
    case '__aenter__':
      return returned(enteredStack(state, stack));
    default:
      return returned(ANYTHING);
  }
}

function bindAll(target: Value, prefix: readonly Value[], keywords: ReadonlyMap<string, Value>): Value {
  if (prefix.length === 0 && keywords.size === 0) return target;
  return target.with({ atoms: target.atoms.map((atom): Atom => ({ kind: 'partial', target: atom, prefix, keywords })) });
}

function enter(machine: Machine, frame: Frame, state: State, stack: AbstractObject, manager: Value, instr: CallInstr): Value {
  let known = scopes.get(machine);
  if (known === undefined) scopes.set(machine, (known = []));
  let index = known.findIndex((item) => item.enter.span === instr.span && item.frame.context === frame.context);
  if (index < 0) {
    const enterInstr: Enter = { kind: 'enter', dest: -1, manager: -1, scope: -2 - known.length, isAsync: false, span: instr.span, statement: instr.statement };
    index = known.push({ frame, enter: enterInstr }) - 1;
  }
  const before = state.grad;
  const { enter: entered } = known[index]!;
  known[index] = { frame, enter: entered };
  const result = enterScope(machine, frame, state, manager, entered);
  push(state, stack, 'leaves', manager, { entry: index, grad: before });
  return result;
}

/** The fact by which paths are kept apart that have put different things on a stack. */
function factOf(stack: AbstractObject): string {
  return `s${stack.id}`;
}

function numberValue(value: number): Value {
  return ofConstant({ type: 'number', value });
}

function numbersOf(value: Value | undefined): readonly number[] {
  return value?.atoms.flatMap((atom) => (atom.kind === 'constant' && atom.value.type === 'number' ? [atom.value.value] : [])) ?? [];
}

function push(state: State, stack: AbstractObject, kind: Kind, value: Value, more: { readonly entry: number; readonly grad: number } | null = null): void {
  const counts = numbersOf(state.attr(stack, COUNT));
  const isExact = counts.length === 1 && !state.object(stack).many;
  for (const count of counts) {
    const at = Math.min(count, MAX_ENTRIES - 1);
    const isNew = isExact && count < MAX_ENTRIES;
    state.setAttr(stack, `#value${at}`, value, isNew);
    state.setAttr(stack, `#kind${at}`, ofConstant({ type: 'string', value: kind }), isNew);
    if (more === null) continue;
    state.setAttr(stack, `#entry${at}`, numberValue(more.entry), isNew);
    state.setAttr(stack, `#grad${at}`, numberValue(more.grad), isNew);
  }
  // How much an exception undoes depends on how far the block has come.
  if (isExact) state.facts = state.facts.with(factOf(stack), counts[0]! + 1);
  state.setAttr(stack, COUNT, counts.map((count) => numberValue(Math.min(count + 1, MAX_ENTRIES))).reduce(joinValues, NOTHING), isExact);
}

/** Undoes what is on the stack; whether it swallows the exception that ends the block. */
export function unwind(machine: Machine, frame: Frame, state: State, stack: AbstractObject, how: Exit['how'], instr: Instr): Truth {
  const counts = numbersOf(state.attr(stack, COUNT));
  const [least, most] = [Math.min(...counts), Math.max(0, ...counts)];
  let maySwallow = false;
  for (let at = most - 1; at >= 0; at -= 1) {
    const kinds = state.attr(stack, `#kind${at}`)?.atoms.flatMap((atom) => (atom.kind === 'constant' && atom.value.type === 'string' ? [atom.value.value] : [])) ?? [];
    const isCertain = at < least && kinds.length === 1 && !state.object(stack).many;
    const without = isCertain ? null : state.clone();
    for (const kind of kinds) maySwallow = undo(machine, frame, state, stack, at, kind as Kind, how, instr) || maySwallow;
    if (without !== null) state.joinFrom(without);
  }
  state.setAttr(stack, COUNT, numberValue(0), true);
  state.facts = state.facts.without((name) => name === factOf(stack));
  return { mayBeTrue: maySwallow, mayBeFalse: true };
}

/** @returns whether it may swallow an exception */
function undo(machine: Machine, frame: Frame, state: State, stack: AbstractObject, at: number, kind: Kind, how: Exit['how'], instr: Instr): boolean {
  const value = state.attr(stack, `#value${at}`) ?? NOTHING;
  const call: CallInstr = { kind: 'call', dest: -1 as Temp, callee: { kind: 'value', value: -1 }, args: [], isNew: false, calleeSpan: instr.span, span: instr.span, statement: instr.statement };
  switch (kind) {
    case 'calls':
      callValue(machine, frame, state, value, NO_ARGS, call);
      return false;
    case 'closes':
      for (const atom of value.atoms) close(machine, frame, state, atom, call);
      return false;
    case 'leaves': {
      const entries = numbersOf(state.attr(stack, `#entry${at}`));
      if (entries.length === 0) return leaveManager(machine, frame, state, value, { kind: 'exit', manager: -1, scope: -1, how, span: instr.span, statement: instr.statement });
      let maySwallow = false;
      for (const index of entries) {
        const entry = scopes.get(machine)?.[index];
        if (entry === undefined) continue;
        const isOwn = state.scopes.has(entry.enter.scope);
        const exit: Exit = { kind: 'exit', manager: -1, scope: entry.enter.scope, how, span: instr.span, statement: instr.statement };
        maySwallow = leaveManager(machine, entry.frame, state, value, exit) || maySwallow;
        const before = numbersOf(state.attr(stack, `#grad${at}`));
        if (isOwn || before.length === 0 || !value.atoms.some((atom) => atom.kind === 'scope')) continue;
        state.grad = before.reduce((joined, one) => joined | one, 0);
        state.gradSites = [];
      }
      return maySwallow;
    }
  }
}

/** Leaves one manager: in the state of an exception that goes on, and in that of one that is swallowed. */
function leaveManager(machine: Machine, frame: Frame, state: State, value: Value, exit: Exit): boolean {
  const { after, thrown } = exitScope(machine, frame, state, value, exit);
  const left = after ?? thrown;
  if (left !== null && left !== state) {
    state.adopt(left);
    state.scopes = left.scopes;
  }
  if (after !== null && thrown !== null && thrown !== left) state.joinFrom(thrown);
  return exit.how === 'exception' && after !== null;
}

/** `close()` of what `closing(…)` was given. */
function close(machine: Machine, frame: Frame, state: State, atom: Atom, instr: CallInstr): void {
  if (atom.kind === 'function' && atom.binding === 'generator') callGeneratorMethod(machine, frame, state, atom, 'close', instr);
  if (atom.kind !== 'object') return;
  const own = state.attr(atom.object, elementName('close')) ?? (atom.object.class === null ? undefined : findMember(machine.order(atom.object.class), 'close')?.entry.value);
  if (own === undefined) return;
  for (const member of own.atoms) if (member.kind === 'function') callValue(machine, frame, state, ofAtoms({ ...member, receiver: member.receiver ?? atom.object }), NO_ARGS, instr);
}
