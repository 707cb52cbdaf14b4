// Unary and binary operators, assignments, `++`, `typeof`, `delete`.
//
// What it guarantees: operators are spelled as ir.ts says (`===` is `==`, `!` is `not`); `&&`, `||`, `??` and their assignments
// are control flow on the plain value of the left side; chains of operators are walked without recursion.
//
// What it refuses: to tell `==` from `===`. `x == null` is written as the IR's `none`, which stands for `undefined` too.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { lowerChain } from './chains.ts';
import { lowerCommonJsExport } from './commonjs.ts';
import { assignTo } from './patterns.ts';
import { prepareReference, readReference, writeReference, type Reference } from './references.ts';

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['===', '=='],
  ['!==', '!='],
]);

function isAssignment(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}

export function lowerBinary(fn: FunctionLowering, node: ts.BinaryExpression): Temp {
  if (isAssignment(node)) return lowerAssignment(fn, node);
  const chain: ts.BinaryExpression[] = [];
  let left: ts.Expression = node;
  while (ts.isBinaryExpression(left) && !isAssignment(left)) {
    chain.push(left);
    left = skipTransparent(left.left);
  }
  let value = ts.isPrivateIdentifier(left) ? fn.constant(left.text, fn.span(left)) : fn.expression(left);
  for (let i = chain.length - 1; i >= 0; i -= 1) value = lowerOperator(fn, chain[i]!, value);
  return value;
}

function lowerOperator(fn: FunctionLowering, node: ts.BinaryExpression, left: Temp): Temp {
  const { builder } = fn;
  const span = fn.span(node);
  const right = (): Temp => fn.expression(node.right);
  const same = (): Temp => left;
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return builder.choose(left, right, same, span);
    case ts.SyntaxKind.BarBarToken:
      return builder.choose(left, same, right, span);
    case ts.SyntaxKind.QuestionQuestionToken:
      return builder.choose(fn.isNullish(left, fn.span(node.left)), right, same, span);
    case ts.SyntaxKind.CommaToken:
      return right();
    default: {
      const operator = ts.tokenToString(node.operatorToken.kind) ?? 'unknown';
      return builder.operator(SPELLINGS.get(operator) ?? operator, [left, right()], span);
    }
  }
}

function lowerAssignment(fn: FunctionLowering, node: ts.BinaryExpression): Temp {
  const span = fn.span(node);
  const target = skipTransparent(node.left);
  if (node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const exported = lowerCommonJsExport(fn, target, node.right, span);
    if (exported !== null) return exported;
    if (ts.isObjectLiteralExpression(target) || ts.isArrayLiteralExpression(target)) {
      const value = fn.expression(node.right);
      assignTo(fn, target, value);
      return value;
    }
    const reference = prepareReference(fn, target);
    const value = fn.named(node.right, targetName(target));
    writeReference(fn, reference, value, span);
    return value;
  }
  const reference = prepareReference(fn, target);
  const old = readReference(fn, reference, fn.span(target));
  return lowerCompound(fn, node, reference, old);
}

function lowerCompound(fn: FunctionLowering, node: ts.BinaryExpression, reference: Reference, old: Temp): Temp {
  const { builder } = fn;
  const span = fn.span(node);
  const assign = (): Temp => {
    const value = fn.named(node.right, targetName(node.left));
    writeReference(fn, reference, value, span);
    return value;
  };
  const keep = (): Temp => old;
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandEqualsToken:
      return builder.choose(old, assign, keep, span);
    case ts.SyntaxKind.BarBarEqualsToken:
      return builder.choose(old, keep, assign, span);
    case ts.SyntaxKind.QuestionQuestionEqualsToken:
      return builder.choose(fn.isNullish(old, fn.span(node.left)), assign, keep, span);
    default: {
      const operator = (ts.tokenToString(node.operatorToken.kind) ?? 'unknown=').slice(0, -1);
      const value = builder.operator(operator, [old, fn.expression(node.right)], span);
      writeReference(fn, reference, value, span);
      return value;
    }
  }
}

function targetName(target: ts.Expression): string | null {
  if (ts.isIdentifier(target)) return target.text;
  return ts.isPropertyAccessExpression(target) ? target.name.text : null;
}

export function lowerUnary(fn: FunctionLowering, node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): Temp {
  const { builder } = fn;
  const span = fn.span(node);
  if (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken) {
    const reference = prepareReference(fn, node.operand);
    const old = readReference(fn, reference, fn.span(node.operand));
    const value = builder.operator(node.operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-', [old, fn.constant(1, span)], span);
    writeReference(fn, reference, value, span);
    return ts.isPrefixUnaryExpression(node) ? value : old;
  }
  if (node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand)) return fn.constant(-Number(node.operand.text), span);
  const operator = node.operator === ts.SyntaxKind.ExclamationToken ? 'not' : (ts.tokenToString(node.operator) ?? 'unknown');
  return builder.operator(operator, [fn.expression(node.operand)], span);
}

export function lowerTypeOf(fn: FunctionLowering, node: ts.TypeOfExpression): Temp {
  return fn.builder.operator('typeof', [fn.expression(node.expression)], fn.span(node));
}

export function lowerVoid(fn: FunctionLowering, node: ts.VoidExpression): Temp {
  fn.effect(node.expression);
  return fn.undefined(fn.span(node));
}

/** `delete o.x` leaves `undefined` at `o.x`; `delete a?.b` does so where `a` is something. */
export function lowerDelete(fn: FunctionLowering, node: ts.DeleteExpression): Temp {
  const { builder } = fn;
  const span = fn.span(node);
  const target = skipTransparent(node.expression);
  if (!ts.isPropertyAccessExpression(target) && !ts.isElementAccessExpression(target)) {
    // A declared variable stays, one that was assigned only may go; `delete f()` calls `f`.
    if (ts.isIdentifier(target)) return fn.scope.lookup(target.text) === null ? builder.opaque('delete', [], span) : fn.constant(false, span);
    fn.effect(target);
    return fn.constant(true, span);
  }
  if (!ts.isOptionalChain(target)) {
    const reference = prepareReference(fn, target);
    writeReference(fn, reference, fn.undefined(span), span);
    return fn.constant(true, span);
  }
  const after = builder.newBlock();
  const object = lowerChain(fn, target.expression, after);
  if (target.questionDotToken !== undefined) {
    const go = builder.newBlock();
    builder.terminate({ kind: 'branch', test: fn.isNullish(object, span), then: after, else: go }, span);
    builder.startBlock(go, span);
  }
  if (ts.isPropertyAccessExpression(target)) builder.emit({ kind: 'set-attr', object, name: target.name.text, value: fn.undefined(span) }, span);
  else {
    const index = fn.expression(target.argumentExpression);
    builder.emit({ kind: 'set-item', object, index, value: fn.undefined(span) }, span);
  }
  builder.startBlock(after, span);
  return fn.constant(true, span);
}
