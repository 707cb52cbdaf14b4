// Runs one file: its own statements first, then every function that nothing in the file calls.
//
// A root that is not the module starts from the state that the module's statements left behind, with parameters that we
// know nothing of, modes and gradient mode being the atom `entry`. Roots may be called in any order, so what they do to
// objects of the module is joined into that state and they are run again until it stands still (at most MAX_ROUNDS times).
//
// A class that derives from a module is also *probed*: its `forward` is run with the module in evaluation mode, and what is
// still random then is an observation of its own.
import type { Func, Instr, Module } from '../ir/ir.ts';
import { GRAD_DISABLED, GRAD_ENABLED, GRAD_ENTRY, GRAD_INFERENCE } from '../domains/grad.ts';
import { NEW_OBJECT, UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE, type ObjectState } from '../domains/heap.ts';
import { ENTRY_MODE, EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import { State } from '../domains/state.ts';
import { ANYTHING, forwardsOf, ofObject, type FuncRef, type Value } from '../domains/value.ts';
import type { Libraries } from '../libraries/read.ts';
import type { FrameworkRow } from '../libraries/schema.ts';
import type { Span } from '../source/span.ts';
import { runFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { initialize, kindOfClass } from './construct.ts';
import { runImports, type ProjectFiles } from './imports.ts';
import { noteLeftBehind } from './left-behind.ts';
import { noteRaces } from './races.ts';
import { noteStarved } from './starved.ts';
import { Machine, type Frame } from './machine.ts';
import type { ForwardObservation, Observation, Observations } from './observation.ts';
import { gradOf } from './scope.ts';
import { eachInTree } from './set-mode.ts';

const MAX_ROUNDS = 3;

/** What running a file showed: about itself and about the files that it runs code of. */
export interface Interpretation {
  readonly observations: ReadonlyMap<string, Observations>;
  /** Functions of other files that this file calls, by file and by the start of their names. */
  readonly entered: ReadonlyMap<string, ReadonlySet<number>>;
}


export function interpret(module: Module, libraries: Libraries, files: ProjectFiles): Interpretation {
  const machine = new Machine(module, libraries, files);
  const main = module.funcs[0]!;
  const start = runImports(machine);
  const run = machine.withBudget(() => runFunction(machine, { context: machine.rootContext({ module, func: main }, 'main'), receiver: null, early: true }, main, start));
  const base = run.exit ?? run.thrown ?? State.initial(GRAD_ENABLED);
  if (run.exit !== null && run.thrown !== null) base.joinFrom(run.thrown);
  probeClasses(machine, base);
  runRoots(machine, base);
  noteLeftBehind(machine);
  noteStarved(machine, base);
  noteRaces(machine);
  return { observations: byFile(machine), entered: enteredByFile(machine) };
}

/** What was seen in another file is told where that file is reported. */
function byFile(machine: Machine): ReadonlyMap<string, Observations> {
  const files = new Set([...machine.forwards, ...machine.draws, ...machine.scopes, ...machine.restores].map((observation: Observation) => observation.call.file));
  return new Map(
    [...files].map((file) => {
      const there = (observation: Observation): boolean => observation.call.file === file;
      return [file, { forwards: machine.forwards.filter(there), draws: machine.draws.filter(there), scopes: machine.scopes.filter(there), restores: machine.restores.filter(there) }];
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

function runRoots(machine: Machine, base: State): void {
  const uncalled = machine.module.funcs.filter((func) => func.kind !== 'module' && func.kind !== 'field-initializer' && (!machine.entered.has(func) || machine.handedOut.has(func)));
  // Functions before methods, and hooks of frameworks before other methods: they are the likelier callers, whatever the order of the text.
  const isHook = (func: Func): boolean => hookOf(machine, func) !== null;
  const methods = uncalled.filter((func) => func.owner !== null);
  const roots = [...uncalled.filter((func) => func.owner === null), ...methods.filter(isHook), ...methods.filter((func) => !isHook(func))];
  const selves = new Map<ProjectClass, Self>();
  const called = new Set<Func>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    let grew = false;
    for (const func of roots) {
      // Entered by an earlier root of the first round: it has a caller after all.
      if (round === 0 && machine.entered.has(func) && !machine.handedOut.has(func)) called.add(func);
      // One in code that is never reached is not there.
      if (called.has(func) || !machine.created.has(func)) continue;
      const after = machine.withBudget(() => runRoot(machine, base, func, selves));
      if (after !== null) grew = keepSharedEffects(base, after) || grew;
      if (machine.exhausted) return;
    }
    if (!grew) return;
    machine.keptResults.clear();
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
  for (const scope of machine.decorated.get(func) ?? []) state.grad = gradOf(scope);
  const run = runFunction(machine, { context, receiver, early: func.kind === 'constructor' || func.name === '__init__' }, func, state);
  if (run.exit !== null) {
    const result = machine.settled(run.exit, run.result);
    if (hook?.output === 'trained') {
      machine.use(result.from, 'trained', func.nameSpan);
      for (const number of result.from) machine.stepped.add(number);
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
  for (const variable of base.cells.keys()) {
    const value = after.cells.get(variable);
    if (value !== undefined) visible.cells.set(variable, value);
  }
  for (const object of base.heap.keys()) {
    const known = after.heap.get(object);
    if (known !== undefined) visible.heap.set(object, known);
  }
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
    for (const { key: item, value: known } of base.heap.entriesUnlike(state.heap)) state.heap.set(item, known);
    for (const { key: variable, value } of base.cells.entriesUnlike(state.cells)) state.cells.set(variable, value);
  }
  return self;
}

/** Constructs an instance of `cls` in `state` as a caller that we do not see would. */
function constructUnknown(machine: Machine, state: State, cls: ProjectClass): AbstractObject {
  const order = machine.order(cls);
  const span = cls.definition.nameSpan;
  const self = machine.outside(`self:${cls.definition.id}`, span, cls.definition.name, null, kindOfClass(order), cls);
  machine.shared.add(self);
  state.heap.set(self, { ...NEW_OBJECT, modes: ENTRY_MODE, escaped: true });
  const context = machine.rootContext({ module: machine.module, func: machine.module.funcs[0]! }, `construct ${cls.definition.id}`);
  const frame: Frame = { context, receiver: self, early: true };
  const outer = machine.running;
  // A forward call in a constructor that nobody is seen to run is a probe of shapes, not a finding of its own.
  machine.running ??= { observation: nowhere(machine), path: '' };
  const constructor = findMember(order, machine.language === 'python' ? '__init__' : 'constructor');
  const params = constructor?.entry.value.atoms.flatMap((atom) => (atom.kind === 'function' ? [atom.ref.func] : []))[0]?.params ?? [];
  const skip = machine.language === 'python' ? 1 : 0;
  const positional = params.filter((param) => param.kind === 'positional').slice(skip).map(() => ANYTHING);
  initialize(machine, frame, state, self, order, { positional, keywords: new Map(), more: ANYTHING, written: [] }, rootInstr(span));
  machine.running = outer;
  return self;
}

function probeClasses(machine: Machine, base: State): void {
  for (const cls of machine.classes.values()) if (cls.module === machine.module) machine.withBudget(() => probeClass(machine, base, cls));
}

function probeClass(machine: Machine, base: State, cls: ProjectClass): void {
  const order = machine.order(cls);
  if (kindOfClass(order) !== 'module') return;
  const forward = findMember(order, machine.libraries.moduleModel.forward);
  if (forward === null) return;
  const state = base.clone();
  machine.running = { observation: nowhere(machine), path: '' };
  machine.constructsParts = false;
  const receiver = constructUnknown(machine, state, cls);
  machine.constructsParts = true;
  eachInTree(state, receiver, true, (object) => state.update(object, { modes: EVAL }));
  machine.probe = { owner: cls, receiver };
  for (const atom of forward.entry.value.atoms) {
    if (atom.kind !== 'function') continue;
    const entry = state.clone();
    entry.grad = GRAD_ENABLED;
    bindUnknown(machine, entry, atom.ref.func, receiver, true);
    machine.entered.set(atom.ref.func, atom.ref.module);
    runFunction(machine, { context: machine.rootContext(atom.ref, `probe ${cls.definition.id}`), receiver, early: false }, atom.ref.func, entry);
  }
  machine.probe = null;
  machine.running = null;
}

/** Binds parameters that nothing is known of. `input`: they are inputs of a forward. */
function bindUnknown(machine: Machine, state: State, func: Func, receiver: AbstractObject | null, input: boolean): void {
  const set = (variable: Func['params'][number]['variable'], value: Value): void => {
    if (variable.captured) state.cells.set(variable, value);
    else state.locals.set(variable, value);
  };
  let params = func.params;
  if (receiver !== null) {
    if (func.thisVariable !== null) set(func.thisVariable, ofObject(receiver));
    else if (params[0] !== undefined) {
      set(params[0].variable, ofObject(receiver));
      params = params.slice(1);
    }
  } else if (func.thisVariable !== null) set(func.thisVariable, ANYTHING);
  for (const param of params) {
    if (input || param.kind === 'rest' || param.kind === 'keyword-rest') {
      set(param.variable, { ...ANYTHING, input });
      continue;
    }
    const object = machine.outside(`param:${func.id}.${param.variable.id}`, func.nameSpan, param.variable.name, null);
    state.heap.set(object, { ...NEW_OBJECT, modes: ENTRY_MODE, statistics: UNKNOWN_STATISTICS, trainable: UNKNOWN_TRAINABLE, escaped: true });
    machine.shared.add(object);
    set(param.variable, ofObject(object));
  }
}

/** An observation that no rule sees, for forwards that are run only to look inside. */
function nowhere(machine: Machine): ForwardObservation {
  const span: Span = { start: 0, end: 0 };
  return { kind: 'forward', number: -1, where: { module: machine.module, func: machine.module.funcs[0]! }, root: machine.module.funcs[0]!, call: machine.site(span), statement: span, calleeSpan: span, exported: null, module: null, className: '', constructed: null, chain: [], modes: 0, settings: [], leaves: new Map(), opaque: false, isModule: false, grad: 0, gradSites: [], records: 'no', incomplete: false, parameters: new Set(), asleep: new Map(), leftBehind: null, starved: null, race: null, wokenOn: new Map(), woken: null, uses: new Set(), useSites: new Map() };
}

const rootInstrs = new WeakMap<Span, Instr>();

/** The instruction that stands for a call from outside. */
function rootInstr(span: Span): Instr {
  let instr = rootInstrs.get(span);
  if (instr === undefined) rootInstrs.set(span, (instr = { kind: 'opaque', dest: 0, operands: [], construct: 'root', span, statement: span }));
  return instr;
}
