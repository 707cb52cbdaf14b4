// Runs one file: its own statements first, then every function that nothing in the file calls.
//
// A root that is not the module starts from the state that the module's statements left behind, with parameters that we
// know nothing of, modes and gradient mode being the atom `entry`. Roots may be called in any order, so what they do to
// objects of the module is joined into that state and they are run again until it stands still (at most MAX_ROUNDS times).
//
// A class that derives from a module is also *probed*: its `forward` is run with the module in evaluation mode, and what is
// still random then is an observation of its own.
import type { Func, Module } from '../ir/ir.ts';
import { GRAD_DISABLED, GRAD_ENABLED, GRAD_ENTRY, GRAD_INFERENCE } from '../domains/grad.ts';
import { UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE, type ObjectState } from '../domains/heap.ts';
import { ENTRY_MODE, EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import { State } from '../domains/state.ts';
import { forwardsOf, type FuncRef } from '../domains/value.ts';
import type { Libraries } from '../libraries/read.ts';
import type { FrameworkRow } from '../libraries/schema.ts';
import { runFunction } from './call-function.ts';
import { startsAlike, Watch, type Footprint } from './footprint.ts';
import { noteAssignedFlags } from './assigned-flags.ts';
import { noteBothModes } from './both-modes.ts';
import { bindUnknown, constructUnknown, isSwitchedElsewhere, networksOf } from './from-outside.ts';
import { callersFirst } from './callers-first.ts';
import { runImports, type ProjectFiles } from './imports.ts';
import { noteHeldAgainst } from './held-against.ts';
import { noteParts } from './overrides.ts';
import { noteRehearsals } from './rehearsal.ts';
import { noteLeftBehind, noteShallowRestores } from './left-behind.ts';
import { noteRaces } from './races.ts';
import { settled } from './settled.ts';
import { noteStarved } from './starved.ts';
import { judgeTapes } from './option-layers.ts';
import { probeClasses } from './probe.ts';
import { Machine } from './machine.ts';
import type { Observation, Observations } from './observation.ts';
import type { Recorder } from './recorder.ts';
import { gradOf } from './scope.ts';
import { eachInTree } from './set-mode.ts';
import { noteUnrestored } from './ways-out.ts';

const MAX_ROUNDS = 3;
/** Steps of a root that is run twice at most. */
const HEAVY = 20_000;

/** What running a file showed: about itself and about the files that it runs code of. */
export interface Interpretation {
  readonly observations: ReadonlyMap<string, Observations>;
  /** Functions of other files that this file calls, by file and by the start of their names. */
  readonly entered: ReadonlyMap<string, ReadonlySet<number>>;
  /** Functions of other files whose bodies it looked at, by file. */
  readonly lookedInto: ReadonlyMap<string, LookedInto>;
  /** What it took: instructions, those that were run several times counted so often. */
  readonly steps: number;
}

export interface LookedInto {
  readonly module: Module;
  readonly funcs: ReadonlySet<Func>;
}

/** @param recorder keeps the states of the functions that it is after, which changes nothing else */
export function interpret(module: Module, libraries: Libraries, files: ProjectFiles, recorder: Recorder | null = null): Interpretation {
  const machine = new Machine(module, libraries, files, recorder);
  const main = module.funcs[0]!;
  const start = runImports(machine);
  const run = machine.withBudget([main], () => runFunction(machine, { context: machine.rootContext({ module, func: main }, 'main'), receiver: null, early: true }, main, start));
  const base = run.exit ?? run.thrown ?? State.initial(GRAD_ENABLED);
  if (run.exit !== null && run.thrown !== null) base.joinFrom(run.thrown);
  noteAssignedFlags(machine, base);
  noteShallowRestores(machine, base);
  probeClasses(machine, base);
  runRoots(machine, base);
  noteLeftBehind(machine);
  noteUnrestored(machine);
  noteStarved(machine, base);
  noteRehearsals(machine, base);
  noteParts(machine);
  noteHeldAgainst(machine);
  noteBothModes(machine);
  noteRaces(machine);
  judgeTapes(machine);
  return { observations: byFile(machine), entered: enteredByFile(machine), lookedInto: lookedIntoByFile(machine), steps: machine.budget.steps };
}

/** What was seen in another file is told where that file is reported. */
function byFile(machine: Machine): ReadonlyMap<string, Observations> {
  const files = new Set([...machine.forwards, ...machine.draws, ...machine.scopes, ...machine.restores, ...machine.unrestored, ...machine.layers].map((observation: Observation) => observation.call.file));
  return new Map(
    [...files].map((file) => {
      const there = (observation: Observation): boolean => observation.call.file === file;
      return [file, { forwards: machine.forwards.filter(there), draws: machine.draws.filter(there), scopes: machine.scopes.filter(there), restores: machine.restores.filter(there), unrestored: machine.unrestored.filter(there), layers: machine.layers.filter(there) }];
    }),
  );
}

/** Functions that had a caller, by file and by the place of their names: the same in every lowering of the file. */
function enteredByFile(machine: Machine): ReadonlyMap<string, ReadonlySet<number>> {
  const result = new Map<string, Set<number>>();
  // Nothing is said of functions of which calls may have been missed.
  if (machine.exhausted) return result;
  for (const [func, module] of machine.entered) {
    if (module === machine.module || machine.handedOut.has(func)) continue;
    let places = result.get(module.file);
    if (places === undefined) result.set(module.file, (places = new Set()));
    places.add(func.nameSpan.start);
  }
  return result;
}

function lookedIntoByFile(machine: Machine): ReadonlyMap<string, LookedInto> {
  const result = new Map<string, { readonly module: Module; readonly funcs: Set<Func> }>();
  for (const [func, module] of [...machine.entered, ...machine.handedOut]) {
    if (module === machine.module) continue;
    let known = result.get(module.file);
    if (known === undefined) result.set(module.file, (known = { module, funcs: new Set() }));
    known.funcs.add(func);
  }
  return result;
}

function runRoots(machine: Machine, base: State): void {
  const uncalled = machine.module.funcs.filter((func) => func.kind !== 'module' && func.kind !== 'field-initializer' && (!machine.entered.has(func) || machine.handedOut.has(func)));
  // Functions before methods, and hooks of frameworks before other methods: they are the likelier callers, whatever the order of the text.
  const isHook = (func: Func): boolean => hookOf(machine, func) !== null;
  const methods = uncalled.filter((func) => func.owner !== null);
  const roots = [...callersFirst(machine.module, uncalled.filter((func) => func.owner === null)), ...methods.filter(isHook), ...callersFirst(machine.module, methods.filter((func) => !isHook(func)))];
  const selves = new Map<ProjectClass, Self>();
  const called = new Set<Func>();
  /** Entered by roots that may not have seen all of them. */
  const cutShort = new Set<Func>();
  /** Roots that their budget did not suffice for: another round would not come further, or not be worth it. */
  const spent = new Set<Func>();
  const lastRuns = new Map<Func, { readonly from: State; readonly footprint: Footprint | null }>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    let grew = false;
    for (const func of roots) {
      // Entered by an earlier root of the first round: it has a caller after all.
      if (round === 0 && machine.entered.has(func) && !cutShort.has(func) && !machine.handedOut.has(func)) called.add(func);
      // One in code that is never reached is not there.
      if (called.has(func) || !machine.created.has(func) || spent.has(func)) continue;
      // What it looked at is as it was: it would do the same again.
      const last = lastRuns.get(func);
      if (last !== undefined && last.footprint !== null && startsAlike(last.from, base, last.footprint)) continue;
      const watch = (machine.watch = new Watch(base, null));
      const from = base.clone();
      const before = machine.budget.steps;
      const enteredBefore = machine.entered.size;
      const after = machine.withBudget([func], () => runRoot(machine, base, func, selves), () => void spent.add(func));
      if (round > 0 && machine.budget.steps - before > HEAVY) spent.add(func);
      machine.watch = null;
      if (round === 0 && spent.has(func)) for (const callee of [...machine.entered.keys()].slice(enteredBefore)) cutShort.add(callee);
      lastRuns.set(func, { from, footprint: watch.end(from, true) });
      if (after !== null) grew = keepSharedEffects(base, after) || grew;
      if (machine.exhausted) return;
    }
    if (!grew) return;
  }
}

function runRoot(machine: Machine, base: State, func: Func, selves: Map<ProjectClass, Self>): State | null {
  const ref: FuncRef = { module: machine.module, func };
  const state = base.clone();
  const context = machine.rootContext(ref, 'root');
  const owner = func.owner === null ? null : (machine.classes.get(machine.module.classes[func.owner]!) ?? null);
  const self = owner === null ? null : selfOf(machine, base, state, owner, selves);
  const receiver = self?.object ?? null;
  if (receiver !== null && owner !== null && func.name === machine.libraries.moduleModel.forward && receiver.kind === 'module') return null;
  state.grad = GRAD_ENTRY;
  state.gradSites = [];
  bindUnknown(machine, state, func, receiver, false);
  const hook = hookOf(machine, func);
  if (hook !== null) {
    state.grad = hook.grad === 'enabled' ? GRAD_ENABLED : hook.grad === 'disabled' ? GRAD_DISABLED : GRAD_INFERENCE;
    for (const [object, constructed] of self?.constructed ?? []) state.update(object, hook.mode === 'eval' ? { modes: EVAL } : constructed);
  }
  // Each method gets an object that has just been set up.
  const isFresh = owner !== null && (machine.order(owner).framework?.setup.length ?? 0) > 0;
  if (isFresh) {
    state.grad = GRAD_ENABLED;
    for (const [object, constructed] of self?.constructed ?? []) state.update(object, constructed);
  }
  for (const scope of machine.decorated.get(func) ?? []) state.grad = gradOf(scope);
  const run = runFunction(machine, { context, receiver, early: func.kind === 'constructor' || func.name === '__init__' }, func, state);
  if (run.exit !== null) {
    noteAssignedFlags(machine, run.exit);
    noteShallowRestores(machine, run.exit);
    const result = settled(run.exit, run.result);
    if (hook?.output === 'trained') {
      machine.use(result.from, 'trained', func.nameSpan);
      for (const number of result.from) machine.stepped.add(number);
      machine.optimizes = true;
      machine.use(result.detached, 'target', func.nameSpan);
    } else machine.use(forwardsOf(result), hook?.output ?? 'escaped', func.nameSpan);
  }
  return hook === null ? run.exit : null;
}

/** How a framework calls `func`, if it does. */
function hookOf(machine: Machine, func: Func): FrameworkRow['hooks'][string] | null {
  const owner = func.owner === null ? undefined : machine.classes.get(machine.module.classes[func.owner]!);
  return owner === undefined ? null : (machine.order(owner).framework?.hooks[func.name] ?? null);
}

/** Joins into `base` what a root did to objects and variables that `base` has. */
function keepSharedEffects(base: State, after: State): boolean {
  const visible = State.initial(base.grad);
  for (const { key: variable, value } of after.cells.entriesUnlike(base.cells)) if (base.cells.has(variable)) visible.cells.set(variable, value);
  for (const { key: object, value } of after.heap.entriesUnlike(base.heap)) if (base.heap.has(object)) visible.heap.set(object, value);
  visible.staleGuards = base.staleGuards;
  return base.joinFrom(visible);
}

/** A receiver whose callers we do not see, and the modes that its constructor gave it and its parts. */
interface Self {
  readonly object: AbstractObject;
  readonly constructed: ReadonlyMap<AbstractObject, Pick<ObjectState, 'modes' | 'settings'>>;
}

/** The receiver of a method whose callers we do not see: constructed from unknown arguments, in whatever mode it was left. */
function selfOf(machine: Machine, base: State, state: State, cls: ProjectClass, selves: Map<ProjectClass, Self>): Self {
  let self = selves.get(cls);
  if (self === undefined) {
    const object = constructUnknown(machine, base, cls);
    const constructed = new Map<AbstractObject, Pick<ObjectState, 'modes' | 'settings'>>();
    selves.set(cls, (self = { object, constructed }));
    eachInTree(base, object, true, (item) => {
      const { modes, settings, trainable } = base.object(item);
      // Nobody has set the network itself: the framework trains it as it was made.
      constructed.set(item, { modes: modes === ENTRY_MODE ? TRAIN : modes, settings });
      base.update(item, { modes: ENTRY_MODE, settings: [], statistics: UNKNOWN_STATISTICS, trainable: UNKNOWN_TRAINABLE | trainable });
    });
    if (object.kind === 'instance' && isSwitchedElsewhere(machine, machine.order(cls))) {
      for (const network of networksOf(base, object)) eachInTree(base, network, true, (item) => base.update(item, { modes: base.object(item).modes | ENTRY_MODE }));
    }
    for (const { key: item, value: known } of base.heap.entriesUnlike(state.heap)) state.heap.set(item, known);
    for (const { key: variable, value } of base.cells.entriesUnlike(state.cells)) state.cells.set(variable, value);
  }
  return self;
}
