// Functions: declarations, expressions, arrows, methods, accessors, constructors.
//
// What it guarantees: a function value is one `function` instruction where it stands; its body is lowered later and once.
// A default is lowered at the entry of the function, as a branch on `parameter == undefined`, and a pattern parameter is a
// parameter without a name in the source that is destructured there. `this` is a variable of every function but arrows, which
// read that of the function around them, and the first parameter of the static methods of a class, which is given the class. A named function expression knows itself by its name.
//
// What it refuses: functions without a body (overloads, `declare`, abstract methods), and `this` parameters, which are types.
import ts from '#typescript';
import type { ClassId, FuncId, FuncKind, Param, Temp, Variable } from '../../ir/ir.ts';
import type { Span } from '../../source/span.ts';
import { FunctionLowering, type ModuleLowering } from './context.ts';
import { storeParameterProperties } from './chains.ts';
import { bindName, withDefault } from './patterns.ts';
import { boundIdentifiers, hasModifier, lexicalNames, varIdentifiers, withoutLabels, Scope } from './scopes.ts';
import { functionsOfBlocks, isStrict } from './sloppy.ts';

export type FunctionNode = (
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.GetAccessorDeclaration
  | ts.SetAccessorDeclaration
  | ts.ConstructorDeclaration
);

interface Definition {
  readonly node: FunctionNode;
  readonly kind: FuncKind;
  readonly name: string;
  readonly owner: ClassId | null;
  readonly parent: FuncId;
  readonly scope: Scope;
  /** What an arrow function takes from the function around it. */
  readonly outerReceiver: Variable | null;
  readonly outerParameters: Variable[] | null;
  readonly isSloppy: boolean;
  readonly base: FunctionLowering['base'];
  /** Holds for the constructor of a class with a base, where `this` does not exist before `super(...)`. */
  readonly derived: boolean;
}

/** The value of a function that is defined at this place. */
export function functionValue(fn: FunctionLowering, node: FunctionNode, kind: FuncKind, name: string, owner: ClassId | null, derived = false): Temp {
  const { module } = fn;
  const definition: Definition = {
    node, kind, name, owner, derived,
    parent: fn.id, scope: fn.scope, outerReceiver: fn.receiver, outerParameters: fn.parameters, isSloppy: fn.isSloppy && owner === null,
    base: ts.isArrowFunction(node) ? fn.base : owner === null && kind !== 'function' ? null : undefined,
  };
  const func = module.function(node, (id) => lowerFunction(module, id, definition));
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'function', dest, func, defaults: [] }, fn.span(node));
  return dest;
}

/** `function name() {}` or `() => x` as an expression. */
export function lowerFunctionExpression(fn: FunctionLowering, node: ts.FunctionExpression | ts.ArrowFunction): Temp {
  const hint = fn.takeNameHint();
  if (ts.isArrowFunction(node)) return functionValue(fn, node, 'lambda', hint ?? 'anonymous', null);
  const own = node.name;
  if (own === undefined) return functionValue(fn, node, 'function', hint ?? 'anonymous', null);
  const scope = fn.module.scope(node, fn.scope, (inner) => void fn.declare(inner, own.text));
  return fn.inScope(scope, () => {
    const value = functionValue(fn, node, 'function', own.text, null);
    fn.builder.store(fn.declare(scope, own.text), value, fn.span(own));
    return value;
  });
}

/** Declares the names of a body and stores its functions, so that they can be called from the start on. */
export function enterBody(fn: FunctionLowering, statements: readonly ts.Statement[]): void {
  declareBody(fn, statements);
  storeFunctions(fn, statements);
}

export function declareBody(fn: FunctionLowering, statements: readonly ts.Statement[]): void {
  const { scope, parameterScope } = fn;
  // `var` of a parameter's name is the parameter.
  for (const { text } of varIdentifiers(statements)) if (parameterScope?.has(text) !== true) fn.declare(scope, text);
  declareLexical(fn, scope, statements);
  if (!fn.isSloppy) return;
  const stronger = new Set(lexicalNames(statements).flatMap(({ name, isFunction }) => (isFunction ? [] : [name])));
  for (const name of functionsOfBlocks(statements)) {
    if (stronger.has(name) || parameterScope?.has(name) === true) continue;
    const variable = fn.declare(scope, name);
    if (variable.origin !== 'parameter') fn.sloppyFunctions.set(name, variable);
  }
}

export function declareLexical(fn: FunctionLowering, scope: Scope, statements: readonly ts.Statement[]): void {
  for (const { name, extension, isFunction } of lexicalNames(statements)) {
    if (extension !== null && scope.has(name)) fn.module.extensions.add(extension);
    // Approximation: in sloppy mode the function of a block and its name in the function around it are one variable.
    const shared = isFunction ? fn.sloppyFunctions.get(name) : undefined;
    if (shared === undefined || scope.parent?.lookup(name) !== shared) fn.declare(scope, name);
  }
}

/** The branch of an `if`, which may be a function in scripts: that has a block of its own. */
export function lowerBranch(fn: FunctionLowering, node: ts.Statement): void {
  if (!ts.isFunctionDeclaration(node)) {
    fn.statement(node);
    return;
  }
  const scope = fn.module.scope(node, fn.scope, (inner) => declareLexical(fn, inner, [node]));
  fn.inScope(scope, () => storeFunctions(fn, [node]));
}

export function storeFunctions(fn: FunctionLowering, statements: readonly ts.Statement[]): void {
  for (const labelled of statements) {
    const statement = withoutLabels(labelled);
    if (!ts.isFunctionDeclaration(statement) || statement.body === undefined || hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) continue;
    // `export default function () {}` has no name; its variable is declared by modules.ts.
    const name = statement.name?.text ?? 'default';
    const variable = fn.scope.lookup(statement.name?.text ?? DEFAULT_EXPORT);
    if (variable === null) continue;
    fn.at(headerOf(fn.module, statement));
    fn.builder.store(variable, functionValue(fn, statement, 'function', name, null), fn.span(statement));
  }
}

/** The name under which a scope knows a default export that has none: no identifier. */
export const DEFAULT_EXPORT = '*default*';

function lowerFunction(module: ModuleLowering, id: FuncId, definition: Definition): void {
  const { node } = definition;
  const isArrow = ts.isArrowFunction(node);
  const own = isArrow ? null : module.builder.variable(id, 'this', 'this');
  const parameters = isArrow ? definition.outerParameters : [];
  const fn = new FunctionLowering(module, id, new Scope(definition.scope), isArrow ? definition.outerReceiver : own, parameters);
  fn.base = definition.base;
  const header = headerOf(module, node);
  fn.at(header);
  const isStatic = own !== null && definition.owner !== null && hasModifier(node, ts.SyntaxKind.StaticKeyword);
  const params = [...(isStatic ? [{ variable: own, kind: 'positional', annotation: null, optional: false } as const] : []), ...lowerParameters(fn, node, definition.derived)];
  const body = node.body!;
  if (ts.isBlock(body)) {
    fn.isSloppy = definition.isSloppy && !isStrict(body.statements);
    if (node.parameters.some((parameter) => parameter.initializer !== undefined || !ts.isIdentifier(parameter.name))) {
      // Functions in the parameters do not see the names of the body.
      fn.parameterScope = fn.scope;
      fn.scope = new Scope(fn.scope);
    }
    enterBody(fn, body.statements);
    fn.statements(body.statements);
  } else {
    fn.at(module.span(body));
    fn.builder.return(fn.expression(body), module.span(body));
  }
  fn.builder.finish(
    {
      id,
      name: definition.name,
      kind: definition.kind,
      isAsync: hasModifier(node, ts.SyntaxKind.AsyncKeyword),
      isGenerator: 'asteriskToken' in node && node.asteriskToken !== undefined,
      params,
      thisVariable: isStatic ? null : own,
      parent: definition.parent,
      owner: definition.owner,
      span: module.span(node),
      nameSpan: module.span(node.name ?? node),
      bodyStart: bodyStartOf(module, body),
      defStart: startWithoutDecorators(module, node),
    },
    { start: node.end, end: node.end },
  );
}

/** What stands before the body. */
function headerOf(module: ModuleLowering, node: FunctionNode): Span {
  return module.header(node, ts.isArrowFunction(node) ? node.equalsGreaterThanToken.end : (node.body?.pos ?? node.end));
}

function bodyStartOf(module: ModuleLowering, body: ts.ConciseBody): number {
  if (!ts.isBlock(body)) return module.span(body).start;
  const [first] = body.statements;
  return first === undefined ? body.statements.pos : module.span(first).start;
}

const TRIVIA = /(?:\s|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/y;

/** The first character of a definition after its decorators. */
export function startWithoutDecorators(module: ModuleLowering, node: ts.Node): number {
  const modifiers = ts.canHaveModifiers(node) ? (node.modifiers ?? []) : [];
  let start = module.span(node).start;
  for (const modifier of modifiers) {
    if (!ts.isDecorator(modifier)) break;
    TRIVIA.lastIndex = modifier.end;
    TRIVIA.test(module.sourceFile.text);
    start = TRIVIA.lastIndex;
  }
  return start;
}

function lowerParameters(fn: FunctionLowering, node: FunctionNode, derived: boolean): readonly Param[] {
  const declarations = node.parameters.filter((parameter) => !(ts.isIdentifier(parameter.name) && parameter.name.text === 'this'));
  const params = declarations.map((parameter, index): Param => {
    const { name } = parameter;
    const variable = ts.isIdentifier(name) ? fn.declare(fn.scope, name.text, 'parameter') : fn.module.builder.variable(fn.id, `param${index}`, 'parameter');
    if (!ts.isArrowFunction(node)) fn.parameters?.push(variable);
    return {
      variable,
      kind: parameter.dotDotDotToken === undefined ? 'positional' : 'rest',
      annotation: parameter.type === undefined ? null : annotationOf(parameter.type),
      optional: parameter.questionToken !== undefined || parameter.initializer !== undefined || parameter.dotDotDotToken !== undefined,
    };
  });
  for (const { name } of declarations) if (!ts.isIdentifier(name)) for (const identifier of boundIdentifiers(name)) fn.declare(fn.scope, identifier.text);
  declarations.forEach((parameter, index) => bindParameter(fn, parameter, params[index]!.variable));
  if (ts.isConstructorDeclaration(node)) {
    fn.parameterProperties = declarations.flatMap((parameter, index) => {
      if (!ts.isIdentifier(parameter.name) || !ts.isParameterPropertyDeclaration(parameter, node)) return [];
      return [{ name: parameter.name.text, variable: params[index]!.variable, span: fn.span(parameter) }];
    });
    if (!derived) storeParameterProperties(fn);
  }
  return params;
}

function bindParameter(fn: FunctionLowering, parameter: ts.ParameterDeclaration, variable: Variable): void {
  const { builder } = fn;
  const { name, initializer } = parameter;
  const span = fn.span(parameter);
  if (!ts.isIdentifier(name)) {
    bindName(fn, name, withDefault(fn, builder.load(variable, span), initializer, null));
    return;
  }
  if (initializer === undefined) return;
  const [absent, after] = [builder.newBlock(), builder.newBlock()];
  const test = fn.isUndefined(builder.load(variable, span), span);
  builder.terminate({ kind: 'branch', test, then: absent, else: after }, span);
  builder.startBlock(absent, span);
  builder.store(variable, fn.named(initializer, name.text), span);
  builder.startBlock(after, span);
}

/** The last name of a type: `Module` of `nn.Module`, of `nn.Module | null` and of `Module<T>`. */
function annotationOf(type: ts.TypeNode): string | null {
  let node = type;
  while (ts.isParenthesizedTypeNode(node)) node = node.type;
  if (ts.isUnionTypeNode(node)) {
    const named = node.types.filter((member) => !isNullishType(member));
    return named.length === 1 ? annotationOf(named[0]!) : null;
  }
  if (!ts.isTypeReferenceNode(node)) return null;
  return ts.isIdentifier(node.typeName) ? node.typeName.text : node.typeName.right.text;
}

function isNullishType(node: ts.TypeNode): boolean {
  return node.kind === ts.SyntaxKind.UndefinedKeyword || (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword);
}
