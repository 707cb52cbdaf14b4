// `train()` and `eval()`: sets the mode of a module and of everything registered below it.
//
// A module is a tree. The update is strong (the old mode is forgotten) where the receiver is certainly one object and each
// step down is; elsewhere the new mode is added to the old. Children in plain collections are not reached, as in the
// libraries; a child whose class overrides the setter runs its override.
import { EVAL, TRAIN, UNKNOWN_MODE, type ModeSet } from '../domains/mode.ts';
import { CALIBRATED, elementName, FROZEN, TRAINABLE, UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE, type ModeSetting, type Slept, type StatisticsSet, type TrainableSet, type Woke } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { boundIn, mustConstant, objectsOf, ofBoolean, type Atom, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import { callValue, type CallInstr } from './call.ts';
import { callFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { hidesParts, hidingNetwork } from './hidden-parts.ts';
import type { Machine } from './machine.ts';
import { ownPartsOf } from './own-parts.ts';

/**
 * Calls `visit` for `root` and every module registered below it; `strong` tells whether a visit means this very object, `chosen` whether it means it
 * if the object is there at all: of `self.norm = nn.BatchNorm1d(4) if norm else nn.Identity()` one is, and the other is not in use. `isOwn` says of parts
 * that they are all below it: what a loop in the constructor of `root` makes, or in that of a network above them.
 */
export function eachInTree(state: State, root: AbstractObject, strong: boolean, visit: (object: AbstractObject, strong: boolean, chosen: boolean) => boolean | void, isOwn: IsOwn = () => false): void {
  const seen = new Set<AbstractObject>();
  // Networks that are wrapped again and again, thousands of times, are deeper than the stack.
  const open: Step[] = [{ object: root, certain: strong, chosen: strong, isList: false, above: null }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { object, isList } = step;
    let { certain, chosen } = step;
    if (!isList) {
      if (seen.has(object) || (object.kind !== 'module' && object.kind !== 'opaque')) continue;
      seen.add(object);
      const { many } = state.object(object);
      certain &&= !many;
      chosen &&= !many || isOwn(object, step.above);
      if (visit(object, certain, chosen) === false) continue;
    }
    const above = object.class === null ? step.above : { network: object, above: step.above };
    const children = childrenIn(state.object(object).attrs);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at]!;
      // What such a module finds in its lists are parts of its own.
      if (!isList && object.reachesLists && child.object.kind === 'collection') open.push({ object: child.object, certain, chosen, isList: true, above });
      else open.push({ object: child.object, certain: certain && child.isSure, chosen: chosen && (child.isChoice || (child.isGiven && object.library !== null && object.class === null) || isOwn(child.object, above)), isList: false, above });
    }
  }
}

/** What is to be visited next; `isList`: not it, but what it holds. */
interface Step {
  readonly object: AbstractObject;
  readonly certain: boolean;
  readonly chosen: boolean;
  readonly isList: boolean;
  readonly above: Above | null;
}

/** The networks of the project on the way from the root to a part, the nearest first. */
export interface Above {
  readonly network: AbstractObject;
  readonly above: Above | null;
}

/** Says of a part that is reached through these that whatever it stands for is reached. */
export type IsOwn = (part: AbstractObject, above: Above | null) => boolean;

/** An object that an attribute may hold. */
interface Child {
  readonly object: AbstractObject;
  /** Holds if the attribute holds nothing else. */
  readonly isSure: boolean;
  /** Holds if it is what the attribute holds, or the constructor has chosen another in its place. */
  readonly isChoice: boolean;
  /** Holds if the attribute holds it or something out of sight in its place: what a wrapper was given, `nn.DataParallel(net)`. */
  readonly isGiven: boolean;
}

const children = new WeakMap<ReadonlyMap<string, Value>, readonly Child[]>();

/** The objects in attributes that a library can see, which are asked for far more often than they change. No library sees the private fields of its modules. */
function childrenIn(attrs: ReadonlyMap<string, Value>): readonly Child[] {
  let found = children.get(attrs);
  if (found !== undefined) return found;
  found = [...attrs].flatMap(([name, value]) => {
    if (name.startsWith('#')) return [];
    const held = objectsOf(value);
    return held.map((object) => ({ object, isSure: held.length === 1 && !value.unknown, isChoice: !value.unknown && isChoice(name, held), isGiven: value.unknown && name !== elementName(null) && held.every(isMade) }));
  });
  children.set(attrs, found);
  return found;
}

// Approximation: a constructor that keeps some of what one of its loops makes where no mode reaches it would have that set as well.
/** Holds if the value of an attribute is one module, or one of several that were made by the same constructor; elements of a list are there together. */
function isChoice(name: string, objects: readonly AbstractObject[]): boolean {
  return objects.length === 1 || (name !== elementName(null) && objects.every(isMade));
}

function isMade(object: AbstractObject): boolean {
  return object.kind === 'module' && object.via === null && object.age === 'latest';
}

/** @param isOwn says of parts, and of `root`, that all of what one place has made is meant */
export function setTreeMode(machine: Machine, frame: Frame, state: State, root: AbstractObject, modes: ModeSet, setting: ModeSetting, strong: boolean, instr: Instr, isOwn: (part: AbstractObject) => boolean = () => false): void {
  machine.budget.noteRelevant();
  machine.noteOwn();
  const { trainMethod } = machine.libraries.moduleModel;
  const isPart = ownPartsOf(machine, frame, state, root, instr);
  eachInTree(state, root, strong, (object, _, certain) => {
    // `part.train = disabled_train` is what the library calls then.
    const assigned = object === root ? undefined : state.attr(object, trainMethod);
    if (assigned !== undefined) {
      const flag = modes === TRAIN ? ofBoolean(true) : modes === EVAL ? ofBoolean(false) : null;
      const inSight = assigned.atoms.length > 0 && !assigned.unknown && assigned.atoms.every((atom) => atom.kind === 'function' || atom.kind === 'partial');
      if (flag !== null && inSight) callValue(machine, frame, state, assigned, { positional: [flag], keywords: new Map(), more: null, written: [] }, instr as CallInstr);
      else eachInTree(state, object, true, (part) => state.update(part, { modes: state.object(part).modes | UNKNOWN_MODE }));
      return false;
    }
    if (object !== root && object.class !== null) {
      const override = findMember(machine.order(object.class), trainMethod);
      if (override?.entry.member === 'method') {
        const flag = modes === TRAIN ? ofBoolean(true) : modes === EVAL ? ofBoolean(false) : null;
        withNetwork(machine, object, setting, () => {
          for (const atom of override.entry.value.atoms) {
            if (atom.kind !== 'function' || flag === null) continue;
            callFunction(machine, frame, state, atom.ref, object, { positional: [flag], keywords: new Map(), more: null, written: [] }, instr);
          }
        });
        return false;
      }
    }
    const network = hidingNetwork(object);
    if (network !== null) state.setMode(network, modes, { ...setting, selective: true }, false);
    else if (object === root || setting.selective || setting.how !== 'called') state.setMode(object, modes, setting, certain);
    else setPart(machine, state, frame, root, object, modes, setting, certain);
    return true;
  }, (part, above) => isOwn(part) || isPart(part, above));
}

const withNetworks = new WeakMap<Machine, Map<AbstractObject, ModeSetting>>();

/** Runs the override of a part that is set with its network. */
function withNetwork(machine: Machine, part: AbstractObject, setting: ModeSetting, run: () => void): void {
  const settings = withNetworks.get(machine) ?? new Map<AbstractObject, ModeSetting>();
  withNetworks.set(machine, settings);
  const before = settings.get(part);
  settings.set(part, setting);
  run();
  if (before === undefined) settings.delete(part);
  else settings.set(part, before);
}

/** The setting of a network whose part `object` is being set with it, by an override that comes to set the same mode. */
export function settingWithNetwork(machine: Machine, object: AbstractObject, modes: ModeSet): ModeSetting | undefined {
  const setting = withNetworks.get(machine)?.get(object);
  return setting?.mode === modes ? setting : undefined;
}

/**
 * A part of a network that a function puts to sleep or wakes as a whole. Where the function did not make the network and does both, it means to
 * put the mode back; a part that was asleep before comes back awake, and the setting says so. So it does of a part that sleeps by itself and whose parameters
 * are not trained: whoever froze both meant the part to stay as it is.
 */
function setPart(machine: Machine, state: State, frame: Frame, root: AbstractObject, object: AbstractObject, modes: ModeSet, setting: ModeSetting, certain: boolean): void {
  const { slept, modes: before, settings, trainable } = state.object(object);
  if (modes === TRAIN && slept !== null && slept.of === frame.context) {
    state.setMode(object, modes, woken(setting, slept.frozen, 'restored'), certain);
    return;
  }
  const sleeper = modes === TRAIN && certain && trainable === FROZEN && before === EVAL && settings.every((item) => isPutToSleepAlone(machine, state, root, item)) ? settings[0] : undefined;
  state.setMode(object, modes, sleeper === undefined ? setting : woken(setting, sleeper, 'frozen'), certain);
  const frozen = settings[0];
  const apart = before === EVAL && frozen !== undefined && settings.every((item) => item.selective && item.mode === EVAL);
  if (modes === EVAL && apart && certain && !isMadeIn(frame, root)) state.update(object, { slept: sleptOf(frame.context, frozen) });
}

/** Holds if a part was put to sleep by itself: as a part, or by the class of the network that takes it in (`self.teacher = teacher.eval()`). */
function isPutToSleepAlone(machine: Machine, state: State, root: AbstractObject, { selective, how, mode, site }: ModeSetting): boolean {
  if (how !== 'called' || mode !== EVAL) return false;
  if (selective || root.class === null || state.object(root).settings.some((other) => other.site.span === site.span)) return selective;
  return machine.order(root.class).project.some(({ module, definition }) => module.file === site.file && site.span.start >= definition.span.start && site.span.end <= definition.span.end);
}

const wokenSettings = new WeakMap<ModeSetting, Map<string, ModeSetting>>();
const sleeps = new WeakMap<object, Map<ModeSetting, Slept>>();

/** The one record of a setting that wakes what `frozen` had put to sleep: settings are compared by identity. */
function woken(setting: ModeSetting, frozen: ModeSetting, how: Woke['how']): ModeSetting {
  let byPlace = wokenSettings.get(frozen);
  if (byPlace === undefined) wokenSettings.set(frozen, (byPlace = new Map()));
  const key = `${how} ${setting.site.file}:${setting.site.span.start}`;
  let known = byPlace.get(key);
  if (known === undefined) byPlace.set(key, (known = { ...setting, woke: { frozen, how } }));
  return known;
}

function sleptOf(of: object, frozen: ModeSetting): Slept {
  let byFrozen = sleeps.get(of);
  if (byFrozen === undefined) sleeps.set(of, (byFrozen = new Map()));
  let known = byFrozen.get(frozen);
  if (known === undefined) byFrozen.set(frozen, (known = { of, frozen }));
  return known;
}

/** Holds if the object is known to be a part of a network: a mode that is set on it sets it apart from the rest. */
export function isPart(machine: Machine, object: AbstractObject): boolean {
  return machine.registered.has(object) || machine.contained.has(object);
}

/** Holds if the function that runs is the one in whose text the network is made. */
export function isMadeIn(frame: Frame, root: AbstractObject): boolean {
  const { func, module } = frame.context.ref;
  return root.via === null && root.site.file === module.file && (func.kind === 'module' || (root.site.span.start >= func.span.start && root.site.span.end <= func.span.end));
}

/** What `train(value)` sets: the flag that it is given, or nobody knows what. */
export function modesOfFlag(value: Value | undefined): ModeSet {
  if (value === undefined) return TRAIN;
  const constant = mustConstant(value);
  if (constant?.type === 'boolean') return constant.value ? TRAIN : EVAL;
  if (constant?.type === 'undefined') return TRAIN;
  let modes = 0;
  for (const atom of value.atoms) {
    if (atom.kind === 'flag') modes |= atom.negated ? negate(atom.modes) : atom.modes;
    else if (atom.kind === 'constant' && atom.value.type === 'boolean') modes |= atom.value.value ? TRAIN : EVAL;
    else modes |= UNKNOWN_MODE;
  }
  return value.unknown || modes === 0 ? modes | UNKNOWN_MODE : modes;
}

function negate(modes: ModeSet): ModeSet {
  const swapped = (modes & TRAIN ? EVAL : 0) | (modes & EVAL ? TRAIN : 0);
  return modes & ~(TRAIN | EVAL) ? swapped | UNKNOWN_MODE : swapped;
}

export function setTreeStatistics(machine: Machine, frame: Frame, state: State, root: AbstractObject, statistics: StatisticsSet, strong: boolean, instr: Instr): void {
  eachInTree(state, root, strong, (object, _, certain) => {
    const old = state.object(object).statistics;
    state.update(object, { statistics: certain ? statistics : old | statistics });
  }, ownPartsOf(machine, frame, state, root, instr));
}

export function setTreeTrainable(machine: Machine, frame: Frame, state: State, root: AbstractObject, trainable: TrainableSet, strong: boolean, instr: Instr): void {
  eachInTree(state, root, strong, (object, _, certain) => {
    const network = hidingNetwork(object);
    const old = state.object(network ?? object).trainable;
    state.update(network ?? object, { trainable: certain && network === null ? trainable : old | trainable });
  }, ownPartsOf(machine, frame, state, root, instr));
}

export function trainableOfFlag(value: Value | undefined): TrainableSet {
  const constant = value === undefined ? null : mustConstant(value);
  if (value === undefined || (constant?.type === 'boolean' && constant.value)) return TRAINABLE;
  if (constant?.type === 'boolean') return FROZEN;
  return UNKNOWN_TRAINABLE;
}

/** What values lead to: objects, and those whose parameters alone they are. */
interface Held {
  readonly objects: ReadonlySet<AbstractObject>;
  readonly parameters: ReadonlySet<AbstractObject>;
}

const held = new WeakMap<ReadonlyMap<string, Value>, Held>();

/** Lists of the parts of a network are held in many places, and asked for far more often than they change. */
function heldBy(attrs: ReadonlyMap<string, Value>): Held {
  let known = held.get(attrs);
  if (known === undefined) held.set(attrs, (known = heldIn(attrs.values())));
  return known;
}

function heldIn(values: Iterable<Value>): Held {
  const [objects, parameters] = [new Set<AbstractObject>(), new Set<AbstractObject>()];
  const look = ({ atoms }: Value): void => {
    for (const atom of atoms) {
      if (atom.kind === 'parameters') parameters.add(atom.object);
      else if (atom.kind === 'object' || atom.kind === 'method' || atom.kind === 'super') objects.add(atom.object);
      else if (atom.kind === 'function') {
        for (const bound of atom.prefix) look(bound);
        if (atom.receiver !== null) objects.add(atom.receiver);
      } else if (atom.kind === 'partial') for (const bound of boundIn(atom)) look(bound);
    }
  };
  for (const value of values) look(value);
  return { objects, parameters };
}

/** Atoms through which an object can be got at. */
const LEADS_ON: ReadonlySet<Atom['kind']> = new Set(['parameters', 'object', 'method', 'super', 'function', 'partial']);

/**
 * Code that we cannot see got hold of the object: it may have done anything to it.
 *
 * @returns how many objects it reaches
 */
export function escapeTree(state: State, value: Value): number {
  // Most of what is handed out are numbers and tensors.
  if (value.atoms.every(({ kind }) => !LEADS_ON.has(kind))) return 0;
  const seen = new Set<AbstractObject>();
  const trained = new Set<AbstractObject>();
  const train = (object: AbstractObject): boolean => {
    if (trained.has(object)) return false;
    trained.add(object);
    const { trainable } = state.object(object);
    if ((trainable | UNKNOWN_TRAINABLE) !== trainable) state.update(object, { trainable: trainable | UNKNOWN_TRAINABLE });
    return true;
  };
  const open: Held[] = [heldIn([value])];
  for (let held = open.pop(); held !== undefined; held = open.pop()) {
    for (const object of held.parameters) eachInTree(state, object, false, train);
    for (const object of held.objects) {
      if (seen.has(object)) continue;
      seen.add(object);
      state.escapees.add(object);
      if (object.via !== null && hidesParts(object.via.object)) open.push({ objects: new Set([object.via.object]), parameters: new Set() });
      const known = state.object(object);
      if (object.kind === 'module' || object.kind === 'opaque') {
        const change = { modes: known.modes | UNKNOWN_MODE, statistics: known.statistics | UNKNOWN_STATISTICS, trainable: known.trainable | UNKNOWN_TRAINABLE, escaped: true };
        if (!known.escaped || change.modes !== known.modes || change.statistics !== known.statistics || change.trainable !== known.trainable) state.update(object, change);
      }
      if (known.attrs.size > 0) open.push(heldBy(known.attrs));
    }
  }
  return seen.size + trained.size;
}

/** The parameters of a network are written to by hand. */
export function noteWrittenTo(machine: Machine, state: State, root: AbstractObject): void {
  machine.noteOwn();
  eachInTree(state, root, false, (object) => void machine.written.add(object));
}

export function calibrate(state: State, object: AbstractObject, strong: boolean): void {
  const known = state.object(object);
  state.update(object, { statistics: strong && !known.many ? CALIBRATED : known.statistics | CALIBRATED });
}
