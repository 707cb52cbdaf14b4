// Property accesses, element accesses, calls and tagged templates, which form chains: `model.encoder.eval()?.to(device)`.
//
// What it guarantees: a chain is walked from its base outwards without recursion, however long it is. A call of a property
// keeps its receiver (`object.name(x)` is one method call, also through parentheses, `as` and `!`, and for `object['name'](x)`).
// `a?.b.c` is a branch on `a == null`: if it holds, the rest of the chain is skipped and the value is `undefined`.
//
// What it refuses: to resolve `require` where the file declares that name itself.
import ts from 'typescript';
import type { Arg, BlockId, Callee, Temp, Variable } from '../../ir/ir.ts';
import { isTransparent, type FunctionLowering } from './context.ts';

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression | ts.TaggedTemplateExpression;
type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

export function isChainLink(node: ts.Node): node is Link {
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
    base = skipInChain(base);
    if (!isChainLink(base) || isSpecialCall(fn, base)) break;
    links.push(base);
    base = ts.isTaggedTemplateExpression(base) ? base.tag : base.expression;
  }
  links.reverse();
  let value = isChainLink(base) ? lowerSpecialCall(fn, base as ts.CallExpression) : fn.expression(base);
  const shortcut = new Shortcut(fn, node, onNullish);
  for (let i = 0; i < links.length; i += 1) {
    const link = links[i]!;
    const next = links[i + 1];
    if (isAccess(link)) {
      if (link.questionDotToken !== undefined) shortcut.unlessNullish(value);
      const name = accessName(link);
      if (name !== null && next !== undefined && isInvocation(next)) {
        if (ts.isCallExpression(next) && next.questionDotToken !== undefined) shortcut.unlessNullish(fn.builder.getAttr(value, name, fn.span(link)));
        value = lowerInvocation(fn, next, { kind: 'method', object: value, name }, link);
        i += 1;
      } else value = lowerAccess(fn, link, value);
    } else {
      if (ts.isCallExpression(link) && link.questionDotToken !== undefined) shortcut.unlessNullish(value);
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

/** Drops what is transparent, but keeps `(a?.b)` whole: parentheses end what `?.` skips. */
function skipInChain(node: ts.Expression): ts.Expression {
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
  return parenthesized && ts.isOptionalChain(inner) ? outermost : inner;
}

function isAccess(node: Link): node is Access {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function isInvocation(node: Link): node is ts.CallExpression | ts.TaggedTemplateExpression {
  return !isAccess(node);
}

/** The name that an access spells: `.name` or `['name']`. */
function accessName(node: Access): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : null;
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
  const args = ts.isCallExpression(node) ? lowerArguments(fn, node.arguments) : templateArguments(fn, node.template);
  return fn.builder.call(callee, args, fn.span(node), fn.span(calleeNode));
}

export function lowerArguments(fn: FunctionLowering, nodes: readonly ts.Expression[]): readonly Arg[] {
  return nodes.map((node) => {
    const spread = ts.isSpreadElement(node);
    return { kind: spread ? 'spread' : 'positional', name: null, value: fn.expression(spread ? node.expression : node), span: fn.span(node) };
  });
}

/** A tag gets the literal parts, which nothing depends on, and then the values. */
function templateArguments(fn: FunctionLowering, template: ts.TemplateLiteral): readonly Arg[] {
  const span = fn.span(template);
  const parts: Arg = { kind: 'positional', name: null, value: fn.builder.opaque('template-parts', [], span), span };
  if (ts.isNoSubstitutionTemplateLiteral(template)) return [parts];
  return [parts, ...lowerArguments(fn, template.templateSpans.map((part) => part.expression))];
}

export function lowerNew(fn: FunctionLowering, node: ts.NewExpression): Temp {
  const value = fn.expression(node.expression);
  const args = lowerArguments(fn, node.arguments ?? []);
  return fn.builder.call({ kind: 'value', value }, args, fn.span(node), fn.span(node.expression), true);
}

/** Calls whose callee is no value: `super(x)`, `import('x')`, `require('x')`. */
function isSpecialCall(fn: FunctionLowering, node: Link): boolean {
  if (!ts.isCallExpression(node)) return false;
  const { kind } = node.expression;
  return kind === ts.SyntaxKind.SuperKeyword || kind === ts.SyntaxKind.ImportKeyword || requiredModule(fn, node) !== null;
}

/** The module that `require('x')` names, if this is such a call. */
export function requiredModule(fn: FunctionLowering, node: ts.Expression): string | null {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'require') return null;
  const [argument] = node.arguments;
  if (argument === undefined || !ts.isStringLiteralLike(argument) || fn.scope.lookup('require') !== null) return null;
  return argument.text;
}

function lowerSpecialCall(fn: FunctionLowering, node: ts.CallExpression): Temp {
  if (node.expression.kind === ts.SyntaxKind.SuperKeyword) return lowerSuperCall(fn, node);
  const span = fn.span(node);
  const [argument] = node.arguments;
  if (argument !== undefined && ts.isStringLiteralLike(argument)) {
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
