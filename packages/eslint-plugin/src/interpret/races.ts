// Modes and tasks: asynchronous code sets a mode, waits, and then relies on it, while another task sets it too.
//
// Tasks are run one after the other here, so what can happen in between is not seen as a state. It is noted instead: which modes are exposed (set when
// the code that set them waits or ends), and which calls rely on a mode across a wait. The two make a race if they are of different tasks that
// are seen to be started together, and may make one if each is a root of its own.
import type { Instr, Module } from '../ir/ir.ts';
import { GRAD_ENABLED } from '../domains/grad.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { Relied, State } from '../domains/state.ts';
import type { Frame } from './activation.ts';
import { Context } from './context.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';

/** What starts a task and does not wait for it, or for several at once. */
const STARTING = new Set(['gather', 'create_task', 'ensure_future', 'start_soon', 'as_completed', 'wait', 'all', 'allSettled', 'any', 'race']);

/** A mode is set on `object` as a whole. */
export function noteReliedMode(frame: Frame, state: State, object: AbstractObject, setting: ModeSetting): void {
  if (taskOf(frame.context) === null) state.relied.delete(object);
  else state.relied.set(object, { setting, by: frame.context, awaited: null });
}

/** The task waits: what it has set, others meet. */
export function noteAwait(machine: Machine, frame: Frame, state: State, instr: Instr): void {
  for (const [object, relied] of [...state.relied]) {
    if (!isOfTask(relied, frame.context)) continue;
    expose(machine, object, relied);
    if (relied.awaited === null) state.relied.set(object, { ...relied, awaited: machine.site(instr.span) });
  }
}

/** An asynchronous function ends: what it has set stays. */
export function noteEnd(machine: Machine, frame: Frame, state: State): void {
  for (const [object, relied] of state.relied) if (isOfTask(relied, frame.context)) expose(machine, object, relied);
}

/** What is known of gradient scopes that tasks wait in. */
interface Waiting {
  readonly contexts: Set<Context>;
  /** Calls inside of a scope that was waited in, and the task that makes them. */
  readonly calls: Map<ForwardObservation, Context>;
}

const waiting = new WeakMap<Machine, Waiting>();

function waitingIn(machine: Machine): Waiting {
  let known = waiting.get(machine);
  if (known === undefined) waiting.set(machine, (known = { contexts: new Set(), calls: new Map() }));
  return known;
}

/** The task waits inside a gradient scope of its own. */
export function noteWaitInScope(machine: Machine, context: Context): void {
  waitingIn(machine).contexts.add(context);
}

/** Holds if the program is in sight from its start and starts no task beside the one that runs. */
export function isOnlyTask(machine: Machine, context: Context): boolean {
  return context.root.ref.func.kind === 'module' && context.root.ref.module === machine.module && !startsTasks(machine.module) && !startsTasks(context.ref.module);
}

const starting = new WeakMap<Module, boolean>();

function startsTasks(module: Module): boolean {
  let starts = starting.get(module);
  if (starts === undefined) {
    const does = (instr: Instr): boolean => (instr.kind === 'call' && instr.callee.kind === 'method' && STARTING.has(instr.callee.name)) || (instr.kind === 'import' && instr.name !== null && STARTING.has(instr.name));
    starting.set(module, (starts = module.funcs.some((func) => func.blocks.some((block) => block.instrs.some(does)))));
  }
  return starts;
}

/** A module is called. */
export function noteReliance(machine: Machine, frame: Frame, state: State, object: AbstractObject, observation: ForwardObservation): void {
  for (const { awaited } of state.scopes.values()) if (awaited !== undefined) waitingIn(machine).calls.set(observation, frame.context);
  const relied = state.relied.get(object);
  if (relied !== undefined && relied.awaited !== null && isOfTask(relied, frame.context)) machine.reliances.set(observation, { object, relied, by: frame.context });
}

/** When all is seen: which reliance another task may disappoint. */
export function noteRaces(machine: Machine): void {
  const { contexts, calls } = waitingIn(machine);
  for (const [observation, context] of calls) if ([...contexts].some((other) => other !== context && startedTogether(context, other) === 'yes')) observation.grad |= GRAD_ENABLED;
  for (const [observation, { object, relied, by }] of machine.reliances) {
    for (const rival of machine.exposed.get(object) ?? []) {
      if (rival.setting.mode === relied.setting.mode || ![TRAIN, EVAL].includes(rival.setting.mode)) continue;
      // Whoever has set the mode may have done so before it started the task that relies on it.
      const together = startedTogether(by, contextOf(rival));
      if (together === 'no' || (isGuarded(by, contextOf(rival)) && isGuarded(contextOf(rival), by)) || observation.race?.certain === true) continue;
      observation.race = { setting: relied.setting, awaited: relied.awaited!, rival: rival.setting, certain: together === 'yes' };
    }
  }
}

function contextOf(relied: Relied): Context {
  return relied.by as Context;
}

function expose(machine: Machine, object: AbstractObject, relied: Relied): void {
  let known = machine.exposed.get(object);
  if (known === undefined) machine.exposed.set(object, (known = new Set()));
  if (![...known].some((other) => other.setting === relied.setting && other.by === relied.by)) known.add(relied);
}

/** The innermost asynchronous function that runs, or null. */
function taskOf(context: Context): Context | null {
  for (let at: Context | null = context; at !== null; at = at.parent) if (at.ref.func.isAsync) return at;
  return null;
}

/** Holds if the code at `context` goes on from the code that has set the mode. */
function isOfTask(relied: Relied, context: Context): boolean {
  const setter = contextOf(relied);
  const task = taskOf(context);
  return isWithin(context, setter) || (task !== null && isWithin(setter, task));
}

function isWithin(inner: Context, outer: Context): boolean {
  for (let at: Context | null = inner; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

/** Names by which locks are taken, in both languages. */
const LOCKING = new Set(['acquire', 'lock', 'runExclusive', 'withLock']);

/** Holds if a function of the task takes a lock, as far as its words tell: then it may be what keeps it apart from `other`. */
function isGuarded(context: Context, other: Context): boolean {
  for (let at: Context | null = context; at !== null && !isWithin(other, at); at = at.parent) {
    for (const block of at.ref.func.blocks) {
      if (block.instrs.some((instr) => (instr.kind === 'enter' && instr.isAsync) || (instr.kind === 'call' && instr.callee.kind === 'method' && LOCKING.has(instr.callee.name)))) return true;
    }
  }
  return false;
}

/** `yes`: one function starts both at once. `maybe`: nobody is seen to start them. `no`: one waits for the other. */
function startedTogether(a: Context, b: Context): 'yes' | 'maybe' | 'no' {
  if (a.root !== b.root) return taskOf(a) !== null && taskOf(b) !== null ? 'maybe' : 'no';
  for (let at: Context = a; at.parent !== null; at = at.parent) {
    const { parent } = at;
    if (!isWithin(b, parent)) continue;
    let other = b;
    while (other.parent !== null && other.parent !== parent) other = other.parent;
    if (other === at || other === parent || at.call === null || other.call === null) return 'no';
    return isStarted(parent, at.call) && isStarted(parent, other.call) ? 'yes' : 'no';
  }
  return 'no';
}

/** Holds if the result of `call` goes into something that starts tasks, by itself or in a list. */
function isStarted(context: Context, call: Instr): boolean {
  if (!('dest' in call)) return false;
  const given = new Set([call.dest]);
  for (const block of context.ref.func.blocks) {
    for (const instr of block.instrs) {
      if (instr.kind === 'collection' && instr.elements.some((element) => given.has(element.value))) given.add(instr.dest);
      if (instr.kind === 'call' && instr.callee.kind === 'method' && STARTING.has(instr.callee.name) && instr.args.some((arg) => given.has(arg.value))) return true;
    }
  }
  return false;
}
