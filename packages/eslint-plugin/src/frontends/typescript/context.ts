// What every part of the lowering shares: the state of one module, the state of one function, and the way from one syntax
// family to another.
//
// What it guarantees: the files of this folder form no import cycle, because a family reaches another one through `Dispatch`;
// recursion is bounded, because every step into a nested expression or statement is counted and beyond `MAX_DEPTH` becomes
// `opaque`; function bodies wait in a queue, so that functions in functions need no stack; and a node that is lowered more
// than once (`finally` is copied for each way out) declares its functions, classes and variables once.
//
// What it refuses: to know the syntax. That is in the other files.
import ts from '#typescript';
import type { BlockId, ClassId, FuncId, Temp, Variable } from '../../ir/ir.ts';
import { FuncBuilder, type ModuleBuilder } from '../../ir/builder.ts';
import type { Span } from '../../source/span.ts';
import { Scope } from './scopes.ts';

// Approximation: nobody nests this deeply. What stands deeper is not analysed; the variables that it names escape into it.
export const MAX_DEPTH = 200;

export interface Dispatch {
  /** Lowers an expression for its value. */
  expression(fn: FunctionLowering, node: ts.Expression): Temp;
  /** Lowers an expression whose value nobody uses. */
  effect(fn: FunctionLowering, node: ts.Expression): void;
  /** Lowers a test: control goes to `then` if it holds, else to `otherwise`. */
  condition(fn: FunctionLowering, node: ts.Expression, then: BlockId, otherwise: BlockId): void;
  statement(fn: FunctionLowering, node: ts.Statement): void;
  /** Lowers statements whose scope was entered and whose functions were stored before. */
  statements(fn: FunctionLowering, list: readonly ts.Statement[]): void;
}

export class ModuleLowering {
  readonly sourceFile: ts.SourceFile;
  readonly builder: ModuleBuilder;
  readonly dispatch: Dispatch;
  readonly funcIds = new Map<ts.Node, FuncId>();
  readonly classIds = new Map<ts.Node, ClassId>();
  /** Namespaces and enums that add to a value which was declared before under their name. */
  readonly extensions = new Set<ts.Node>();
  /** What the parts of a namespace or an enum have exported so far: names that later parts see. */
  readonly parts = new Map<Variable, Map<string, Variable>>();
  /** The variables that hold what CommonJS assignments export. */
  readonly commonJs = new Map<string, Variable>();
  readonly #scopes = new Map<ts.Node, Scope>();
  readonly #queue: (() => void)[] = [];

  constructor(sourceFile: ts.SourceFile, builder: ModuleBuilder, dispatch: Dispatch) {
    this.sourceFile = sourceFile;
    this.builder = builder;
    this.dispatch = dispatch;
  }

  span(node: ts.Node): Span {
    return { start: node.getStart(this.sourceFile), end: node.end };
  }

  /** From the start of `node` to `end`: the header of a compound statement. */
  header(node: ts.Node, end: number): Span {
    const start = node.getStart(this.sourceFile);
    return { start, end: Math.max(start, end) };
  }

  text(node: ts.Node): string {
    return this.sourceFile.text.slice(node.getStart(this.sourceFile), node.end);
  }

  /** The function that a node defines; `lower` runs later, the first time only. */
  function(node: ts.Node, lower: (id: FuncId) => void): FuncId {
    const known = this.funcIds.get(node);
    if (known !== undefined) return known;
    const id = this.builder.reserveFunc();
    this.funcIds.set(node, id);
    this.#queue.push(() => lower(id));
    return id;
  }

  /** The scope that a node opens; `fill` declares its names, the first time only. `object`: that of a `with`. */
  scope(node: ts.Node, parent: Scope, fill: (scope: Scope) => void, object: Variable | null = null): Scope {
    const known = this.#scopes.get(node);
    if (known !== undefined) return known;
    const scope = new Scope(parent, object);
    this.#scopes.set(node, scope);
    fill(scope);
    return scope;
  }

  drain(): void {
    // Lowering one function may queue more.
    for (let i = 0; i < this.#queue.length; i += 1) this.#queue[i]!();
  }
}

export class FunctionLowering {
  readonly module: ModuleLowering;
  readonly builder: FuncBuilder;
  readonly id: FuncId;
  scope: Scope;
  /** The variable that `this` reads; null where `this` is nothing that we know (the module, arrow functions in it). */
  receiver: Variable | null;
  /**
   * What `super` reads, where that is not the class after the owner of the function: the base of the class, in its static
   * parts; null where nobody knows it (methods of objects). Undefined: the plain meaning.
   */
  base: Variable | null | undefined = undefined;
  /** The parameters that `arguments` gives access to; null outside functions. */
  readonly parameters: Variable[] | null;
  /** The fields that a constructor's parameters declare, set after the base class is constructed. */
  parameterProperties: readonly { readonly name: string; readonly variable: Variable; readonly span: Span }[] = [];
  /** The scope of the parameters, where it is not that of the body. */
  parameterScope: Scope | null = null;
  /** Holds outside strict mode, in scripts only. */
  isSloppy = false;
  /** The functions of blocks that sloppy mode knows in the whole function. */
  readonly sloppyFunctions = new Map<string, Variable>();
  /** The name that the next function or class expression takes from its place (`const f = () => 1`). */
  nameHint: string | null = null;
  #depth = 0;
  #statement: Span = { start: 0, end: 0 };

  constructor(module: ModuleLowering, id: FuncId, scope: Scope, receiver: Variable | null, parameters: Variable[] | null) {
    this.module = module;
    this.builder = new FuncBuilder(module.builder, id);
    this.id = id;
    this.scope = scope;
    this.receiver = receiver;
    this.parameters = parameters;
  }

  span(node: ts.Node): Span {
    return this.module.span(node);
  }

  at(statement: Span): void {
    this.#statement = statement;
    this.builder.atStatement(statement);
  }

  /** Lowers something that has statements of its own (a class) and returns to the present statement. */
  keepingStatement<T>(body: () => T): T {
    const statement = this.#statement;
    const result = body();
    this.at(statement);
    return result;
  }

  inScope<T>(scope: Scope, body: () => T): T {
    const outer = this.scope;
    this.scope = scope;
    const result = body();
    this.scope = outer;
    return result;
  }

  declare(scope: Scope, name: string, origin: Variable['origin'] = 'declared'): Variable {
    return scope.declare(name, (text) => this.module.builder.variable(this.id, text, origin));
  }

  expression(node: ts.Expression): Temp {
    return this.nested(() => this.module.dispatch.expression(this, node), () => this.tooDeep(node));
  }

  /** An expression that gives its name to an anonymous function or class. */
  named(node: ts.Expression, name: string | null): Temp {
    const inner = skipTransparent(node);
    if (name !== null && (ts.isArrowFunction(inner) || ts.isFunctionExpression(inner) || ts.isClassExpression(inner))) this.nameHint = name;
    const value = this.expression(node);
    this.nameHint = null;
    return value;
  }

  takeNameHint(): string | null {
    const hint = this.nameHint;
    this.nameHint = null;
    return hint;
  }

  effect(node: ts.Expression): void {
    this.nested(() => this.module.dispatch.effect(this, node), () => void this.tooDeep(node));
  }

  condition(node: ts.Expression, then: BlockId, otherwise: BlockId): void {
    this.nested(
      () => this.module.dispatch.condition(this, node, then, otherwise),
      () => this.builder.terminate({ kind: 'branch', test: this.tooDeep(node), then, else: otherwise }, this.span(node)),
    );
  }

  statement(node: ts.Statement): void {
    this.nested(() => this.module.dispatch.statement(this, node), () => void this.tooDeep(node));
  }

  statements(list: readonly ts.Statement[]): void {
    this.module.dispatch.statements(this, list);
  }

  /** One step down in the syntax tree, unless that is one too many. */
  nested<T>(step: () => T, otherwise: () => T): T {
    if (this.#depth >= MAX_DEPTH) return otherwise();
    this.#depth += 1;
    const result = step();
    this.#depth -= 1;
    return result;
  }

  constant(value: string | number | boolean, span: Span): Temp {
    if (typeof value === 'string') return this.builder.constant({ type: 'string', value }, span);
    if (typeof value === 'number') return this.builder.constant({ type: 'number', value }, span);
    return this.builder.constant({ type: 'boolean', value }, span);
  }

  undefined(span: Span): Temp {
    return this.builder.constant({ type: 'undefined' }, span);
  }

  /** Whether `value` is `undefined`: the test of every default. */
  isUndefined(value: Temp, span: Span): Temp {
    return this.builder.operator('==', [value, this.undefined(span)], span);
  }

  /** Whether `value` is `null` or `undefined`, as `value == null` says it: the test of `?.`, `??` and `??=`. */
  isNullish(value: Temp, span: Span): Temp {
    return this.builder.operator('==', [value, this.builder.constant({ type: 'none' }, span)], span);
  }

  thisValue(span: Span): Temp {
    return this.receiver === null ? this.builder.opaque('this', [], span) : this.builder.load(this.receiver, span);
  }

  superValue(span: Span): Temp {
    if (this.base === null) return this.builder.opaque('super', [], span);
    if (this.base !== undefined) return this.builder.load(this.base, span);
    // An arrow function has the `this` of the method around it, which it takes along.
    if (this.receiver !== null && this.receiver.owner !== this.builder.id) this.thisValue(span);
    const dest = this.builder.temp();
    this.builder.emit({ kind: 'super', dest }, span);
    return dest;
  }

  /** Everything that `node` names escapes. */
  tooDeep(node: ts.Node): Temp {
    const span = this.span(node);
    const variables = new Set<Variable>();
    const pending: ts.Node[] = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (ts.isIdentifier(next)) {
        const variable = this.scope.lookup(next.text);
        if (variable !== null) variables.add(variable);
      }
      ts.forEachChild(next, (child) => void pending.push(child));
    }
    const operands = [...variables].map((variable) => this.builder.load(variable, span));
    return this.builder.opaque('too-deep', operands, span);
  }
}

/** Drops what has no meaning at run time: parentheses, `as T`, `satisfies T`, `<T>x`, `x!`, `f<T>`. */
export function skipTransparent(node: ts.Expression): ts.Expression {
  let inner = node;
  while (isTransparent(inner)) inner = inner.expression;
  return inner;
}

export function isTransparent(
  node: ts.Expression,
): node is ts.ParenthesizedExpression | ts.AsExpression | ts.SatisfiesExpression | ts.TypeAssertion | ts.NonNullExpression | ts.ExpressionWithTypeArguments {
  switch (node.kind) {
    case ts.SyntaxKind.ParenthesizedExpression:
    case ts.SyntaxKind.AsExpression:
    case ts.SyntaxKind.SatisfiesExpression:
    case ts.SyntaxKind.TypeAssertionExpression:
    case ts.SyntaxKind.NonNullExpression:
    case ts.SyntaxKind.ExpressionWithTypeArguments:
      return true;
    default:
      return false;
  }
}
