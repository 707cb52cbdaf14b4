// Gradient scopes: entering and leaving them as context managers, around callbacks and as decorators.
import type { Instr } from '../ir/ir.ts';
import { GRAD_DISABLED, GRAD_ENABLED, GRAD_INFERENCE, GRAD_UNKNOWN, isOff, type GradSet, type GradScopeEffect } from '../domains/grad.ts';
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, NOTHING, ofAtoms, type Atom, type FuncRef, type Value } from '../domains/value.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { callFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { enteredStack, STACK, unwind } from './exit-stacks.ts';
import { openTape } from './option-layers.ts';
import { enterManager, exitManager, goesOn, managerOf, type Left } from './managers.ts';
import { isOnlyTask, noteWaitInScope } from './races.ts';
import type { Machine } from './machine.ts';
import { escapeTree } from './set-mode.ts';
import { truthOf, type Truth } from './truth.ts';

export function gradOf(effect: GradScopeEffect): GradSet {
  switch (effect.sets) {
    case 'enabled':
      return GRAD_ENABLED;
    case 'disabled':
      return GRAD_DISABLED;
    case 'inference':
      return GRAD_INFERENCE;
    case 'unknown':
      return GRAD_UNKNOWN;
  }
}

/** Sets the gradient mode as `effect` says. Neither enabling nor disabling gradients ends the inference mode around it (E09). */
export function applyScope(machine: Machine, state: State, effect: GradScopeEffect, instr: Instr): void {
  const stays = state.grad & GRAD_INFERENCE;
  state.grad = stays | (state.grad === GRAD_INFERENCE && effect.sets === 'disabled' ? 0 : gradOf(effect));
  state.gradSites = [machine.site(instr.span)];
  const row = machine.libraries.functionAt(effect.path)?.effect;
  if (row?.kind === 'grad-scope' && row.differentiates) openTape(machine, state);
}

/** Puts a gradient scope around the functions among `value`'s atoms, as a decorator does. */
export function decorate(machine: Machine, where: FuncRef, value: Value, scope: GradScopeEffect, instr: Instr): Value {
  const atoms = value.atoms.map((atom) => {
    if (atom.kind === 'partial') return { ...atom, scopes: [...(atom.scopes ?? []), scope] };
    if (atom.kind === 'method' || (atom.kind === 'object' && atom.object.kind !== 'collection')) return { kind: 'partial' as const, target: atom, prefix: [], keywords: new Map(), scopes: [scope] };
    if (atom.kind !== 'function') return atom;
    // The call of a coroutine function only makes the coroutine: when its body runs, the scope is left already.
    if (atom.ref.func.isAsync) {
      machine.noteScope(where, instr, scope.path, 'around-coroutine');
      return atom;
    }
    const scopes = [...atom.scopes, scope];
    machine.decorated.set(atom.ref.func, scopes);
    return { ...atom, scopes };
  });
  return value.with({ atoms });
}

export function enterScope(machine: Machine, frame: Frame, state: State, manager: Value, instr: Extract<Instr, { kind: 'enter' }>): Value {
  const effects = manager.atoms.flatMap((atom) => scopeOfAtom(atom) ?? []);
  const [effect] = effects.length === 1 && !manager.unknown ? effects : [];
  if (effect !== undefined) noteSecondEntry(machine, frame, state, effect, instr);
  state.scopes = new Map([...state.scopes, [instr.scope, { grad: state.grad, gradSites: state.gradSites, ...(effect === undefined ? {} : { effect }) }]]);
  const generator = managerOf(machine, manager);
  if (generator !== null) return enterManager(machine, frame, state, generator, instr);
  let result: Value = manager.unknown || manager.atoms.length === 0 ? ANYTHING : NOTHING;
  for (const atom of manager.atoms) {
    if (atom.kind === 'library' && manager.atoms.length === 1 && !manager.unknown && machine.libraries.functionAt(atom.path)?.effect.kind === 'grad-scope') machine.noteScope(frame.context.ref, instr, atom.path, 'not-called');
    const effect = scopeOfAtom(atom);
    if (effect !== null) {
      if (manager.atoms.length === 1 && !manager.unknown) applyScope(machine, state, effect, instr);
      else state.grad |= gradOf(effect);
      result = joinValues(result, ANYTHING);
    } else if (atom.kind === 'object' && atom.object.label === STACK) result = joinValues(result, enteredStack(state, atom.object));
    else if (atom.kind === 'object' && atom.object.class !== null) {
      const order = machine.order(atom.object.class);
      const method = findMember(order, '__enter__') ?? findMember(order, '__aenter__');
      if (method === null && findMember(order, '[Symbol.dispose]') === null && findMember(order, '[Symbol.asyncDispose]') === null) {
        escapeTree(state, ofAtoms(atom));
        result = joinValues(result, ANYTHING);
      } else if (method !== null) result = joinValues(result, callMember(machine, frame, state, method.entry.value, atom.object, instr));
    } else result = joinValues(result, ANYTHING);
  }
  return result;
}

/**
 * A scope object remembers one thing to put back: entered again while it is entered, it forgets what the first entry saw, and the last exit
 * leaves gradients as they were inside. One that is made in the same place is the same object, unless a loop inside the scope makes it anew.
 */
function noteSecondEntry(machine: Machine, frame: Frame, state: State, effect: GradScopeEffect, instr: Instr): void {
  const again = [...state.scopes].find(([, open]) => open.effect === effect);
  if (again === undefined) return;
  machine.noteScope(frame.context.ref, instr, effect.path, 'entered-twice', { opened: effect.made });
  state.scopes = new Map([...state.scopes, [again[0], { ...again[1], grad: state.grad, gradSites: state.gradSites }]]);
}

/** Somebody else runs now. Only a scope of this very function is its author's to close before. */
export function noteSuspension(machine: Machine, frame: Frame, state: State, how: 'await' | 'yield', instr: Instr): void {
  if (machine.language !== 'python' || !isOff(state.grad)) return;
  const [last] = [...state.scopes].filter(([, { effect }]) => effect !== undefined && effect.sets !== 'enabled').slice(-1);
  if (last === undefined || (how === 'await' && isOnlyTask(machine, frame.context))) return;
  const [scope, open] = last;
  if (how === 'await') {
    state.scopes = new Map([...state.scopes, [scope, { ...open, awaited: machine.site(instr.span) }]]);
    noteWaitInScope(machine, frame.context);
  }
  if (open.effect !== undefined) machine.noteScope(frame.context.ref, instr, open.effect.path, `suspended-by-${how}`, { opened: open.effect.made });
}

/** Leaves the scope that `manager` has entered; `state` may be one of the states that come of it. */
export function exitScope(machine: Machine, frame: Frame, state: State, manager: Value, instr: Extract<Instr, { kind: 'exit' }>): Left {
  const left = leave(machine, frame, state, manager, instr);
  for (const on of [left.after, left.thrown]) {
    if (on === null) continue;
    // Only a scope that changed the gradient mode has something to put back.
    const open = on.scopes.get(instr.scope);
    if (open !== undefined && manager.atoms.some((atom) => scopeOfAtom(atom) !== null)) {
      on.grad = open.grad;
      on.gradSites = open.gradSites;
    }
    on.scopes = new Map([...on.scopes].filter(([scope]) => scope !== instr.scope));
  }
  return left;
}

function leave(machine: Machine, frame: Frame, state: State, manager: Value, instr: Extract<Instr, { kind: 'exit' }>): Left {
  const generator = managerOf(machine, manager);
  if (generator !== null) return exitManager(machine, frame, state, generator, instr);
  // An exception goes on unless something is seen that may swallow it.
  let [maySwallow, mayGoOn] = [false, manager.unknown || manager.atoms.length === 0];
  for (const atom of manager.atoms) {
    const answer = exitOfAtom(machine, frame, state, atom, instr);
    maySwallow ||= answer.mayBeTrue;
    mayGoOn ||= answer.mayBeFalse;
  }
  if (instr.how === 'normal' || !maySwallow) return goesOn(state, instr.how);
  return { after: mayGoOn ? state.clone() : state, thrown: mayGoOn ? state : null };
}

const GOES_ON: Truth = { mayBeTrue: false, mayBeFalse: true };

/** Runs what `atom` does at the end of its block; whether it swallows the exception that ends it. */
function exitOfAtom(machine: Machine, frame: Frame, state: State, atom: Atom, instr: Extract<Instr, { kind: 'exit' }>): Truth {
  if (atom.kind === 'library') return machine.libraries.functionAt(atom.path)?.effect.kind === 'swallowing-manager' ? { mayBeTrue: true, mayBeFalse: true } : GOES_ON;
  if (atom.kind !== 'object') return GOES_ON;
  if (atom.object.label === STACK) return unwind(machine, frame, state, atom.object, instr.how, instr);
  const isPython = machine.language === 'python';
  for (const name of isPython ? ['__exit__', '__aexit__'] : ['[Symbol.dispose]', '[Symbol.asyncDispose]']) {
    const member = atom.object.class === null ? null : findMember(machine.order(atom.object.class), name);
    const value = member?.entry.value ?? state.attr(atom.object, elementName(name));
    if (value === undefined) continue;
    const answer = callMember(machine, frame, state, value, atom.object, instr);
    // What cannot be seen is rarely meant to swallow.
    return isPython && !answer.unknown && answer.atoms.length > 0 ? truthOf(answer) : GOES_ON;
  }
  return GOES_ON;
}

function callMember(machine: Machine, frame: Frame, state: State, value: Value, receiver: Extract<Atom, { kind: 'object' }>['object'], instr: Instr): Value {
  let result: Value = NOTHING;
  for (const atom of value.atoms) {
    if (atom.kind === 'function') result = joinValues(result, callFunction(machine, frame, state, atom.ref, receiver, { ...NO_ARGS, more: ANYTHING }, instr).value);
  }
  return result;
}

/** The scope that a manager value enters; a scope class that was named but not called enters nothing. */
function scopeOfAtom(atom: Atom): GradScopeEffect | null {
  return atom.kind === 'scope' ? atom.effect : null;
}
