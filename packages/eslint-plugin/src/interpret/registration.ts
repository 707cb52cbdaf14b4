// Modules that a mode cannot reach: those that are made in `forward` and are new in every call, and those that are kept where the library does
// not look for children (a list, a dictionary, a private field, a function that takes it with it).
import { EVAL, TRAIN } from '../domains/mode.ts';
import { FROZEN } from '../domains/heap.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { mustObject, NOTHING, objectsOf, type Value } from '../domains/value.ts';
import type { Variable } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import type { CallInstr } from './call.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { eachInTree } from './set-mode.ts';

/** `nn.Dropout(0.5)(x)` in a `forward` that is probed in evaluation mode: the layer, or one inside of it, is in training mode all the same. */
export function noteBuiltInForward(machine: Machine, frame: Frame, state: State, object: AbstractObject, instr: CallInstr): void {
  const { owner, receiver, context } = machine.probe!;
  if (object === receiver || object.kind !== 'module') return;
  eachInTree(state, object, true, (part) => {
    const row = part.library;
    if (row?.sensitive !== 'yes' || part.inert === 'yes' || state.object(part).modes !== TRAIN || !machine.objects.isMadeIn(part, context)) return;
    // One that is kept is new in the first call only.
    const isKept = machine.registered.has(object);
    machine.noteLayer(frame.context.ref, machine.site(instr.span), { kind: 'built-in-forward', owner, className: part.label, made: part.site, effect: row.effect ?? 'random' }, !isKept);
  });
}

interface Hidden {
  readonly attribute: string;
  readonly form: string;
  readonly part: AbstractObject;
  /** What else the same variable may hold: in each activation it holds one of them. */
  readonly others: readonly AbstractObject[];
  /** It stands alone in its list: `self.teacher = [teacher]` is how a module is hidden on purpose. */
  readonly alone: boolean;
}

/** What the constructor of `cls` keeps in places where the library does not look. `state`: after the constructor, its parts made as well. */
export function noteUnregistered(machine: Machine, state: State, cls: ProjectClass, receiver: AbstractObject): void {
  const order = machine.order(cls);
  const onlyRegistered = order.moduleModel?.modules?.children === 'registered';
  const hidden = [...hiddenIn(machine, state, receiver), ...(onlyRegistered ? unregisteredFields(machine, state, receiver) : [])];
  if (hidden.length === 0) return;
  // A class that sets the mode of its parts itself knows what it has.
  if (findMember(order, machine.libraries.moduleModel.trainMethod) !== null) return;
  const reached = new Set<AbstractObject>();
  if (onlyRegistered) for (const part of machine.explicit) reached.add(part);
  else eachInTree(state, receiver, true, (object) => void reached.add(object));
  // A part that another network has been given is saved and moved with that one: `setattr(net, name, wrapper)`.
  for (const [holder, { attrs }] of state.heap) {
    if (holder === receiver || (holder.kind !== 'module' && holder.kind !== 'opaque')) continue;
    for (const value of attrs.values()) for (const part of objectsOf(value)) reached.add(part);
  }
  const told = new Set<string>();
  for (const { attribute, form, part, others, alone } of hidden) {
    if (reached.has(part) || others.some((other) => reached.has(other)) || told.has(attribute) || state.object(part).escaped || state.escapees.has(part)) continue;
    const { sensitive, learns } = needsOf(state, part);
    if (!sensitive && !learns) continue;
    told.add(attribute);
    const isOurs = part.site.file === cls.module.file && part.site.span.start >= cls.definition.span.start && part.site.span.end <= cls.definition.span.end;
    const site = isOurs ? part.site : { file: cls.module.file, span: cls.definition.nameSpan };
    machine.noteLayer({ module: cls.module, func: cls.module.funcs[0]! }, site, { kind: 'unregistered', owner: cls, attribute, form, part, sensitive, learns }, isOurs && !alone);
  }
}

function hiddenIn(machine: Machine, state: State, receiver: AbstractObject): readonly Hidden[] {
  const hidden: Hidden[] = [];
  for (const [attribute, value] of state.object(receiver).attrs) {
    if (attribute.startsWith('#')) for (const part of objectsOf(value)) if (part.kind === 'module') hidden.push({ attribute, form: 'private field', part, others: [], alone: false });
    const collection = receiver.reachesLists ? null : mustObject(value);
    if (collection?.kind === 'collection') inside(machine, state, attribute, collection, 0, hidden);
    for (const parts of takenAlong(state, value)) for (const part of parts) hidden.push({ attribute, form: 'closure', part, others: parts, alone: false });
  }
  return hidden;
}

/** Modules in variables that a function which is kept as a field uses, of the function around it: those of each variable. */
function takenAlong(state: State, value: Value): readonly (readonly AbstractObject[])[] {
  return value.atoms.flatMap((atom) => {
    if (atom.kind !== 'function' || atom.receiver !== null) return [];
    const { module, func, captured } = atom.ref;
    // The module itself is known to itself.
    const isReceiver = (variable: Variable): boolean => {
      const method = module.funcs[variable.owner]!;
      return method.thisVariable === variable || (method.owner !== null && method.params[0]?.variable === variable);
    };
    const outer = new Set(func.blocks.flatMap((block) => block.instrs.flatMap((instr) => (instr.kind === 'load' && instr.variable.captured && instr.variable.owner !== func.id && instr.variable.owner !== 0 && !isReceiver(instr.variable) ? [instr.variable] : []))));
    return [...outer].map((variable) => objectsOf(captured?.get(variable) ?? state.cells.get(variable) ?? NOTHING).filter((object) => object.kind === 'module'));
  });
}

/** Where assigning a field registers nothing. */
function unregisteredFields(machine: Machine, state: State, receiver: AbstractObject): readonly Hidden[] {
  return [...state.object(receiver).attrs].flatMap(([attribute, value]) => (attribute.startsWith('[') || attribute.startsWith('#') ? [] : objectsOf(value).flatMap((part): Hidden[] => (part.kind === 'module' && !machine.explicit.has(part) ? [{ attribute, form: 'field', part, others: [], alone: false }] : []))));
}

function inside(machine: Machine, state: State, attribute: string, collection: AbstractObject, depth: number, hidden: Hidden[]): void {
  if (depth > 2 || state.object(collection).escaped || state.escapees.has(collection)) return;
  const { attrs } = state.object(collection);
  const alone = attrs.size === 1 && machine.ofOne.has(collection) && collection.label !== 'dict';
  for (const value of attrs.values()) {
    if (value.unknown) continue;
    for (const part of objectsOf(value)) {
      if (part.kind === 'module') hidden.push({ attribute, form: collection.label, part, others: [], alone });
      else if (part.kind === 'collection') inside(machine, state, attribute, part, depth + 1, hidden);
    }
  }
}

/** Whether the tree under `root` depends on the mode, and whether it is trained: what was put to sleep or frozen by itself is not. */
function needsOf(state: State, root: AbstractObject): { readonly sensitive: boolean; readonly learns: boolean } {
  let [sensitive, learns] = [false, false];
  eachInTree(state, root, true, (object) => {
    const known = state.object(object);
    const row = object.library;
    sensitive ||= row?.sensitive === 'yes' && object.inert === 'no' && known.modes !== EVAL;
    learns ||= row?.parameters === 'yes' && known.trainable !== FROZEN && known.modes !== EVAL;
    for (const value of known.attrs.values()) learns ||= isLearned(value);
  });
  return { sensitive, learns };
}

function isLearned(value: Value): boolean {
  return value.learned && objectsOf(value).length === 0;
}
