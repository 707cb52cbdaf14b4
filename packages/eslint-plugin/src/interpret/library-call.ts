// Calls of library functions and classes, as their rows say. A path that no row describes is code that we cannot see.
import { assertNever } from '../ir/ir.ts';
import { GRAD_DISABLED, GRAD_ENABLED, GRAD_INFERENCE, isOff, type GradScopeEffect } from '../domains/grad.ts';
import { CALIBRATED, elementName, FRESH, TRAINABLE, UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE } from '../domains/heap.ts';
import { EVAL, TRAIN, UNKNOWN_MODE, type ModeSet } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, cutOff, derive, distinctNoise, forwardsOf, joinValues, mustConstant, mustObject, mustString, NOTHING, objectsOf, ofAtoms, ofConstant, ofBoolean, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { FunctionEffect, FunctionRow } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { callAccessor } from './accessors.ts';
import { findArgument, writtenArgument } from './arguments.ts';
import { RANGE } from './attributes.ts';
import { allArgs, callUnknown, callValue, handOut, returned, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import { dictionaryOf, goThrough, keysOf, pairsOf, valuesOf } from './collection-call.ts';
import { constructLibrary, shortName } from './construct.ts';
import { copyOf } from './copies.ts';
import { recordFunctional, recordRandom } from './draw.ts';
import { makeStack } from './exit-stacks.ts';
import { exportModule, requireEval, saveModules } from './export.ts';
import { ofFields } from './field-values.ts';
import { declareField, decorateClass, tupleClassMade } from './generated-classes.ts';
import { isInstance } from './instances.ts';
import { noteHandedOver } from './handed-over.ts';
import type { Machine } from './machine.ts';
import { getNamed, hasNamed, setNamed } from './named-attributes.ts';
import { namespaceOf } from './namespaces.ts';
import { runForGradients, symbolicInput } from './option-layers.ts';
import { assignAll } from './object-literals.ts';
import { promised, RESOLVE, resolvePromise } from './promises.ts';
import { rebuiltFrom } from './rebuilt.ts';
import { applyScope, decorate } from './scope.ts';
import { classOfValue } from './names.ts';
import { settled } from './settled.ts';
import { differentiate } from './tensor-call.ts';
import { eachInTree, escapeTree, setTreeMode, setTreeStatistics } from './set-mode.ts';
import { truthOf } from './truth.ts';

export function callLibrary(machine: Machine, frame: Frame, state: State, path: string, args: ArgValues, instr: CallInstr): CallResult {
  const { libraries } = machine;
  if (path === RESOLVE) {
    resolvePromise(state, args);
    return returned(ofConstant({ type: 'undefined' }));
  }
  const func = libraries.functionAt(path);
  const cls = libraries.classAt(path);
  // An exact row of either kind goes before a prefix; a class prefix (`torch.nn.*`) before a function prefix (`torch.*`).
  if (cls !== null && (func === null || func.path !== path)) return constructLibrary(machine, frame, state, cls, path, args, instr);
  const base = libraries.moduleBaseAt(path);
  if (base !== null) return callUnknown(machine, state, ANYTHING, args, instr);
  if (func === null) return callUnseen(machine, frame, state, path, args, instr);
  const result = applyEffect(machine, frame, state, path, func, args, instr);
  const rebuilt = rebuiltFrom(machine, frame.context.ref.func, state, args, instr);
  return rebuilt.length === 0 ? result : { ...result, value: result.value.with({ detached: [...new Set([...result.value.detached, ...rebuilt])] }) };
}

/** A function or class that no row describes. Something that starts with a capital is taken for a class, in a mode that nobody knows. */
function callUnseen(machine: Machine, frame: Frame, state: State, path: string, args: ArgValues, instr: CallInstr): CallResult {
  const result = callUnknown(machine, state, ANYTHING, args, instr);
  const name = shortName(path);
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (!/^[A-Z]/.test(last)) return result;
  const object = machine.objects.allocate(state, frame.context, instr, path, { kind: 'opaque', class: null, library: null, label: last, inert: 'unknown' }, { modes: UNKNOWN_MODE, statistics: UNKNOWN_STATISTICS, trainable: TRAINABLE | UNKNOWN_TRAINABLE });
  return returned(joinValues(ofObject(object), result.value.with({ unknown: true })));
}

function applyEffect(machine: Machine, frame: Frame, state: State, path: string, row: FunctionRow, args: ArgValues, instr: CallInstr): CallResult {
  const effect: FunctionEffect = row.effect;
  const given = allArgs(args).map((value) => settled(state, value));
  switch (effect.kind) {
    case 'pure': {
      const chosen = effect.gives === undefined ? null : goThrough(machine, frame, state, effect.gives, args, instr);
      if (chosen !== null) return returned(isOff(state.grad) ? cutOff(chosen) : chosen);
      for (const value of given) handOut(machine, value);
      if (effect.passesOn) {
        for (const value of allArgs(args)) {
          escapeTree(state, value);
          noteHandedOver(machine, state, value);
        }
      }
      const noise = throughFunction(path, given);
      const result = derive(given);
      const computed = result.with({ noise, input: noise.length === 0 ? result.input : 0 });
      return returned(isOff(state.grad) ? cutOff(computed) : computed);
    }
    case 'read':
      for (const value of given) machine.use(forwardsOf(value), 'read', instr.span);
      return returned(ANYTHING.with({ noise: throughFunction(path, given) }));
    case 'cast': {
      for (const value of given) machine.use(forwardsOf(value), 'read', instr.span);
      const [value] = given;
      const isPlain = value !== undefined && given.length === 1 && !value.unknown && value.atoms.length > 0 && value.atoms.every((atom) => atom.kind === 'flag' || (atom.kind === 'constant' && (atom.value.type === 'number' || atom.value.type === 'boolean')));
      return returned(isPlain ? value : ANYTHING.with({ noise: throughFunction(path, given) }));
    }
    case 'is-instance': {
      for (const value of given) machine.use(forwardsOf(value), 'shape', instr.span);
      const [value, target] = args.positional;
      const answer = value === undefined || target === undefined ? null : isInstance(machine, state, value, target);
      return returned(answer === null ? ANYTHING : ofBoolean(answer));
    }
    case 'class-of':
    case 'shape':
      for (const value of given) machine.use(forwardsOf(value), 'shape', instr.span);
      if (effect.kind === 'class-of' && args.positional.length === 1) return returned(classOfValue(machine, args.positional[0]!) ?? ANYTHING);
      return returned(ANYTHING);
    case 'random': {
      const chosen = effect.gives === undefined ? null : goThrough(machine, frame, state, effect.gives, args, instr);
      if (chosen === null) for (const value of allArgs(args)) escapeTree(state, value);
      machine.randomCalls.add(instr);
      const drawn = recordRandom(machine, frame, state, path, given, instr);
      if (chosen !== null) return returned(chosen.with({ noise: drawn.noise }));
      return returned(drawn.with({ from: [...new Set(given.flatMap((value) => value.from))], detached: [...new Set(given.flatMap((value) => value.detached))] }));
    }
    case 'functional':
      recordFunctional(machine, frame, state, path, effect, args, instr);
      return returned(derive(given));
    case 'grad-scope':
      return callScope(machine, frame, state, path, effect, args, instr);
    case 'mode-scope':
      return callModeScope(machine, frame, state, effect, args, instr);
    case 'assert-mode': {
      const modes = modesOfName(findArgument(state, args, effect.mode).value);
      const target = findArgument(state, args, effect.module).value;
      machine.noteOwn();
      for (const object of objectsOf(target)) {
        eachInTree(state, object, objectsOf(target).length === 1, (item, _, certain) => state.setMode(item, modes, { site: machine.site(instr.span), mode: modes, how: 'asserted', selective: false }, certain));
      }
      return returned(target);
    }
    case 'assert-grad': {
      const wanted = mustString(findArgument(state, args, effect.grad).value);
      if (wanted === 'enabled') state.grad = GRAD_ENABLED;
      else if (wanted === 'disabled') state.grad = GRAD_DISABLED;
      else if (wanted === 'inference') state.grad = GRAD_INFERENCE;
      return returned(ANYTHING);
    }
    case 'export':
      return exportModule(machine, frame, state, path, effect, args, instr);
    case 'save': {
      for (const value of given) machine.use(forwardsOf(value), 'read', instr.span);
      saveModules(machine, frame, state, path, settled(state, findArgument(state, args, effect.value).value), instr);
      return returned(ANYTHING);
    }
    case 'require-eval':
      return returned(requireEval(machine, frame, state, path, findArgument(state, args, effect.module).value, instr));
    case 'load-module':
      return returned(ofObject(loadedModule(machine, frame, state, path, effect, args, instr)));
    case 'same-module': {
      const { value } = findArgument(state, args, effect.module);
      return returned(value);
    }
    case 'copy':
      return returned(copyOf(machine, frame, state, findArgument(state, args, effect.value).value, instr, effect.shallow));
    case 'runs': {
      const { value } = findArgument(state, args, effect.callback);
      if (effect.differentiates) return returned(runForGradients(machine, frame, state, [value], instr));
      const written = writtenArgument(args, effect.callback);
      if (written !== null) machine.callbackSpans.set(instr, written.span);
      return callValue(machine, frame, state, value, { ...NO_ARGS }, instr);
    }
    case 'symbolic':
      return returned(symbolicInput(machine, frame, state, instr));
    case 'backward':
      differentiate(machine, frame.context.ref, state, given, instr);
      return returned(ANYTHING);
    case 'calibrate':
      for (const object of objectsOf(findArgument(state, args, effect.module).value)) setTreeStatistics(machine, frame, state, object, CALIBRATED, true, instr);
      return returned(ANYTHING);
    case 'binding': {
      const target = args.positional[0] ?? ANYTHING;
      return returned(target.with({ atoms: target.atoms.map((atom) => (atom.kind === 'function' ? { ...atom, binding: effect.to } : atom)) }));
    }
    case 'partial': {
      const target = args.positional[0] ?? ANYTHING;
      const prefix = args.positional.slice(1);
      if (args.more !== null || target.atoms.length === 0 || target.atoms.some(isBoundOften)) return callUnknown(machine, state, ANYTHING, args, instr);
      const bindTo = (atom: Atom): Atom => (atom.kind === 'function' && args.keywords.size === 0 ? { ...atom, prefix: [...atom.prefix, ...prefix] } : { kind: 'partial', target: atom, prefix, keywords: args.keywords });
      return returned(target.with({ atoms: target.atoms.map(bindTo) }));
    }
    case 'bound':
      if (args.more !== null) return callUnknown(machine, state, ANYTHING, args, instr);
      return returned(ofAtoms({ kind: 'partial', target: { kind: 'library', path: effect.path }, prefix: args.positional, keywords: args.keywords }));
    case 'access':
      return callAccessor(machine, frame, state, effect, args, instr);
    case 'has-attribute': {
      for (const value of given) machine.use(forwardsOf(value), 'shape', instr.span);
      const has = hasNamed(machine, state, effect, args);
      return returned(has === null ? ANYTHING : ofBoolean(has));
    }
    case 'get-attribute':
      return returned(getNamed(machine, frame, state, effect, args, instr));
    case 'set-attribute':
      setNamed(machine, frame, state, effect, args, instr);
      return returned(ANYTHING);
    case 'namespace': {
      const { value } = findArgument(state, args, effect.object);
      const namespace = namespaceOf(machine, frame, state, value, instr);
      if (namespace === null) escapeTree(state, value);
      return returned(namespace ?? derive(given));
    }
    case 'assign': {
      const target = findArgument(state, args, effect.object).value;
      const sources = args.more === null ? args.positional.slice(1) : null;
      if (sources !== null && assignAll(machine, frame, state, target, sources, instr)) return returned(target);
      for (const value of allArgs(args)) escapeTree(state, value);
      return returned(joinValues(target, ANYTHING));
    }
    case 'dictionary':
      return returned(dictionaryOf(machine, frame, state, args, instr) ?? derive(given));
    case 'values-of': {
      const { value } = findArgument(state, args, effect.value);
      const only = mustObject(value);
      if (only?.kind !== 'collection') return returned(derive(given));
      if (effect.keys === true) return returned(keysOf(machine, frame, state, only, instr) ?? derive(given));
      return returned(effect.pairs === true ? pairsOf(machine, frame, state, only, instr) : valuesOf(machine, frame, state, only, instr));
    }
    case 'iterate': {
      const through = goThrough(machine, frame, state, effect.gives, args, instr);
      if (through !== null) return returned(through);
      for (const value of given) {
        handOut(machine, value);
        escapeTree(state, value);
      }
      const noise = throughFunction(path, given);
      return returned(derive(given).with({ noise }));
    }
    case 'number-range':
      return returned(rangeOf(machine, frame, state, args, instr));
    case 'memoize': {
      const [target] = args.positional;
      const decorates = target !== undefined && target.atoms.some((atom) => atom.kind === 'function');
      if (!decorates) return returned(ofAtoms({ kind: 'library', path }));
      return returned(target.with({ atoms: target.atoms.map((atom) => (atom.kind === 'function' ? { ...atom, memoized: true } : atom)) }));
    }
    case 'same-function':
      return returned(args.positional[0] ?? ANYTHING);
    case 'data-class':
      return decorateClass(machine, frame, effect, row.path, args);
    case 'field':
      return args.more === null ? declareField(row.path, args) : callUnknown(machine, state, ANYTHING, args, instr);
    case 'tuple-class': {
      const made = tupleClassMade(machine, frame, state, args, instr);
      return made === null ? callUnknown(machine, state, ANYTHING, args, instr) : returned(made);
    }
    case 'attributes':
      if (args.more !== null || args.positional.length > 0) return callUnknown(machine, state, ANYTHING, args, instr);
      return returned(ofObject(machine.objects.allocate(state, frame.context, instr, path, { kind: 'instance', class: null, library: null, label: shortName(path) }, { attrs: new Map(args.keywords) })));
    case 'of-fields':
      return ofFields(machine, frame, state, effect, args, instr) ?? callUnknown(machine, state, ANYTHING, args, instr);
    case 'gives':
      return returned(ofAtoms({ kind: 'library', path: effect.path }));
    case 'context-manager': {
      const target = args.positional[0] ?? ANYTHING;
      for (const atom of target.atoms) if (atom.kind === 'function') machine.managers.add(atom.ref.func);
      return returned(target);
    }
    case 'exit-stack':
      return returned(makeStack(machine, frame, state, effect, args, instr));
    case 'swallowing-manager':
      return returned(ofAtoms({ kind: 'library', path }));
    case 'promise':
      return returned(promised(machine, frame, state, args, instr));
    case 'parameter':
      return returned(ANYTHING.with({ learned: true }));
    default:
      return assertNever(effect);
  }
}

/** `range(3)`: a list of numbers that we do not tell apart, with a first one if there certainly is one. */
function rangeOf(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: CallInstr): Value {
  const numbers = args.positional.map((value) => {
    const constant = mustConstant(value);
    return constant?.type === 'number' ? constant.value : null;
  });
  const [start, stop] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0] ?? null, numbers[1] ?? null];
  const counts = args.more === null && start !== null && stop !== null && start < stop && (numbers.length < 3 || (numbers[2] ?? 0) > 0);
  if (!counts) return derive(allArgs(args));
  const bounds: [string, Value][] = numbers.length < 3 ? [['start', ofConstant({ type: 'number', value: start })], ['stop', ofConstant({ type: 'number', value: stop })]] : [];
  return ofObject(machine.objects.collection(state, frame.context, instr, 'range', RANGE, new Map([[elementName(0), ANYTHING], [elementName(null), ANYTHING], ...bounds])));
}

const ROUNDING = /\.(?:floor|ceil|round|clamp|clip|sign|where|float|bool|int)$/;

/** Noise that went through a function is no plain noise any more, unless the function only rounds or casts it. */
function throughFunction(path: string, given: readonly Value[]): Value['noise'] {
  const noise = distinctNoise(given.flatMap((value) => value.noise));
  return ROUNDING.test(path) ? noise : noise.map((origin) => ({ ...origin, plain: false }));
}

function callScope(machine: Machine, frame: Frame, state: State, path: string, effect: Extract<FunctionEffect, { kind: 'grad-scope' }>, args: ArgValues, instr: CallInstr): CallResult {
  const scope = machine.scopeEffect(setsOf(state, effect, args), path, instr.span);
  if (effect.forms.includes('callback')) {
    const callback = args.positional[effect.callback];
    const before = { grad: state.grad, sites: state.gradSites };
    applyScope(machine, state, scope, instr);
    if (callback === undefined) return returned(ANYTHING);
    if (forwardsOf(callback).length > 0 && !callback.atoms.some((atom) => atom.kind === 'function')) {
      const written = args.written[effect.callback];
      machine.noteScope(frame.context.ref, instr, path, 'not-a-callback', written === undefined ? {} : { argument: written.span });
      machine.noteThrown(state.forCallee());
      return { value: NOTHING, returns: false };
    }
    const run = (): CallResult => callValue(machine, frame, state, callback, NO_ARGS, instr);
    return machine.leaving(run, (after) => {
      after.grad = before.grad;
      after.gradSites = before.sites;
    }, state);
  }
  // `@torch.no_grad` without parentheses: the function itself is the argument.
  const target = args.positional[0];
  if (target !== undefined && target.atoms.some((atom) => atom.kind === 'function')) {
    return returned(decorate(machine, frame.context.ref, target, scope, instr));
  }
  const value = ofAtoms({ kind: 'scope', effect: scope });
  if (effect.forms.includes('statement')) {
    // Takes effect at once. Used as a context manager, its exit puts back what was before this call; the difference to
    // entering it there is the one instruction between, so the entry saves the state that it finds.
    if (isStatement(instr)) applyScope(machine, state, scope, instr);
  } else if (target === undefined && isStatement(instr)) machine.noteScope(frame.context.ref, instr, path, 'dropped');
  return returned(value);
}

/** Holds if the call is a statement of its own and not the manager of a `with`. */
function isStatement(instr: CallInstr): boolean {
  return instr.statement.start === instr.span.start && instr.statement.end - instr.span.end <= 1;
}

const scopes = new Map<string, GradScopeEffect['sets']>([
  ['enabled', 'enabled'],
  ['disabled', 'disabled'],
  ['inference', 'inference'],
]);

function setsOf(state: State, effect: Extract<FunctionEffect, { kind: 'grad-scope' }>, args: ArgValues): GradScopeEffect['sets'] {
  if (effect.argument === undefined) return scopes.get(effect.sets) ?? 'unknown';
  const constant = mustConstant(findArgument(state, args, effect.argument).value);
  if (constant?.type !== 'boolean') return args.positional[0]?.atoms.some((atom) => atom.kind === 'function') ? (scopes.get(effect.sets) ?? 'unknown') : 'unknown';
  if (effect.sets === 'argument') return constant.value ? 'enabled' : 'disabled';
  return constant.value ? (scopes.get(effect.sets) ?? 'unknown') : 'enabled';
}

function modesOfName(value: Value): ModeSet {
  const name = mustString(value);
  return name === 'train' ? TRAIN : name === 'eval' ? EVAL : UNKNOWN_MODE;
}

/** Runs a callback with a module's modes set, and puts every module's own mode back. */
function callModeScope(machine: Machine, frame: Frame, state: State, effect: Extract<FunctionEffect, { kind: 'mode-scope' }>, args: ArgValues, instr: CallInstr): CallResult {
  const target = findArgument(state, args, effect.module).value;
  const modes = typeof effect.mode === 'string' ? (effect.mode === 'train' ? TRAIN : EVAL) : modesOfName(findArgument(state, args, effect.mode).value);
  const callback = findArgument(state, args, effect.callback).value;
  const objects = objectsOf(target);
  const saved = new Map<AbstractObject, { modes: ModeSet; settings: ReturnType<State['object']>['settings'] }>();
  for (const object of objects) {
    eachInTree(state, object, true, (item) => {
      const known = state.object(item);
      saved.set(item, { modes: known.modes, settings: known.settings });
    });
    setTreeMode(machine, frame, state, object, modes, { site: machine.site(instr.span), mode: modes, how: 'scope', selective: false }, objects.length === 1, instr);
  }
  const before = { grad: state.grad, sites: state.gradSites };
  if (effect.grad !== undefined) applyScope(machine, state, machine.scopeEffect(effect.grad, 'inference', instr.span), instr);
  const run = (): CallResult => callValue(machine, frame, state, callback, { ...NO_ARGS, positional: [target] }, instr);
  return machine.leaving(run, (after) => {
    after.grad = before.grad;
    after.gradSites = before.sites;
    for (const [object, mode] of saved) if (after.heap.has(object)) after.update(object, mode);
  }, state);
}

function loadedModule(machine: Machine, frame: Frame, state: State, path: string, effect: Extract<FunctionEffect, { kind: 'load-module' }>, args: ArgValues, instr: CallInstr): AbstractObject {
  const asked = effect.trainIf === undefined ? null : findArgument(state, args, effect.trainIf);
  const truth = asked === null || asked.omitted ? { mayBeTrue: false, mayBeFalse: true } : truthOf(asked.value);
  const usual = effect.mode === 'train' ? TRAIN : effect.mode === 'eval' ? EVAL : UNKNOWN_MODE;
  const modes = (truth.mayBeTrue ? TRAIN : 0) | (truth.mayBeFalse ? usual : 0);
  const site = machine.site(instr.span);
  const given = (effect.calibratedIf ?? []).map((row) => findArgument(state, args, row)).filter(({ omitted }) => !omitted).map(({ value }) => truthOf(value));
  const statistics = effect.calibrated || given.some(({ mayBeFalse }) => !mayBeFalse) ? CALIBRATED : given.some(({ mayBeTrue }) => mayBeTrue) ? UNKNOWN_STATISTICS : FRESH | UNKNOWN_STATISTICS;
  return machine.objects.allocate(state, frame.context, instr, path, { kind: 'module', class: null, library: { path, kind: 'module', sensitive: effect.sensitive, inertIf: [], holds: [], derives: [], parameters: 'yes', optimizer: false, composed: true, runsChildren: false, source: 'the row of the loader', ...(effect.sensitive === 'yes' ? { effect: effect.calibrated ? ('random' as const) : ('statistics' as const) } : {}) }, label: shortName(path), inert: 'no' }, { modes, settings: [{ site, mode: modes, how: 'loaded', selective: false }], statistics, trainable: TRAINABLE });
}

/** Bindings of bindings: more are not followed, and deeper than the stack at some point. */
const MAX_BINDINGS = 50;

function isBoundOften(atom: Atom): boolean {
  let [inner, bindings] = [atom, 0];
  for (; inner.kind === 'partial' && bindings < MAX_BINDINGS; bindings += 1) inner = inner.target;
  return bindings === MAX_BINDINGS || (inner.kind === 'function' && inner.prefix.length >= MAX_BINDINGS);
}
