// What the parts of the interpreter share while one file is analysed: the program, the object table, the observations, the
// budget. The parts themselves are functions in the files beside this one that take the machine as their first argument.
//
// How a call of a project function is analysed: the callee is run on the caller's state, once per calling context, and its
// result is kept; a second visit with the same entry state takes the kept result (`call-function.ts`). That row of "entry
// state, exit state" is the function's summary for the context. A root function, one whose callers we do not see, is run on
// an entry state whose modes are the atom `entry`.
import type { GradScopeEffect } from '../domains/grad.ts';
import type { ClassDef, Func, Instr, Language, Module } from '../ir/ir.ts';
import type { AbstractObject, ProjectClass, Site } from '../domains/object.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { ModeSet } from '../domains/mode.ts';
import type { Relied, State } from '../domains/state.ts';
import { joinValues, type FuncRef, type Value } from '../domains/value.ts';
import type { Libraries } from '../libraries/read.ts';
import type { Span } from '../source/span.ts';
import type { Probe, RunningForward } from './activation.ts';
import { Budget } from './budget.ts';
import { classOrder, type ClassOrder } from './class-order.ts';
import { Context, placeKey } from './context.ts';
import type { Handed } from './focus.ts';
import type { Watch } from './footprint.ts';
import type { ProjectFiles } from './imports.ts';
import type { Kept } from './kept-run.ts';
import type { Visit, VisitRecord } from './left-behind.ts';
import type { DrawObservation, ForwardObservation, LayerFault, LayerObservation, LeafRun, RestoreObservation, ScopeObservation, UnrestoredObservation, Use } from './observation.ts';
import type { Note } from './notes.ts';
import { ObjectTable } from './object-table.ts';
import { PartCalls } from './part-calls.ts';
import type { Recorder } from './recorder.ts';
import type { Leaving } from './ways-out.ts';

/** A forward call, and the mode that it relies on. */
export interface Reliance {
  readonly object: AbstractObject;
  readonly relied: Relied;
  /** Where the call is made. */
  readonly by: Context;
}

/** A flag that was assigned, and what the parts would have to agree with. */
export interface AssignedFlag {
  readonly where: FuncRef;
  readonly site: Site;
  readonly object: AbstractObject;
  readonly modes: ModeSet;
}

/** The flag of a network, put back after an `eval()` of all of it. */
export interface ShallowRestore {
  readonly where: FuncRef;
  readonly site: Site;
  readonly root: AbstractObject;
  /** The `eval()`. */
  readonly setting: ModeSetting;
  readonly certain: boolean;
}

/** A call of a model whose mode is an option of the call, in a training step. */
export interface OptionCall {
  readonly where: FuncRef;
  readonly site: Site;
  readonly object: AbstractObject;
  readonly method: string;
  readonly option: string;
  readonly layers: readonly AbstractObject[];
  readonly given: boolean;
}

export class Machine {
  readonly objects = new ObjectTable(this);
  readonly budget = new Budget();
  /** The file that is analysed. */
  readonly module: Module;
  /** The file whose code runs now. */
  current: Module;
  readonly libraries: Libraries;
  readonly files: ProjectFiles;
  readonly forwards: ForwardObservation[] = [];
  readonly draws: DrawObservation[] = [];
  readonly scopes: ScopeObservation[] = [];
  readonly restores: RestoreObservation[] = [];
  readonly unrestored: UnrestoredObservation[] = [];
  /** How functions leave the modes of networks that they were given. */
  readonly leavings = new Map<Func, Leaving>();
  readonly layers: LayerObservation[] = [];
  /** Modules that hooks were registered with. */
  readonly hooked = new Set<AbstractObject>();
  /** Assignments of the flag of a module with parts, until it is seen whether the parts follow. */
  readonly assignedFlags: AssignedFlag[] = [];
  /** Flags of networks that were put back, until it is seen whether their parts are, too. */
  readonly shallowRestores: ShallowRestore[] = [];
  /** Calls that rely on a mode that was set before its setter waited. */
  readonly reliances = new Map<ForwardObservation, Reliance>();
  /** Modes that other tasks may meet, by module. */
  readonly exposed = new Map<AbstractObject, Set<Relied>>();
  readonly keptResults = new Map<Context, readonly Kept[]>();
  /** Notes what the function that runs now looks at. */
  watch: Watch | null = null;
  /** What the call that runs hands on, for its callee. */
  handed: Handed | null = null;
  /** Values of default arguments, by function and parameter. */
  readonly defaults = new Map<Func, Map<number, Value>>();
  readonly classes = new Map<ClassDef, ProjectClass>();
  /** Functions whose definition was reached. */
  readonly created = new Set<Func>();
  /** Functions that were entered with a caller in sight. */
  readonly entered = new Map<Func, Module>();
  /** Gradient scopes that decorators put around functions. */
  readonly decorated = new Map<Func, readonly GradScopeEffect[]>();
  /** Functions handed to code that we cannot see: roots. */
  readonly handedOut = new Map<Func, Module>();
  /** Modules that were registered by a call, and not by being assigned. */
  readonly explicit = new Set<AbstractObject>();
  /** What models were run in scopes that record for gradients, by the place of the scope. */
  readonly tapes = new Map<string, Map<string, OptionCall>>();
  /** Calls of functions that draw random numbers. */
  readonly randomCalls = new Set<Instr>();
  /** Where the callback of a call that runs it is written, which stands for what is called. */
  readonly callbackSpans = new Map<Instr, Span>();
  /** Calls of code that we cannot see: what they give may be anything. */
  readonly unseenCalls = new Set<Instr>();
  /** Names of attributes that some class has a setter or a descriptor for. */
  readonly setters = new Set<string>();
  /** Generator functions that are context managers. */
  readonly managers = new Set<Func>();
  /** Objects that code outside this file may hold: what is stored in them may be used there. */
  readonly shared = new Set<AbstractObject>();
  /** The attribute under which an object was first registered with a module: what a message calls it. */
  readonly registered = new Map<AbstractObject, string>();
  /** What was noted so far in runs that may be used again under other names. */
  readonly notes: Note[] = [];
  /** How often something was noted that is only true of the calling context that ran. */
  ownNotes = 0;
  /** How often something was done that would be noted in a forward call, outside of all. */
  unseenNotes = 0;
  /** Modules that a container was given: parts of a network, under no name of their own. */
  readonly contained = new Set<AbstractObject>();
  /** Lists that are written with one element: `self.teacher = [teacher]`. */
  readonly ofOne = new Set<AbstractObject>();
  /** Programs that were traced from modules, and the calls that traced them. */
  readonly programs = new Map<AbstractObject, ReadonlySet<number>>();
  /** Containers whose children are being run. */
  readonly openContainers = new Set<AbstractObject>();
  running: RunningForward | null = null;
  readonly parts = new PartCalls();
  /** What the running forward call reaches on this visit. */
  visit: Visit | null = null;
  /** Names the path through all functions that are running. */
  path = '';
  /** All visits so far, for the results that are kept. */
  readonly visits: VisitRecord[] = [];
  /** Modules whose parameters an optimiser holds. */
  readonly optimized = new Set<AbstractObject>();
  /** Those of them that it was given by themselves, not as part of another, with all that belongs to them. */
  readonly handedToOptimizer = new Map<AbstractObject, ReadonlySet<AbstractObject>>();
  /** Modules whose parameters are written to by hand: moving averages of others. */
  readonly written = new Set<AbstractObject>();
  /** Evaluation modes in which code of a library has run a network. */
  readonly evaluatedInside = new Set<ModeSetting>();
  /** Holds if some optimiser makes a step. */
  optimizes = false;
  /** Forward calls whose gradients a step of an optimiser used. */
  readonly stepped = new Set<number>();
  probe: Probe | null = null;
  /** Keeps the states of functions that somebody wants to see. */
  readonly recorder: Recorder | null;
  /** Calls of models in the callback that is run for gradients. */
  trainingCalls: OptionCall[] | null = null;
  /** False while a class is made ready for its probe: the constructors of its parts are not run, a probe does not enter them. */
  constructsParts = true;
  /** State at the uncaught throws of the instruction that runs now, joined over the functions that it ran. */
  thrown: State | null = null;
  /** Holds if somebody catches what the instruction that runs now throws. */
  catching = false;
  #scopeEffects = new Map<string, GradScopeEffect>();
  #notedScopes = new Set<string>();
  #roots = new Map<string, Context>();
  #orders = new Map<ProjectClass, ClassOrder>();
  #forwardIndex = new Map<Context, Map<number, ForwardObservation>>();
  #drawIndex = new Map<Module, Map<number, DrawObservation>>();
  readonly #layerIndex = new Map<string, LayerObservation>();

  constructor(module: Module, libraries: Libraries, files: ProjectFiles, recorder: Recorder | null = null) {
    this.recorder = recorder;
    this.module = module;
    this.current = module;
    this.libraries = libraries;
    this.files = files;
  }

  get language(): Language {
    return this.module.language;
  }

  /** Holds if the root that runs now, or the file, has taken all the steps that it may. */
  get exhausted(): boolean {
    return this.budget.exhausted;
  }

  /** Runs one root on its own budget. If that is spent, nothing that was seen for the first time in this root is complete, and `onSpent` is called. */
  withBudget<T>(root: readonly Func[], run: () => T, onSpent: () => void = () => undefined): T {
    const [forwards, draws] = [this.forwards.length, this.draws.length];
    const size = root.reduce((sum, func) => sum + func.blocks.reduce((part, block) => part + block.instrs.length, 0), 0);
    return this.budget.forRoot(size, run, () => {
      onSpent();
      for (const observation of [...this.forwards.slice(forwards), ...this.draws.slice(draws)]) observation.incomplete = true;
    });
  }

  /** The context of a root: the same in every round, so that its observations are too. */
  rootContext(ref: FuncRef, part: string): Context {
    const key = `${ref.func.id}/${part}`;
    let context = this.#roots.get(key);
    if (context === undefined) this.#roots.set(key, (context = new Context(null, null, ref)));
    return context;
  }

  site(span: Span): Site {
    return { file: this.current.file, span };
  }

  /** The class that a definition of `module` makes: one, whichever bases it is seen with. */
  classOf(module: Module, id: number, bases: readonly Value[]): ProjectClass {
    const definition = module.classes[id]!;
    let known = this.classes.get(definition);
    if (known === undefined) this.classes.set(definition, (known = { module, definition, bases, generated: null, members: new Map() }));
    else if (known.bases.length === bases.length) known.bases = known.bases.map((base, i) => joinValues(base, bases[i]!));
    return known;
  }

  /** The class that `func` belongs to: for `super`. Nested functions belong to the method around them. */
  ownerOf(module: Module, func: Func): ProjectClass | null {
    for (let at: Func | undefined = func; at !== undefined; at = at.parent === null ? undefined : module.funcs[at.parent]) {
      if (at.owner !== null) return this.classes.get(module.classes[at.owner]!) ?? null;
    }
    return null;
  }

  order(item: ProjectClass): ClassOrder {
    let order = this.#orders.get(item);
    if (order === undefined) this.#orders.set(item, (order = classOrder(item, this.libraries)));
    return order;
  }

  forwardAt(context: Context, instr: Instr, make: (number: number) => ForwardObservation): ForwardObservation {
    this.budget.noteRelevant();
    this.noteOwn();
    let byPlace = this.#forwardIndex.get(context);
    if (byPlace === undefined) this.#forwardIndex.set(context, (byPlace = new Map()));
    let observation = byPlace.get(placeKey(instr));
    if (observation === undefined) {
      observation = make(this.forwards.length);
      this.forwards.push(observation);
      byPlace.set(placeKey(instr), observation);
    }
    return observation;
  }

  drawAt(instr: Instr, make: (number: number) => DrawObservation): DrawObservation {
    this.budget.noteRelevant();
    this.noteOwn();
    let byPlace = this.#drawIndex.get(this.current);
    if (byPlace === undefined) this.#drawIndex.set(this.current, (byPlace = new Map()));
    let observation = byPlace.get(placeKey(instr));
    if (observation === undefined) {
      observation = make(this.draws.length);
      this.draws.push(observation);
      byPlace.set(placeKey(instr), observation);
    }
    return observation;
  }

  noteThrown(state: State | null): void {
    if (state === null || state === this.thrown) return;
    if (this.thrown === null) this.thrown = state;
    else {
      this.thrown = this.thrown.clone();
      this.thrown.joinFrom(state);
    }
  }

  /** Runs part of an instruction; `leave` puts right what that part set up for its time, also on the way of a throw. */
  leaving<T>(run: () => T, leave: (state: State) => void, state: State): T {
    const before = this.thrown;
    this.thrown = null;
    const result = run();
    leave(state);
    const thrown = (this.thrown as State | null)?.clone() ?? null;
    if (thrown !== null) leave(thrown);
    this.thrown = before;
    this.noteThrown(thrown);
    return result;
  }

  /** The one record of a scope that is made in one place, so that values that hold it can be compared by identity. */
  scopeEffect(sets: GradScopeEffect['sets'], path: string, span: Span): GradScopeEffect {
    this.budget.noteRelevant();
    const key = `${sets} ${path} ${span.start} ${this.current.file}`;
    let effect = this.#scopeEffects.get(key);
    if (effect === undefined) this.#scopeEffects.set(key, (effect = { sets, path, made: this.site(span) }));
    return effect;
  }

  /** Notes a fault of a gradient scope, once for each place. */
  noteScope(where: FuncRef, instr: Instr, path: string, fault: ScopeObservation['fault'], more: { readonly opened?: Site; readonly argument?: Span } = {}): void {
    const key = `${fault} ${this.current.file} ${placeKey(instr)}`;
    if (this.#notedScopes.has(key)) return;
    this.#notedScopes.add(key);
    this.scopes.push({ kind: 'scope', where, call: this.site(instr.span), path, fault, opened: more.opened ?? null, argument: more.argument ?? null });
  }

  /** Notes a fault of a class or of how a module is handled, once for each place. */
  noteLayer(where: FuncRef, call: Site, fault: LayerFault, certain: boolean): void {
    const key = `${fault.kind} ${call.span.start} ${call.span.end} ${call.file}`;
    const known = this.#layerIndex.get(key);
    if (known !== undefined) known.certain ||= certain;
    else {
      const observation: LayerObservation = { kind: 'layer', where, call, fault, certain };
      this.layers.push(observation);
      this.#layerIndex.set(key, observation);
    }
  }

  /** What is noted now, or asked for, holds for the calling context that runs alone: its results are not for others. */
  noteOwn(): void {
    this.ownNotes += 1;
  }

  /** Something was done that is noted for the forward call that runs, while none does. */
  noteUnseen(): void {
    this.unseenNotes += 1;
  }

  /** Notes that a module was registered under a name; the first one stays. */
  register(object: AbstractObject, name: string): void {
    this.notes.push({ kind: 'registered', object, name });
    if (!this.registered.has(object)) this.registered.set(object, name);
  }

  /** Adds an object to one of the sets of objects that the machine keeps. */
  addTo(into: Set<AbstractObject>, object: AbstractObject): void {
    this.notes.push({ kind: 'added', object, into });
    into.add(object);
  }

  /** The draw that was seen at `instr`, if any. */
  knownDraw(instr: Instr): DrawObservation | undefined {
    return this.#drawIndex.get(this.current)?.get(placeKey(instr));
  }

  /** Notes a mode that is put back on `root` alone. */
  noteRestore(where: FuncRef, call: Site, root: AbstractObject, parts: readonly AbstractObject[], setting: ModeSetting, certain: boolean): void {
    const known = this.restores.find((item) => item.call.span === call.span && item.call.file === call.file);
    if (known === undefined) this.restores.push({ kind: 'restore', where, call, className: root.label, parts, setting, certain });
    else known.certain ||= certain;
  }

  use(numbers: readonly number[], use: Use, span: Span): void {
    for (const number of numbers) {
      const observation = this.forwards[number];
      if (observation === undefined) {
        this.parts.use(number, use);
        continue;
      }
      observation.uses.add(use);
      if (use === 'trained') observation.trainedOn.add(this.path);
      if (!observation.useSites.has(use)) observation.useSites.set(use, this.site(span));
    }
  }

  chain(context: Context): readonly Site[] {
    const sites: Site[] = [];
    for (let at = context; at.call !== null && at.parent !== null; at = at.parent) sites.push({ file: at.parent.ref.module.file, span: at.call.span });
    return sites.reverse();
  }
}

/** A leaf as an observation keys it. */
export function leafKey(leaf: Pick<LeafRun, 'path' | 'constructed'>): string {
  return `${leaf.path}@${leaf.constructed.span.start}`;
}
