// The objects that the analysis tells apart: one per place in the program that makes an object, per chain of calls that
// leads there (an allocation site in its context). What such an object holds at a point of the program is in `heap.ts`.
//
// Recency: `latest` is the object that the site made last, `earlier` stands for all those it made before. Only `latest`,
// and an `earlier` that stands for a single object, can be updated strongly.
import type { Span } from '../source/span.ts';
import type { ClassRow } from '../libraries/schema.ts';
import type { ClassDef, Func, Module } from '../ir/ir.ts';
import type { Value } from './value.ts';

/** A place in the program, as a witness shows it. */
export interface Site {
  readonly file: string;
  readonly span: Span;
}

/** A field of a class whose constructor nobody writes: what Python makes of `net: nn.Module = field(default_factory=Net)`. */
export interface GeneratedField {
  readonly name: string;
  /** What a call of the constructor names it: attrs leaves out underscores in front. */
  readonly parameter: string;
  /** `none`: the constructor does not ask for it. */
  readonly takenBy: 'position' | 'keyword' | 'none';
  /** Holds if the constructor hands it to the method that it calls last, and does not keep it. */
  readonly isHandedOn: boolean;
  readonly fallback: Value | null;
  /** What is called at each construction for the value of a field that is left out. */
  readonly factory: Value | null;
  /** Holds if `factory` is given the object. */
  readonly takesSelf: boolean;
  /** What makes the value of what is given. */
  readonly converter: Value | null;
  readonly span: Span;
}

/** What a decorator or a base class makes of the fields of a class. */
export interface Generated {
  /** Fields of another kind are none to a class that derives from one. */
  readonly style: 'dataclass' | 'attrs' | 'tuple';
  /** Those of the class itself, in order. */
  readonly fields: readonly GeneratedField[];
  readonly hasConstructor: boolean;
  /** Holds if the constructor takes the place of one that the class has. */
  readonly overwrites: boolean;
  /** Stands for the constructor in contexts. */
  readonly constructor: Func;
}

/** A class of the project. Members are collected as the class body runs and never removed. */
export interface ProjectClass {
  readonly module: Module;
  readonly definition: ClassDef;
  bases: readonly Value[];
  /** Set for a class with a constructor, or elements, that nobody writes. */
  generated: Generated | null;
  readonly members: Map<string, { value: Value; member: 'method' | 'getter' | 'cached' | 'setter' | 'static' }>;
}

export type ObjectKind =
  /** A module (network or layer): has a mode. */
  | 'module'
  /** An instance of a class of the project that is no module. */
  | 'instance'
  /** A list, tuple, dict, set, array, object literal. */
  | 'collection'
  /** Something whose class we cannot see. It may be a module. */
  | 'opaque';

export interface AbstractObject {
  readonly id: number;
  readonly kind: ObjectKind;
  /** The class of the project, or null. */
  readonly class: ProjectClass | null;
  /** The library class that it is, or that its project class derives from, or null. */
  readonly library: ClassRow | null;
  readonly site: Site;
  /** What a message calls it: `Net`, `nn.Dropout`, `model`. */
  readonly label: string;
  readonly age: 'latest' | 'earlier';
  /** Where an opaque object was reached from (`param.encoder`), or null. */
  readonly via: { readonly object: AbstractObject; readonly name: string } | null;
  /** Holds if modules in its arrays are its children, too. */
  readonly reachesLists: boolean;
  /** Numeric arguments that decide whether a library layer depends on the mode. */
  readonly inert: 'yes' | 'no' | 'unknown';
}
