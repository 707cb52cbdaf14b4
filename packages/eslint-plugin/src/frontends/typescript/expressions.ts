// Every expression, by its kind. Families have files of their own; what is one instruction stands here.
//
// What it guarantees: every expression gives a temp; operands are evaluated in the order of the text; what has no meaning at
// run time (types, parentheses) leaves no trace.
//
// What it refuses: `new.target`, `import.meta`, regular expressions and big integers are `opaque`.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { lowerChain, lowerNew } from './chains.ts';
import { lowerClass } from './classes.ts';
import { lowerConditional, lowerConditionalEffect, lowerLogicalEffect } from './conditionals.ts';
import { lowerFunctionExpression } from './functions.ts';
import { lowerArray, lowerJsx, lowerObject, lowerTemplate } from './literals.ts';
import { lowerBinary, lowerDelete, lowerTypeOf, lowerUnary, lowerVoid } from './operators.ts';
import { readName } from './references.ts';

export function lowerExpression(fn: FunctionLowering, outer: ts.Expression): Temp {
  const node = skipTransparent(outer);
  const span = fn.span(node);
  const { builder } = fn;
  switch (node.kind) {
    case ts.SyntaxKind.Identifier:
      return readName(fn, (node as ts.Identifier).text, span);
    case ts.SyntaxKind.ThisKeyword:
      return fn.thisValue(span);
    case ts.SyntaxKind.SuperKeyword:
      return fn.superValue(span);
    case ts.SyntaxKind.NullKeyword:
      return builder.constant({ type: 'none' }, span);
    case ts.SyntaxKind.TrueKeyword:
      return fn.constant(true, span);
    case ts.SyntaxKind.FalseKeyword:
      return fn.constant(false, span);
    case ts.SyntaxKind.NumericLiteral:
      return fn.constant(Number((node as ts.NumericLiteral).text), span);
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
      return fn.constant((node as ts.StringLiteralLike).text, span);
    case ts.SyntaxKind.BigIntLiteral:
      return builder.opaque('bigint', [], span);
    case ts.SyntaxKind.RegularExpressionLiteral:
      return builder.opaque('regex', [], span);
    case ts.SyntaxKind.OmittedExpression:
      return fn.undefined(span);
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.ElementAccessExpression:
    case ts.SyntaxKind.CallExpression:
    case ts.SyntaxKind.TaggedTemplateExpression:
      return lowerChain(fn, node);
    case ts.SyntaxKind.NewExpression:
      return lowerNew(fn, node as ts.NewExpression);
    case ts.SyntaxKind.BinaryExpression:
      return lowerBinary(fn, node as ts.BinaryExpression);
    case ts.SyntaxKind.PrefixUnaryExpression:
    case ts.SyntaxKind.PostfixUnaryExpression:
      return lowerUnary(fn, node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression);
    case ts.SyntaxKind.TypeOfExpression:
      return lowerTypeOf(fn, node as ts.TypeOfExpression);
    case ts.SyntaxKind.VoidExpression:
      return lowerVoid(fn, node as ts.VoidExpression);
    case ts.SyntaxKind.DeleteExpression:
      return lowerDelete(fn, node as ts.DeleteExpression);
    case ts.SyntaxKind.ConditionalExpression:
      return lowerConditional(fn, node as ts.ConditionalExpression);
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.FunctionExpression:
      return lowerFunctionExpression(fn, node as ts.ArrowFunction | ts.FunctionExpression);
    case ts.SyntaxKind.ClassExpression:
      return lowerClass(fn, node as ts.ClassExpression, () => undefined);
    case ts.SyntaxKind.ArrayLiteralExpression:
      return lowerArray(fn, node as ts.ArrayLiteralExpression);
    case ts.SyntaxKind.ObjectLiteralExpression:
      return lowerObject(fn, node as ts.ObjectLiteralExpression);
    case ts.SyntaxKind.TemplateExpression:
      return lowerTemplate(fn, node as ts.TemplateExpression);
    case ts.SyntaxKind.AwaitExpression: {
      const value = fn.expression((node as ts.AwaitExpression).expression);
      const dest = builder.temp();
      builder.emit({ kind: 'await', dest, value }, span);
      return dest;
    }
    case ts.SyntaxKind.YieldExpression:
      return lowerYield(fn, node as ts.YieldExpression);
    case ts.SyntaxKind.JsxElement:
    case ts.SyntaxKind.JsxSelfClosingElement:
    case ts.SyntaxKind.JsxFragment:
      return lowerJsx(fn, node as ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment);
    case ts.SyntaxKind.MetaProperty:
      return builder.opaque(fn.module.text(node), [], span);
    case ts.SyntaxKind.SpreadElement:
      // Only after a syntax error: spreads are read where they are allowed.
      return fn.expression((node as ts.SpreadElement).expression);
    default:
      return builder.opaque(ts.SyntaxKind[node.kind], [], span);
  }
}

function lowerYield(fn: FunctionLowering, node: ts.YieldExpression): Temp {
  const value = node.expression === undefined ? null : fn.expression(node.expression);
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'yield', dest, value, delegate: node.asteriskToken !== undefined }, fn.span(node));
  return dest;
}

/** An expression whose value nobody uses: short circuits need no result. */
export function lowerEffect(fn: FunctionLowering, outer: ts.Expression): void {
  let node = skipTransparent(outer);
  const rest: ts.Expression[] = [];
  while (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    rest.push(node.right);
    node = skipTransparent(node.left);
  }
  if (rest.length > 0) {
    fn.effect(node);
    for (const expression of rest.reverse()) fn.effect(expression);
  } else if (ts.isConditionalExpression(node)) lowerConditionalEffect(fn, node);
  else if (ts.isBinaryExpression(node) && (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken || node.operatorToken.kind === ts.SyntaxKind.BarBarToken)) lowerLogicalEffect(fn, node);
  else if (ts.isVoidExpression(node)) fn.effect(node.expression);
  else lowerExpression(fn, node);
}

