// Loops and callbacks that set the mode of every element of a collection: `for net in ensemble: net.eval()`, `nets.forEach((net) => net.eval())`, `[net.eval() for net in nets]`.
//
// Of a long list, or of one that a loop has filled, one object stands for several networks, and an `eval()` of one of them is added to what is known of all. A loop goes through all of them: where each
// round comes past one call that sets the mode of its element, and nothing else in the loop sets another, the whole collection is in that mode behind the loop. A collection that has no element has none in another mode either.
//
// What is perhaps in the collection (`[m for m in net.modules() if …]`) is perhaps left out: an element is taken to be in it if it is one of a list that is known in full, or if nothing but the collection holds it.
//
// Refuses to know: a `break` before the call, a call under a test, elements whose class overrides `train`, elements that are not all known.
//
// Approximation: of what one place has made several, all are in the collection that holds some, unless another object holds one.
import { EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { mustObject, objectsOf, ofConstant, type Value } from '../domains/value.ts';
import { destOf, successorsOf, type BlockId, type Func, type Instr, type Temp, type Variable } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import type { Frame } from './activation.ts';
import { getItem, iterate } from './attributes.ts';
import { exactElements } from './call.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';
import { roundsOf } from './rounds.ts';
import { setTreeMode } from './set-mode.ts';

type CallInstr = Extract<Instr, { kind: 'call' }>;

/** A call that sets the mode of each element. */
interface Sweep {
  readonly call: CallInstr;
  readonly mode: ModeSet;
  /** Which part of an element: of `for name, net in pairs` the second one; null for the element itself. */
  readonly part: number | null;
}

const ofLoops = new WeakMap<Func, ReadonlyMap<BlockId, Sweep>>();

/** What a state that leaves the loop with this head knows of the elements that the loop has gone through. */
export function sweepByLoop(machine: Machine, frame: Frame, state: State, func: Func, head: BlockId, before: State | undefined): void {
  let sweeps = ofLoops.get(func);
  if (sweeps === undefined) ofLoops.set(func, (sweeps = loopsOf(func, machine.libraries)));
  const sweep = sweeps.get(head);
  const { terminal } = func.blocks[head]!;
  if (sweep === undefined || terminal.kind !== 'each' || before === undefined) return;
  apply(machine, frame, state, sweep, state.get(terminal.iterable), before);
}

const ofCallbacks = new WeakMap<Func, Sweep | null>();

/** What is known of the elements of `source` when `callback` has been called with each of them, as the first argument. */
export function sweepByCallback(machine: Machine, frame: Frame, state: State, source: Value, callback: Value, before: State): void {
  const [atom] = callback.unknown || callback.atoms.length !== 1 ? [] : callback.atoms;
  if (atom?.kind !== 'function' || atom.prefix.length > 0) return;
  const { func } = atom.ref;
  let sweep = ofCallbacks.get(func);
  if (sweep === undefined) ofCallbacks.set(func, (sweep = callbackOf(func, machine.libraries)));
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
  if (perhaps.length > 0 && areHeldElsewhere(machine, frame, state, perhaps, all, new Set(objectsOf(source)))) return;
  for (const network of networks) {
    const setting = state.object(network).settings.find(isHere) ?? { site, mode, how: 'called', selective: machine.registered.has(network) };
    setTreeMode(machine, frame, state, network, mode, setting, true, call, () => true);
  }
}

/** Holds if a variable leads to one of the networks on a way past the collection; a variable of its own has the one that a place has made last. */
function areHeldElsewhere(machine: Machine, frame: Frame, state: State, networks: readonly AbstractObject[], all: ReadonlySet<AbstractObject>, collections: ReadonlySet<AbstractObject>): boolean {
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
    if (terminal.kind !== 'each') continue;
    for (const id of body) {
      for (const instr of func.blocks[id]!.instrs) {
        const set = modeSetBy(instr, libraries);
        if (set === null) continue;
        const part = code.partOf(set.receiver, terminal.dest, body, libraries);
        if (part === undefined || !isOnEveryRound(func, head, terminal.body, id)) continue;
        sweeps.set(head, { call: set.call, mode: set.mode, part });
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
    if (set !== null && code.isVariable(set.receiver, parameter, libraries)) return { call: set.call, mode: set.mode, part: null };
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

/** The definitions of a function's temps and variables. */
class Code {
  readonly #definitions = new Map<Temp, Instr>();
  readonly #stores = new Map<Variable, { readonly block: BlockId; readonly value: Temp }[]>();

  constructor(func: Func) {
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        const dest = destOf(instr);
        if (dest !== null) this.#definitions.set(dest, instr);
        if (instr.kind === 'store') this.#stores.set(instr.variable, [...(this.#stores.get(instr.variable) ?? []), { block: block.id, value: instr.value }]);
      }
    }
  }

  /** Which part of the element `receiver` is; undefined if it is none. */
  partOf(receiver: Temp, element: Temp, body: ReadonlySet<BlockId>, libraries: Libraries): number | null | undefined {
    const temp = this.#itself(receiver, libraries);
    if (temp === element) return null;
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'load') {
      const [store, ...others] = (this.#stores.get(instr.variable) ?? []).filter((one) => body.has(one.block));
      return store === undefined || others.length > 0 ? undefined : this.partOf(store.value, element, body, libraries);
    }
    if (instr?.kind !== 'get-item' || instr.object !== element || instr.index === null) return undefined;
    const index = this.#definitions.get(instr.index);
    return index?.kind === 'const' && index.value.type === 'number' ? index.value.value : undefined;
  }

  isVariable(receiver: Temp, variable: Variable, libraries: Libraries): boolean {
    const instr = this.#definitions.get(this.#itself(receiver, libraries));
    return instr?.kind === 'load' && instr.variable === variable && !this.#stores.has(variable);
  }

  /** `net` of `net.to(device)`. */
  #itself(temp: Temp, libraries: Libraries): Temp {
    const instr = this.#definitions.get(temp);
    return instr?.kind === 'call' && instr.callee.kind === 'method' && libraries.moduleMethods.get(instr.callee.name) === 'self' ? this.#itself(instr.callee.object, libraries) : temp;
  }
}
