// Classes whose constructor nobody writes: what `@dataclass` and the decorators of attrs read of a class, and what `NamedTuple` and `namedtuple` make.
//
// Guarantees: the fields are those that the decorator finds, in its order: through the base classes of the same kind, bases first, one that is declared again in its old place (dataclasses) or at the end (attrs);
// `ClassVar` is none, `InitVar` is asked for and not kept, `KW_ONLY` and `kw_only=True` take away the position. A decorator may be spelled in any way that leads to the library's own function, and called
// with options. Refuses: fields that are given as an option (`these=` of attrs), and classes with a `__new__` of their own.
//
// Worked example: of `@dataclass class Pair: first: nn.Module; second: nn.Module = field(default_factory=Net)` it keeps two fields that are taken by position, the second with a factory; what a call of the class does
// with them is told in `generated-constructors.ts`.
import type { Generated, GeneratedField, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { joinValues, mustConstant, mustString, NOTHING, objectsOf, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { AnnotatedName, ClassDef, Func, Instr } from '../ir/ir.ts';
import type { FunctionEffect } from '../libraries/schema.ts';
import type { Span } from '../source/span.ts';
import type { ArgValues, Frame } from './activation.ts';
import { getItem, iterate } from './attributes.ts';
import { returned } from './call.ts';
import type { CallResult } from './call-function.ts';
import type { ClassOrder } from './class-order.ts';
import { exactElements } from './exact-elements.ts';
import type { Machine } from './machine.ts';

type Decorator = Extract<FunctionEffect, { kind: 'data-class' }>;
type Declaration = Extract<Atom, { kind: 'partial' }>;

const isTrue = (value: Value | undefined): boolean => isConstant(value, true);

function isConstant(value: Value | undefined, wanted: boolean): boolean {
  const constant = value === undefined ? null : mustConstant(value);
  return constant?.type === 'boolean' && constant.value === wanted;
}

/** What stands for a library function that is called later, with what it was given until then. */
function waiting(path: string, args: ArgValues): Atom {
  return { kind: 'partial', target: { kind: 'library', path }, prefix: args.positional, keywords: args.keywords };
}

/** `@dataclass`, `@define(frozen=True)`: what the decorator at `path` gives, with the class or without it. */
export function decorateClass(machine: Machine, frame: Frame, effect: Decorator, path: string, args: ArgValues): CallResult {
  const [target, ...others] = args.positional;
  const classes = target?.atoms.flatMap((atom) => (atom.kind === 'class' ? [atom.class] : [])) ?? [];
  if (target === undefined || others.length > 0) return returned(ofAtoms(waiting(path, args)));
  if (frame.context.ref.func.kind !== 'module') machine.noteOwn();
  for (const cls of classes) cls.generated = generatedBy(machine, effect, cls, args);
  return returned(target);
}

/** `field(default_factory=Net)`, which says nothing until the decorator reads it. */
export function declareField(path: string, args: ArgValues): CallResult {
  return returned(ofAtoms(waiting(path, args)));
}

function generatedBy(machine: Machine, effect: Decorator, cls: ProjectClass, { keywords }: ArgValues): Generated {
  const { style } = effect;
  const annotated = new Map(cls.definition.annotated.map((item) => [item.name, item]));
  const declared = [...cls.members].flatMap(([name, { value }]) => (declarationIn(machine, value) === null ? [] : [name]));
  const asked = keywords.get('auto_attribs');
  const readsAll = asked === undefined || mustConstant(asked)?.type === 'none' ? effect.fields === 'annotated' || (effect.fields === 'either' && declared.every((name) => annotated.has(name))) : isTrue(asked);
  const fields: GeneratedField[] = [];
  let keywordsOnly = isTrue(keywords.get('kw_only'));
  for (const name of readsAll ? annotated.keys() : declared) {
    const written = annotated.get(name);
    if (written?.type === 'ClassVar') continue;
    if (style === 'dataclass' && written?.type === 'KW_ONLY') keywordsOnly = true;
    else fields.push(fieldOf(machine, style, cls, name, written, keywordsOnly, fields.length));
  }
  const keepsOwn = keywords.get('auto_detect') === undefined ? !effect.overwrites : isTrue(keywords.get('auto_detect'));
  const init = keywords.get('init');
  return { style, fields, hasConstructor: !isConstant(init, false), overwrites: style === 'attrs' && (!keepsOwn || isTrue(init)), constructor: standIn(cls.definition) };
}

function fieldOf(machine: Machine, style: Generated['style'], cls: ProjectClass, name: string, written: AnnotatedName | undefined, keywordsOnly: boolean, at: number): GeneratedField {
  const member = cls.members.get(name)?.value ?? null;
  const declaration = member === null ? null : declarationIn(machine, member);
  const said = (option: string): Value | undefined => declaration?.keywords.get(option);
  const given = declaration === null ? member : (said('default') ?? declaration.prefix[0] ?? null);
  const maker = given === null ? null : declarationIn(machine, given, true);
  const takesKeyword = said('kw_only') === undefined ? keywordsOnly : isTrue(said('kw_only'));
  const alias = said('alias');
  return {
    name,
    parameter: (alias === undefined ? null : mustString(alias)) ?? (style === 'attrs' ? name.replace(/^_+/, '') : name),
    takenBy: isConstant(said('init'), false) ? 'none' : takesKeyword ? 'keyword' : 'position',
    isHandedOn: style === 'dataclass' && written?.type === 'InitVar',
    fallback: maker === null ? given : null,
    factory: maker?.prefix[0] ?? said(style === 'attrs' ? 'factory' : 'default_factory') ?? null,
    takesSelf: isTrue(maker?.keywords.get('takes_self')),
    converter: said('converter') ?? null,
    span: written?.span ?? unwrittenPlace(cls.definition, at),
  };
}

const unwritten = new WeakMap<ClassDef, Span[]>();

/** The place of a field that nothing annotates: no two fields of a class stand in one. */
function unwrittenPlace(definition: ClassDef, at: number): Span {
  const { start, end } = definition.nameSpan;
  let places = unwritten.get(definition);
  if (places === undefined) unwritten.set(definition, (places = []));
  return (places[at] ??= { start: start + at, end });
}

/** The field object, or the factory, among what a class has under a name; null if it has neither. */
function declarationIn(machine: Machine, value: Value, factory = false): Declaration | null {
  for (const atom of value.atoms) {
    if (atom.kind !== 'partial' || atom.target.kind !== 'library') continue;
    const effect = machine.libraries.functionAt(atom.target.path)?.effect;
    if (effect?.kind === 'field' && effect.factory === factory) return atom;
  }
  return null;
}

const standIns = new WeakMap<ClassDef, Func>();

/** The constructor of a class as far as contexts are concerned: a function without a body. */
function standIn(definition: ClassDef): Func {
  let func = standIns.get(definition);
  if (func === undefined) {
    const { span, nameSpan } = definition;
    func = { id: -1, name: '__init__', kind: 'constructor', isAsync: false, isGenerator: false, params: [], thisVariable: null, parent: null, owner: null, blocks: [], entry: 0, tempCount: 0, span, nameSpan, bodyStart: span.start, defStart: span.start };
    standIns.set(definition, func);
  }
  return func;
}

/** The fields of a class with those of its bases of the same kind, in the order of the constructor. */
export function fieldsOf(order: ClassOrder, style: Generated['style']): readonly GeneratedField[] {
  let fields = new Map<string, GeneratedField>();
  for (const { generated } of order.project.toReversed()) {
    if (generated?.style !== style) continue;
    if (style === 'attrs') fields = new Map([...fields].filter(([name]) => !generated.fields.some((field) => field.name === name)));
    for (const field of generated.fields) {
      // A class attribute of a base is a default, too.
      const inherited = field.fallback === null && field.factory === null && style === 'dataclass' ? (fields.get(field.name)?.fallback ?? null) : field.fallback;
      fields.set(field.name, inherited === field.fallback ? field : { ...field, fallback: inherited });
    }
  }
  return [...fields.values()];
}

/** The class of `order` that says which fields its tuples have; null if they are no tuples. */
export function tupleClassOf(machine: Machine, order: ClassOrder): ProjectClass | null {
  for (const cls of order.project) {
    if (cls.bases.some(({ atoms }) => atoms.some((atom) => atom.kind === 'library' && machine.libraries.functionAt(atom.path)?.effect.kind === 'tuple-class'))) {
      cls.generated = { style: 'tuple', fields: cls.definition.annotated.map((written, at) => fieldOf(machine, 'tuple', cls, written.name, written, false, at)), hasConstructor: true, overwrites: false, constructor: standIn(cls.definition) };
    }
    if (cls.generated?.style === 'tuple') return cls;
  }
  return null;
}

const madeByCalls = new WeakMap<Instr, Map<string, ClassDef>>();

/** `namedtuple('Pair', 'first second')`, `NamedTuple('Pair', [('first', nn.Module)])`: the class, or null if its names are not known. */
export function tupleClassMade(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: Instr): Value | null {
  const [title, listed] = args.positional;
  const name = title === undefined ? null : mustString(title);
  const names = listed === undefined ? [...args.keywords.keys()] : namesIn(state, listed);
  if (name === null || names === null || args.more !== null) return null;
  const { span } = instr;
  const defaults = listed === undefined ? [] : lastOf(state, args.keywords.get('defaults'), names.length);
  let definitions = madeByCalls.get(instr);
  if (definitions === undefined) madeByCalls.set(instr, (definitions = new Map()));
  const key = `${name} ${names.join(' ')}`;
  let definition = definitions.get(key);
  if (definition === undefined) definitions.set(key, (definition = { id: -1 - span.start, name, span, nameSpan: span, fieldInitializer: null, annotated: names.map((each) => ({ name: each, type: null, span })) }));
  let cls = machine.classes.get(definition);
  if (cls === undefined) machine.classes.set(definition, (cls = { module: frame.context.ref.module, definition, bases: [], generated: null, members: new Map() }));
  if (frame.context.ref.func.kind !== 'module') machine.noteOwn();
  cls.generated = { style: 'tuple', fields: names.map((each, at) => tupleField(each, defaults[at] ?? null, span)), hasConstructor: true, overwrites: false, constructor: standIn(definition) };
  return ofAtoms({ kind: 'class', class: cls });
}

function tupleField(name: string, fallback: Value | null, span: Span): GeneratedField {
  return { name, parameter: name, takenBy: 'position', isHandedOn: false, fallback, factory: null, takesSelf: false, converter: null, span };
}

/** The names that `'a b'`, `['a', 'b']` or `[('a', int), ('b', int)]` says; null if they are not known. */
function namesIn(state: State, listed: Value): readonly string[] | null {
  const text = mustString(listed);
  if (text !== null) return text.replaceAll(',', ' ').split(' ').filter((name) => name !== '');
  const names = exactElements(state, listed)?.map((element) => mustString(element) ?? mustString(objectsOf(element).length === 1 ? getItem(state, element, FIRST) : NOTHING)) ?? null;
  return names === null || names.some((name) => name === null) ? null : names.map(String);
}

const FIRST = ofAtoms({ kind: 'constant', value: { type: 'number', value: 0 } });

/** The values of the last fields, in the places of the fields. */
function lastOf(state: State, given: Value | undefined, count: number): readonly (Value | null)[] {
  if (given === undefined) return [];
  const values = exactElements(state, given);
  if (values === null) return Array.from({ length: count }, () => joinValues(iterate(state, given), NOTHING));
  return [...Array.from({ length: Math.max(0, count - values.length) }, () => null), ...values];
}
