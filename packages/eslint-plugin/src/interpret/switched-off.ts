// Settings of a network that its `forward` changes in evaluation mode and that nothing puts back: `if not self.training: self.dropout_p = 0`. The first
// evaluation switches the layer off for all the training after it.
//
// Guarantees: what is told was active in a call in training mode, and is active in no call in training mode that comes after one in evaluation mode,
// because of one assignment that the latter made and the former does not. It is found by running `forward` three times: asleep, noting what is set to zero
// or false; awake, noting which functions and layers drop values; and awake once more, with one such setting in place. A setting that the training branch,
// an override of `train` or `forward` itself puts back is none. Refuses to guess about settings that are changed in other methods.
// Worked example: `F.dropout(x, self.p)` runs awake; with `p` as the evaluation left it, 0, it does not: told at the call, with the assignment as its cause.
import type { AbstractObject, ProjectClass, Site } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, mustConstant, mustObject, ofConstant, sameAtom, type FuncRef, type Value } from '../domains/value.ts';
import { definitionsOf } from '../ir/definitions.ts';
import type { Constant, Func, Instr, Temp, Variable } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import { findMember } from './class-order.ts';
import type { Machine } from './machine.ts';
import { eachInTree } from './set-mode.ts';
import { sourcesOf } from './sources.ts';

/** An attribute or element of an object, or a variable of the file. */
type Place = { readonly kind: 'attribute'; readonly object: AbstractObject; readonly name: string } | { readonly kind: 'variable'; readonly variable: Variable };

/** An assignment of zero or false that a probed `forward` makes. */
interface Written {
  readonly at: Place;
  readonly value: Value;
  readonly site: Site;
}

/** What a probed `forward` sets, and which functional and other layers drop values in it. */
export interface Traces {
  readonly written: Map<string, Written>;
  readonly active: Map<Instr, { readonly where: FuncRef; readonly site: Site }>;
}

export function noTraces(): Traces {
  return { written: new Map(), active: new Map() };
}

/** Before the names of attributes of something that we cannot see: `~config.dropout` of the module that holds the configuration. */
const UNSEEN = '~';

export function noteWritten(machine: Machine, object: AbstractObject, name: string, value: Value, instr: Instr): void {
  const { probe } = machine;
  if (probe === null || probe.options !== null || !isOff(mustConstant(value))) return;
  const site = machine.site(instr.statement);
  probe.traces.written.set(`${object.id} ${name} ${site.file} ${site.span.start}`, { at: { kind: 'attribute', object, name }, value, site });
}

/** `global RATE; RATE = 0`: a variable of the file that is analysed. */
export function noteWrittenVariable(machine: Machine, variable: Variable, value: Value, instr: Instr): void {
  const { probe } = machine;
  if (probe === null || probe.options !== null || variable.owner !== machine.module.funcs[0]!.id || machine.current !== machine.module || !isOff(mustConstant(value))) return;
  const site = machine.site(instr.statement);
  probe.traces.written.set(`variable ${variable.id} ${site.file} ${site.span.start}`, { at: { kind: 'variable', variable }, value, site });
}

function held(state: State, at: Place): Value {
  return (at.kind === 'variable' ? state.cells.get(at.variable) : state.attr(at.object, at.name)) ?? ANYTHING;
}

function put(state: State, at: Place, value: Value): void {
  if (at.kind === 'variable') state.cells.set(at.variable, value);
  else state.setAttr(at.object, at.name, value, true);
}

/** `self.config.dropout = 0`, where the configuration comes from outside: kept with the module, for this probe. */
export function setUnseen(machine: Machine, frame: Frame, state: State, name: string, value: Value, instr: Instr): void {
  if (machine.probe === null || frame.early || instr.kind !== 'set-attr') return;
  const place = placeOf(frame.context.ref.func, state, instr.object);
  if (place === null) return;
  const attribute = `${UNSEEN}${place.path}.${name}`;
  state.setAttr(place.object, attribute, value, true);
  noteWritten(machine, place.object, attribute, value, instr);
}

/** What was set there in this probe, or null. */
export function getUnseen(machine: Machine, frame: Frame, state: State, name: string, instr: Instr): Value | null {
  if (machine.probe === null || frame.early || instr.kind !== 'get-attr') return null;
  const place = placeOf(frame.context.ref.func, state, instr.object);
  return place === null ? null : (state.attr(place.object, `${UNSEEN}${place.path}.${name}`) ?? null);
}

/** The object and the way from it to what `temp` holds, through local variables: `self` and `config` for `self.config`. */
function placeOf(func: Func, state: State, temp: Temp): { readonly object: AbstractObject; readonly path: string } | null {
  const [source, ...others] = sourcesOf(func, temp);
  if (source?.kind !== 'get-attr' || others.length > 0) return null;
  const object = mustObject(valueOf(func, state, source.object));
  if (object !== null) return { object, path: source.name };
  const outer = placeOf(func, state, source.object);
  return outer === null ? null : { object: outer.object, path: `${outer.path}.${source.name}` };
}

/** What `temp` holds, though its block may be over. */
function valueOf(func: Func, state: State, temp: Temp): Value {
  const known = state.get(temp);
  if (mustObject(known) !== null) return known;
  const load = definitionsOf(func).get(temp);
  return load?.kind === 'load' ? (state.locals.get(load.variable) ?? state.cells.get(load.variable) ?? known) : known;
}

export function noteActive(machine: Machine, frame: Frame, instr: Instr): void {
  machine.probe?.traces.active.set(instr, { where: frame.context.ref, site: machine.site(instr.span) });
}

/** A layer runs that drops values, unless its rate was set to zero since it was made. */
export function noteActiveLayer(machine: Machine, frame: Frame, state: State, layer: AbstractObject, instr: Instr): void {
  eachInTree(state, layer, false, (part) => {
    const row = part.library;
    if (row?.sensitive !== 'yes' || row.effect !== 'random' || part.inert === 'yes') return;
    const silenced = row.inertIf.some((group) => group.every(({ argument, equals }) => equals === 0 && isOff(mustConstant(state.attr(part, argument.name) ?? ANYTHING))));
    if (!silenced) noteActive(machine, frame, instr);
  });
}

function isOff(constant: Constant | null): boolean {
  return constant !== null && ((constant.type === 'number' && constant.value === 0) || (constant.type === 'boolean' && !constant.value));
}

/**
 * Tells what an evaluation has switched off. `before` is the state that `forward` was run from, `after` what it left; `wake` runs it in training mode and
 * gives null if the analysis did not come to the end.
 */
export function noteSwitchedOff(machine: Machine, cls: ProjectClass, before: State, written: Traces['written'], after: State, wake: (entry: State) => Traces | null): void {
  const begun = before.clone();
  for (const { at } of written.values()) if (at.kind === 'variable') put(begun, at, initialOf(machine, at.variable));
  const left = [...written].filter(([, item]) => !isOff(mustConstant(held(begun, item.at))) && mayBeLeft(after, item) && !isPutBack(machine, cls, item));
  const fresh = left.length === 0 ? null : wake(begun.clone());
  if (fresh === null) return;
  for (const [place, { at, value, site: assigned }] of left) {
    // What is set in training mode as well has nothing to do with the evaluation.
    if (fresh.written.has(place)) continue;
    const entry = begun.clone();
    put(entry, at, value);
    const later = wake(entry);
    if (later === null) continue;
    const certain = isOff(mustConstant(held(after, at)));
    for (const [instr, { where, site }] of fresh.active) if (!later.active.has(instr)) machine.noteLayer(where, site, { kind: 'switched-off', owner: cls, assigned }, certain);
  }
}

/** What the statements of the file make of a variable before anything of it runs, if they do so once. */
function initialOf(machine: Machine, variable: Variable): Value {
  const main = machine.module.funcs[0]!;
  const stores = main.blocks.flatMap((block) => block.instrs.filter((instr) => instr.kind === 'store' && instr.variable === variable));
  const [first, ...others] = stores;
  const [source] = first?.kind === 'store' && others.length === 0 ? sourcesOf(main, first.value) : [];
  return source?.kind === 'const' ? ofConstant(source.value) : ANYTHING;
}

/** Holds if what was assigned is still there at the end, on some path. */
function mayBeLeft(after: State, { at, value }: Written): boolean {
  return held(after, at).atoms.some((atom) => sameAtom(atom, value.atoms[0]!));
}

/** Holds if the class overrides a mode method and sets the attribute there: it keeps its own books. So does a file in which other functions set the variable. */
function isPutBack(machine: Machine, cls: ProjectClass, { at, site }: Written): boolean {
  if (at.kind === 'variable') {
    const stores = (func: Func): readonly Instr[] => func.blocks.flatMap((block) => block.instrs.filter((instr) => instr.kind === 'store' && instr.variable === at.variable));
    return machine.module.funcs.some((func) => func.kind !== 'module' && stores(func).length > 0 && !stores(func).some((instr) => instr.statement.start === site.span.start));
  }
  const { name } = at;
  const sets = (instr: Instr): boolean => (instr.kind === 'set-attr' && instr.name === name.slice(name.lastIndexOf('.') + 1)) || (instr.kind === 'set-item' && name.startsWith('['));
  const overrides = [...machine.libraries.moduleMethods.keys()].filter((method) => machine.libraries.isModeMethod(method)).flatMap((method) => findMember(machine.order(cls), method)?.entry.value.atoms ?? []);
  return overrides.some((atom) => atom.kind === 'function' && atom.ref.func.blocks.some((block) => block.instrs.some(sets)));
}
