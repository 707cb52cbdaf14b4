// Calls: finds what is called and hands over to who knows how. Several possible callees are run on copies of the state that
// are joined afterwards; what cannot be seen may keep and change whatever it is given.
import { assertNever, type Instr } from '../ir/ir.ts';
import type { GradScopeEffect } from '../domains/grad.ts';
import { elementName } from '../domains/heap.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, boundIn, derive, forwardsOf, joinValues, mustObject, NOTHING, objectsOf, ofAtoms, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { ArgValues, Frame } from './activation.ts';
import { bound, getAttribute, iterate, NAMED_ACCESS, runsForward } from './attributes.ts';
import { callFunction, type CallResult } from './call-function.ts';
import { findMember } from './class-order.ts';
import { callCollectionMethod } from './collection-call.ts';
import { construct, constructLoaded } from './construct.ts';
import { descriptorMethods, isPlainMember } from './descriptors.ts';
import { exactElements } from './exact-elements.ts';
import { callStackMethod, STACK } from './exit-stacks.ts';
import { callForward, callForwardOfLibrary } from './forward.ts';
import { callGeneratorMethod, consumedArgs, newGenerator, nextOf, pendingGenerator } from './generators.ts';
import { evaluateArgs } from './given.ts';
import { noteHandedOver } from './handed-over.ts';
import { callGenerated } from './generated-constructors.ts';
import { exported } from './imports.ts';
import { callLibrary } from './library-call.ts';
import { callObjectMethod } from './library-object.ts';
import { askArguments } from './implied-calls.ts';
import { wrapLazily } from './lazy-wrappers.ts';
import type { Machine } from './machine.ts';
import { callWithin, decoratedBy, WITHIN } from './manager-decorators.ts';
import { callMemoized } from './memoized.ts';
import { callLayer, familyOf, noteUnseenPredict } from './option-layers.ts';
import { noteDirectForward, noteFlagCalled } from './mode-methods.ts';
import { callModuleMethod, setModeOfOthers } from './module-method.ts';
import { callTupleMethod, elementNamed, makeFromList } from './named-tuples.ts';
import { callTextMethod } from './names.ts';
import { callPromised, PROMISED } from './promises.ts';
import { fillIn } from './open-settings.ts';
import { applyScope, decorate } from './scope.ts';
import { escapeTree, noteWrittenTo, setTreeTrainable, trainableOfFlag } from './set-mode.ts';
import { settled } from './settled.ts';
import { callTensorMethod } from './tensor-call.ts';

export type CallInstr = Extract<Instr, { kind: 'call' }>;

export function returned(value: Value): CallResult {
  return { value, returns: true };
}

export function callInstr(machine: Machine, frame: Frame, state: State, instr: CallInstr): CallResult {
  const args = evaluateArgs(machine, frame, state, instr);
  if (instr.callee.kind === 'value') return callValue(machine, frame, state, state.get(instr.callee.value), args, instr);
  return callMethod(machine, frame, state, present(state.get(instr.callee.object)), instr.callee.name, args, instr);
}

/** `receiver.name(…)`. */
export function callMethod(machine: Machine, frame: Frame, state: State, receiver: Value, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const trees = receiver.atoms.length > 1 && machine.handed?.call === instr && machine.handed.frame === frame ? machine.handed.trees : null;
  const before = trees === null ? null : state.clone();
  const onOne = (atom: Atom, on: State): CallResult => {
    const result = callMethodOfAtom(machine, frame, on, receiver, atom, name, args, instr);
    if (trees !== null && atom.kind === 'object') leaveOut(on, trees, atom.object);
    return result;
  };
  const result = alternatives(state, receiver, onOne, (on) => {
    setModeOfOthers(machine, frame, on, receiver, name, args, instr);
    return callTensorMethod(machine, frame, on, receiver, name, consumedArgs(machine, frame, on, args, instr), instr);
  });
  for (const part of trees === null ? [] : machine.handed!.all) if (!state.heap.has(part) && before!.heap.has(part)) state.heap.set(part, before!.object(part));
  return result;
}

/** Where the receiver is one of several networks and no other of them is met, nothing is said of the others. */
function leaveOut(state: State, trees: ReadonlyMap<AbstractObject, ReadonlySet<AbstractObject>>, met: AbstractObject): void {
  const kept = trees.get(met);
  if (kept === undefined) return;
  for (const tree of trees.values()) for (const part of tree) if (!kept.has(part)) state.heap.delete(part);
}

/** Nothing has no methods: what goes on after a call of one had something else for its receiver. */
function present(receiver: Value): Value {
  const isNothing = (atom: Atom): boolean => atom.kind === 'constant' && (atom.value.type === 'none' || atom.value.type === 'undefined');
  const atoms = receiver.atoms.filter((atom) => !isNothing(atom));
  return atoms.length === 0 || atoms.length === receiver.atoms.length ? receiver : receiver.with({ atoms });
}

/** Runs one alternative per atom of `value`, and `other` for what it may be besides; joins states and results. */
function alternatives(state: State, value: Value, each: (atom: Atom, on: State) => CallResult, other: (on: State) => CallResult): CallResult {
  const ways: ((on: State) => CallResult)[] = value.atoms.map((atom) => (on: State) => each(atom, on));
  if (value.unknown || value.atoms.length === 0) ways.push(other);
  if (ways.length === 1) return ways[0]!(state);
  const before = state.clone();
  let after: State | null = null;
  let result = NOTHING;
  for (const way of ways) {
    const on = before.clone();
    const { value: part, returns } = way(on);
    result = joinValues(result, part);
    if (!returns) continue;
    if (after === null) after = on;
    else after.joinFrom(on);
  }
  if (after === null) return { value: result, returns: false };
  state.adopt(after);
  return returned(result);
}

export function callValue(machine: Machine, frame: Frame, state: State, callee: Value, args: ArgValues, instr: CallInstr): CallResult {
  return alternatives(state, callee, (atom, on) => callAtom(machine, frame, on, atom, args, instr), (on) => callUnknown(machine, on, callee, consumedArgs(machine, frame, on, args, instr), instr));
}

/** Runs a call in the gradient scopes that a decorator has put around what is called. */
function withinScopes(machine: Machine, state: State, scopes: readonly GradScopeEffect[], run: () => CallResult, instr: CallInstr): CallResult {
  if (scopes.length === 0) return run();
  const before = { grad: state.grad, sites: state.gradSites };
  for (const scope of scopes) applyScope(machine, state, scope, instr);
  return machine.leaving(run, (after) => {
    after.grad = before.grad;
    after.gradSites = before.sites;
  }, state);
}

function callAtom(machine: Machine, frame: Frame, state: State, atom: Atom, args: ArgValues, instr: CallInstr): CallResult {
  switch (atom.kind) {
    case 'function': {
      if (atom.memoized === true) return callMemoized(machine, state, atom, args, () => callAtom(machine, frame, state, { ...atom, memoized: false }, args, instr));
      const decorated = atom.binding === 'generator' ? decoratedBy(machine, atom, args) : null;
      if (decorated !== null) return returned(ofAtoms(decorated));
      const pending = pendingGenerator(atom, args);
      if (pending !== null) return returned(ofAtoms(newGenerator(machine, frame, state, pending, instr)));
      return withinScopes(machine, state, atom.scopes, () => callFunction(machine, frame, state, atom.ref, atom.receiver, atom.prefix.length === 0 ? args : { ...args, positional: [...atom.prefix, ...args.positional] }, instr), instr);
    }
    case 'partial':
      return withinScopes(machine, state, atom.scopes ?? [], () => callAtom(machine, frame, state, atom.target, { ...args, positional: [...atom.prefix, ...args.positional], keywords: new Map([...atom.keywords, ...args.keywords]) }, instr), instr);
    case 'class':
      return construct(machine, frame, state, atom.class, args, instr);
    case 'library': {
      if (atom.path === WITHIN) return callWithin(machine, frame, state, args, instr);
      const effect = machine.libraries.functionAt(atom.path)?.effect;
      const step = effect?.kind === 'iterate' && effect.gives === 'next' ? nextOf(machine, frame, state, args, instr) : null;
      if (step !== null) return step;
      const dot = atom.path.lastIndexOf('.');
      const unbound = callUnbound(machine, frame, state, atom.path.slice(0, dot), atom.path.slice(dot + 1), args, instr);
      if (unbound !== null) return unbound;
      const wrapped = wrapLazily(machine, frame, atom.path, args, instr);
      if (wrapped !== null) return returned(ofAtoms(wrapped));
      askArguments(machine, frame, state, atom.path, args.positional, instr);
      return callLibrary(machine, frame, state, atom.path, consumedArgs(machine, frame, state, args, instr), instr);
    }
    case 'method':
      if (runsForward(machine, atom.name)) return callForwardByName(machine, frame, state, atom.object, atom.name, args, instr);
      return callModuleMethod(machine, frame, state, atom.object, atom.name, ofAtoms(atom), args, instr);
    case 'object': {
      const family = familyOf(machine, atom.object);
      if (family?.style === 'keyword') return callLayer(machine, frame, state, atom.object, family, family.call, args, instr);
      if (atom.object.class !== null) {
        const call = findMember(machine.order(atom.object.class), '__call__');
        // `A.__call__ = A()` is called for ever, and Python gives up as well.
        if (call !== null && call.entry.value.atoms.every((member) => member.kind !== 'object')) return callMember(machine, frame, state, call.entry.value, atom.object, args, instr);
        if (call !== null) return callUnknown(machine, state, ofAtoms(atom), args, instr);
        const decorated = decoratedBy(machine, atom, args);
        if (decorated !== null) return returned(ofAtoms(decorated));
      }
      if (atom.object.kind === 'collection') return callUnknown(machine, state, ofAtoms(atom), args, instr);
      return returned(callForward(machine, frame, state, atom.object, args, instr));
    }
    case 'scope': {
      // A scope object used as a decorator: `@torch.no_grad()`.
      const target = args.positional[0];
      if (target === undefined) return returned(ANYTHING);
      return returned(decorate(machine, frame.context.ref, target, atom.effect, instr));
    }
    case 'super':
    case 'constant':
    case 'flag':
    case 'namespace':
    case 'parameters':
      return callUnknown(machine, state, ofAtoms(atom), args, instr);
    default:
      return assertNever(atom);
  }
}

/** `nn.Module.train(self, mode)`: the receiver is the first argument; null if `path` is no class of modules, or it is given none. */
function callUnbound(machine: Machine, frame: Frame, state: State, path: string, name: string, args: ArgValues, instr: CallInstr): CallResult | null {
  const [first, ...others] = args.positional;
  const isCall = name !== machine.libraries.moduleModel.forward && runsForward(machine, name);
  const isModuleMethod = (isCall || machine.libraries.moduleMethods.has(name)) && (machine.libraries.moduleBaseAt(path) !== null || machine.libraries.classAt(path)?.kind === 'module');
  if (!isModuleMethod || first === undefined || !objectsOf(first).some((object) => object.kind === 'module')) return null;
  const rest: ArgValues = { ...args, positional: others };
  const onOne = (atom: Atom, on: State): CallResult => {
    if (atom.kind !== 'object') return returned(ANYTHING);
    return isCall ? returned(callForward(machine, frame, on, atom.object, rest, instr)) : callModuleMethod(machine, frame, on, atom.object, name, first, rest, instr);
  };
  return alternatives(state, first, onOne, () => returned(ANYTHING));
}

/** The function that does what a method of every Python object does, or null. */
function accessOf(machine: Machine, name: string): string | null {
  return machine.language === 'python' && name.startsWith('__') ? (NAMED_ACCESS.get(name) ?? null) : null;
}

/** The arguments of a method as those of a function that takes the receiver first. */
function withFirst(first: Value, args: ArgValues, instr: CallInstr): ArgValues {
  const receiver = instr.callee.kind === 'method' ? instr.callee.object : instr.callee.value;
  return { ...args, positional: [first, ...args.positional], written: [{ kind: 'positional', name: null, value: receiver, span: instr.calleeSpan }, ...args.written] };
}

/** The call form of the library runs `forward`, unless the class has a form of its own; so does calling `forward` itself, but for hooks. */
function callForwardByName(machine: Machine, frame: Frame, state: State, object: AbstractObject, name: string, args: ArgValues, instr: CallInstr): CallResult {
  if (name === machine.libraries.moduleModel.forward) noteDirectForward(machine, frame, object, instr);
  else if (object.class !== null && findMember(machine.order(object.class), name) !== null) return callAtom(machine, frame, state, { kind: 'object', object }, args, instr);
  return returned(callForward(machine, frame, state, object, args, instr));
}

function callMember(machine: Machine, frame: Frame, state: State, member: Value, receiver: AbstractObject, args: ArgValues, instr: CallInstr): CallResult {
  return callValue(machine, frame, state, bound(member, receiver), args, instr);
}

function callMethodOfAtom(machine: Machine, frame: Frame, state: State, receiver: Value, atom: Atom, name: string, args: ArgValues, instr: CallInstr): CallResult {
  switch (atom.kind) {
    case 'object': {
      const { object } = atom;
      if (object.kind === 'module' && runsForward(machine, name)) return callForwardByName(machine, frame, state, object, name, args, instr);
      if (object.kind === 'module' && machine.libraries.flags.has(name)) noteFlagCalled(machine, frame, name, instr);
      const isNamed = state.attr(object, name) !== undefined || (object.kind === 'collection' && elementNamed(machine, state, object, name) !== null);
      if (isNamed) return callValue(machine, frame, state, getAttribute(machine, frame, state, ofObject(object), name, instr), args, instr);
      if (object.class !== null) {
        const member = findMember(machine.order(object.class), name);
        if (member !== null) {
          const isComputed = member.entry.member === 'getter' || member.entry.member === 'cached' || (isPlainMember(member.entry.member) && descriptorMethods(machine, member.entry.value, '__get__') !== null);
          if (isComputed) return callValue(machine, frame, state, getAttribute(machine, frame, state, ofObject(object), name, instr), args, instr);
          return callMember(machine, frame, state, member.entry.value, object, args, instr);
        }
      }
      if (machine.language === 'typescript' && object.library?.methods?.[name] === undefined && PROMISED.has(name)) return callPromised(machine, frame, state, ofAtoms(atom), name, args, instr);
      const ofLibrary = object.kind === 'instance' ? object.library?.methods?.[name] : undefined;
      if (ofLibrary !== undefined) return callObjectMethod(machine, frame, state, object, ofLibrary, args, instr);
      if (object.kind === 'opaque') noteUnseenPredict(machine, frame, state, name, args, instr);
      const family = familyOf(machine, object);
      if (family !== null) return callLayer(machine, frame, state, object, family, name, args, instr);
      const access = accessOf(machine, name);
      if (access !== null) return callLibrary(machine, frame, state, access, withFirst(ofObject(object), args, instr), instr);
      if (object.kind === 'collection') {
        // `{ freeze() { this.net.eval(); } }`: what an object has under a name goes before what arrays and maps have.
        const own = machine.language === 'typescript' && object.label === 'dict' ? state.attr(object, elementName(name)) : undefined;
        if (own?.atoms.some(({ kind }) => kind !== 'constant') === true) return callMember(machine, frame, state, getAttribute(machine, frame, state, ofObject(object), name, instr), object, args, instr);
        return callTupleMethod(machine, frame, state, object, name, args, instr) ?? callCollectionMethod(machine, frame, state, object, name, args, instr);
      }
      if (object.label === STACK) return callStackMethod(machine, frame, state, object, name, args, instr);
      if (object.kind === 'module' || object.kind === 'opaque') return callModuleMethod(machine, frame, state, object, name, receiver, args, instr);
      return callUnknown(machine, state, ofObject(object), args, instr);
    }
    case 'super': {
      const member = findMember(machine.order(atom.object.class ?? atom.after), name, atom.after);
      const generated = name === '__init__' ? callGenerated(machine, frame, state, atom, args, instr) : null;
      if (generated !== null) return generated;
      if (member !== null) return callMember(machine, frame, state, member.entry.value, atom.object, args, instr);
      if (familyOf(machine, atom.object) !== null) return returned(derive(allArgs(args)));
      if (atom.object.kind === 'module' && runsForward(machine, name)) {
        const isForward = name === machine.libraries.moduleModel.forward;
        // `super().__call__(x)`, from a call form of the class's own, comes to its `forward`; `super().forward(x)` in that goes past it.
        if (!isForward) return returned(callForward(machine, frame, state, atom.object, args, instr));
        if (atom.object.library !== null && machine.running !== null) return returned(callForwardOfLibrary(machine, frame, state, atom.object, args, instr));
      }
      const access = accessOf(machine, name);
      if (access !== null) return callLibrary(machine, frame, state, access, withFirst(ofObject(atom.object), args, instr), instr);
      return callModuleMethod(machine, frame, state, atom.object, name, ofAtoms(atom), args, instr);
    }
    case 'library': {
      const unbound = callUnbound(machine, frame, state, atom.path, name, args, instr);
      if (unbound !== null) return unbound;
      // `object.__setattr__(net, 'training', False)`
      const access = accessOf(machine, name);
      if (access !== null) return callLibrary(machine, frame, state, access, args, instr);
      const path = machine.libraries.canonical(`${atom.path}.${name}`);
      askArguments(machine, frame, state, path, args.positional, instr);
      return callLibrary(machine, frame, state, path, consumedArgs(machine, frame, state, args, instr), instr);
    }
    case 'namespace':
      return callValue(machine, frame, state, exported(machine, state, atom.module, name), args, instr);
    case 'class': {
      const generated = name === '__init__' ? callGenerated(machine, frame, state, atom, args, instr) : name === '_make' ? makeFromList(machine, frame, state, atom.class, args, instr) : null;
      if (generated !== null) return generated;
      const member = findMember(machine.order(atom.class), name);
      const loaded = member === null ? machine.order(atom.class).framework?.constructors[name] : undefined;
      if (loaded !== undefined) return constructLoaded(machine, frame, state, atom.class, loaded === 'train' ? TRAIN : EVAL, instr);
      // `Class.method(self, …)`: the receiver is the first argument.
      return member === null ? callUnknown(machine, state, ofAtoms(atom), args, instr) : callValue(machine, frame, state, getAttribute(machine, frame, state, ofAtoms(atom), name, instr), args, instr);
    }
    case 'parameters': {
      if (isInPlace(name)) noteWrittenTo(machine, state, atom.object);
      if (machine.libraries.moduleMethods.get(name) === 'requires-grad') setTreeTrainable(machine, frame, state, atom.object, trainableOfFlag(args.positional[0]), receiver.atoms.length === 1, instr);
      return returned(ofAtoms(atom));
    }
    case 'function':
      if (atom.binding === 'generator') return callGeneratorMethod(machine, frame, state, atom, name, instr);
      if (machine.language === 'python') return name === '__call__' ? callAtom(machine, frame, state, atom, args, instr) : callUnknown(machine, state, ofAtoms(atom), args, instr);
      // `fn.call(this, …)`, `fn.apply(…)`, `fn.bind(…)`.
      return name === 'bind' ? returned(ofAtoms(boundTo(atom, args))) : callValue(machine, frame, state, ofAtoms(withReceiver(atom, args)), withoutReceiver(state, name, args), instr);
    case 'partial':
      return name === 'bind' ? returned(ofAtoms(boundTo(atom, args))) : callAtom(machine, frame, state, atom, withoutReceiver(state, name, args), instr);
    case 'method':
      // `model.call.bind(model)`: a method that was looked up knows its object.
      if (machine.language === 'typescript' && name === 'bind') return returned(ofAtoms(boundTo(atom, args)));
      if (machine.language === 'typescript' && (name === 'call' || name === 'apply')) {
        const [object = atom.object, ...others] = args.positional[0] === undefined ? [] : objectsOf(args.positional[0]);
        return callAtom(machine, frame, state, others.length === 0 ? { ...atom, object } : atom, withoutReceiver(state, name, args), instr);
      }
      return callTensorMethod(machine, frame, state, ofAtoms(atom), name, args, instr);
    case 'constant': {
      const given = atom.value.type === 'string' ? callTextMethod(machine, frame, state, atom.value.value, name, args, instr) : null;
      return given === null ? callTensorMethod(machine, frame, state, ofAtoms(atom), name, args, instr) : returned(given);
    }
    case 'flag':
    case 'scope':
      return callTensorMethod(machine, frame, state, ofAtoms(atom), name, args, instr);
    default:
      return assertNever(atom);
  }
}

/** What `fn.bind(receiver, …)` makes: arguments that are not known one by one are left out, and then nothing is known of a call. */
function boundTo(atom: Atom, args: ArgValues): Atom {
  const prefix = args.positional.slice(1);
  if (atom.kind !== 'function') return prefix.length === 0 ? atom : { kind: 'partial', target: atom, prefix, keywords: new Map() };
  const own = withReceiver(atom, args);
  return { ...own, prefix: [...own.prefix, ...prefix] };
}

/** The arguments that `fn.call(this, …)` or `fn.apply(this, […])` hands on. */
function withoutReceiver(state: State, name: string, args: ArgValues): ArgValues {
  const [, ...others] = args.positional;
  const [list] = others;
  if (name !== 'apply' || list === undefined) return { ...args, positional: others };
  const exact = exactElements(state, list);
  return exact === null ? { ...args, positional: [], more: iterate(state, list) } : { ...args, positional: exact };
}

/** A function that is called with a receiver of its own, if it takes one and has none yet. */
function withReceiver(atom: Extract<Atom, { kind: 'function' }>, args: ArgValues): Extract<Atom, { kind: 'function' }> {
  const receiver = args.positional[0] === undefined ? null : mustObject(args.positional[0]);
  return atom.receiver !== null || atom.ref.func.thisVariable === null || receiver === null ? atom : { ...atom, receiver };
}

/** Holds for `copy_`, `mul_` and the like, which write to a tensor; PyTorch ends their names so. */
function isInPlace(name: string): boolean {
  return /[a-z]_$/.test(name) && !/^(?:requires_grad|retain_grad|detach|zero)_$/.test(name);
}

/** Code that we cannot see: it may keep, change and call what it is given. */
export function callUnknown(machine: Machine, state: State, callee: Value, args: ArgValues, instr: CallInstr): CallResult {
  machine.unseenCalls.add(instr);
  const given = allArgs(args);
  let reached = 0;
  for (const value of given) {
    machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
    reached += escapeTree(state, value);
    noteHandedOver(machine, state, value);
    handOut(machine, value);
    fillIn(state, value);
  }
  reached += escapeTree(state, callee);
  // Handing out a large tree again and again costs what it costs.
  machine.budget.steps += reached >>> 3;
  return returned(derive([callee, ...given].map((value) => settled(state, value))));
}

export function allArgs(args: ArgValues): readonly Value[] {
  return [...args.positional, ...args.keywords.values(), ...(args.more === null ? [] : [args.more])];
}

/** Functions given away become roots: somebody calls them later. */
export function handOut(machine: Machine, value: Value): void {
  for (const atom of value.atoms) {
    if (atom.kind === 'function') machine.handedOut.set(atom.ref.func, atom.ref.module);
    else if (atom.kind === 'partial') for (const bound of boundIn(atom)) handOut(machine, bound);
  }
}

/** Runs the functions among `values` as callbacks that may be called any number of times. */
export function runCallbacks(machine: Machine, frame: Frame, state: State, values: readonly Value[], args: ArgValues, instr: CallInstr): Value {
  let result = NOTHING;
  for (const value of values) {
    for (const atom of value.atoms) {
      if (!isCallback(atom)) continue;
      const on = state.clone();
      const { value: part, returns } = callAtom(machine, frame, on, atom, args, instr);
      result = joinValues(result, part);
      if (returns) state.joinFrom(on);
    }
  }
  return result;
}

/** A function in sight, or what a library calls as one: `map(nn.Module.eval, nets)`, `map(net, batches)`. */
export function isCallback(atom: Atom): boolean {
  return atom.kind === 'function' || atom.kind === 'method' || atom.kind === 'partial' || atom.kind === 'library' || atom.kind === 'class' || (atom.kind === 'object' && atom.object.kind === 'module');
}
