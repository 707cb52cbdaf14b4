// Loops and callbacks that set the mode of every element of a collection: `for net in ensemble: net.eval()`, `nets.forEach((net) => net.eval())`, `[net.eval() for net in nets]`; also by a number or a key:
// `for i in range(len(nets)): nets[i].eval()`, `for (let i = 0; i < nets.length; i++) nets[i].eval()`, `for (const name in nets) nets[name].eval()`.
//
// Of a long list, or of one that a loop has filled, one object stands for several networks, and an `eval()` of one of them is added to what is known of all. A loop goes through all of them: where each
// round comes past one call that sets the mode of its element, and nothing else in the loop sets another, the whole collection is in that mode behind the loop. A collection that has no element has none in another mode either.
//
// What is perhaps in the collection (`[m for m in net.modules() if …]`) is perhaps left out: an element is taken to be in it if it is one of a list that is known in full, or if nothing but the collection holds it.
//
// Refuses to know: numbers that do not begin with 0 or end before the last element, a `break` before the call, a call under a test, elements whose class overrides `train`, elements that are not all known.
//
// Approximation: of what one place has made several, all are in the collection that holds some, unless another object holds one.
import { EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { mustObject, NOTHING, objectsOf, ofConstant, type Value } from '../domains/value.ts';
import { definitionsOf, storesOf, type Store } from '../ir/definitions.ts';
import { successorsOf, type BlockId, type Func, type Instr, type Temp, type Variable } from '../ir/ir.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import type { Frame } from './activation.ts';
import { getItem, iterate } from './attributes.ts';
import { VIEWED } from './collection-call.ts';
import { exactElements } from './exact-elements.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';
import { roundsOf } from './rounds.ts';
import { isPart, setTreeMode } from './set-mode.ts';

type CallInstr = Extract<Instr, { kind: 'call' }>;

/** A call that sets the mode of each element. */
interface Sweep {
  readonly call: CallInstr;
  readonly mode: ModeSet;
  /** Which part of an element: of `for name, net in pairs` the second one; null for the element itself. */
  readonly part: number | null;
  /** Whose elements they are, where the loop goes through numbers or keys; null where it goes through the collection itself. */
  readonly collection: Indexed | null;
}

/** A collection that a loop gets the elements of by a number or a key. */
interface Indexed {
  readonly variable: Variable;
  /** The attributes that lead from the variable to the collection. */
  readonly path: readonly string[];
  /** How many numbers there are, where that is written down; null where there are as many as elements. */
  readonly count: number | null;
  /** Holds if the loop goes through the collection itself, which has keys if it is a dictionary alone. */
  readonly isDictionary: boolean;
}

const ofLoops = new ByModels<Func, ReadonlyMap<BlockId, Sweep>>();

/** What a state that leaves the loop with this head knows of the elements that the loop has gone through. */
export function sweepByLoop(machine: Machine, frame: Frame, state: State, func: Func, head: BlockId, before: State | undefined): void {
  const sweep = ofLoops.get(func, machine.libraries, () => loopsOf(func, machine.libraries)).get(head);
  const { terminal } = func.blocks[head]!;
  if (sweep === undefined || before === undefined) return;
  if (sweep.collection !== null) {
    const source = indexedIn(machine, func, state, sweep.collection);
    if (source !== null) apply(machine, frame, state, sweep, source, before);
  } else if (terminal.kind === 'each') apply(machine, frame, state, sweep, state.get(terminal.iterable), before);
}

/** The collection, if the numbers or keys of the loop are those of all its elements. */
function indexedIn(machine: Machine, func: Func, state: State, { variable, path, count, isDictionary }: Indexed): Value | null {
  const isCell = variable.captured || variable.owner !== func.id;
  let value = (isCell ? state.cells.get(variable) : state.locals.get(variable)) ?? NOTHING;
  for (const name of path) {
    const object = mustObject(value);
    value = object === null ? NOTHING : (state.attr(object, name) ?? NOTHING);
  }
  const collection = mustObject(value);
  if (collection === null || (isDictionary && (machine.language !== 'python' || collection.label !== 'dict'))) return null;
  const elements = count === null ? null : exactElements(state, value);
  return count !== null && (elements === null || elements.length > count) ? null : value;
}

const NO_LIBRARIES: Pick<Libraries, 'moduleMethods'> = { moduleMethods: new Map() };

const ofCallbacks = new ByModels<Func, Sweep | null>();

/** What is known of the elements of `source` when `callback` has been called with each of them, as the first argument. */
export function sweepByCallback(machine: Machine, frame: Frame, state: State, source: Value, callback: Value, before: State): void {
  const [atom] = callback.unknown || callback.atoms.length !== 1 ? [] : callback.atoms;
  if (atom?.kind !== 'function' || atom.prefix.length > 0) return;
  const { func } = atom.ref;
  const sweep = ofCallbacks.get(func, machine.libraries, () => callbackOf(func, machine.libraries));
  if (sweep !== null) apply(machine, frame, state, sweep, source, before);
}

function apply(machine: Machine, frame: Frame, state: State, { call, mode, part }: Sweep, source: Value, before: State): void {
  const element = iterate(state, source);
  const value = part === null ? element : getItem(state, element, ofConstant({ type: 'number', value: part }));
  const networks = objectsOf(value);
  if (value.unknown || networks.length === 0 || networks.length !== value.atoms.length) return;
  const { trainMethod } = machine.libraries.moduleModel;
  const site = machine.site(call.span);
  const isHere = (setting: ModeSetting): boolean => setting.site.file === site.file && setting.site.span.start === site.span.start;
  const isPlain = (object: AbstractObject): boolean => {
    if (object.kind !== 'module' || (object.class !== null && findMember(machine.order(object.class), trainMethod) !== null)) return false;
    const known = before.object(object).settings;
    return state.object(object).settings.every((setting) => isHere(setting) || known.some((other) => other.mode === setting.mode && other.site.span === setting.site.span));
  };
  if (!networks.every(isPlain)) return;
  const all = new Set(networks);
  const sure = new Set((exactElements(state, source) ?? []).flatMap((item) => {
    const only = mustObject(part === null ? item : getItem(state, item, ofConstant({ type: 'number', value: part })));
    return only === null || state.object(only).many ? [] : [only];
  }));
  const perhaps = networks.filter((network) => !sure.has(network));
  if (perhaps.length > 0 && areHeldElsewhere(machine, frame, state, perhaps, all, new Set(objectsOf(source).flatMap((collection) => [collection, ...objectsOf(state.attr(collection, VIEWED) ?? NOTHING)])))) return;
  for (const network of networks) {
    const setting = state.object(network).settings.find(isHere) ?? { site, mode, how: 'called', selective: isPart(machine, network) };
    setTreeMode(machine, frame, state, network, mode, setting, true, call, () => true);
  }
}

/** Holds if a variable leads to one of the networks on a way past the collection; a variable of its own has the one that a place has made last. */
export function areHeldElsewhere(machine: Machine, frame: Frame, state: State, networks: readonly AbstractObject[], all: ReadonlySet<AbstractObject>, collections: ReadonlySet<AbstractObject>): boolean {
  const sought = new Set(networks);
  const single = new Set(networks.filter((network) => {
    const earlier = machine.objects.earlierSelf(network);
    return network.age === 'latest' && (earlier === null || !all.has(earlier));
  }));
  const seen = new Set<AbstractObject>(collections);
  const leads = (value: Value, directly: boolean): boolean => {
    let found = false;
    eachMentioned(value, (object) => {
      if (found) return;
      if (sought.has(object)) found = !directly || single.has(object);
      else if (!seen.has(object)) {
        seen.add(object);
        for (const inner of state.object(object).attrs.values()) found ||= leads(inner, false);
      }
    });
    return found;
  };
  if (state.cells.values().some((value) => leads(value, true)) || state.locals.values().some((value) => leads(value, true))) return true;
  if (machine.watch !== null) machine.watch.asksCallers = true;
  for (let at = frame.caller; at !== undefined; at = at.frame.caller) {
    if (at.state.locals.values().some((value) => leads(value, true)) || at.state.temps.values().some((value) => leads(value, true))) return true;
  }
  return false;
}

function loopsOf(func: Func, libraries: Libraries): ReadonlyMap<BlockId, Sweep> {
  const sweeps = new Map<BlockId, Sweep>();
  const code = new Code(func);
  for (const [head, body] of roundsOf(func).bodies) {
    const { terminal } = func.blocks[head]!;
    if (terminal.kind !== 'each' && terminal.kind !== 'branch') continue;
    const start = terminal.kind === 'each' ? terminal.body : terminal.then;
    for (const id of body) {
      for (const instr of func.blocks[id]!.instrs) {
        const set = modeSetBy(instr, libraries);
        if (set === null) continue;
        const part = terminal.kind === 'each' ? code.partOf(set.receiver, terminal.dest, body, libraries) : undefined;
        const collection = part === undefined ? code.indexedBy(set.receiver, head, body, libraries) : null;
        if ((part === undefined && collection === null) || !isOnEveryRound(func, head, start, id)) continue;
        sweeps.set(head, { call: set.call, mode: set.mode, part: part ?? null, collection });
      }
    }
  }
  return sweeps;
}

function callbackOf(func: Func, libraries: Libraries): Sweep | null {
  const parameter = func.params[0]?.variable;
  if (parameter === undefined || func.isAsync || func.isGenerator) return null;
  const code = new Code(func);
  for (const instr of func.blocks[0]!.instrs) {
    const set = modeSetBy(instr, libraries);
    if (set !== null && code.isVariable(set.receiver, parameter, libraries)) return { call: set.call, mode: set.mode, part: null, collection: null };
  }
  return null;
}

/** Holds if no way through a round leads past the block. */
function isOnEveryRound(func: Func, head: BlockId, start: BlockId, block: BlockId): boolean {
  const seen = new Set<BlockId>([block]);
  const pending = [start];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === head) return false;
    if (seen.has(id)) continue;
    seen.add(id);
    const { terminal, handler } = func.blocks[id]!;
    pending.push(...successorsOf(terminal), ...(handler === null ? [] : [handler]));
  }
  return true;
}

function modeSetBy(instr: Instr, libraries: Libraries): { readonly call: CallInstr; readonly receiver: Temp; readonly mode: ModeSet } | null {
  if (instr.kind !== 'call' || instr.callee.kind !== 'method' || instr.args.length > 0) return null;
  const effect = libraries.moduleMethods.get(instr.callee.name);
  if (effect !== 'set-eval' && effect !== 'set-train') return null;
  return { call: instr, receiver: instr.callee.object, mode: effect === 'set-eval' ? EVAL : TRAIN };
}

/** What a loop goes through in the place of elements: the numbers or keys of the collection `of`, or `count` numbers. */
interface Keys {
  readonly of: Temp | null;
  readonly count: number | null;
  readonly isDictionary: boolean;
}

function keysOf(of: Temp, isDictionary = false): Keys {
  return { of, count: null, isDictionary };
}

/** Functions that give the elements of what they are given, all of them. */
const GOING_THROUGH = new Set(['list', 'tuple', 'sorted', 'reversed', 'set', 'iter', 'tqdm']);

/** The definitions of a function's temps and variables. */
class Code {
  readonly #func: Func;
  readonly #definitions: ReadonlyMap<Temp, Instr>;
  readonly #stores: ReadonlyMap<Variable, readonly Store[]>;

  constructor(func: Func) {
    this.#func = func;
    this.#definitions = definitionsOf(func);
    this.#stores = storesOf(func);
  }

  /** Which part of the element `receiver` is; undefined if it is none. */
  partOf(receiver: Temp, element: Temp, body: ReadonlySet<BlockId>, libraries: Pick<Libraries, 'moduleMethods'>, seen: ReadonlySet<Temp> = new Set()): number | null | undefined {
    const temp = this.#itself(receiver, libraries);
    if (temp === element) return null;
    // `net = net` in the round leads to itself.
    if (seen.has(temp)) return undefined;
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'load') {
      const [store, ...others] = (this.#stores.get(instr.variable) ?? []).filter((one) => body.has(one.block));
      return store === undefined || others.length > 0 ? undefined : this.partOf(store.value, element, body, libraries, new Set([...seen, temp]));
    }
    if (instr?.kind !== 'get-item' || instr.object !== element || instr.index === null) return undefined;
    const index = this.#definitions.get(instr.index);
    return index?.kind === 'const' && index.value.type === 'number' ? index.value.value : undefined;
  }

  /** The collection of which `receiver` is the element that the loop is at, by its number or key; null if it is none. */
  indexedBy(receiver: Temp, head: BlockId, body: ReadonlySet<BlockId>, libraries: Libraries): Indexed | null {
    let temp = this.#itself(receiver, libraries);
    const load = this.#definitions.get(temp);
    if (load?.kind === 'load') {
      // `net = nets[i]` further up in the same round.
      const [store, ...others] = (this.#stores.get(load.variable) ?? []).filter((one) => body.has(one.block));
      if (store === undefined || others.length > 0) return null;
      temp = this.#itself(store.value, libraries);
    }
    const item = this.#definitions.get(temp);
    if (item?.kind !== 'get-item' || item.index === null) return null;
    const collection = this.#pathOf(item.object, body);
    const numbers = collection === null ? null : this.#numbersAt(head, item.index, body);
    if (collection === null || numbers === null) return null;
    if (numbers.of === null) return { ...collection, count: numbers.count, isDictionary: false };
    const other = this.#pathOf(numbers.of, body);
    const isSame = other !== null && other.variable === collection.variable && other.path.join('.') === collection.path.join('.');
    return isSame ? { ...collection, count: null, isDictionary: numbers.isDictionary } : null;
  }

  /** What `index` goes through in the loop: the numbers below a constant, or those, or the keys, of a collection. */
  #numbersAt(head: BlockId, index: Temp, body: ReadonlySet<BlockId>): Keys | null {
    const { terminal } = this.#func.blocks[head]!;
    const counted = roundsOf(this.#func).counted.get(head);
    const at = this.#definitions.get(index);
    if (counted !== undefined && at?.kind === 'load' && at.variable === counted.counter) {
      const start = counted.start === null ? null : this.#definitions.get(counted.start);
      const isFromZero = start === null || (start?.kind === 'const' && start.value.type === 'number' && start.value.value === 0);
      // A counter that moves on before it is used is past the first element.
      const isMoved = terminal.kind === 'branch' && (this.#stores.get(counted.counter) ?? []).some((store) => body.has(store.block) && !this.#isLast(store.block, head));
      const stop = this.#definitions.get(counted.stop);
      if (!isFromZero || counted.inclusive || isMoved) return null;
      if (stop?.kind === 'const') return stop.value.type === 'number' ? { of: null, count: stop.value.value, isDictionary: false } : null;
      if (stop?.kind === 'get-attr') return stop.name === 'length' ? keysOf(stop.object) : null;
      const isLength = stop?.kind === 'call' && stop.callee.kind === 'value' && stop.args.length === 1 && this.#nameOf(stop.callee.value) === 'len';
      return isLength ? keysOf(stop.args[0]!.value) : null;
    }
    const part = terminal.kind === 'each' ? this.partOf(index, terminal.dest, body, NO_LIBRARIES) : undefined;
    if (terminal.kind !== 'each' || part === undefined) return null;
    if (part === null) return this.#keysOf(terminal.iterable);
    // `for i, _ in enumerate(nets)`
    const call = this.#definitions.get(terminal.iterable);
    const isNumbered = part === 0 && call?.kind === 'call' && call.callee.kind === 'value' && call.args.length === 1 && this.#nameOf(call.callee.value) === 'enumerate';
    return isNumbered ? keysOf(call.args[0]!.value) : null;
  }

  /** The collection whose keys `temp` gives. */
  #keysOf(temp: Temp): Keys | null {
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'operator') return instr.operator === 'keys' ? keysOf(instr.operands[0]!) : null;
    if (instr?.kind === 'call') {
      const [first] = instr.args;
      if (instr.callee.kind === 'method') {
        if (instr.callee.name !== 'keys') return null;
        if (first === undefined) return keysOf(instr.callee.object);
        return this.#nameOf(instr.callee.object) === 'Object' ? keysOf(first.value) : null;
      }
      return first?.kind === 'positional' && GOING_THROUGH.has(this.#nameOf(instr.callee.value) ?? '') ? this.#keysOf(first.value) : null;
    }
    return instr?.kind === 'load' || instr?.kind === 'get-attr' ? keysOf(temp, true) : null;
  }

  /** A variable that the loop does not assign, or an attribute of one that the function does not. */
  #pathOf(temp: Temp, body: ReadonlySet<BlockId>): { readonly variable: Variable; readonly path: readonly string[] } | null {
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'load') return (this.#stores.get(instr.variable) ?? []).some((store) => body.has(store.block)) ? null : { variable: instr.variable, path: [] };
    if (instr?.kind !== 'get-attr' || this.#func.blocks.some((block) => block.instrs.some((other) => other.kind === 'set-attr' && other.name === instr.name))) return null;
    const object = this.#pathOf(instr.object, body);
    return object === null ? null : { variable: object.variable, path: [...object.path, instr.name] };
  }

  #nameOf(temp: Temp): string | null {
    const instr = this.#definitions.get(temp);
    return instr?.kind === 'global' ? instr.name : instr?.kind === 'import' ? instr.name : instr?.kind === 'load' ? instr.variable.name : null;
  }

  /** Holds if nothing of the round comes after the block. */
  #isLast(block: BlockId, head: BlockId): boolean {
    const { terminal } = this.#func.blocks[block]!;
    return terminal.kind === 'goto' && terminal.target === head;
  }

  isVariable(receiver: Temp, variable: Variable, libraries: Libraries): boolean {
    const instr = this.#definitions.get(this.#itself(receiver, libraries));
    return instr?.kind === 'load' && instr.variable === variable && !this.#stores.has(variable);
  }

  /** `net` of `net.to(device)`. */
  #itself(temp: Temp, libraries: Pick<Libraries, 'moduleMethods'>): Temp {
    const instr = this.#definitions.get(temp);
    return instr?.kind === 'call' && instr.callee.kind === 'method' && libraries.moduleMethods.get(instr.callee.name) === 'self' ? this.#itself(instr.callee.object, libraries) : temp;
  }
}
