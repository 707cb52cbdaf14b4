// Methods that a library's module base gives to every module, as the library model lists them.
import { assertNever, type Instr } from '../ir/ir.ts';
import { CALIBRATED, elementName, type ModeSetting } from '../domains/heap.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { FrameworkRow } from '../libraries/schema.ts';
import { ANYTHING, derive, forwardsOf, INPUT, joinValues, mustString, NOTHING, ofBoolean, objectsOf, ofAtoms, ofConstant, ofObject, ofObjects, type Atom, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { getItem } from './attributes.ts';
import { allArgs, callUnknown, callValue, returned, runCallbacks, type CallInstr } from './call.ts';
import { callFunction, type CallResult } from './call-function.ts';
import { findMember } from './class-order.ts';
import { noteContained, setChildren } from './construct.ts';
import { copyOf } from './copies.ts';
import { focusOf } from './focus.ts';
import { choiceOf, isPlain } from './choices.ts';
import { callForward, joinPath } from './forward.ts';
import { noteHook } from './handed-over.ts';
import { hiddenPart, hidesParts, hidingNetwork } from './hidden-parts.ts';
import type { Machine } from './machine.ts';
import { noteReliedMode } from './races.ts';
import { applyScope } from './scope.ts';
import { eachInTree, escapeTree, isPart, modesOfFlag, settingWithNetwork, setTreeMode, setTreeStatistics, setTreeTrainable, trainableOfFlag } from './set-mode.ts';
import { settled } from './settled.ts';
import { callTensorMethod, differentiate } from './tensor-call.ts';

/** @param receiver everything that the receiver may be; `object` is one of them */
export function callModuleMethod(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, receiver: Value, args: ArgValues, instr: CallInstr): CallResult {
  const self = ofObject(object);
  const certain = receiver.atoms.length === 1;
  const ofFramework = object.class === null ? undefined : machine.order(object.class).framework?.methods[name];
  if (ofFramework !== undefined) return callFrameworkMethod(machine, frame, state, ofFramework, args, instr);
  const children = object.library?.children;
  const view = children !== undefined && children !== 'arguments' && 'dict' in children ? VIEWS_OF_DICTIONARIES.get(name) : undefined;
  if (view !== undefined) return returned(listOfTree(machine, frame, state, object, view, instr));
  const program = machine.programs.get(object);
  if (program !== undefined && name === 'save') machine.use([...program], 'exported', instr.span);
  const model = object.class !== null ? machine.order(object.class).moduleModel : object.library === null ? null : machine.libraries.moduleModelAt(object.library.path);
  const effect = machine.libraries.methodAt(model, name);
  if (effect === undefined) return callOther(machine, frame, state, object, name, args, instr);
  const { trainMethod } = machine.libraries.moduleModel;
  switch (effect) {
    case 'self':
      return returned(self);
    case 'item':
      return returned(getItem(state, self, args.positional[0] ?? ANYTHING));
    case 'part':
      return returned(partOf(state, self, args.positional[0] ?? ANYTHING));
    case 'copy':
      return returned(copyOf(machine, frame, state, self, instr));
    case 'pure':
    case 'detach':
    case 'shape':
    case 'read':
      return returned(ANYTHING);
    case 'backward':
    case 'step':
    case 'minimize':
    case 'random':
      return callTensorMethod(machine, frame, state, self, name, args, instr);
    case 'parameters':
      return returned(ofAtoms({ kind: 'parameters', object }));
    case 'set-train':
    case 'set-eval': {
      if (effect === 'set-eval' && object.class !== null) {
        // `eval()` is `train(false)`, and an override of `train` is honoured.
        const override = findMember(machine.order(object.class), trainMethod);
        if (override?.entry.member === 'method' && !isRunning(frame, override.entry.value)) {
          for (const atom of override.entry.value.atoms) {
            if (atom.kind === 'function') callFunction(machine, frame, state, atom.ref, object, { positional: [ofBoolean(false)], keywords: new Map(), more: null, written: [] }, instr);
          }
          return returned(self);
        }
      }
      const modes = effect === 'set-eval' ? EVAL : model?.modules?.takesMode === false ? TRAIN : modesOfFlag(args.positional[0] ?? args.keywords.get('mode') ?? (args.more === null ? undefined : ANYTHING));
      // A part, or something picked out of a list of parts, is set apart from its network.
      const selective = [object, ...objectsOf(receiver)].some((item) => isPart(machine, item));
      const setting: ModeSetting = settingWithNetwork(machine, object, modes) ?? { site: machine.site(instr.span), mode: modes, how: 'called', selective };
      // Whichever of them it is, the others are not in use.
      const chosen = certain ? [object] : choiceOf(machine, frame, state, receiver);
      const focused = chosen === null || state.object(object).many ? elementOf(machine, frame, state, receiver, instr) : null;
      if (focused !== null) for (const item of focused) setTreeMode(machine, frame, state, item, modes, setting, true, instr, () => true);
      else {
        if (chosen?.includes(object) !== true) setTreeMode(machine, frame, state, object, modes, setting, false, instr);
        for (const item of chosen ?? []) setTreeMode(machine, frame, state, item, modes, setting, true, instr);
      }
      noteReliedMode(frame, state, object, setting);
      return returned(model?.modules?.returnsSelf === false ? ofAtoms({ kind: 'constant', value: { type: 'undefined' } }) : self);
    }
    case 'load-state':
      setTreeStatistics(machine, frame, state, object, CALIBRATED, certain, instr);
      return returned(ANYTHING);
    case 'freeze':
      setTreeTrainable(machine, frame, state, object, trainableOfFlag(ofBoolean(false)), certain, instr);
      return returned(self);
    case 'unfreeze':
    case 'requires-grad':
      setTreeTrainable(machine, frame, state, object, trainableOfFlag(args.positional[0] ?? args.keywords.get('requires_grad')), certain, instr);
      return returned(self);
    case 'modules':
      return returned(listOfTree(machine, frame, state, object, name, instr));
    case 'hook':
      machine.noteOwn();
      machine.hooked.add(object);
      for (const value of allArgs(args)) noteHook(machine, state, object, value);
      return returned(ANYTHING);
    case 'apply':
      applyToParts(machine, frame, state, object, args, instr);
      if (args.positional.some((value) => value.unknown)) escapeTree(state, self);
      return returned(self);
    case 'call':
      return returned(callForward(machine, frame, state, object, args, instr));
    case 'infer':
    case 'infer-eval': {
      if (effect === 'infer-eval') setTreeMode(machine, frame, state, object, EVAL, { site: machine.site(instr.span), mode: EVAL, how: 'called', selective: false }, certain, instr);
      const before = { grad: state.grad, sites: state.gradSites };
      applyScope(machine, state, machine.scopeEffect('disabled', name, instr.span), instr);
      const output = callForward(machine, frame, state, object, args, instr);
      state.grad = before.grad;
      state.gradSites = before.sites;
      machine.use(forwardsOf(output), 'read', instr.span);
      return returned(ANYTHING);
    }
    case 'register': {
      const key = args.positional[0] === undefined ? null : mustString(args.positional[0]);
      const value = args.positional[1];
      if (value !== undefined) {
        state.setAttr(object, key ?? '[]', value, certain && key !== null);
        for (const part of objectsOf(value)) machine.addTo(machine.explicit, part);
      }
      return returned(ANYTHING);
    }
    case 'append':
      for (const value of args.positional) {
        state.setAttr(object, '[]', value, false);
        if (object.library !== null) for (const part of objectsOf(value)) noteContained(machine, object.library, part);
      }
      return returned(self);
    default:
      return assertNever(effect);
  }
}

/** What is done where the receiver is what nobody knows of it: the networks that it may be instead are not met, and nothing is said of them that is not so where they are. */
export function setModeOfOthers(machine: Machine, frame: Frame, state: State, receiver: Value, name: string, args: ArgValues, instr: CallInstr): void {
  const effect = receiver.atoms.length === 0 ? undefined : machine.libraries.moduleMethods.get(name);
  if (effect !== 'set-train' && effect !== 'set-eval') return;
  const met = elementOf(machine, frame, state, receiver, instr);
  if (met !== null) {
    const parts = new Set<AbstractObject>();
    for (const object of met) eachInTree(state, object, true, (part) => void parts.add(part));
    for (const part of parts) state.heap.delete(part);
    return;
  }
  const [only] = receiver.atoms.length === 1 ? objectsOf(receiver) : [];
  // `trainer.net.eval()`, `net = vendor.Net()`: what stands for something that nobody sees is whatever the attribute holds, or the call gave.
  const others = only?.kind === 'opaque' ? [only] : (choiceOf(machine, frame, state, receiver) ?? []).filter((object) => isPlain(machine, object));
  for (const object of others) callModuleMethod(machine, frame, state, object, name, receiver, args, instr);
}

/** The networks of which a receiver is the one that a loop is at, if the rest of the round meets no other of them; null for any other receiver. */
function elementOf(machine: Machine, frame: Frame, state: State, receiver: Value, instr: CallInstr): readonly AbstractObject[] | null {
  const objects = objectsOf(receiver);
  return objects.every((object) => isPlain(machine, object)) && focusOf(frame)?.take(machine, state, objects, instr) === true ? objects : null;
}

/** `net.get_submodule('encoder.0')`; a part that is not found may be any, and what becomes of it is not seen. */
function partOf(state: State, self: Value, path: Value): Value {
  const names = mustString(path)?.split('.') ?? [];
  const part = names.reduce((at, name) => getItem(state, at, ofConstant({ type: 'string', value: name })), self);
  if (names.length > 0 && part.atoms.length > 0 && !part.unknown) return part;
  escapeTree(state, self);
  return joinValues(part, ANYTHING);
}

/** A method that a framework's base class gives. */
function callFrameworkMethod(machine: Machine, frame: Frame, state: State, effect: FrameworkRow['methods'][string], args: ArgValues, instr: CallInstr): CallResult {
  const given = allArgs(args).map((item) => settled(state, item));
  if (effect === 'read') for (const value of given) machine.use(forwardsOf(value), 'read', instr.span);
  if (effect === 'backward') differentiate(machine, frame.context.ref, state, given, instr);
  return returned(ANYTHING);
}

/** A method that no model lists. */
/** What the methods of a dictionary of modules give, as the methods of all modules that give the same. */
const VIEWS_OF_DICTIONARIES: ReadonlyMap<string, string> = new Map([
  ['values', 'children'],
  ['items', 'named_children'],
  ['entries', 'named_children'],
]);

function callOther(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const self = ofObject(object);
  if (name === '__init__' || name === 'constructor') {
    if (object.library?.children !== undefined) setChildren(machine, state, object, object.library, args);
    else if (object.kind === 'opaque') for (const value of allArgs(args)) escapeTree(state, value);
    return returned(self);
  }
  if (object.kind === 'opaque' && object.class === null && machine.libraries.tensorMethods.has(name)) return callTensorMethod(machine, frame, state, ANYTHING.with({ input: INPUT }), name, args, instr);
  // A library layer has no methods of its own that change modes; what they give may be anything.
  if (object.kind === 'module' && object.library !== null && object.class === null) {
    machine.unseenCalls.add(instr);
    return returned(derive(allArgs(args)));
  }
  const result = callUnknown(machine, state, self, args, instr);
  return object.kind === 'opaque' && object.class === null ? returned(joinValues(result.value, self.atoms.length === 1 ? ANYTHING : NOTHING)) : result;
}

function isRunning(frame: Frame, value: Value): boolean {
  return value.atoms.some((atom) => atom.kind === 'function' && frame.context.occurrences(atom.ref.func) > 0);
}

/** Parts of a tree that one value may stand for; a value does not hold more. */
const MAX_TREE = 64;

/** All of a tree as one value. */
function treeValue(machine: Machine, state: State, root: AbstractObject, instr: Instr): Value {
  const parts: AbstractObject[] = [];
  let unknown = false;
  eachInTree(state, root, true, (object) => {
    unknown ||= (object.kind === 'opaque' && hidingNetwork(object) === null) || parts.length === MAX_TREE;
    if (parts.length === MAX_TREE) return false;
    parts.push(object, ...(hidesParts(object) ? [hiddenPart(machine, state, object, instr)] : []));
    return true;
  });
  return unknown ? joinValues(ofObjects(parts), ANYTHING) : ofObjects(parts);
}

/** `apply(fn)`: runs `fn` on each part, the deepest first, and on the module at last. */
function applyToParts(machine: Machine, frame: Frame, state: State, object: AbstractObject, args: ArgValues, instr: CallInstr): void {
  const parts = partsOf(machine, state, object, 'modules', instr)?.parts ?? null;
  const [callback] = args.positional;
  const one = (part: Value): ArgValues => ({ positional: [part], keywords: new Map(), more: null, written: [] });
  if (parts === null || callback === undefined || callback.unknown || callback.atoms.length !== 1) runCallbacks(machine, frame, state, args.positional, one(treeValue(machine, state, object, instr)), instr);
  else for (const part of [...parts].reverse()) callValue(machine, frame, state, callback, one(ofObject(part)), instr);
}

/** The label of a list of the parts of a network, each of which is known. */
export const PARTS = 'parts';
const MAX_PARTS = 32;

/** The parts of a network that are known one by one, and the names that lead to them. */
interface Parts {
  readonly parts: readonly AbstractObject[];
  readonly names: ReadonlyMap<AbstractObject, string>;
}

/** The parts of a network, in the order in which the library gives them, with one that stands for those that a library hides; null if others are not known, or stand for several. */
function partsOf(machine: Machine, state: State, root: AbstractObject, name: string, instr: Instr): Parts | null {
  const parts: AbstractObject[] = [];
  const names = new Map<AbstractObject, string>([[root, '']]);
  const onlyChildren = /children/i.test(name);
  const isHidden = (atom: Atom): boolean => atom.kind === 'object' && hidingNetwork(atom.object) !== null;
  if (onlyChildren && hidesParts(root)) return null;
  let isExact = true;
  eachInTree(state, root, true, (object, certain) => {
    const { attrs } = state.object(object);
    isExact &&= isHidden({ kind: 'object', object }) || (certain && object.kind === 'module' && (attrs.get('[]')?.atoms ?? []).every(isHidden));
    for (const [key, value] of attrs) for (const part of objectsOf(value)) if (!names.has(part) && !key.startsWith('#')) names.set(part, joinPath(names.get(object)!, key.replace(/^\[|\]$/g, '')));
    const isChild = object !== root;
    if (isChild || !onlyChildren) parts.push(object);
    if (!onlyChildren && hidesParts(object)) parts.push(hiddenPart(machine, state, object, instr));
    return !(isChild && onlyChildren);
  });
  return isExact && parts.length <= MAX_PARTS ? { parts, names } : null;
}

/** `modules()`, `children()` and their named forms: a list of the tree (or of pairs of name and module). */
function listOfTree(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, instr: CallInstr): Value {
  const known = partsOf(machine, state, object, name, instr);
  if (known !== null) {
    const nameOf = (part: AbstractObject): Value => (known.names.has(part) ? ofConstant({ type: 'string', value: known.names.get(part)! }) : ANYTHING);
    const pairOf = (part: AbstractObject, at: number): Value => ofObject(machine.objects.allocate(state, frame.context, instr, `part${at}`, { kind: 'collection', class: null, library: null, label: 'tuple', replaces: true }, { attrs: new Map([[elementName(0), nameOf(part)], [elementName(1), ofObject(part)]]) }));
    const elements = new Map(known.parts.map((part, at): [string, Value] => [elementName(at), /^named/.test(name) ? pairOf(part, at) : ofObject(part)]));
    return ofObject(machine.objects.allocate(state, frame.context, instr, 'parts', { kind: 'collection', class: null, library: null, label: PARTS, replaces: true }, { attrs: elements }));
  }
  const elements = /children/i.test(name) && hidesParts(object) ? ofObject(hiddenPart(machine, state, object, instr)) : treeValue(machine, state, object, instr);
  if (elements.unknown) escapeTree(state, ofObject(object));
  const list = machine.objects.allocate(state, frame.context, instr, 'modules', { kind: 'collection', class: null, library: null, label: 'list' }, {});
  if (/^named/.test(name)) {
    const pair = machine.objects.allocate(state, frame.context, instr, 'pair', { kind: 'collection', class: null, library: null, label: 'tuple' }, {});
    state.setAttr(pair, '[0]', ANYTHING, true);
    state.setAttr(pair, '[1]', elements, true);
    state.setAttr(list, '[]', ofObject(pair), true);
  } else state.setAttr(list, '[]', elements, true);
  return ofObject(list);
}
