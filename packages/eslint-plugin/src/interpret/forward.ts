// Forward calls. A call of a module from code that is not itself a `forward` is an observation; the `forward` of a class of the
// project is entered, and every layer that it reaches is noted with the mode that it is in at that moment.
import type { Instr } from '../ir/ir.ts';
import { CALIBRATED, FROZEN, joinSettings, TRAINABLE, UNKNOWN_STATISTICS } from '../domains/heap.ts';
import { GRAD_ENABLED, isOff } from '../domains/grad.ts';
import { TRAIN } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { cutOff, derive, forwardsOf, joinValues, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { ArgValues, Frame, RunningForward } from './activation.ts';
import { allArgs, type CallInstr } from './call.ts';
import { callFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { leafKey, type Machine } from './machine.ts';
import { noteShallowRestores, recordVisit, Visit } from './left-behind.ts';
import { noteAssignedFlags } from './assigned-flags.ts';
import { noteReliance } from './races.ts';
import { noteBuiltInForward } from './registration.ts';
import { settled } from './settled.ts';
import { noteActiveLayer } from './switched-off.ts';
import { isInEachRound, runsOnce } from './once.ts';
import { cutsGradients } from './part-calls.ts';
import { isNotedForCall, noteCalled, noteOpaque, noteReached } from './notes.ts';
import { mayRehearse } from './rehearsal.ts';
import type { ExportFact, ForwardObservation, LeafRun } from './observation.ts';
import type { Span } from '../source/span.ts';
import { calibrate, eachInTree, escapeTree } from './set-mode.ts';

/** What `super().forward(x)` runs where the nearest class with a `forward` is the library's. */
export function callForwardOfLibrary(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: CallInstr): Value {
  const derived = derive(allArgs(args).map((value) => settled(state, value))).with({ noise: [] });
  return runOfLibrary(machine, frame, state, object, args, instr, derived);
}

export function callForward(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: CallInstr, exported: ExportFact | null = null): Value {
  const outer = machine.running;
  if (!isNotedForCall(machine)) machine.noteOwn();
  const inputs = allArgs(args).map((value) => settled(state, value));
  const derived = derive(inputs).with({ noise: [] });
  if (machine.probe?.awake === false) noteBuiltInForward(machine, frame, state, object, instr);
  if (machine.probe?.awake === true) noteActiveLayer(machine, frame, state, object, instr);
  if (outer !== null) {
    const cutAt = outer.cutAt ?? (isOff(state.grad) ? { call: machine.site(instr.span), scope: state.gradSites[0] ?? null, className: object.label } : undefined);
    const isFollowed = machine.probe === null && !isOff(state.grad) && outer.observation.number >= 0 && cutsGradients(frame.context.ref.module, frame.context.ref.func);
    const part = isFollowed ? machine.parts.at(frame.context, instr, outer.observation, machine.site(instr.span), object.label) : outer.part;
    const name = machine.registered.get(object) ?? '';
    if (isFollowed) machine.noteOwn();
    else noteCalled(machine, object, name);
    machine.running = { observation: outer.observation, path: joinPath(outer.path, name), cutAt, part };
    const result = runModule(machine, frame, state, object, args, instr, derived);
    machine.running = outer;
    return isFollowed && part !== undefined && part.parameters.size > 0 ? result.with({ from: [...new Set([...result.from, part.number])] }) : result;
  }
  if (object.kind === 'opaque' && object.class === null && state.object(object).settings.length === 0) {
    // Something that we cannot see is called: a loss, a transform, a function, or a network. It may keep its arguments.
    for (const input of inputs) machine.use(forwardsOf(input), 'escaped', instr.span);
  }
  if (object.library !== null && object.class === null && isPlainLeaf(object)) return runModule(machine, frame, state, object, args, instr, derived);
  const observation = observe(machine, frame, state, object, instr, exported);
  noteAssignedFlags(machine, state);
  if (machine.shallowRestores.length > 0) noteShallowRestores(machine, state);
  if (state.relied.size > 0 || state.scopes.size > 0) noteReliance(machine, frame, state, object, observation);
  machine.running = { observation, path: '' };
  const visit = new Visit();
  machine.visit = visit;
  const grad = state.grad;
  const output = runModule(machine, frame, state, object, args, instr, derived);
  machine.running = outer;
  machine.visit = null;
  recordVisit(machine, observation, machine.path, grad === GRAD_ENABLED ? visit : { setting: null, woken: null, awake: visit.awake, either: null, drowsy: isOff(grad) ? [] : visit.drowsy });
  // A program computes what the call that traced it did.
  const from = [...new Set([...output.from, ...derived.from, observation.number, ...(machine.programs.get(object) ?? [])])];
  // Without a graph no backward pass runs through the call, whatever becomes of its output.
  if (isOff(state.grad) || (observation.records === 'no' && derived.from.length === 0)) return cutOff(output.with({ from }));
  return output.with({ from });
}

/** A library layer that neither depends on the mode nor has parameters: activations, pooling, losses. */
function isPlainLeaf(object: AbstractObject): boolean {
  const row = object.library!;
  return row.sensitive === 'no' && row.parameters === 'no' && row.children === undefined;
}

/** Whether what is called, or whose method is, is an object, and no binding or function that leads to one. */
function isOfNetwork({ atoms, unknown }: Value): boolean {
  return unknown || atoms.length === 0 || atoms.some((atom) => atom.kind === 'object');
}

export function observe(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: CallInstr, exported: ExportFact | null): ForwardObservation {
  const known = state.object(object);
  const observation = machine.forwardAt(frame.context, instr, (number) => ({
    kind: 'forward',
    number,
    where: frame.context.ref,
    root: frame.context.root.ref.func,
    call: machine.site(instr.span),
    statement: instr.statement,
    calleeSpan: machine.callbackSpans.get(instr) ?? instr.calleeSpan,
    namesNetwork: machine.callbackSpans.has(instr) || isOfNetwork(state.get(instr.callee.kind === 'value' ? instr.callee.value : instr.callee.object)),
    exported,
    module: object,
    className: object.label,
    constructed: object.kind === 'module' && object.via === null ? object.site : null,
    chain: machine.chain(frame.context),
    modes: 0,
    settings: [],
    leaves: new Map(),
    opaque: false,
    isModule: false,
    grad: 0,
    gradSites: [],
    records: 'no',
    incomplete: false,
    rehearses: true,
    once: runsOnce(frame.context, instr),
    inEachRound: isInEachRound(frame.context, instr),
    heldAgainst: false,
    showsModes: false,
    parameters: new Set(),
    learning: new Set(),
    cuts: new Map(),
    asleep: new Map(),
    drowsy: new Map(),
    trainedOn: new Set(),
    awakeOn: new Map(),
    eitherOn: new Map(),
    awakeInRound: [],
    leftBehind: null,
    starved: [],
    race: null,
    wokenOn: new Map(),
    woken: null,
    uses: new Set(),
    useSites: new Map(),
  }));
  observation.modes |= known.modes;
  observation.settings = joinSettings(observation.settings, known.settings);
  observation.grad |= state.grad;
  observation.gradSites = [...new Set([...observation.gradSites, ...state.gradSites])].slice(0, 6);
  observation.rehearses &&= mayRehearse(machine, frame.context.ref.func, state, object, instr);
  observation.isModule ||= object.kind === 'module' || known.settings.length > 0;
  addParameters(machine, state, object, observation);
  return observation;
}

/** A tree with parameters may record; which of them take part shows while it runs. */
function addParameters(machine: Machine, state: State, root: AbstractObject, observation: ForwardObservation): void {
  eachInTree(state, root, false, (object) => {
    const known = state.object(object);
    const own = object.kind === 'opaque' ? 'unknown' : (object.library?.parameters ?? 'no');
    const unseen = own === 'unknown' || (object.class !== null && machine.order(object.class).hasUnknownBase);
    const learned = own === 'yes' || [...known.attrs.values()].some((value) => value.learned);
    if (observation.records === 'no' && (unseen || (learned && known.trainable !== FROZEN))) observation.records = 'maybe';
  });
}

/** A parameter of `object` takes part in the forward call that runs. */
export function noteParameterUse(machine: Machine, state: State, object: AbstractObject): void {
  if (seenBy(machine) !== null && state.object(object).trainable === TRAINABLE) noteParameter(machine, object, !isOff(state.grad));
}

/** @param learns whether gradients are recorded where it takes part */
export function noteParameter(machine: Machine, object: AbstractObject, learns: boolean): void {
  const { observation, part, cutAt } = machine.running!;
  observation.records = 'yes';
  observation.parameters.add(object);
  if (isNotedForCall(machine)) machine.notes.push({ kind: 'parameter', object, learns });
  if (learns) (part?.parameters ?? observation.learning).add(object);
  else if (cutAt !== undefined && !isOff(observation.grad)) {
    machine.noteOwn();
    observation.cuts.set(object, cutAt);
  }
}

/** The forward call that what runs now is noted for; null if nobody looks at it. */
function seenBy(machine: Machine): RunningForward | null {
  const { running } = machine;
  if (running === null || (running.observation.number < 0 && machine.probe === null)) {
    machine.noteUnseen();
    return null;
  }
  if (!isNotedForCall(machine)) machine.noteOwn();
  return running;
}

/** Runs what the module does, inside the running forward call. */
function runModule(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: Instr, derived: Value): Value {
  const { forward } = machine.libraries.moduleModel;
  const own = object.class === null ? null : findMember(machine.order(object.class), forward);
  if (own !== null) {
    // A probe looks at one class; the classes that it uses are probed on their own.
    if (machine.probe !== null && object !== machine.probe.receiver) return derived;
    let result: Value = NOTHING;
    for (const atom of own.entry.value.atoms) if (atom.kind === 'function') result = joinValues(result, callFunction(machine, frame, state, atom.ref, object, args, instr).value);
    return result === NOTHING ? derived : result;
  }
  return runOfLibrary(machine, frame, state, object, args, instr, derived);
}

/** Runs what a class of the library does. */
function runOfLibrary(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: Instr, derived: Value): Value {
  const row = object.library;
  if (row === null) {
    markOpaque(machine, state, object);
    for (const value of allArgs(args)) escapeTree(state, value);
    return derived;
  }
  if (row.parameters === 'yes') noteParameterUse(machine, state, object);
  if (row.children !== undefined) {
    if (row.runsChildren) return runChildren(machine, frame, state, object, args, instr, derived);
    return derived;
  }
  noteLeaf(machine, state, object);
  return derived;
}

/** Containers inside one another that are looked into: deeper than anybody builds them, and less deep than the stack. */
const MAX_CONTAINERS = 100;

/** Children of a container, in order, each on the output of the one before. */
function runChildren(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: Instr, derived: Value): Value {
  // A wrapper that may wrap itself (`model = wrap(model)` in a loop) is run once.
  if (machine.openContainers.has(object)) {
    machine.noteOwn();
    return derived;
  }
  if (machine.openContainers.size >= MAX_CONTAINERS) {
    machine.noteOwn();
    markOpaque(machine, state, object);
    return derived;
  }
  machine.openContainers.add(object);
  let value = derived;
  for (const [name, child] of state.object(object).attrs) {
    const objects = objectsOf(child);
    if (objects.length === 0 && child.unknown) markOpaque(machine, state, null);
    for (const item of objects) {
      if (item.kind !== 'module' && item.kind !== 'opaque') continue;
      value = joinValues(value, runChild(machine, frame, state, item, name, args, instr, value));
    }
  }
  machine.openContainers.delete(object);
  return value;
}

function runChild(machine: Machine, frame: Frame, state: State, child: AbstractObject, name: string, args: ArgValues, instr: Instr, input: Value): Value {
  const running = machine.running;
  if (running === null) return runModule(machine, frame, state, child, args, instr, input);
  machine.running = { ...running, path: joinPath(running.path, name.replace(/^\[|\]$/g, '')) };
  const result = runModule(machine, frame, state, child, { ...args, positional: [input, ...args.positional.slice(1)] }, instr, input);
  machine.running = running;
  return result;
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : name === '' ? path : `${path}.${name}`;
}

/** Notes that `object`, a library layer, runs now. */
function noteLeaf(machine: Machine, state: State, object: AbstractObject): void {
  const row = object.library!;
  const known = state.object(object);
  if (row.effect === 'statistics') {
    if (known.modes === TRAIN) calibrate(state, object, true);
    else if ((known.modes & TRAIN) !== 0) state.update(object, { statistics: known.statistics | CALIBRATED });
    else if ((known.modes & ~TRAIN) !== 0 && known.escaped) state.update(object, { statistics: known.statistics | UNKNOWN_STATISTICS });
  }
  if (machine.running === null || row.sensitive === 'no' || object.inert === 'yes') return;
  if (row.sensitive === 'unknown') {
    noteOpaque(machine, false);
    return;
  }
  noteReached(machine, object, { className: object.label, path: machine.running.path, constructed: object.site, effect: row.effect ?? 'random', sensitivity: object.inert === 'unknown' ? 'unknown' : 'yes', isFrozen: known.trainable === FROZEN, modes: known.modes, settings: known.settings, statistics: known.statistics });
}

/**
 * Notes that what runs at `site` depends on the flag of `module`: a functional layer that is given the flag, or a `forward` that
 * tests it. `name` is what a message calls it.
 */
export function noteFlagUse(machine: Machine, frame: Frame, state: State, module: AbstractObject, use: { readonly name: string; readonly span: Span; readonly effect: LeafRun['effect']; readonly sensitivity: LeafRun['sensitivity'] }): void {
  const running = seenBy(machine);
  if (running === null) return;
  const known = state.object(module);
  const name = machine.registered.get(module) ?? '';
  if (module !== frame.receiver) noteCalled(machine, module, name);
  const path = module === frame.receiver ? running.path : joinPath(running.path, name);
  noteReached(machine, module, { className: use.name, path, constructed: machine.site(use.span), effect: use.effect, sensitivity: use.sensitivity, isFrozen: known.trainable === FROZEN, modes: known.modes, settings: known.settings, statistics: UNKNOWN_STATISTICS });
}

export function addLeaf(machine: Machine, observation: ForwardObservation, leaf: LeafRun): void {
  machine.visit?.note(leaf);
  const key = leafKey(leaf);
  const old = observation.leaves.get(key);
  if (old === undefined) observation.leaves.set(key, leaf);
  else {
    old.modes |= leaf.modes;
    old.settings = joinSettings(old.settings, leaf.settings);
    old.statistics |= leaf.statistics;
  }
}

/** Part of the forward call is code that we cannot see. */
function markOpaque(machine: Machine, state: State, object: AbstractObject | null): void {
  noteOpaque(machine, true);
  if (object === null) return;
  const known = state.object(object);
  state.update(object, { statistics: known.statistics | UNKNOWN_STATISTICS });
}

