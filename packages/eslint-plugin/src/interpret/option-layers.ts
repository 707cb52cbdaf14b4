// Layers whose mode is an option of each call (`model.apply(x, {training: true})`) and not a state: inference unless told otherwise.
//
// What may go wrong is the opposite of what goes wrong where modules have a flag: a training step that does not say so runs without dropout and
// leaves the running statistics as they are; a layer that does not hand its options on keeps its parts in inference; and some methods take no options.
import type { AbstractObject, ProjectClass, Site } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { elementName, FRESH, TRAINABLE } from '../domains/heap.ts';
import { ANYTHING, derive, joinValues, mustConstant, NOTHING, objectsOf, ofBoolean, ofObject, type Value } from '../domains/value.ts';
import { assertNever, type Func, type Instr } from '../ir/ir.ts';
import type { ClassRow, OptionFamily } from '../libraries/schema.ts';
import { NO_ARGS, type ArgValues, type Frame, type Probe } from './activation.ts';
import { allArgs, returned, runCallbacks, type CallInstr } from './call.ts';
import { runFunction, type CallResult } from './call-function.ts';
import { findMember } from './class-order.ts';
import { isInert } from './construct.ts';
import { bindUnknown, constructUnknown } from './from-outside.ts';
import type { Machine, OptionCall } from './machine.ts';
import type { DrawObservation } from './observation.ts';
import { settled } from './settled.ts';
import { noTraces } from './switched-off.ts';

/** The label of what layers make of a symbolic input: it holds them. */
const SYMBOLIC = 'symbolic';

export function familyOf(machine: Machine, object: AbstractObject): OptionFamily | null {
  if (object.library?.kind === 'layer') return machine.libraries.familyAt(object.library.path);
  return object.class === null || object.kind === 'module' ? null : machine.order(object.class).family;
}

/** `tf.layers.dropout({rate: 0.5})`, `tf.sequential({layers})`, `tf.model({inputs, outputs})`. */
export function makeLayer(machine: Machine, frame: Frame, state: State, row: ClassRow, path: string, args: ArgValues, instr: Instr): Value {
  machine.budget.noteRelevant();
  const object = machine.objects.allocate(state, frame.context, instr, path, { kind: 'instance', class: null, library: row, label: path.slice(path.indexOf('.', path.indexOf('/') + 1) + 1), inert: isInert(state, row, args) }, { statistics: FRESH, trainable: TRAINABLE });
  const options = args.positional[0];
  const byKeyword = machine.libraries.familyAt(row.path)?.style === 'keyword';
  row.holds.forEach((key, position) => {
    const held = byKeyword ? [args.keywords.get(key) ?? args.positional[position]] : (options === undefined ? [] : objectsOf(options)).map((given) => state.attr(given, elementName(key)));
    for (const value of held) if (value !== undefined) state.setAttr(object, elementName(null), joinValues(state.attr(object, elementName(null)) ?? NOTHING, ofLayers(state, value)), true);
  });
  return ofObject(object);
}

/** The layers in a list of layers, or behind what layers have made. */
function ofLayers(state: State, value: Value): Value {
  const { unknown, atoms } = settled(state, value);
  return NOTHING.with({ unknown, atoms: atoms.filter((atom) => atom.kind === 'object' && atom.object.kind !== 'collection') });
}

export function symbolicInput(machine: Machine, frame: Frame, state: State, instr: Instr): Value {
  return ofObject(machine.objects.collection(state, frame.context, instr, SYMBOLIC, SYMBOLIC, new Map()));
}

/** Symbolic inputs may come in a list. */
function isSymbolic(state: State, value: Value | undefined, depth = 0): boolean {
  if (value === undefined || depth > 2) return false;
  return objectsOf(value).some((object) => object.label === SYMBOLIC || (object.kind === 'collection' && [...state.object(object).attrs.values()].some((element) => isSymbolic(state, element, depth + 1))));
}

/** Layers in `root`, itself included, that are in inference unless they are told the mode; `seen` keeps cycles out. */
function sensitiveLayers(machine: Machine, state: State, root: AbstractObject, seen = new Set<AbstractObject>()): readonly AbstractObject[] {
  if (seen.has(root)) return [];
  seen.add(root);
  const own = root.library?.kind === 'layer' && root.library.sensitive === 'yes' && root.library.unasked === undefined && root.inert !== 'yes' ? [root] : [];
  const parts = [...state.object(root).attrs.values()].flatMap((value) => objectsOf(value));
  return [...own, ...parts.flatMap((part) => (part.kind === 'collection' || familyOf(machine, part) !== null ? sensitiveLayers(machine, state, part, seen) : []))];
}

/** What a call says of the mode: in its second argument, or by keyword. */
function optionGiven(machine: Machine, state: State, family: OptionFamily, args: ArgValues): ReturnType<typeof optionOf> {
  if (family.style === 'object') return optionOf(machine, state, family, args.positional[1]);
  const value = args.keywords.get(family.option);
  if (value === undefined) return args.more !== null || args.positional.length > 1 ? 'unknown' : 'absent';
  const constant = mustConstant(value);
  return constant?.type === 'none' ? 'absent' : constant?.type === 'boolean' ? (constant.value ? 'on' : 'off') : 'unknown';
}

/** What an object of options says of the mode. */
function optionOf(machine: Machine, state: State, family: OptionFamily, options: Value | undefined): 'absent' | 'on' | 'off' | 'unknown' | 'not-an-object' | 'without' {
  if (options === undefined) return 'absent';
  const constant = mustConstant(options);
  if (constant !== null) return constant.type === 'boolean' ? 'not-an-object' : 'absent';
  const objects = objectsOf(options);
  if (options.unknown || objects.length === 0) return 'unknown';
  if (machine.probe?.options !== null && machine.probe !== null && objects.includes(machine.probe.options.object)) return 'unknown';
  for (const object of objects) {
    const value = state.attr(object, elementName(family.option)) ?? state.attr(object, family.option);
    if (value === undefined) return state.attr(object, '[]') === undefined ? 'without' : 'unknown';
    const truth = mustConstant(value);
    if (truth?.type !== 'boolean') return 'unknown';
    return truth.value ? 'on' : 'off';
  }
  return 'unknown';
}

export function callLayer(machine: Machine, frame: Frame, state: State, object: AbstractObject, family: OptionFamily, name: string, args: ArgValues, instr: CallInstr): CallResult {
  const effect = family.methods[name];
  const result = derive(allArgs(args).map((value) => settled(state, value)));
  switch (effect) {
    case 'add':
      for (const value of args.positional) state.setAttr(object, elementName(null), joinValues(state.attr(object, elementName(null)) ?? NOTHING, ofLayers(state, value)), true);
      return returned(ANYTHING);
    case 'apply':
    case 'infer': {
      noteCall(machine, frame, state, object, family, name, effect, args, instr);
      const [input] = args.positional;
      if (effect === 'infer' || !isSymbolic(state, input)) return returned(result);
      // A mode that is said while a model is put together stays with the layer, whatever a call of the model says: `base(inputs, training=False)`.
      const isTold = family.style === 'keyword' && optionGiven(machine, state, family, args) !== 'absent';
      const layers = joinValues(isTold ? NOTHING : ofObject(object), ofLayers(state, input!));
      return returned(ofObject(machine.objects.collection(state, frame.context, instr, SYMBOLIC, SYMBOLIC, new Map([[elementName(null), layers]]))));
    }
    case 'fit':
    case 'pure':
    case undefined:
      return returned(result);
    default:
      return assertNever(effect);
  }
}

/** `predict(x, {training: true})` of something whose class is not in sight. */
export function noteUnseenPredict(machine: Machine, frame: Frame, state: State, name: string, args: ArgValues, instr: CallInstr): void {
  const family = machine.libraries.optionFamily;
  if (family === null || family.methods[name] !== 'infer' || family.style === 'keyword' || optionGiven(machine, state, family, args) !== 'on') return;
  machine.noteLayer(frame.context.ref, machine.site(instr.span), { kind: 'option-ignored', how: 'inference-method', method: name, option: family.option, layers: [] }, false);
}

function noteCall(machine: Machine, frame: Frame, state: State, object: AbstractObject, family: OptionFamily, method: string, effect: 'apply' | 'infer', args: ArgValues, instr: CallInstr): void {
  machine.noteOwn();
  const layers = sensitiveLayers(machine, state, object);
  const { option } = family;
  const given = optionGiven(machine, state, family, args);
  const site = machine.site(instr.span);
  const symbolic = isSymbolic(state, args.positional[0]);
  const where = frame.context.ref;
  if (family.style === 'keyword') {
    if (!symbolic) noteTaped(machine, state, { where, site, object, method, option, layers, given: given === 'on' || given === 'unknown' });
    return;
  }
  if (effect === 'infer' ? given === 'on' : given === 'not-an-object' && method !== family.call) {
    machine.noteLayer(where, site, { kind: 'option-ignored', how: effect === 'infer' ? 'inference-method' : 'not-an-object', method, option, layers }, true);
  } else if (effect === 'apply' && given === 'on' && symbolic && layers.length > 0) {
    machine.noteLayer(where, site, { kind: 'option-ignored', how: 'symbolic', method, option, layers }, true);
  }
  if (symbolic) return;
  const { probe } = machine;
  if (probe?.options != null && !probe.awake && effect === 'apply' && (given === 'absent' || given === 'without') && layers.length > 0 && isInProbed(machine, frame, probe)) {
    machine.noteLayer(where, site, { kind: 'option-not-forwarded', owner: probe.owner, part: layers[0]!, option }, true);
  }
  machine.trainingCalls?.push({ where, site, object, method, option, layers, given: given === 'on' || given === 'unknown' });
}

/** Holds for code of the layer that is probed: its methods, and the callbacks in them (`tf.tidy(() => …)`). */
function isInProbed(machine: Machine, frame: Frame, { owner, receiver }: Probe): boolean {
  if (frame.receiver !== null) return frame.receiver === receiver;
  const { module } = frame.context.ref;
  let { func } = frame.context.ref;
  while (func.owner === null && func.parent !== null) func = module.funcs[func.parent]!;
  return func.owner !== null && machine.order(owner).project.some((cls) => cls.module === module && cls.definition.id === func.owner);
}

/** Runs callbacks whose gradients are wanted: models that are run in them without the option train in inference. */
export function runForGradients(machine: Machine, frame: Frame, state: State, callbacks: readonly Value[], instr: CallInstr): Value {
  const outer = machine.trainingCalls;
  const calls: OptionCall[] = [];
  machine.trainingCalls = calls;
  const result = runCallbacks(machine, frame, state, callbacks, NO_ARGS, instr);
  machine.trainingCalls = outer;
  judgeCalls(machine, calls);
  return result === NOTHING ? ANYTHING : result;
}

/** Where one model is told, the others are targets. */
function judgeCalls(machine: Machine, calls: readonly OptionCall[]): void {
  if (calls.some((call) => call.given)) return;
  const models = new Set(calls.map((call) => call.object));
  for (const { where, site, method, option, layers } of calls) if (layers.length > 0) machine.noteLayer(where, site, { kind: 'option-missing', method, option, layers }, models.size === 1);
}

const placeOf = ({ file, span }: Site): string => `${file}:${span.start}`;

/** A scope is entered that records what is computed in it for gradients. */
export function openTape(machine: Machine, state: State): void {
  const [site] = state.gradSites;
  if (site !== undefined && !machine.tapes.has(placeOf(site))) machine.tapes.set(placeOf(site), new Map());
}

function noteTaped(machine: Machine, state: State, call: OptionCall): void {
  const [site] = state.gradSites;
  const tape = site === undefined || machine.probe !== null ? undefined : machine.tapes.get(placeOf(site));
  const known = tape?.get(placeOf(call.site));
  tape?.set(placeOf(call.site), known === undefined ? call : { ...call, given: call.given || known.given, layers: call.layers.length > 0 ? call.layers : known.layers });
}

/** Judges what was run in such scopes, when all has been seen. */
export function judgeTapes(machine: Machine): void {
  for (const calls of machine.tapes.values()) judgeCalls(machine, [...calls.values()]);
}

/** Runs `call` of a layer of the project as `predict` does, and once more as `fit` does if something is random then. */
export function probeLayer(machine: Machine, base: State, cls: ProjectClass, family: OptionFamily): void {
  const order = machine.order(cls);
  const member = findMember(order, family.call);
  const atom = member?.entry.value.atoms[0];
  if (member === null || member.owner !== cls || atom?.kind !== 'function' || atom.ref.func.owner !== cls.definition.id) return;
  const { ref } = atom;
  const misplaced = family.style === 'keyword' ? undefined : ref.func.params.slice(1).find((param, index) => param.variable.name === family.option || (index > 0 && param.kind === 'positional'));
  if (misplaced !== undefined) machine.noteLayer(ref, { file: cls.module.file, span: ref.func.nameSpan }, { kind: 'option-parameter', owner: cls, name: misplaced.variable.name, option: family.option }, misplaced.variable.name === family.option);
  const state = base.clone();
  const receiver = constructUnknown(machine, state, cls);
  const build = findMember(order, family.build)?.entry.value.atoms[0];
  if (build?.kind === 'function') {
    bindUnknown(machine, state, build.ref.func, receiver, false);
    const built = runFunction(machine, { context: machine.rootContext(build.ref, `build ${cls.definition.id}`), receiver, early: true }, build.ref.func, state.clone());
    if (built.exit !== null) state.adopt(built.exit);
  }
  machine.entered.set(ref.func, ref.module);
  const asleep = runAs(false);
  if (asleep.seen.size === 0) return;
  const awake = runAs(true);
  for (const draw of asleep.seen) if (draw.inverted !== false) draw.inverted = awake.finished && !awake.seen.has(draw);

  function runAs(training: boolean): { readonly seen: ReadonlySet<DrawObservation>; readonly finished: boolean } {
    const context = machine.rootContext(ref, `layer ${cls.definition.id} ${training}`);
    const entry = state.clone();
    const options = machine.objects.outside(`options:${cls.definition.id}`, ref.func.nameSpan, 'options', null, 'collection');
    entry.setAttr(options, elementName(family.option), ofBoolean(training), true);
    bindUnknown(machine, entry, ref.func, receiver, true);
    bindOptions(entry, ref.func, family, ofObject(options), training);
    const seen = new Set<DrawObservation>();
    machine.probe = { owner: cls, receiver, context, seen, awake: training, options: { object: options, family }, traces: noTraces() };
    const run = runFunction(machine, { context, receiver, early: false }, ref.func, entry);
    machine.probe = null;
    return { seen, finished: run.exit !== null && !machine.exhausted };
  }
}

function bindOptions(state: State, func: Func, family: OptionFamily, options: Value, training: boolean): void {
  const byKeyword = family.style === 'keyword';
  const param = byKeyword ? func.params.find((item) => item.variable.name === family.option) : func.params[1];
  if (param === undefined) return;
  const value = byKeyword ? ofBoolean(training) : options;
  if (param.variable.captured) state.cells.set(param.variable, value);
  else state.locals.set(param.variable, value);
}
