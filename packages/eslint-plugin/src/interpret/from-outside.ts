// What is run for callers that we do not see: objects made from unknown arguments, parameters that nothing is known of.
import type { Func, Instr } from '../ir/ir.ts';
import { NEW_OBJECT, UNKNOWN_STATISTICS, UNKNOWN_TRAINABLE } from '../domains/heap.ts';
import { ENTRY_MODE } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, INPUT, objectsOf, ofAtoms, ofObject, TARGET, type Value } from '../domains/value.ts';
import { nestOf } from '../ir/nesting.ts';
import type { Span } from '../source/span.ts';
import { NO_ARGS, type Frame } from './activation.ts';
import { callFunction } from './call-function.ts';
import { findMember, type ClassOrder } from './class-order.ts';
import { switchesParts } from './conditions.ts';
import { initialize, kindOfClass } from './construct.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation } from './observation.ts';

/** Constructs an instance of `cls` in `state` as a caller that we do not see would. */
export function constructUnknown(machine: Machine, state: State, cls: ProjectClass): AbstractObject {
  const order = machine.order(cls);
  const span = cls.definition.nameSpan;
  const self = machine.objects.outside(`self:${cls.definition.id}`, span, cls.definition.name, null, kindOfClass(order), cls);
  machine.shared.add(self);
  if (self.kind === 'module') machine.budget.noteRelevant();
  state.heap.set(self, NEW_OBJECT.with({ modes: ENTRY_MODE, escaped: true }));
  const context = machine.rootContext({ module: machine.module, func: machine.module.funcs[0]! }, `construct ${cls.definition.id}`);
  const frame: Frame = { context, receiver: self, early: true };
  const outer = machine.running;
  // A forward call in a constructor that nobody is seen to run is a probe of shapes, not a finding of its own.
  machine.running ??= { observation: nowhere(machine), path: '' };
  const constructor = findMember(order, machine.language === 'python' ? '__init__' : 'constructor');
  const params = constructor?.entry.value.atoms.flatMap((atom) => (atom.kind === 'function' ? [atom.ref.func] : []))[0]?.params ?? [];
  const skip = machine.language === 'python' ? 1 : 0;
  const positional = params.filter((param) => param.kind === 'positional').slice(skip).map(() => ANYTHING);
  initialize(machine, frame, state, self, order, { positional, keywords: new Map(), more: ANYTHING, written: [] }, rootInstr(span));
  for (const name of order.framework?.setup ?? []) {
    const method = findMember(order, name);
    for (const atom of method?.entry.value.atoms ?? []) if (atom.kind === 'function') callFunction(machine, frame, state, atom.ref, self, NO_ARGS, rootInstr(span), { early: true });
  }
  machine.running = outer;
  return self;
}

/**
 * Holds if a method that callers in sight have called, on other objects of the class, sets modes: it may have been called on this one too. Methods that nobody
 * in sight calls are run on it.
 */
export function isSwitchedElsewhere(machine: Machine, order: ClassOrder): boolean {
  return order.project.some(({ members }) =>
    [...members].some(([name, { value }]) => !CONSTRUCTORS.has(name) && value.atoms.some((atom) => atom.kind === 'function' && machine.entered.has(atom.ref.func) && nestOf(atom.ref.module, atom.ref.func).some((func) => switchesParts(func, machine.libraries)))),
  );
}

const CONSTRUCTORS = new Set(['constructor', '__init__']);

/** The networks that `object`, which is no network itself, has in its attributes and collections. */
export function networksOf(state: State, object: AbstractObject): readonly AbstractObject[] {
  const found = new Set<AbstractObject>();
  const seen = new Set<AbstractObject>();
  const open = [object];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (at.kind === 'module') found.add(at);
    else for (const value of state.object(at).attrs.values()) open.push(...objectsOf(value));
  }
  return [...found];
}

/** A parameter that is called so is given where there is a loss: in generation nobody has it. */
const TARGET_NAME = /(?:^|_)(?:tgt|trg|targets?|labels?|gt|ground_?[tT]ruth)(?![a-z])|(?:Target|Label)s?$/;

/** Binds parameters that nothing is known of. `input`: they are inputs of a forward. */
export function bindUnknown(machine: Machine, state: State, func: Func, receiver: AbstractObject | null, input: boolean): void {
  const set = (variable: Func['params'][number]['variable'], value: Value): void => {
    if (variable.captured) state.cells.set(variable, value);
    else state.locals.set(variable, value);
  };
  let params = func.params;
  if (receiver !== null) {
    if (func.thisVariable !== null) set(func.thisVariable, ofObject(receiver));
    else if (params[0] !== undefined) {
      const isStatic = params[0].variable.origin === 'this' && receiver.class !== null;
      set(params[0].variable, isStatic ? ofAtoms({ kind: 'class', class: receiver.class }) : ofObject(receiver));
      params = params.slice(1);
    }
  } else if (func.thisVariable !== null) set(func.thisVariable, ANYTHING);
  for (const param of params) {
    if (input || param.kind === 'rest' || param.kind === 'keyword-rest') {
      // The first one is what the module is run on, whatever its name.
      const isTarget = param !== params[0] && TARGET_NAME.test(param.variable.name);
      set(param.variable, ANYTHING.with({ input: !input ? 0 : isTarget ? TARGET : INPUT }));
      continue;
    }
    const object = machine.objects.outside(`param:${func.id}.${param.variable.id}`, func.nameSpan, param.variable.name, null);
    state.heap.set(object, NEW_OBJECT.with({ modes: ENTRY_MODE, statistics: UNKNOWN_STATISTICS, trainable: UNKNOWN_TRAINABLE, escaped: true }));
    machine.shared.add(object);
    set(param.variable, ofObject(object));
  }
}

/** An observation that no rule sees, for forwards that are run only to look inside. */
export function nowhere(machine: Machine): ForwardObservation {
  const span: Span = { start: 0, end: 0 };
  return { kind: 'forward', number: -1, where: { module: machine.module, func: machine.module.funcs[0]! }, root: machine.module.funcs[0]!, call: machine.site(span), statement: span, calleeSpan: span, namesNetwork: true, exported: null, module: null, className: '', constructed: null, chain: [], modes: 0, settings: [], leaves: new Map(), opaque: false, isModule: false, grad: 0, gradSites: [], records: 'no', incomplete: false, rehearses: false, once: false, inEachRound: false, heldAgainst: false, showsModes: false, parameters: new Set(), learning: new Set(), cuts: new Map(), asleep: new Map(), drowsy: new Map(), trainedOn: new Set(), awakeOn: new Map(), eitherOn: new Map(), awakeInRound: [], leftBehind: null, starved: [], race: null, wokenOn: new Map(), woken: null, uses: new Set(), useSites: new Map() };
}

const rootInstrs = new WeakMap<Span, Instr>();

/** The instruction that stands for a call from outside. */
function rootInstr(span: Span): Instr {
  let instr = rootInstrs.get(span);
  if (instr === undefined) rootInstrs.set(span, (instr = { kind: 'opaque', dest: 0, operands: [], construct: 'root', span, statement: span }));
  return instr;
}
