// Property accesses, element accesses, calls and tagged templates, which form chains: `model.encoder.eval()?.to(device)`.
//
// What it guarantees: a chain is walked from its base outwards without recursion, however long it is. A call of a property
// keeps its receiver (`object.name(x)` is one method call, also through parentheses, `as` and `!`, and for `object['name'](x)`).
// `a?.b.c` is a branch on `a == null`: if it holds, the rest of the chain is skipped and the value is `undefined`. A method whose
// name is one of two strings is a branch; one with another computed name lets its receiver escape, unless the analysis knows the method.
//
// What it refuses: to resolve `require` where the file declares that name itself.
import ts from '#typescript';
import type { Arg, BlockId, Callee, Element, Temp, Variable } from '../../ir/ir.ts';
import { exportedVariable } from './exports-object.ts';
import { isTransparent, skipTransparent, type FunctionLowering } from './context.ts';

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression | ts.TaggedTemplateExpression;
type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

function isChainLink(node: ts.Node): node is Link {
  switch (node.kind) {
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.ElementAccessExpression:
    case ts.SyntaxKind.CallExpression:
    case ts.SyntaxKind.TaggedTemplateExpression:
      return true;
    default:
      return false;
  }
}

/** The value of a chain. `onNullish`: where control goes, instead of giving `undefined`, when a `?.` ends the chain. */
export function lowerChain(fn: FunctionLowering, node: ts.Expression, onNullish: BlockId | null = null): Temp {
  const links: Link[] = [];
  let base = node;
  for (;;) {
    base = skipInChain(base, links.length > 0 && isInvocation(links[links.length - 1]!));
    if (!isChainLink(base) || isSpecialCall(fn, base)) break;
    const exported = isAccess(base) ? exportedVariable(fn, base) : null;
    if (exported !== null) return lowerLinks(fn, node, links.reverse(), fn.builder.load(exported, fn.span(base)), onNullish);
    links.push(base);
    base = ts.isTaggedTemplateExpression(base) ? base.tag : base.expression;
  }
  const value = isChainLink(base) ? lowerSpecialCall(fn, base as ts.CallExpression) : fn.expression(base);
  return lowerLinks(fn, node, links.reverse(), value, onNullish);
}

function lowerLinks(fn: FunctionLowering, node: ts.Expression, links: readonly Link[], base: Temp, onNullish: BlockId | null): Temp {
  let value = base;
  const shortcut = new Shortcut(fn, node, onNullish);
  for (let i = 0; i < links.length; i += 1) {
    const link = links[i]!;
    const next = links[i + 1];
    if (isAccess(link)) {
      if (link.questionDotToken !== undefined) shortcut.unlessNullish(value);
      const name = accessName(fn, link);
      if (next === undefined || !isInvocation(next)) {
        value = lowerAccess(fn, link, value);
        continue;
      }
      i += 1;
      const names = alternativeNames(link);
      if (name !== null) {
        if (isOptionalCall(next)) shortcut.unlessNullish(fn.builder.getAttr(value, name, fn.span(link)));
        value = lowerInvocation(fn, next, { kind: 'method', object: value, name }, link);
      } else if (names !== null && !isOptionalCall(next)) value = lowerAlternatives(fn, link, value, names, next);
      else {
        const object = value;
        const method = lowerAccess(fn, link, object);
        if (isOptionalCall(next)) shortcut.unlessNullish(method);
        value = lowerInvocation(fn, next, { kind: 'value', value: method }, link);
        // Whatever method that was, it had the object as `this`.
        if (!isConstantIndex(link)) fn.builder.opaque('computed-method', [object, method], fn.span(link));
      }
    } else {
      if (isOptionalCall(link)) shortcut.unlessNullish(value);
      value = lowerInvocation(fn, link, { kind: 'value', value }, ts.isCallExpression(link) ? link.expression : link.tag);
    }
  }
  return shortcut.join(value);
}

/** Where the skipped rest of an optional chain meets the whole one. The blocks are made with the first `?.`. */
class Shortcut {
  readonly #fn: FunctionLowering;
  readonly #node: ts.Node;
  readonly #onNullish: BlockId | null;
  #blocks: { readonly result: Variable; readonly skipped: BlockId; readonly after: BlockId } | null = null;

  constructor(fn: FunctionLowering, node: ts.Node, onNullish: BlockId | null) {
    this.#fn = fn;
    this.#node = node;
    this.#onNullish = onNullish;
  }

  unlessNullish(value: Temp): void {
    const { builder } = this.#fn;
    const span = this.#fn.span(this.#node);
    if (this.#onNullish === null) this.#blocks ??= { result: builder.synthetic('?.'), skipped: builder.newBlock(), after: builder.newBlock() };
    const skipped = this.#onNullish ?? this.#blocks!.skipped;
    const go = builder.newBlock();
    builder.terminate({ kind: 'branch', test: this.#fn.isNullish(value, span), then: skipped, else: go }, span);
    builder.startBlock(go, span);
  }

  join(value: Temp): Temp {
    if (this.#blocks === null) return value;
    const { builder } = this.#fn;
    const span = this.#fn.span(this.#node);
    const { result, skipped, after } = this.#blocks;
    builder.store(result, value, span);
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(skipped, span);
    builder.store(result, this.#fn.undefined(span), span);
    builder.startBlock(after, span);
    return builder.load(result, span);
  }
}

// Approximation: `(a?.b)()` is read as `a?.b()`, which goes on where the other one throws.
/** Drops what is transparent, but keeps `(a?.b)` whole: parentheses end what `?.` skips, though a call of it has its receiver. */
function skipInChain(node: ts.Expression, isCalled: boolean): ts.Expression {
  let inner = node;
  let outermost = node;
  let parenthesized = false;
  while (isTransparent(inner)) {
    if (ts.isParenthesizedExpression(inner) && !parenthesized) {
      parenthesized = true;
      outermost = inner;
    }
    inner = inner.expression;
  }
  const isMethod = isCalled && (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner));
  return parenthesized && !isMethod && ts.isOptionalChain(inner) ? outermost : inner;
}

function isAccess(node: Link): node is Access {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function isInvocation(node: Link): node is ts.CallExpression | ts.TaggedTemplateExpression {
  return !isAccess(node);
}

/** The name that the callee of a method call spells: `.name`, `['name']` or `[Symbol.name]`, as classes.ts names such members. */
function accessName(fn: FunctionLowering, node: Access): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  const index = skipTransparent(node.argumentExpression);
  if (ts.isStringLiteralLike(index)) return index.text;
  const isSymbol = ts.isPropertyAccessExpression(index) && ts.isIdentifier(index.expression) && index.expression.text === 'Symbol' && fn.scope.lookup('Symbol') === null;
  return isSymbol ? `[Symbol.${index.name.text}]` : null;
}

function isOptionalCall(node: Link): boolean {
  return ts.isCallExpression(node) && node.questionDotToken !== undefined;
}

/** `[0]`: the caller means an element of a list, not a method. */
function isConstantIndex(node: Access): boolean {
  return ts.isElementAccessExpression(node) && ts.isNumericLiteral(skipTransparent(node.argumentExpression));
}

interface Alternatives {
  readonly test: ts.Expression;
  readonly then: string;
  readonly otherwise: string;
}

/** The two names of `[test ? 'train' : 'eval']`. */
function alternativeNames(node: Access): Alternatives | null {
  if (!ts.isElementAccessExpression(node)) return null;
  const index = skipTransparent(node.argumentExpression);
  if (!ts.isConditionalExpression(index)) return null;
  const [then, otherwise] = [skipTransparent(index.whenTrue), skipTransparent(index.whenFalse)];
  if (!ts.isStringLiteralLike(then) || !ts.isStringLiteralLike(otherwise)) return null;
  return { test: index.condition, then: then.text, otherwise: otherwise.text };
}

/** `object[test ? 'train' : 'eval'](x)`: one of two method calls. */
function lowerAlternatives(fn: FunctionLowering, link: Access, object: Temp, names: Alternatives, call: ts.CallExpression | ts.TaggedTemplateExpression): Temp {
  const { builder } = fn;
  const span = fn.span(call);
  const test = fn.expression(names.test);
  const args = argumentsOf(fn, call);
  const way = (name: string) => (): Temp => builder.call({ kind: 'method', object, name }, args, span, fn.span(link));
  return builder.choose(test, way(names.then), way(names.otherwise), span);
}

function lowerAccess(fn: FunctionLowering, node: Access, object: Temp): Temp {
  const span = fn.span(node);
  if (ts.isPropertyAccessExpression(node)) return fn.builder.getAttr(object, node.name.text, span);
  const index = fn.expression(node.argumentExpression);
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'get-item', dest, object, index }, span);
  return dest;
}

function lowerInvocation(fn: FunctionLowering, node: ts.CallExpression | ts.TaggedTemplateExpression, callee: Callee, calleeNode: ts.Node): Temp {
  return fn.builder.call(callee, argumentsOf(fn, node), fn.span(node), fn.span(calleeNode));
}

function argumentsOf(fn: FunctionLowering, node: ts.CallExpression | ts.TaggedTemplateExpression): readonly Arg[] {
  return ts.isCallExpression(node) ? lowerArguments(fn, node.arguments) : templateArguments(fn, node.template);
}

export function lowerArguments(fn: FunctionLowering, nodes: readonly ts.Expression[]): readonly Arg[] {
  return nodes.map((node) => {
    const spread = ts.isSpreadElement(node);
    return { kind: spread ? 'spread' : 'positional', name: null, value: fn.expression(spread ? node.expression : node), span: fn.span(node) };
  });
}

/** A tag gets the list of the literal parts and then the values. */
function templateArguments(fn: FunctionLowering, template: ts.TemplateLiteral): readonly Arg[] {
  const span = fn.span(template);
  const isPlain = ts.isNoSubstitutionTemplateLiteral(template);
  const literals = isPlain ? [template] : [template.head, ...template.templateSpans.map((part) => part.literal)];
  const elements = literals.map((literal): Element => ({ kind: 'element', key: null, value: fn.constant(literal.text, fn.span(literal)) }));
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'collection', dest, form: 'list', elements }, span);
  const parts: Arg = { kind: 'positional', name: null, value: dest, span };
  return isPlain ? [parts] : [parts, ...lowerArguments(fn, template.templateSpans.map((part) => part.expression))];
}

export function lowerNew(fn: FunctionLowering, node: ts.NewExpression): Temp {
  const value = fn.expression(node.expression);
  const args = lowerArguments(fn, node.arguments ?? []);
  return fn.builder.call({ kind: 'value', value }, args, fn.span(node), fn.span(node.expression), true);
}

/** Calls whose callee is no value: `super(x)`, `import('x')`, `require('x')`. */
function isSpecialCall(fn: FunctionLowering, node: Link): boolean {
  if (!ts.isCallExpression(node)) return false;
  return node.expression.kind === ts.SyntaxKind.SuperKeyword || isImport(node.expression) || requiredModule(fn, node) !== null;
}

/** `import` or `import.defer`. */
function isImport(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.ImportKeyword || (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword && node.name.text !== 'meta');
}

/** The module that `require('x')` names, if this is such a call. */
function requiredModule(fn: FunctionLowering, node: ts.Expression): string | null {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'require') return null;
  const [argument] = node.arguments;
  if (argument === undefined || !ts.isStringLiteralLike(argument) || fn.scope.lookup('require') !== null) return null;
  return argument.text;
}

function lowerSpecialCall(fn: FunctionLowering, node: ts.CallExpression): Temp {
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return lowerSuperCall(fn, node);
  const span = fn.span(node);
  const [argument, ...options] = node.arguments;
  if (argument !== undefined && ts.isStringLiteralLike(argument)) {
    for (const option of options) fn.effect(option);
    const dest = fn.builder.temp();
    fn.builder.emit({ kind: 'import', dest, module: argument.text, name: null }, span);
    return dest;
  }
  const args = lowerArguments(fn, node.arguments);
  return fn.builder.opaque('import', args.map((arg) => arg.value), span);
}

function lowerSuperCall(fn: FunctionLowering, node: ts.CallExpression): Temp {
  const object = fn.expression(node.expression);
  const args = lowerArguments(fn, node.arguments);
  const result = fn.builder.call({ kind: 'method', object, name: 'constructor' }, args, fn.span(node), fn.span(node.expression));
  storeParameterProperties(fn);
  return result;
}

/** `constructor(private readonly net: Net)`: `this.net = net`, once `this` exists. */
export function storeParameterProperties(fn: FunctionLowering): void {
  for (const { name, variable, span } of fn.parameterProperties) {
    const value = fn.builder.load(variable, span);
    fn.builder.emit({ kind: 'set-attr', object: fn.thisValue(span), name, value }, span);
  }
}
