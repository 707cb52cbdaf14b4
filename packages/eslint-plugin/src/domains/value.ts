// What a variable or a temp may hold: a small set of atoms, a flag for "anything else", and where the value came from.
//
// A value with more atoms than MAX_ATOMS is cut to its objects and functions and marked unknown: constants are only
// interesting while there are few of them. One that is joined and may be anything has no numbers among its atoms.
import type { GradScopeEffect } from './grad.ts';
import type { Constant, Func, Instr, Module, Variable } from '../ir/ir.ts';
import type { ModeSet } from './mode.ts';
import type { AbstractObject, ProjectClass, Site } from './object.ts';

export interface FuncRef {
  readonly module: Module;
  readonly func: Func;
  /** Functions that it has taken from the calls around it, by variable: what a decorator was given. */
  readonly captured?: Captured;
}

export type Captured = ReadonlyMap<Variable, Value>;

export function sameCaptured(a: Captured | undefined, b: Captured | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalMaps(a, b));
}

/** Holds if two maps have equal values under the same keys. */
export function equalMaps<K>(a: ReadonlyMap<K, Value>, b: ReadonlyMap<K, Value>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !equalValues(value, other)) return false;
  }
  return true;
}

/** How a `training` flag was read, to tell a live read from a stale copy. */
export interface FlagRead {
  readonly site: Site;
  /** Holds if the read happened while an object was being constructed, or at module level. */
  readonly early: boolean;
}

/**
 * What an attribute lookup binds to the first parameter: the object, nothing (`@staticmethod`), or its class. `generator`: a generator
 * function that was called, whose body runs when something goes through it.
 */
export type Binding = 'receiver' | 'nothing' | 'class' | 'generator';

/** A function that goes on with a generator as somebody goes on with what it gives: `enumerate`. Its other arguments stand behind those of the generator. */
export interface LazyWrapper {
  readonly gives: 'elements' | 'numbered' | 'tuples';
  /** The place of the generator among the arguments. */
  readonly at: number;
  readonly others: number;
  readonly instr: Extract<Instr, { kind: 'call' }>;
}

export type Atom =
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'object'; readonly object: AbstractObject }
  /**
   * A function of the project. `receiver` is bound to it (methods), `prefix` are arguments bound before those of a call
   * (`functools.partial`, a class method's class); `scopes` are gradient scopes put around it (decorators). `made` tells a generator
   * from others of its function, where it may be gone through in steps; `through`: what wraps the generator, the innermost first. `memoized`: it runs once for each set of arguments.
   */
  | { readonly kind: 'function'; readonly ref: FuncRef; readonly receiver: AbstractObject | null; readonly binding: Binding; readonly prefix: readonly Value[]; readonly scopes: readonly GradScopeEffect[]; readonly made?: AbstractObject; readonly through?: readonly LazyWrapper[]; readonly memoized?: boolean }
  | { readonly kind: 'class'; readonly class: ProjectClass }
  /** Something that can be called, with arguments that were bound before those of a call (`partial(nn.BatchNorm2d, eps=1e-6)`) or scopes around it (`torch.no_grad()(net)`). */
  | { readonly kind: 'partial'; readonly target: Atom; readonly prefix: readonly Value[]; readonly keywords: ReadonlyMap<string, Value>; readonly scopes?: readonly GradScopeEffect[] }
  /** A module, function or class of a library, by its full path: `torch.nn.Dropout`. */
  | { readonly kind: 'library'; readonly path: string }
  /** A method that a library's module base gives to an object: `model.eval`. */
  | { readonly kind: 'method'; readonly object: AbstractObject; readonly name: string }
  /** A `training` flag as it was when it was read. `negated`: after `not`. */
  | { readonly kind: 'flag'; readonly object: AbstractObject; readonly modes: ModeSet; readonly negated: boolean; readonly read: FlagRead }
  /** A file of the project, imported as a whole. */
  | { readonly kind: 'namespace'; readonly module: Module }
  /** The parameters of a module, or one of them. */
  | { readonly kind: 'parameters'; readonly object: AbstractObject }
  /** An entered or enterable gradient scope. */
  | { readonly kind: 'scope'; readonly effect: GradScopeEffect }
  /** `super()`: lookups start after `after` in the order of the receiver's class. */
  | { readonly kind: 'super'; readonly object: AbstractObject; readonly after: ProjectClass };

/**
 * Where the random part of a value was drawn. `plain`: combined with plain numbers only, as a regulariser's noise is.
 * `shaped`: it was, so that a product with an input is a perturbation (`x * (1 + s * noise)`, a mask) and not a sample.
 */
export interface NoiseOrigin {
  readonly draw: number;
  readonly plain: boolean;
  readonly shaped: boolean;
}

/** A copy of the mode that decides instead of the flag itself. */
export interface StaleOrigin {
  /** Where it was copied, or where its owner was made. */
  readonly site: Site;
  /** Where it is read. */
  readonly read: Site;
  readonly name: string;
  /** `copy`: taken from `training` at construction. `private`: a flag of somebody's own that happens to be called like it. */
  readonly how: 'copy' | 'private';
  /** Holds if its value is not known: it is given to a constructor, or is part of options. */
  readonly open: boolean;
}

/** `INPUT`: what it is run on. `TARGET`: what it is to give, which is there for a loss alone. */
export type InputSet = number;
export const INPUT = 1;
export const TARGET = 2;

/** What a value is made of. */
interface Traits {
  readonly atoms: readonly Atom[];
  /** Holds if the value may be something that we cannot see. */
  readonly unknown: boolean;
  /** Forward calls that the value derives from, with and without a gradient path (`detach`), by observation number. */
  readonly from: readonly number[];
  readonly detached: readonly number[];
  readonly noise: readonly NoiseOrigin[];
  /** Which arguments of the forward method that is being analysed it derives from: 0 for none. */
  readonly input: InputSet;
  /** Holds if it is, or derives from, a learned parameter. */
  readonly learned: boolean;
  readonly stale: StaleOrigin | null;
}

/** A class and not a literal: all values have one layout, and most of the analysis reads values. Copies by spreading have as many layouts as there are places that make them. */
export class Value implements Traits {
  declare readonly atoms: readonly Atom[];
  declare readonly unknown: boolean;
  declare readonly from: readonly number[];
  declare readonly detached: readonly number[];
  declare readonly noise: readonly NoiseOrigin[];
  declare readonly input: InputSet;
  declare readonly learned: boolean;
  declare readonly stale: StaleOrigin | null;

  constructor(atoms: readonly Atom[], unknown: boolean, from: readonly number[], detached: readonly number[], noise: readonly NoiseOrigin[], input: InputSet, learned: boolean, stale: StaleOrigin | null) {
    this.atoms = atoms;
    this.unknown = unknown;
    this.from = from;
    this.detached = detached;
    this.noise = noise;
    this.input = input;
    this.learned = learned;
    this.stale = stale;
  }

  /** The same but for what is given. */
  with({ atoms = this.atoms, unknown = this.unknown, from = this.from, detached = this.detached, noise = this.noise, input = this.input, learned = this.learned, stale = this.stale }: Partial<Traits>): Value {
    return new Value(atoms, unknown, from, detached, noise, input, learned, stale);
  }
}

const MAX_ATOMS = 12;
const NONE: readonly never[] = [];

export const NOTHING = new Value(NONE, false, NONE, NONE, NONE, 0, false, null);
export const ANYTHING = NOTHING.with({ unknown: true });

export function ofAtoms(...atoms: readonly Atom[]): Value {
  return new Value(atoms, false, NONE, NONE, NONE, 0, false, null);
}

const objectValues = new WeakMap<AbstractObject, Value>();

/** The one value for an object, and so its one atom: most comparisons of values are of the same objects. */
export function ofObject(object: AbstractObject): Value {
  let value = objectValues.get(object);
  if (value === undefined) objectValues.set(object, (value = ofAtoms({ kind: 'object', object })));
  return value;
}

export function atomOf(object: AbstractObject): Atom {
  return ofObject(object).atoms[0]!;
}

/** A value that is one of several objects, each of them listed once. */
export function ofObjects(objects: readonly AbstractObject[]): Value {
  return withinAtoms(NOTHING.with({ atoms: objects.map(atomOf) }));
}

export function ofConstant(value: Constant): Value {
  return ofAtoms({ kind: 'constant', value });
}

export function ofBoolean(value: boolean): Value {
  return ofConstant({ type: 'boolean', value });
}

export function sameAtom(a: Atom, b: Atom): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'constant':
      return b.kind === 'constant' && a.value.type === b.value.type && ('value' in a.value ? Object.is(a.value.value, (b.value as { value?: unknown }).value) : true);
    case 'object':
      return b.kind === 'object' && a.object === b.object;
    case 'function':
      return b.kind === 'function' && a.ref.func === b.ref.func && sameCaptured(a.ref.captured, b.ref.captured) && a.receiver === b.receiver && a.binding === b.binding && a.made === b.made && sameWrappers(a.through, b.through) && a.memoized === b.memoized && a.prefix.length === b.prefix.length && a.prefix.every((value, i) => equalValues(value, b.prefix[i]!)) && a.scopes.length === b.scopes.length && a.scopes.every((scope, i) => scope === b.scopes[i]);
    case 'class':
      return b.kind === 'class' && a.class === b.class;
    case 'partial':
      return b.kind === 'partial' && sameAtom(a.target, b.target) && (a.scopes ?? NONE).length === (b.scopes ?? NONE).length && (a.scopes ?? NONE).every((scope, i) => scope === b.scopes![i]) && a.prefix.length === b.prefix.length && a.prefix.every((value, i) => equalValues(value, b.prefix[i]!)) && a.keywords.size === b.keywords.size && [...a.keywords].every(([name, value]) => equalValues(value, b.keywords.get(name) ?? NOTHING));
    case 'library':
      return b.kind === 'library' && a.path === b.path;
    case 'method':
      return b.kind === 'method' && a.object === b.object && a.name === b.name;
    case 'flag':
      return b.kind === 'flag' && a.object === b.object && a.modes === b.modes && a.negated === b.negated && a.read.site.span === b.read.site.span;
    case 'namespace':
      return b.kind === 'namespace' && a.module === b.module;
    case 'parameters':
      return b.kind === 'parameters' && a.object === b.object;
    case 'scope':
      return b.kind === 'scope' && a.effect === b.effect;
    case 'super':
      return b.kind === 'super' && a.object === b.object && a.after === b.after;
  }
}

function sameWrappers(a: readonly LazyWrapper[] | undefined, b: readonly LazyWrapper[] | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every(({ instr, at }, i) => instr === b[i]!.instr && at === b[i]!.at));
}

/** What a call of a partial application brings with it. */
export function boundIn(atom: Extract<Atom, { kind: 'partial' }>): readonly Value[] {
  return [ofAtoms(atom.target), ...atom.prefix, ...atom.keywords.values()];
}

/** Longer lists are looked up in: a loss that is summed over a long script derives from thousands of calls. */
const MAX_SEARCHED = 16;

/** Neither has anything twice. */
function unionOfNumbers(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  const known = b.length > 1 && a.length > MAX_SEARCHED ? new Set(a) : null;
  const added = b.filter((number) => !(known === null ? a.includes(number) : known.has(number)));
  return added.length === 0 ? a : [...a, ...added];
}

function unionOfNoise(a: readonly NoiseOrigin[], b: readonly NoiseOrigin[]): readonly NoiseOrigin[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  const known = b.length > 1 && a.length > MAX_SEARCHED ? new Set(a.map(keyOfNoise)) : null;
  const added = b.filter((item) => !(known === null ? a.some((other) => keyOfNoise(other) === keyOfNoise(item)) : known.has(keyOfNoise(item))));
  return added.length === 0 ? a : [...a, ...added];
}

/** The origins, each of them once: what is made of two operands that are one value has them twice, and twice as many at each step. */
export function distinctNoise(noise: readonly NoiseOrigin[]): readonly NoiseOrigin[] {
  const seen = new Set<number>();
  return noise.length < 2 ? noise : noise.filter((item) => seen.size < seen.add(keyOfNoise(item)).size);
}

/** The same for two origins that are alike. */
function keyOfNoise({ draw, plain, shaped }: NoiseOrigin): number {
  return 4 * draw + (plain ? 2 : 0) + (shaped ? 1 : 0);
}

/** The atoms without those that are there before. */
export function distinct(atoms: readonly Atom[]): readonly Atom[] {
  const result: Atom[] = [];
  for (const atom of atoms) if (!has(result, atom)) result.push(atom);
  return result;
}

/** Most atoms of two values that are joined are the very same, in the same order. */
function unionAtoms(a: readonly Atom[], b: readonly Atom[]): readonly Atom[] {
  if (a === b || b.length === 0) return a;
  let result: Atom[] | null = null;
  for (let at = 0; at < b.length; at += 1) {
    const atom = b[at]!;
    const known: readonly Atom[] = result ?? a;
    if (known[at] === atom || has(known, atom)) continue;
    result ??= [...a];
    result.push(atom);
  }
  return result ?? a;
}

function has(atoms: readonly Atom[], atom: Atom): boolean {
  if (atom.kind === 'object') return atoms.includes(atom);
  for (const known of atoms) if (known === atom || (known.kind === atom.kind && sameAtom(known, atom))) return true;
  return false;
}

/** The least upper bound; `a` itself if `b` adds nothing. */
export function joinValues(a: Value, b: Value): Value {
  if (a === b || b === NOTHING) return a;
  let atoms = unionAtoms(a.atoms, b.atoms);
  let unknown = a.unknown || b.unknown;
  if (atoms.length > MAX_ATOMS) {
    atoms = cutAtoms(atoms);
    unknown = true;
    if (atoms.length === a.atoms.length && a.unknown) atoms = a.atoms;
  }
  if (unknown && (atoms !== a.atoms || !a.unknown)) atoms = withoutNumbers(atoms, a.atoms);
  const from = unionOfNumbers(a.from, b.from);
  const detached = unionOfNumbers(a.detached, b.detached);
  const noise = unionOfNoise(a.noise, b.noise);
  const input = a.input | b.input;
  const learned = a.learned || b.learned;
  const stale = a.stale ?? b.stale;
  if (atoms === a.atoms && unknown === a.unknown && from === a.from && detached === a.detached && noise === a.noise && input === a.input && learned === a.learned && stale === a.stale) return a;
  return new Value(atoms, unknown, from, detached, noise, input, learned, stale);
}

/** The atoms of a value that may be anything: which number it may be among others says nothing. `before` itself if the same are left. */
function withoutNumbers(atoms: readonly Atom[], before: readonly Atom[]): readonly Atom[] {
  if (!atoms.some(isNumber)) return atoms;
  const rest = atoms.filter((atom) => !isNumber(atom));
  return rest.length === before.length && rest.every((atom, at) => atom === before[at]) ? before : rest.length === 0 ? NONE : rest;
}

function isNumber(atom: Atom): boolean {
  return atom.kind === 'constant' && atom.value.type === 'number';
}

/** What is kept of a value with too many atoms. */
function cutAtoms(atoms: readonly Atom[]): readonly Atom[] {
  return atoms.filter((atom) => atom.kind === 'object' || atom.kind === 'function').slice(0, MAX_ATOMS * 4);
}

function withinAtoms(value: Value): Value {
  return value.atoms.length <= MAX_ATOMS ? value : value.with({ atoms: cutAtoms(value.atoms), unknown: true });
}

export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  // None of them has anything twice.
  if (a.atoms.length !== b.atoms.length || a.unknown !== b.unknown || a.from.length !== b.from.length || a.input !== b.input || a.learned !== b.learned) return false;
  return joinValues(a, b) === a && joinValues(b, a) === b;
}

/** What an operation that we do not model makes of its operands: nothing that we know, derived from all of them. */
export function derive(operands: readonly Value[]): Value {
  let result = ANYTHING;
  for (const operand of operands) {
    // Most values derive from nothing.
    if (operand.from.length === 0 && operand.detached.length === 0 && operand.noise.length === 0 && operand.input === 0 && !operand.learned) continue;
    result = joinValues(result, operand.with({ atoms: NONE, stale: null }));
  }
  return result;
}

export function objectsOf(value: Value): readonly AbstractObject[] {
  const objects: AbstractObject[] = [];
  for (const atom of value.atoms) if (atom.kind === 'object') objects.push(atom.object);
  return objects;
}

/** The one object that the value must be, or null. */
export function mustObject(value: Value): AbstractObject | null {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  return only?.kind === 'object' ? only.object : null;
}

/** The constant that the value must be, or null. */
export function mustConstant(value: Value): Constant | null {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  return only?.kind === 'constant' ? only.value : null;
}

export function mustString(value: Value): string | null {
  const constant = mustConstant(value);
  return constant?.type === 'string' ? constant.value : null;
}

/** Everything derived from forward calls, with or without a gradient path. */
export function forwardsOf(value: Value): readonly number[] {
  return value.detached.length === 0 ? value.from : [...value.from, ...value.detached];
}

/** The value without a gradient path to what it derives from. */
export function cutOff(value: Value): Value {
  return value.from.length === 0 ? value : value.with({ from: NONE, detached: [...new Set(forwardsOf(value))] });
}
