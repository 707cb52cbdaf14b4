// Runs the constructors that `@dataclass` and its relatives write, and makes the tuples of `NamedTuple`.
//
// Guarantees: values come by position, by keyword, from the default or from a call of the factory, which each construction makes anew; they are assigned in the order of the fields, as `self.name = value` would be, so
// that parts of a network are registered; `InitVar`s go to `__post_init__` (`__attrs_post_init__`), which runs last. A constructor that stands in the class goes first, unless the decorator replaces it.
// What is made for a field is made in the place of the field, in a context of the constructor's own. Refuses: positions behind a base class that we cannot see, which may have fields of its own.
//
// Worked example: `State(net)` of `@dataclass class State: net: nn.Module; teacher: nn.Module = field(default_factory=Net)` is an object with `net` and with a new `Net`, in training mode, as `teacher`.
import { elementName } from '../domains/heap.ts';
import type { AbstractObject, GeneratedField, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, joinValues, mustObject, NOTHING, ofObject, type Atom, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import type { Span } from '../source/span.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { setAttribute } from './attributes.ts';
import { allArgs, callValue, type CallInstr } from './call.ts';
import { callFunction, type CallResult } from './call-function.ts';
import { findMember, type ClassOrder } from './class-order.ts';
import { MAX_CALL_DEPTH } from './context.ts';
import { fieldsOf } from './generated-classes.ts';
import type { Machine } from './machine.ts';
import { escapeTree } from './set-mode.ts';

/** The class of `order` behind `after` whose generated constructor a call runs; null if it runs another one. */
export function generatedConstructor(order: ClassOrder, after: ProjectClass | null = null): ProjectClass | null {
  for (const cls of after === null ? order.project : order.project.slice(order.project.indexOf(after) + 1)) {
    const isOwn = cls.members.has('__init__');
    if (cls.generated?.hasConstructor === true && cls.generated.style !== 'tuple' && (!isOwn || cls.generated.overwrites)) return cls;
    if (isOwn) return null;
  }
  return null;
}

/** `super().__init__(…)` and `Base.__init__(self, …)` where that is a generated constructor; null where it is not. */
export function callGenerated(machine: Machine, frame: Frame, state: State, atom: Extract<Atom, { kind: 'super' | 'class' }>, args: ArgValues, instr: Instr): CallResult | null {
  const [first, ...others] = args.positional;
  const self = atom.kind === 'super' ? atom.object : first === undefined ? null : mustObject(first);
  const cls = atom.kind === 'super' ? generatedConstructor(machine.order(atom.object.class ?? atom.after), atom.after) : generatedConstructor(machine.order(atom.class));
  if (self === null || cls === null) return null;
  return { value: NOTHING, returns: runGenerated(machine, frame, state, self, cls, atom.kind === 'super' ? args : { ...args, positional: others }, instr) };
}

/** Runs the constructor that a decorator has written for `cls` on `object`. Returns false if construction never returns. */
export function runGenerated(machine: Machine, frame: Frame, state: State, object: AbstractObject, cls: ProjectClass, args: ArgValues, instr: Instr): boolean {
  const { style, constructor } = cls.generated!;
  const order = machine.order(cls);
  const given = allArgs(args);
  if (order.hasUnknownBase) for (const value of given) escapeTree(state, value);
  if (frame.context.depth >= MAX_CALL_DEPTH || machine.exhausted || frame.context.occurrences(constructor) > 0) {
    for (const value of [...given, ofObject(object)]) escapeTree(state, value);
    return true;
  }
  const fields = fieldsOf(order, style);
  const context = frame.context.enter(instr, { module: cls.module, func: constructor });
  const inside: Frame = { context, receiver: object, early: true, caller: { frame, state } };
  const outer = machine.current;
  machine.current = cls.module;
  machine.budget.steps += fields.length;
  const methods = style === 'attrs' ? { first: '__attrs_pre_init__', last: '__attrs_post_init__' } : { first: null, last: '__post_init__' };
  const run = (name: string, positional: readonly Value[]): boolean => {
    const member = findMember(machine.order(object.class ?? cls), name);
    return member === null || member.entry.value.atoms.every((atom) => atom.kind !== 'function' || callFunction(machine, inside, state, atom.ref, object, { ...NO_ARGS, positional, more: args.more }, callAt(cls.definition.nameSpan), { early: true }).returns);
  };
  const assign = (): boolean => {
    if (methods.first !== null && !run(methods.first, [])) return false;
    const values = bindFields(fields, order.hasUnknownBase ? { ...args, positional: [], more: args.positional.length > 0 ? ANYTHING : args.more } : args);
    const handedOn: Value[] = [];
    for (const field of fields) {
      const value = valueOf(machine, inside, state, object, field, values.get(field) ?? null, args.more !== null);
      if (value === false) return false;
      if (value === null) continue;
      if (field.isHandedOn) handedOn.push(value);
      else setAttribute(machine, inside, state, ofObject(object), field.name, value, callAt(field.span));
    }
    return run(methods.last, handedOn);
  };
  const returns = assign();
  machine.current = outer;
  return returns;
}

/** What a call gives for each field. */
export function bindFields(fields: readonly GeneratedField[], { positional, keywords, more }: ArgValues): ReadonlyMap<GeneratedField, Value> {
  const values = new Map<GeneratedField, Value>();
  const rest = [...positional];
  for (const field of fields) {
    const given = (field.takenBy === 'position' ? rest.shift() : undefined) ?? (field.takenBy === 'none' ? undefined : keywords.get(field.parameter));
    if (given !== undefined) values.set(field, given);
    else if (field.takenBy !== 'none' && field.factory === null && field.fallback === null) values.set(field, more === null ? ANYTHING : joinValues(more, ANYTHING));
    else if (field.takenBy !== 'none' && more !== null && field.factory === null) values.set(field, joinValues(joinValues(field.fallback!, more), ANYTHING));
  }
  return values;
}

/** The value of a field at the end of the constructor; null if it gets none, false if control does not come back from what makes it. */
function valueOf(machine: Machine, inside: Frame, state: State, object: AbstractObject, field: GeneratedField, given: Value | null, isOpen: boolean): Value | null | false {
  const instr = callAt(field.span);
  let value = given ?? field.fallback;
  if (given === null && field.factory !== null) {
    const made = callValue(machine, inside, state, field.factory, field.takesSelf ? { ...NO_ARGS, positional: [ofObject(object)] } : NO_ARGS, instr);
    if (!made.returns) return false;
    value = isOpen ? joinValues(made.value, ANYTHING) : made.value;
  }
  if (value === null || field.converter === null) return value;
  const converted = callValue(machine, inside, state, field.converter, { ...NO_ARGS, positional: [value] }, instr);
  return converted.returns ? converted.value : false;
}

const calls = new WeakMap<Span, CallInstr>();

/** The call that nobody has written, in the place of a field. */
function callAt(span: Span): CallInstr {
  let instr = calls.get(span);
  if (instr === undefined) calls.set(span, (instr = { kind: 'call', dest: -1, callee: { kind: 'value', value: -1 }, args: [], isNew: false, calleeSpan: span, span, statement: span }));
  return instr;
}

/** The tuple that a call of a class of tuples makes. */
export function makeTuple(machine: Machine, frame: Frame, state: State, cls: ProjectClass, fields: readonly GeneratedField[], args: ArgValues, instr: Instr): Value {
  const values = bindFields(fields, args);
  const elements = new Map(fields.map((field, at): [string, Value] => [elementName(at), values.get(field) ?? field.fallback ?? ANYTHING]));
  return ofObject(machine.objects.allocate(state, frame.context, instr, `tuple ${cls.definition.id} ${cls.module.file}`, { kind: 'collection', class: cls, library: null, label: 'tuple' }, { attrs: elements }));
}
