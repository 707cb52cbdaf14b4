// What the parts of the interpreter share while one file is analysed: the program, the object table, the observations, the
// budget. The parts themselves are functions in the files beside this one that take the machine as their first argument.
//
// How a call of a project function is analysed: the callee is run on the caller's state, once per calling context, and its
// result is kept; a second visit with the same entry state takes the kept result (`call-function.ts`). That row of "entry
// state, exit state" is the function's summary for the context. A root function, one whose callers we do not see, is run on
// an entry state whose modes are the atom `entry`.
import type { GradScopeEffect } from '../domains/grad.ts';
import type { Arg, ClassDef, Func, Instr, Language, Module } from '../ir/ir.ts';
import type { AbstractObject, ObjectKind, ProjectClass, Site } from '../domains/object.ts';
import { joinObjects, NEW_OBJECT, type ModeSetting, type ObjectState } from '../domains/heap.ts';
import type { ModeSet } from '../domains/mode.ts';
import type { Relied, State } from '../domains/state.ts';
import { equalValues, joinValues, NOTHING, objectsOf, type Captured, type FuncRef, type Value } from '../domains/value.ts';
import type { Libraries } from '../libraries/read.ts';
import type { ClassRow, OptionFamily } from '../libraries/schema.ts';
import type { Span } from '../source/span.ts';
import { classOrder, type ClassOrder } from './class-order.ts';
import { Context, placeKey } from './context.ts';
import type { Footprint, Watch } from './footprint.ts';
import type { ProjectFiles } from './imports.ts';
import type { Visit, VisitRecord } from './left-behind.ts';
import type { Cut, DrawObservation, ForwardObservation, LayerFault, LayerObservation, LeafRun, RestoreObservation, ScopeObservation, UnrestoredObservation, Use } from './observation.ts';
import type { Recorder } from './recorder.ts';
import { retire } from './renaming.ts';
import type { Leaving } from './ways-out.ts';
import type { Traces } from './switched-off.ts';

/** Arguments of a call after evaluation. `more` is what `*args`, `**kwargs` or unknown callers may add, or null. */
export interface ArgValues {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly more: Value | null;
  /** The arguments as written, for edits. */
  readonly written: readonly Arg[];
}

export const NO_ARGS: ArgValues = { positional: [], keywords: new Map(), more: null, written: [] };

/** One activation of a function. */
export interface Frame {
  readonly context: Context;
  /** Bound receiver, for `super`. */
  readonly receiver: AbstractObject | null;
  /** Holds while an object is being constructed, or the module's own statements run. */
  readonly early: boolean;
  /** Set while a generator function runs as a context manager, or in steps. */
  readonly managed?: Managed | Resumed;
  /** Functions that this activation was given as arguments, or that the function's value has taken with it. */
  readonly captured?: Captured;
  /** Who called, and the state of its own names then; left out for a root. */
  readonly caller?: { readonly frame: Frame; readonly state: State };
}

/**
 * A context manager that is a generator function. `enter`: control leaves at the `yield`. `exit`: the function runs once more from where it
 * was entered, and the `yield` leaves what `body`, the state at the end of the `with` block, says; it throws if the block did.
 */
export type Managed = { readonly phase: 'enter' } | { readonly phase: 'exit'; readonly body: State; readonly how: 'normal' | 'exception' };

/** A generator that goes on from where it stopped: `passed` are the states in which the yields that it has behind it are left. */
export interface Resumed {
  readonly phase: 'resume';
  /** The contexts of its steps: that of the code before the first yield, and so on. */
  readonly contexts: readonly Context[];
  readonly passed: readonly State[];
  /** Holds if it may have stopped at any of its yields; `passed` is then the one state in which it goes on. */
  readonly isAny: boolean;
  readonly then: 'step' | 'rest' | 'raise';
  /** Holds if the end of the generator throws where a step was asked for. */
  readonly throwsAtEnd: boolean;
  /** Set if a step may have come to the end. */
  ended: boolean;
  /** Set if a step may have come to a yield. */
  stopped: boolean;
}

/**
 * The forward call that is being followed. `path` leads from its module to the one whose `forward` runs now; `cutAt` is the call within it from which on
 * nothing is recorded, though the whole call is.
 */
export interface RunningForward {
  readonly observation: ForwardObservation;
  readonly path: string;
  readonly cutAt?: Cut | undefined;
}

/** A `forward` that is run with its module in evaluation mode, to see what is still random. */
export interface Probe {
  readonly owner: ProjectClass;
  readonly receiver: AbstractObject;
  /** Where the run of the `forward` begins: what is made from there on is made anew in each call. */
  readonly context: Context;
  /** Draws that were seen. */
  readonly seen: Set<DrawObservation>;
  /** The options that a layer is called with, where the mode is one of them. */
  readonly options: { readonly object: AbstractObject; readonly family: OptionFamily } | null;
  /** Set while the `forward` is run once more in training mode: which of the draws are made then, too. */
  readonly awake: boolean;
  /** What it sets, and what is active in it. */
  readonly traces: Traces;
}

/** What a run depends on beside the state. */
export interface Ambience {
  readonly observation: ForwardObservation | null;
  readonly path: string;
  readonly cutAt: Cut | undefined;
  readonly isVisit: boolean;
  readonly probe: Probe | null;
  readonly isTraining: boolean;
  readonly constructsParts: boolean;
}

export interface Kept {
  readonly entry: State;
  /** What of `entry` it depends on; null for all of it. */
  readonly footprint: Footprint | null;
  readonly ambience: Ambience;
  readonly captured: Captured | undefined;
  readonly receiver: AbstractObject | null;
  /** Whether all throws were told, or only those that are written down as such. */
  readonly catching: boolean;
  readonly exit: State | null;
  readonly thrown: State | null;
  readonly result: Value;
  readonly visits: readonly VisitRecord[];
  /** Layers that it reached for the forward call that was running. */
  readonly leaves: readonly LeafRun[];
}

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

/** What is allocated. */
interface Making {
  readonly kind: ObjectKind;
  readonly class: ProjectClass | null;
  readonly library: ClassRow | null;
  readonly label: string;
  readonly inert?: AbstractObject['inert'];
  /** Set for a collection that nobody keeps: the one that the same place made before is gone. */
  readonly replaces?: boolean;
}

/** How an object came to be. */
interface Birth {
  readonly key: string;
  readonly instr: Instr;
  readonly make: Making;
  readonly context: Context;
}

/** Steps that one root may take, and all roots of a file together: about a second, and a few seconds. */
const ROOT_BUDGET = 80_000;
const FILE_BUDGET = 300_000;
/**
 * Steps that a root may take in which nothing turns up that has a mode, and all such roots of a file together, beside one for each instruction of the file;
 * when these are spent, the others get less. Most code of most projects is about other things.
 */
const IDLE_ROOT_BUDGET = 20_000;
const IDLE_FILE_BUDGET = 40_000;
const IDLE_LEAST = 2_000;
const MAX_SETTLED_DEPTH = 3;

export class Machine {
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
  /** Calls that rely on a mode that was set before its setter waited. */
  readonly reliances = new Map<ForwardObservation, Reliance>();
  /** Modes that other tasks may meet, by module. */
  readonly exposed = new Map<AbstractObject, Set<Relied>>();
  readonly keptResults = new Map<Context, readonly Kept[]>();
  /** Notes what the function that runs now looks at. */
  watch: Watch | null = null;
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
  /** Calls of code that we cannot see: what they give may be anything. */
  readonly unseenCalls = new Set<Instr>();
  /** Generator functions that are context managers. */
  readonly managers = new Set<Func>();
  /** Objects that code outside this file may hold: what is stored in them may be used there. */
  readonly shared = new Set<AbstractObject>();
  /** The attribute under which an object was first registered with a module: what a message calls it. */
  readonly registered = new Map<AbstractObject, string>();
  /** Programs that were traced from modules, and the calls that traced them. */
  readonly programs = new Map<AbstractObject, ReadonlySet<number>>();
  /** Containers whose children are being run. */
  readonly openContainers = new Set<AbstractObject>();
  running: RunningForward | null = null;
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
  steps = 0;
  #limit = FILE_BUDGET;
  /** The limit as soon as something turns up that has a mode. */
  #fullLimit = FILE_BUDGET;
  #idleSteps = 0;
  /** Instructions of the file that is analysed. */
  readonly #size: number;
  #scopeEffects = new Map<string, GradScopeEffect>();
  #notedScopes = new Set<string>();
  #roots = new Map<string, Context>();
  #objects = new Map<string, AbstractObject>();
  #births = new Map<AbstractObject, Birth>();
  #objectCount = 0;
  #orders = new Map<ProjectClass, ClassOrder>();
  #forwardIndex = new Map<Context, Map<number, ForwardObservation>>();
  #drawIndex = new Map<Module, Map<number, DrawObservation>>();
  #instrNumbers = new Map<Instr, number>();
  #contextNumbers = new Map<Context, number>();

  constructor(module: Module, libraries: Libraries, files: ProjectFiles, recorder: Recorder | null = null) {
    this.recorder = recorder;
    this.module = module;
    this.#size = module.funcs.reduce((sum, func) => sum + func.blocks.reduce((part, block) => part + block.instrs.length, 0), 0);
    this.current = module;
    this.libraries = libraries;
    this.files = files;
  }

  get language(): Language {
    return this.module.language;
  }

  /** Holds if the root that runs now, or the file, has taken all the steps that it may. */
  get exhausted(): boolean {
    return this.steps > this.#limit;
  }

  /** Runs one root on its own budget. If that is spent, nothing that was seen for the first time in this root is complete. */
  withBudget<T>(run: () => T): T {
    const [forwards, draws, before] = [this.forwards.length, this.draws.length, this.steps];
    this.#fullLimit = Math.min(before + ROOT_BUDGET, FILE_BUDGET);
    this.#limit = Math.min(before + this.#size + Math.max(IDLE_LEAST, Math.min(IDLE_ROOT_BUDGET, IDLE_FILE_BUDGET - this.#idleSteps)), this.#fullLimit);
    const result = run();
    if (this.exhausted) for (const observation of [...this.forwards.slice(forwards), ...this.draws.slice(draws)]) observation.incomplete = true;
    if (this.#limit !== this.#fullLimit) this.#idleSteps += this.steps - before;
    this.#limit = this.#fullLimit = FILE_BUDGET;
    return result;
  }

  /** Something turned up that has a mode: the root that runs is worth all of its budget. */
  noteRelevant(): void {
    if (!this.exhausted) this.#limit = this.#fullLimit;
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

  order(item: ProjectClass): ClassOrder {
    let order = this.#orders.get(item);
    if (order === undefined) this.#orders.set(item, (order = classOrder(item, this.libraries)));
    return order;
  }

  #number<K>(map: Map<K, number>, key: K): number {
    let number = map.get(key);
    if (number === undefined) map.set(key, (number = map.size));
    return number;
  }

  /**
   * Makes the object of an allocation site in a context (`part` tells several objects of one instruction apart). If the site
   * has made one before that is still in the state, that one becomes `earlier`, in every place that refers to it.
   */
  allocate(state: State, context: Context, instr: Instr, part: string, make: Making, initial: Partial<ObjectState>): AbstractObject {
    if (make.kind === 'module') this.noteRelevant();
    const key = this.#keyOf(context, instr, part);
    const latest = this.#intern(key, instr, make, 'latest');
    this.#births.set(latest, { key, instr, make, context: context.home });
    if (make.replaces === true) {
      state.heap.set(latest, { ...NEW_OBJECT, ...initial });
      return latest;
    }
    if (state.heap.has(latest) && make.kind === 'collection') {
      // Collections are not told apart by age: their contents are joined, which costs precision and saves a pass over the state.
      if (make.label === 'tuple' && sameElements(state.object(latest).attrs, initial.attrs)) return latest;
      state.heap.set(latest, joinObjects({ ...state.object(latest), many: true }, { ...NEW_OBJECT, ...initial }));
      return latest;
    }
    if (state.heap.has(latest)) {
      const earlier = new Map<AbstractObject, AbstractObject>();
      this.#olderSelves(state, latest, context.home, placeKey(instr), earlier);
      this.#retire(state, earlier);
    }
    state.heap.set(latest, { ...NEW_OBJECT, ...initial });
    return latest;
  }

  #keyOf(context: Context, instr: Instr, part: string): string {
    return `${this.#number(this.#instrNumbers, instr)}@${this.#number(this.#contextNumbers, context.home)}/${part}`;
  }

  /** Makes the objects that `instr` has made before under the names `parts` earlier ones, all in one pass over the state, before it makes them anew. */
  retireTogether(state: State, context: Context, instr: Instr, parts: readonly string[]): void {
    const earlier = new Map<AbstractObject, AbstractObject>();
    for (const part of parts) {
      const latest = this.#objects.get(this.#keyOf(context, instr, part));
      if (latest !== undefined && latest.kind !== 'collection' && state.heap.has(latest)) this.#olderSelves(state, latest, context.home, placeKey(instr), earlier);
    }
    if (earlier.size > 0) this.#retire(state, earlier);
  }

  #retire(state: State, earlier: ReadonlyMap<AbstractObject, AbstractObject>): void {
    this.watch?.noteRenamed(earlier);
    retire(state, earlier);
  }

  /**
   * What becomes of `latest`, and of all that its constructor made and that it still holds: each gets its earlier self. Together they cost one pass
   * over the state, where one by one they would cost one each.
   */
  #olderSelves(state: State, latest: AbstractObject, context: Context, place: number, into: Map<AbstractObject, AbstractObject>): void {
    const seen = new Set<AbstractObject>();
    const visit = (object: AbstractObject): void => {
      if (seen.has(object)) return;
      seen.add(object);
      const birth = this.#births.get(object);
      const isOurs = object === latest || (birth !== undefined && object.age === 'latest' && isWithin(birth.context, context, place));
      if (!isOurs) return;
      if (object.kind !== 'collection' || object === latest) {
        const { key, instr, make } = birth!;
        const earlier = this.#intern(`${key}'`, instr, make, 'earlier');
        this.#births.set(earlier, birth!);
        const name = this.registered.get(object);
        if (name !== undefined) this.registered.set(earlier, name);
        into.set(object, earlier);
      }
      for (const value of state.object(object).attrs.values()) for (const part of objectsOf(value)) visit(part);
    };
    visit(latest);
  }

  /** Holds if the object was made in the activation that `context` stands for, or in a call from there. */
  isMadeIn(object: AbstractObject, context: Context): boolean {
    for (let at: Context | null = this.#births.get(object)?.context ?? null; at !== null; at = at.parent) if (at === context.home) return true;
    return false;
  }

  /** Holds if `part` was made while `whole` was: however many a loop makes there, all of them are parts of `whole`. */
  isMadeFor(part: AbstractObject, whole: AbstractObject): boolean {
    const [ofPart, ofWhole] = [this.#births.get(part), this.#births.get(whole)];
    return ofPart !== undefined && ofWhole !== undefined && isWithin(ofPart.context, ofWhole.context, placeKey(ofWhole.instr));
  }

  /** What `object` is once its site has made another one; null if that has not come to pass. */
  earlierSelf(object: AbstractObject): AbstractObject | null {
    const birth = this.#births.get(object);
    return birth === undefined ? null : (this.#objects.get(`${birth.key}'`) ?? null);
  }

  /** Makes a list, tuple or dictionary with the given elements. */
  collection(state: State, context: Context, instr: Instr, part: string, label: string, elements: ReadonlyMap<string, Value>): AbstractObject {
    return this.allocate(state, context, instr, part, { kind: 'collection', class: null, library: null, label }, { attrs: elements });
  }

  #intern(key: string, instr: Instr, make: Making, age: AbstractObject['age']): AbstractObject {
    let object = this.#objects.get(key);
    if (object === undefined) {
      object = { id: this.#objectCount, kind: make.kind, class: make.class, library: make.library, site: this.site(instr.span), label: make.label, age, via: null, inert: make.inert ?? 'no', reachesLists: this.#reachesLists(make.class) };
      this.#objectCount += 1;
      this.#objects.set(key, object);
    }
    return object;
  }

  #reachesLists(cls: ProjectClass | null): boolean {
    return cls !== null && this.order(cls).moduleModel?.modules?.lists === true;
  }

  /** An object that exists before the analysed root starts: a parameter, or an attribute of one. */
  outside(key: string, span: Span, label: string, via: AbstractObject['via'], kind: ObjectKind = 'opaque', cls: ProjectClass | null = null): AbstractObject {
    const name = via === null ? `outside:${key}` : `outside:${via.object.id}.${via.name}`;
    let object = this.#objects.get(name);
    if (object === undefined) {
      object = { id: this.#objectCount, kind, class: cls, library: null, site: this.site(span), label, age: 'latest', via, inert: 'unknown', reachesLists: this.#reachesLists(cls) };
      this.#objectCount += 1;
      this.#objects.set(name, object);
    }
    return object;
  }

  forwardAt(context: Context, instr: Instr, make: (number: number) => ForwardObservation): ForwardObservation {
    this.noteRelevant();
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
    this.noteRelevant();
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
    this.noteRelevant();
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

  /** Puts a gradient scope around the functions among `value`'s atoms, as a decorator does. */
  decorate(where: FuncRef, value: Value, scope: GradScopeEffect, instr: Instr): Value {
    const atoms = value.atoms.map((atom) => {
      if (atom.kind !== 'function') return atom;
      // The call of a coroutine function only makes the coroutine: when its body runs, the scope is left already.
      if (atom.ref.func.isAsync) {
        this.noteScope(where, instr, scope.path, 'around-coroutine');
        return atom;
      }
      const scopes = [...atom.scopes, scope];
      this.decorated.set(atom.ref.func, scopes);
      return { ...atom, scopes };
    });
    return { ...value, atoms };
  }

  /** Notes a fault of a class or of how a module is handled, once for each place. */
  noteLayer(where: FuncRef, call: Site, fault: LayerFault, certain: boolean): void {
    const known = this.layers.find((item) => item.fault.kind === fault.kind && item.call.file === call.file && item.call.span.start === call.span.start && item.call.span.end === call.span.end);
    if (known === undefined) this.layers.push({ kind: 'layer', where, call, fault, certain });
    else known.certain ||= certain;
  }

  /** The draw that was seen at `instr`, if any. */
  knownDraw(instr: Instr): DrawObservation | undefined {
    return this.#drawIndex.get(this.current)?.get(placeKey(instr));
  }

  /** Notes a mode that is put back on `root` alone. */
  noteRestore(where: FuncRef, instr: Instr, root: AbstractObject, parts: readonly AbstractObject[], setting: ModeSetting, certain: boolean): void {
    const known = this.restores.find((item) => item.call.span === instr.span && item.call.file === this.current.file);
    if (known === undefined) this.restores.push({ kind: 'restore', where, call: this.site(instr.span), className: root.label, parts, setting, certain });
    else known.certain ||= certain;
  }

  use(numbers: readonly number[], use: Use, span: Span): void {
    for (const number of numbers) {
      const observation = this.forwards[number];
      if (observation === undefined) continue;
      observation.uses.add(use);
      if (!observation.useSites.has(use)) observation.useSites.set(use, this.site(span));
    }
  }

  /** The value with everything that its collections hold: what a function that takes it apart may see. */
  settled(state: State, value: Value): Value {
    let result = value;
    let level: readonly Value[] = [value];
    // Each collection once, the nearest first: collections that hold one another have more ways through them than steps of a budget can pay for.
    const seen = new Set<AbstractObject>();
    for (let depth = 0; depth < MAX_SETTLED_DEPTH && level.length > 0; depth++) {
      const next: Value[] = [];
      for (const object of level.flatMap(objectsOf)) {
        if (object.kind !== 'collection' || seen.has(object)) continue;
        seen.add(object);
        for (const element of state.object(object).attrs.values()) {
          result = joinValues(result, element);
          next.push(element);
        }
      }
      level = next;
    }
    return result;
  }

  chain(context: Context): readonly Site[] {
    const sites: Site[] = [];
    for (let at = context; at.call !== null && at.parent !== null; at = at.parent) sites.push({ file: at.parent.ref.module.file, span: at.call.span });
    return sites.reverse();
  }
}

/** Holds if two tuples are one and the same to everybody: nothing about a tuple can change. */
function sameElements(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value> = new Map()): boolean {
  return a.size === b.size && [...a].every(([name, value]) => equalValues(value, b.get(name) ?? NOTHING));
}

/** Holds if `context` lies in what the call at `place` in `outer` runs. */
function isWithin(context: Context, outer: Context, place: number): boolean {
  for (let at: Context | null = context; at !== null && at.depth > outer.depth; at = at.parent) if (at.parent === outer && at.call !== null && placeKey(at.call) === place) return true;
  return false;
}

/** A leaf as an observation keys it. */
export function leafKey(leaf: Pick<LeafRun, 'path' | 'constructed'>): string {
  return `${leaf.path}@${leaf.constructed.span.start}`;
}

