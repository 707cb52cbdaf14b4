// Constructing objects: instances of the project's classes and of library classes.
import { CALIBRATED, elementName, FRESH, NEW_OBJECT, TRAINABLE, type ModeSetting } from '../domains/heap.ts';
import { EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { AbstractObject, ObjectKind, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, joinValues, mustConstant, objectsOf, ofObject } from '../domains/value.ts';
import { METACLASS, type Instr } from '../ir/ir.ts';
import type { ClassRow } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { findArgument } from './arguments.ts';
import { iterate } from './attributes.ts';
import { allArgs, handOut, returned, type CallInstr } from './call.ts';
import { callFunction, type CallResult } from './call-function.ts';
import { findMember, type ClassOrder } from './class-order.ts';
import type { Machine } from './machine.ts';
import { copyOf } from './copies.ts';
import { tupleClassOf } from './generated-classes.ts';
import { generatedConstructor, makeTuple, runGenerated } from './generated-constructors.ts';
import { hidingNetwork } from './hidden-parts.ts';
import { makeHolder } from './library-object.ts';
import { makeLayer } from './option-layers.ts';
import { eachInTree, escapeTree, setTreeMode, setTreeStatistics } from './set-mode.ts';
import { settled } from './settled.ts';

/** What an instance of a class of the project is. */
export function kindOfClass(order: ClassOrder): ObjectKind {
  if (order.moduleModel !== null) return 'module';
  return order.hasUnknownBase ? 'opaque' : 'instance';
}

export function construct(machine: Machine, frame: Frame, state: State, cls: ProjectClass, args: ArgValues, instr: Instr): CallResult {
  const order = machine.order(cls);
  const tuple = machine.language === 'python' ? tupleClassOf(machine, order) : null;
  if (tuple !== null) return returned(makeTuple(machine, frame, state, cls, tuple.generated!.fields, args, instr));
  const kind = kindOfClass(order);
  const setting: ModeSetting = { site: machine.site(instr.span), mode: TRAIN, how: 'constructed', selective: false };
  const object = machine.objects.allocate(state, frame.context, instr, `c${cls.definition.id} ${cls.module.file}`, { kind, class: cls, library: order.row, label: cls.definition.name, inert: order.row === null ? 'no' : 'unknown' }, kind === 'instance' ? {} : { modes: TRAIN, settings: [setting], statistics: FRESH, trainable: TRAINABLE });
  if (kind === 'module' && !machine.constructsParts) return returned(ofObject(object));
  const returns = initialize(machine, frame, state, object, order, args, instr);
  if (machine.language === 'python' && isChangedFromOutside(machine, cls, order)) escapeTree(state, ofObject(object));
  return { value: ofObject(object), returns };
}

/** Holds if a metaclass makes the instances, or a base class has had its way with the class: what they do to an instance is not followed. */
function isChangedFromOutside(machine: Machine, cls: ProjectClass, order: ClassOrder): boolean {
  const metaclass = findMember(order, METACLASS);
  const makes = metaclass?.entry.value.atoms.some((atom) => atom.kind === 'class' && findMember(machine.order(atom.class), '__call__') !== null) ?? false;
  const base = findMember(order, '__init_subclass__');
  return makes || (base !== null && base.owner !== cls);
}

/** An instance that a framework's class method makes from saved weights, with constructor arguments that were saved too. */
export function constructLoaded(machine: Machine, frame: Frame, state: State, cls: ProjectClass, modes: ModeSet, instr: Instr): CallResult {
  const result = construct(machine, frame, state, cls, { ...NO_ARGS, more: ANYTHING }, instr);
  const setting: ModeSetting = { site: machine.site(instr.span), mode: modes, how: 'loaded', selective: false };
  for (const object of objectsOf(result.value)) {
    setTreeStatistics(machine, frame, state, object, CALIBRATED, true, instr);
    if (modes !== TRAIN) setTreeMode(machine, frame, state, object, modes, setting, true, instr);
  }
  return result;
}

/** Runs field initialisers and the constructor on `object`. Returns false if construction never returns. */
export function initialize(machine: Machine, frame: Frame, state: State, object: AbstractObject, order: ClassOrder, args: ArgValues, instr: Instr): boolean {
  const isPython = machine.language === 'python';
  // Base classes initialise their fields first.
  for (const cls of [...order.project].reverse()) {
    const id = cls.definition.fieldInitializer;
    if (id === null) continue;
    callFunction(machine, frame, state, { module: cls.module, func: cls.module.funcs[id]! }, object, NO_ARGS, instr, { early: true });
  }
  const generated = isPython ? generatedConstructor(order) : null;
  if (generated !== null) return runGenerated(machine, frame, state, object, generated, args, instr);
  const constructor = findMember(order, isPython ? '__init__' : 'constructor');
  if (constructor === null) {
    if (order.row?.children !== undefined) setChildren(machine, state, object, order.row, args);
    else if (order.hasUnknownBase) for (const value of allArgs(args)) escapeTree(state, value);
    // Some constructor out of sight: keyword arguments become attributes.
    for (const [name, value] of args.keywords) if (object.kind === 'instance') state.setAttr(object, name, value, true);
    return true;
  }
  for (const atom of constructor.entry.value.atoms) {
    if (atom.kind !== 'function') continue;
    if (!callFunction(machine, frame, state, atom.ref, object, args, instr, { early: true }).returns) return false;
  }
  return true;
}

export function constructLibrary(machine: Machine, frame: Frame, state: State, row: ClassRow, path: string, args: ArgValues, instr: CallInstr): CallResult {
  const given = allArgs(args);
  if (row.kind === 'layer') return returned(makeLayer(machine, frame, state, row, path, args, instr));
  if (row.kind === 'object') {
    for (const value of given) handOut(machine, value);
    if (row.optimizer) for (const value of given) for (const atom of settled(state, value).atoms) if (atom.kind === 'parameters') optimize(machine, state, atom.object);
    return returned(row.methods !== undefined ? ofObject(makeHolder(machine, frame, state, row, path, args, instr)) : derive(given).with({ from: [], detached: [] }));
  }
  const setting: ModeSetting = { site: machine.site(instr.span), mode: TRAIN, how: 'constructed', selective: false };
  const object = machine.objects.allocate(state, frame.context, instr, path, { kind: 'module', class: null, library: row, label: shortName(path), inert: isInert(state, row, args) }, { modes: TRAIN, settings: [setting], statistics: FRESH, trainable: TRAINABLE });
  setChildren(machine, state, object, row, withCopy(machine, frame, state, row, args, instr));
  return returned(ofObject(object));
}

/** The arguments with a copy in the place of the module that the row copies, in the mode that it gives it. */
function withCopy(machine: Machine, frame: Frame, state: State, row: ClassRow, args: ArgValues, instr: CallInstr): ArgValues {
  const { children } = row;
  if (children === undefined || children === 'arguments' || !('copied' in children) || children.copied === undefined) return args;
  const copy = copyOf(machine, frame, state, args.positional[children.module] ?? [...args.keywords.values()][0] ?? ANYTHING, instr);
  const modes = children.copied === 'eval' ? EVAL : TRAIN;
  const setting: ModeSetting = { site: machine.site(instr.span), mode: modes, how: 'loaded', selective: false };
  if (children.copied !== 'kept') for (const object of objectsOf(copy)) setTreeMode(machine, frame, state, object, modes, setting, objectsOf(copy).length === 1, instr);
  const positional = [...args.positional];
  positional[children.module] = copy;
  return { ...args, positional };
}

/** An optimiser is given the parameters of a module. */
function optimize(machine: Machine, state: State, object: AbstractObject): void {
  machine.noteOwn();
  const tree = new Set(machine.handedToOptimizer.get(object));
  eachInTree(state, object, false, (item) => void tree.add(item));
  machine.handedToOptimizer.set(object, tree);
  for (const item of tree) machine.optimized.add(hidingNetwork(item) ?? item);
}

/** Registers the children that a container is given. */
export function setChildren(machine: Machine, state: State, object: AbstractObject, row: ClassRow, args: ArgValues): void {
  const { children } = row;
  if (children === undefined) return;
  const attrs = new Map(state.object(object).attrs);
  if (children === 'arguments') {
    args.positional.forEach((value, i) => {
      // An OrderedDict of layers names them instead.
      const collection = objectsOf(value).find((item) => item.kind === 'collection');
      if (collection === undefined) attrs.set(elementName(i), value);
      else attrs.set('[]', joinValues(attrs.get('[]') ?? iterate(state, value), iterate(state, value)));
    });
    if (args.more !== null) attrs.set('[]', joinValues(args.more, ANYTHING));
  } else if ('module' in children) {
    const value = args.positional[children.module] ?? [...args.keywords.values()][0];
    if (value !== undefined) attrs.set(children.as, value);
  } else {
    const value = args.positional['list' in children ? children.list : children.dict];
    const collection = value === undefined ? undefined : objectsOf(value).find((item) => item.kind === 'collection');
    if (collection !== undefined) for (const [name, element] of state.object(collection).attrs) attrs.set(name, element);
    else if (value !== undefined) attrs.set('[]', value);
  }
  state.heap.set(object, (state.heap.get(object) ?? NEW_OBJECT).with({ attrs }));
  if (children === 'arguments' || !('module' in children)) for (const value of attrs.values()) for (const part of objectsOf(value)) noteContained(machine, row, part);
}

/** A part of what runs its children, or a layer of a list: a network in a list of networks may be one of its own. */
export function noteContained(machine: Machine, container: ClassRow, part: AbstractObject): void {
  const isLayer = part.class === null && part.library !== null && part.library.children === undefined;
  if (part.kind === 'module' && (container.runsChildren || isLayer)) machine.addTo(machine.contained, part);
}

/** Whether the constructor's arguments make the layer the same in both modes. */
export function isInert(state: State, row: ClassRow, args: ArgValues): AbstractObject['inert'] {
  let verdict: AbstractObject['inert'] = 'no';
  for (const group of row.inertIf) {
    const results = group.map(({ argument, equals }): AbstractObject['inert'] => {
      const { value } = findArgument(state, args, argument);
      const constant = mustConstant(value);
      if (constant === null) return value.atoms.length === 0 || value.unknown ? 'unknown' : 'no';
      return ('value' in constant ? constant.value : null) === equals ? 'yes' : 'no';
    });
    if (results.every((result) => result === 'yes')) return 'yes';
    if (results.every((result) => result !== 'no')) verdict = 'unknown';
  }
  return verdict;
}

export function shortName(path: string): string {
  const parts = path.split('.');
  return parts.slice(parts.includes('nn') ? parts.indexOf('nn') : -1).join('.');
}

