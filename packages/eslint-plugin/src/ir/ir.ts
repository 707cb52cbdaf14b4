// The intermediate representation that both front ends lower to and that everything after them reads.
//
// What it guarantees: one `Module` per file; one `Func` per function body, plus one for the module's own statements; each
// `Func` is a control-flow graph whose blocks stand in reverse postorder, so that a forward analysis visits a block after
// its predecessors wherever there is no loop. Instructions are in evaluation order. A `Temp` is defined exactly once in its
// function; what is assigned more than once (a variable, the value of a conditional expression) is a `Variable`.
//
// What it refuses to know: libraries. `with torch.no_grad():` is an `enter` and an `exit` of some manager value; that this
// manager turns gradients off is a row in a library model. A construct that no instruction fits becomes `opaque`: its
// operands are evaluated in order and escape into it.
//
// Worked example, `with torch.no_grad(): y = model(x)`:
//
//     b0:  %0 = load torch ; %1 = call %0.no_grad() ; %2 = enter %1 scope#0            goto b1
//     b1 (handler b2):  %3 = load model ; %4 = load x ; %5 = call %3(%4) ; store y, %5
//          exit %1 scope#0 normal                                                       goto b3
//     b2:  exit %1 scope#0 exception                                                    goto b3
//     b3:  ...
import type { Span } from '../source/span.ts';

export type Language = 'typescript' | 'python';

/** Index of a function in `Module.funcs`. */
export type FuncId = number;
/** Index of a class in `Module.classes`. */
export type ClassId = number;
/** Index of a block in `Func.blocks`. */
export type BlockId = number;
/** A value that is computed once in its function. */
export type Temp = number;

/** One source file. `funcs[0]` holds the statements of the module itself. */
export interface Module {
  readonly file: string;
  readonly language: Language;
  readonly funcs: readonly Func[];
  readonly classes: readonly ClassDef[];
  /** What other files can import from this one: exported name to the module-level variable that holds it. */
  readonly exports: ReadonlyMap<string, Variable>;
  /** Syntax errors that the parser recovered from; a function that contains one is not reported on. */
  readonly syntaxErrors: readonly Span[];
}

/**
 * A named place that may be assigned more than once. Variables are shared by the function that declares them and the
 * functions nested in it: a captured variable is the same object in both.
 */
export interface Variable {
  /** Unique among all variables of all modules. */
  readonly id: number;
  readonly name: string;
  /** The function whose invocation creates the variable. */
  readonly owner: FuncId;
  /** Holds if a nested function reads or writes it. */
  captured: boolean;
  /** `synthetic`: made by the lowering (the value of `a ? b : c`, a pending return value), not in the source. */
  readonly origin: 'declared' | 'parameter' | 'this' | 'synthetic';
}

export type FuncKind = 'module' | 'function' | 'method' | 'getter' | 'setter' | 'constructor' | 'lambda' | 'field-initializer';

export interface Func {
  readonly id: FuncId;
  readonly name: string;
  readonly kind: FuncKind;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly params: readonly Param[];
  /** The receiver of a JavaScript method (`this`); null in arrow functions, which capture it, in static methods, where it is the first parameter, and in Python. */
  readonly thisVariable: Variable | null;
  /** The function around this one; null for the module. */
  readonly parent: FuncId | null;
  /** The class whose member this is. */
  readonly owner: ClassId | null;
  readonly blocks: readonly Block[];
  /** Always 0: the first block in reverse postorder. */
  readonly entry: BlockId;
  readonly tempCount: number;
  /** The whole definition. */
  readonly span: Span;
  /** The name in the definition, or the span of the whole when it has none. */
  readonly nameSpan: Span;
  /** Offset of the first statement of the body and of the definition's first character (decorators excluded): for edits. */
  readonly bodyStart: number;
  readonly defStart: number;
}

export interface Param {
  readonly variable: Variable;
  readonly kind: 'positional' | 'keyword-only' | 'rest' | 'keyword-rest';
  /** Text of the declared type's last name (`Module` of `nn.Module`), null when there is none. */
  readonly annotation: string | null;
  /** Holds if a call may leave it out. */
  readonly optional: boolean;
}

/** The member under which a Python class has the metaclass that it names; no program can spell it. */
export const METACLASS = '<metaclass>';

/** A name that a Python class body annotates: `net: nn.Module = field(…)`. */
export interface AnnotatedName {
  readonly name: string;
  /** The outermost name of the type: `ClassVar` of `ClassVar[int]`, `Module` of `nn.Module`; null when there is none. */
  readonly type: string | null;
  readonly span: Span;
}

export interface ClassDef {
  readonly id: ClassId;
  readonly name: string;
  readonly span: Span;
  readonly nameSpan: Span;
  /** Runs the instance field initialisers of a JavaScript class on `this`; null in Python and in classes without fields. */
  readonly fieldInitializer: FuncId | null;
  /** What the statements of a Python class body annotate, each name once, in the order of the text. */
  readonly annotated: readonly AnnotatedName[];
}

/** The elements from `from` on and before `to` (null: to the end); negative numbers count from the end. */
export interface Part {
  readonly from: number;
  readonly to: number | null;
}

export interface Block {
  readonly id: BlockId;
  readonly instrs: readonly Instr[];
  readonly terminal: Terminal;
  /** Where control goes when an instruction of this block throws; null: out of the function. */
  readonly handler: BlockId | null;
}

export type Constant =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  /** Python's `None`, JavaScript's `null`. */
  | { readonly type: 'none' }
  /** JavaScript's `undefined`: also the value of an argument that was not passed. */
  | { readonly type: 'undefined' };

export interface Arg {
  readonly kind: 'positional' | 'keyword' | 'spread' | 'keyword-spread';
  /** The keyword; null unless `kind` is `keyword`. */
  readonly name: string | null;
  readonly value: Temp;
  readonly span: Span;
}

export type Callee =
  /** `f(x)`: the called value was computed before. */
  | { readonly kind: 'value'; readonly value: Temp }
  /** `object.name(x)`: receiver and attribute are looked up in one step, so that the receiver is known. */
  | { readonly kind: 'method'; readonly object: Temp; readonly name: string };

/** An element of a collection display. `key` is null in lists, tuples and sets. `without`: the keys that a spread leaves out (`{ a, ...rest } = o`). */
export interface Element {
  readonly kind: 'element' | 'spread';
  readonly key: Temp | null;
  readonly value: Temp;
  readonly without?: readonly string[];
}

interface InstrBase {
  readonly span: Span;
  /** The simple statement (or the header of the compound statement) that contains this instruction. */
  readonly statement: Span;
}

export type InstrBody =
  /** `True`, `0.5`, `'eval'`, `None` */
  | { readonly kind: 'const'; readonly dest: Temp; readonly value: Constant }
  /** Reads a variable. */
  | { readonly kind: 'load'; readonly dest: Temp; readonly variable: Variable }
  /** Assigns a variable. */
  | { readonly kind: 'store'; readonly variable: Variable; readonly value: Temp }
  /** A name that the file does not declare: a built-in, or something that we cannot see. */
  | { readonly kind: 'global'; readonly dest: Temp; readonly name: string }
  /**
   * An imported value. `import torch.nn as nn` is `{module: 'torch.nn', name: null}`, `from .models import Net` is
   * `{module: '.models', name: 'Net'}`, `import { nn } from 'x'` is `{module: 'x', name: 'nn'}`, a default import has the
   * name `default`, `require('x')` is `{module: 'x', name: null}`.
   */
  | { readonly kind: 'import'; readonly dest: Temp; readonly module: string; readonly name: string | null }
  /** `from x import *`: binds names that the file does not spell. */
  | { readonly kind: 'import-all'; readonly module: string }
  | { readonly kind: 'get-attr'; readonly dest: Temp; readonly object: Temp; readonly name: string }
  | { readonly kind: 'set-attr'; readonly object: Temp; readonly name: string; readonly value: Temp }
  /** `object[index]`; `index` is null for a slice, of which `part` says what it takes, if that is a matter of the text. */
  | { readonly kind: 'get-item'; readonly dest: Temp; readonly object: Temp; readonly index: Temp | null; readonly part?: Part }
  | { readonly kind: 'set-item'; readonly object: Temp; readonly index: Temp | null; readonly value: Temp }
  /** `f(x)`, `o.m(x)`, `new C(x)`. `calleeSpan` covers what stands before the arguments. */
  | { readonly kind: 'call'; readonly dest: Temp; readonly callee: Callee; readonly args: readonly Arg[]; readonly isNew: boolean; readonly calleeSpan: Span }
  /** A function value. `defaults` are the values of Python's default arguments, by parameter index, evaluated here. */
  | { readonly kind: 'function'; readonly dest: Temp; readonly func: FuncId; readonly defaults: readonly { readonly param: number; readonly value: Temp }[] }
  /** A class value; members follow as `define-member`. Keyword bases (`metaclass=`) are left out. */
  | { readonly kind: 'class'; readonly dest: Temp; readonly class: ClassId; readonly bases: readonly Temp[] }
  /** `member`: `static` is an attribute of the class itself (every attribute of a Python class body that is no function); `cached`: what a getter gives stands for it from then on. */
  | { readonly kind: 'define-member'; readonly class: Temp; readonly name: string; readonly value: Temp; readonly member: 'method' | 'getter' | 'cached' | 'setter' | 'static' }
  /** `super` / `super()`: the next class after the owner of this function, bound to the receiver. */
  | { readonly kind: 'super'; readonly dest: Temp }
  /** `[a, b]`, `(a, b)`, `{a, b}`, `{k: v}`, also an f-string or template (`string`: its interpolated values). */
  | { readonly kind: 'collection'; readonly dest: Temp; readonly form: 'list' | 'tuple' | 'set' | 'dict' | 'string'; readonly elements: readonly Element[] }
  /**
   * An operator that is no control flow: `not`, `-`, `+`, `==`, `!=`, `is`, `is not`, `in`, `not in`, `<`, `typeof` and so on, spelled as
   * Python spells it where both languages have it (`===` and `==` are `==`, `!` is `not`). The patterns of `match` ask for shapes: `sequence of` so many elements, `sequence from` so many on, `mapping with` these keys.
   */
  | { readonly kind: 'operator'; readonly dest: Temp; readonly operator: string; readonly operands: readonly Temp[] }
  | { readonly kind: 'await'; readonly dest: Temp; readonly value: Temp }
  | { readonly kind: 'yield'; readonly dest: Temp; readonly value: Temp | null; readonly delegate: boolean }
  /** Enters a context manager (`with`) or registers a resource (`using`); `dest` is what `as` binds. */
  | { readonly kind: 'enter'; readonly dest: Temp; readonly manager: Temp; readonly scope: number; readonly isAsync: boolean }
  /** `exception`: what goes on after it is the way of an exception that the manager swallows; one that it does not is thrown by this instruction. */
  | { readonly kind: 'exit'; readonly manager: Temp; readonly scope: number; readonly how: 'normal' | 'exception' }
  /** The caught exception at the start of a handler. */
  | { readonly kind: 'catch'; readonly dest: Temp }
  /** Anything else. `construct` names the syntax, for the printer. */
  | { readonly kind: 'opaque'; readonly dest: Temp; readonly operands: readonly Temp[]; readonly construct: string };

export type Instr = InstrBody & InstrBase;
export type InstrKind = Instr['kind'];

export type Terminal = TerminalBody & { readonly span: Span };
export type TerminalBody =
  | { readonly kind: 'goto'; readonly target: BlockId }
  /** `test` null: a choice that we do not model. */
  | { readonly kind: 'branch'; readonly test: Temp | null; readonly then: BlockId; readonly else: BlockId }
  /** Head of a `for`: `dest` is the next element on the way into `body`. */
  | { readonly kind: 'each'; readonly iterable: Temp; readonly dest: Temp; readonly body: BlockId; readonly done: BlockId; readonly isAsync: boolean }
  | { readonly kind: 'return'; readonly value: Temp | null }
  /** `value` null: the pending exception goes on. */
  | { readonly kind: 'throw'; readonly value: Temp | null }
  /** Control does not come here (after an infinite loop). */
  | { readonly kind: 'unreachable' };

export function successorsOf(terminal: Terminal): readonly BlockId[] {
  switch (terminal.kind) {
    case 'goto':
      return [terminal.target];
    case 'branch':
      return [terminal.then, terminal.else];
    case 'each':
      return [terminal.body, terminal.done];
    case 'return':
    case 'throw':
    case 'unreachable':
      return [];
    default:
      return assertNever(terminal);
  }
}

/** The temp that `instr` defines, or null. */
export function destOf(instr: Instr): Temp | null {
  return 'dest' in instr ? instr.dest : null;
}

export function assertNever(value: never): never {
  throw new Error(`Unhandled variant: ${JSON.stringify(value)}`);
}
