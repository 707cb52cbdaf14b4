// The Python syntax tree: the node names and fields of CPython's own `ast` module, so that anybody who knows that module can
// write a selector, and no name of ESTree, so that no JavaScript rule takes a Python node for one of its own.
//
// What it guarantees: `range` is in UTF-16 code units, `parent` is set on every node but the module, every child lies in a
// field that `visitor-keys.ts` lists, operators are spelled as in the source (`'+'`, `'not in'`).
//
// Where it differs from CPython, on purpose: the range of a decorated definition includes its decorators; `ctx` is a string;
// literals carry `literal`, their kind; `headerEnd` is the offset after the colon of a compound statement; type parameters
// carry no default; named characters (`\N{...}`) are not decoded. Two node types are ours: `Error` (the parser could not make
// sense of this text) and `Unknown` (syntax that we do not convert); both keep what could be converted in `children`. `Print`
// and `Exec` are the Python 2 statements.

export interface NodeBase {
  readonly range: readonly [number, number];
  parent: PyNode | null;
}

export type Context = 'Load' | 'Store' | 'Del';
export type LiteralKind = 'string' | 'bytes' | 'int' | 'float' | 'complex' | 'bool' | 'none' | 'ellipsis';

export interface ErrorNode extends NodeBase { readonly type: 'Error'; readonly children: readonly PyNode[] }
export interface Unknown extends NodeBase { readonly type: 'Unknown'; readonly children: readonly PyNode[] }
export interface Module extends NodeBase { readonly type: 'Module'; readonly body: readonly Stmt[] }

// Statements

interface Header { readonly headerEnd: number }
interface Definition extends NodeBase, Header {
  readonly name: string;
  readonly nameRange: readonly [number, number];
  /** Offset of `def`, `async` or `class`: decorators stand before it. */
  readonly defStart: number;
  readonly decorator_list: readonly Expr[];
  readonly type_params: readonly TypeParam[];
  readonly body: readonly Stmt[];
}
interface FunctionBase extends Definition { readonly args: Arguments; readonly returns: Expr | null }
export interface FunctionDef extends FunctionBase { readonly type: 'FunctionDef' }
export interface AsyncFunctionDef extends FunctionBase { readonly type: 'AsyncFunctionDef' }
export interface ClassDef extends Definition { readonly type: 'ClassDef'; readonly bases: readonly Expr[]; readonly keywords: readonly Keyword[] }
export interface Return extends NodeBase { readonly type: 'Return'; readonly value: Expr | null }
export interface Delete extends NodeBase { readonly type: 'Delete'; readonly targets: readonly Expr[] }
export interface Assign extends NodeBase { readonly type: 'Assign'; readonly targets: readonly Expr[]; readonly value: Expr }
export interface AugAssign extends NodeBase { readonly type: 'AugAssign'; readonly target: Expr; readonly op: string; readonly value: Expr }
export interface AnnAssign extends NodeBase { readonly type: 'AnnAssign'; readonly target: Expr; readonly annotation: Expr; readonly value: Expr | null }
export interface TypeAlias extends NodeBase { readonly type: 'TypeAlias'; readonly name: Expr; readonly type_params: readonly TypeParam[]; readonly value: Expr }
interface ForBase extends NodeBase, Header { readonly target: Expr; readonly iter: Expr; readonly body: readonly Stmt[]; readonly orelse: readonly Stmt[] }
export interface For extends ForBase { readonly type: 'For' }
export interface AsyncFor extends ForBase { readonly type: 'AsyncFor' }
export interface While extends NodeBase, Header { readonly type: 'While'; readonly test: Expr; readonly body: readonly Stmt[]; readonly orelse: readonly Stmt[] }
/** `elif` is an `If` alone in `orelse`, as in CPython; `elif` marks it. */
export interface If extends NodeBase, Header { readonly type: 'If'; readonly test: Expr; readonly body: readonly Stmt[]; readonly orelse: readonly Stmt[]; readonly elif: boolean }
interface WithBase extends NodeBase, Header { readonly items: readonly WithItem[]; readonly body: readonly Stmt[] }
export interface With extends WithBase { readonly type: 'With' }
export interface AsyncWith extends WithBase { readonly type: 'AsyncWith' }
export interface Match extends NodeBase, Header { readonly type: 'Match'; readonly subject: Expr; readonly cases: readonly MatchCase[] }
export interface Raise extends NodeBase { readonly type: 'Raise'; readonly exc: Expr | null; readonly cause: Expr | null }
interface TryBase extends NodeBase, Header { readonly body: readonly Stmt[]; readonly handlers: readonly ExceptHandler[]; readonly orelse: readonly Stmt[]; readonly finalbody: readonly Stmt[] }
export interface Try extends TryBase { readonly type: 'Try' }
export interface TryStar extends TryBase { readonly type: 'TryStar' }
export interface Assert extends NodeBase { readonly type: 'Assert'; readonly test: Expr; readonly msg: Expr | null }
export interface Import extends NodeBase { readonly type: 'Import'; readonly names: readonly Alias[] }
export interface ImportFrom extends NodeBase { readonly type: 'ImportFrom'; readonly module: string | null; readonly names: readonly Alias[]; readonly level: number }
export interface Global extends NodeBase { readonly type: 'Global'; readonly names: readonly string[] }
export interface Nonlocal extends NodeBase { readonly type: 'Nonlocal'; readonly names: readonly string[] }
export interface ExprStatement extends NodeBase { readonly type: 'Expr'; readonly value: Expr }
export interface Pass extends NodeBase { readonly type: 'Pass' }
export interface Break extends NodeBase { readonly type: 'Break' }
export interface Continue extends NodeBase { readonly type: 'Continue' }
export interface Print extends NodeBase { readonly type: 'Print'; readonly dest: Expr | null; readonly values: readonly Expr[] }
export interface Exec extends NodeBase { readonly type: 'Exec'; readonly body: Expr; readonly scopes: readonly Expr[] }

export type Stmt =
  | FunctionDef | AsyncFunctionDef | ClassDef | Return | Delete | Assign | AugAssign | AnnAssign | TypeAlias | For | AsyncFor | While | If | With
  | AsyncWith | Match | Raise | Try | TryStar | Assert | Import | ImportFrom | Global | Nonlocal | ExprStatement | Pass | Break | Continue
  | Print | Exec | ErrorNode | Unknown;

// Expressions

export interface BoolOp extends NodeBase { readonly type: 'BoolOp'; readonly op: 'and' | 'or'; readonly values: readonly Expr[] }
export interface NamedExpr extends NodeBase { readonly type: 'NamedExpr'; readonly target: Expr; readonly value: Expr }
export interface BinOp extends NodeBase { readonly type: 'BinOp'; readonly left: Expr; readonly op: string; readonly right: Expr }
export interface UnaryOp extends NodeBase { readonly type: 'UnaryOp'; readonly op: 'not' | '-' | '+' | '~'; readonly operand: Expr }
export interface Lambda extends NodeBase { readonly type: 'Lambda'; readonly args: Arguments; readonly body: Expr }
export interface IfExp extends NodeBase { readonly type: 'IfExp'; readonly body: Expr; readonly test: Expr; readonly orelse: Expr }
/** A null key stands for `**value`. */
export interface Dict extends NodeBase { readonly type: 'Dict'; readonly keys: readonly (Expr | null)[]; readonly values: readonly Expr[] }
export interface SetDisplay extends NodeBase { readonly type: 'Set'; readonly elts: readonly Expr[] }
export interface ListComp extends NodeBase { readonly type: 'ListComp'; readonly elt: Expr; readonly generators: readonly Comprehension[] }
export interface SetComp extends NodeBase { readonly type: 'SetComp'; readonly elt: Expr; readonly generators: readonly Comprehension[] }
export interface DictComp extends NodeBase { readonly type: 'DictComp'; readonly key: Expr; readonly value: Expr; readonly generators: readonly Comprehension[] }
export interface GeneratorExp extends NodeBase { readonly type: 'GeneratorExp'; readonly elt: Expr; readonly generators: readonly Comprehension[] }
export interface Await extends NodeBase { readonly type: 'Await'; readonly value: Expr }
export interface Yield extends NodeBase { readonly type: 'Yield'; readonly value: Expr | null }
export interface YieldFrom extends NodeBase { readonly type: 'YieldFrom'; readonly value: Expr }
export interface Compare extends NodeBase { readonly type: 'Compare'; readonly left: Expr; readonly ops: readonly string[]; readonly comparators: readonly Expr[] }
/** `argsStart`: offset of the parenthesis that opens the arguments. */
export interface Call extends NodeBase { readonly type: 'Call'; readonly func: Expr; readonly args: readonly Expr[]; readonly keywords: readonly Keyword[]; readonly argsStart: number }
export interface FormattedValue extends NodeBase { readonly type: 'FormattedValue'; readonly value: Expr; readonly conversion: string | null; readonly format_spec: JoinedStr | null }
export interface Interpolation extends NodeBase { readonly type: 'Interpolation'; readonly value: Expr; readonly conversion: string | null; readonly format_spec: JoinedStr | null }
export interface JoinedStr extends NodeBase { readonly type: 'JoinedStr'; readonly values: readonly Expr[] }
export interface TemplateStr extends NodeBase { readonly type: 'TemplateStr'; readonly values: readonly Expr[] }
export interface Constant extends NodeBase { readonly type: 'Constant'; readonly literal: LiteralKind; readonly value: string | number | boolean | null }
export interface Attribute extends NodeBase { readonly type: 'Attribute'; readonly value: Expr; readonly attr: string; readonly attrRange: readonly [number, number]; readonly ctx: Context }
export interface Subscript extends NodeBase { readonly type: 'Subscript'; readonly value: Expr; readonly slice: Expr; readonly ctx: Context }
export interface Starred extends NodeBase { readonly type: 'Starred'; readonly value: Expr; readonly ctx: Context }
export interface Name extends NodeBase { readonly type: 'Name'; readonly id: string; readonly ctx: Context }
export interface List extends NodeBase { readonly type: 'List'; readonly elts: readonly Expr[]; readonly ctx: Context }
export interface Tuple extends NodeBase { readonly type: 'Tuple'; readonly elts: readonly Expr[]; readonly ctx: Context }
export interface Slice extends NodeBase { readonly type: 'Slice'; readonly lower: Expr | null; readonly upper: Expr | null; readonly step: Expr | null }

export type ComprehensionExpr = ListComp | SetComp | DictComp | GeneratorExp;
export type Expr =
  | BoolOp | NamedExpr | BinOp | UnaryOp | Lambda | IfExp | Dict | SetDisplay | ComprehensionExpr | Await | Yield | YieldFrom | Compare | Call
  | FormattedValue | Interpolation | JoinedStr | TemplateStr | Constant | Attribute | Subscript | Starred | Name | List | Tuple | Slice | ErrorNode | Unknown;

// Patterns of `match`

export interface MatchValue extends NodeBase { readonly type: 'MatchValue'; readonly value: Expr }
export interface MatchSingleton extends NodeBase { readonly type: 'MatchSingleton'; readonly value: boolean | null }
export interface MatchSequence extends NodeBase { readonly type: 'MatchSequence'; readonly patterns: readonly Pattern[] }
export interface MatchMapping extends NodeBase { readonly type: 'MatchMapping'; readonly keys: readonly Expr[]; readonly patterns: readonly Pattern[]; readonly rest: string | null }
export interface MatchClass extends NodeBase { readonly type: 'MatchClass'; readonly cls: Expr; readonly patterns: readonly Pattern[]; readonly kwd_attrs: readonly string[]; readonly kwd_patterns: readonly Pattern[] }
export interface MatchStar extends NodeBase { readonly type: 'MatchStar'; readonly name: string | null }
/** A capture; with neither `pattern` nor `name` it is the wildcard `_`. */
export interface MatchAs extends NodeBase { readonly type: 'MatchAs'; readonly pattern: Pattern | null; readonly name: string | null }
export interface MatchOr extends NodeBase { readonly type: 'MatchOr'; readonly patterns: readonly Pattern[] }
export type Pattern = MatchValue | MatchSingleton | MatchSequence | MatchMapping | MatchClass | MatchStar | MatchAs | MatchOr | Unknown;

// Parts

export interface Arg extends NodeBase { readonly type: 'arg'; readonly arg: string; readonly annotation: Expr | null }
/** `defaults` belong to the last parameters of `posonlyargs` and `args` together; a null in `kw_defaults` means required. */
export interface Arguments extends NodeBase {
  readonly type: 'arguments';
  readonly posonlyargs: readonly Arg[];
  readonly args: readonly Arg[];
  readonly defaults: readonly Expr[];
  readonly vararg: Arg | null;
  readonly kwonlyargs: readonly Arg[];
  readonly kw_defaults: readonly (Expr | null)[];
  readonly kwarg: Arg | null;
}
/** A null `arg` stands for `**value`. */
export interface Keyword extends NodeBase { readonly type: 'keyword'; readonly arg: string | null; readonly value: Expr }
export interface Alias extends NodeBase { readonly type: 'alias'; readonly name: string; readonly asname: string | null }
export interface WithItem extends NodeBase { readonly type: 'withitem'; readonly context_expr: Expr; readonly optional_vars: Expr | null }
export interface ExceptHandler extends NodeBase, Header { readonly type: 'ExceptHandler'; readonly exceptionType: Expr | null; readonly name: string | null; readonly body: readonly Stmt[] }
export interface MatchCase extends NodeBase, Header { readonly type: 'match_case'; readonly pattern: Pattern; readonly guard: Expr | null; readonly body: readonly Stmt[] }
export interface Comprehension extends NodeBase { readonly type: 'comprehension'; readonly target: Expr; readonly iter: Expr; readonly ifs: readonly Expr[]; readonly is_async: boolean }
/** `kind`: `T`, `*T`, `**T`. */
export interface TypeParam extends NodeBase { readonly type: 'TypeVar' | 'TypeVarTuple' | 'ParamSpec'; readonly name: string; readonly bound: Expr | null }

export type PyNode = Module | Stmt | Expr | Pattern | Arg | Arguments | Keyword | Alias | WithItem | ExceptHandler | MatchCase | Comprehension | TypeParam;
export type NodeType = PyNode['type'];

export interface Comment {
  readonly type: 'Comment';
  /** The text after `#`. */
  readonly value: string;
  readonly range: readonly [number, number];
}
