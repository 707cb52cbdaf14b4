// Tests and what depends on them: `if`, `?:`, and the short circuit of `&&`, `||` and `!` where a test is expected.
//
// What it guarantees: in a test position, `a && !b` is two branches on the plain values of `a` and `b`, so that each edge says
// what holds on it. `true` and `false` are no branch: what follows `while (true)` is reached by `break` only. Chains of
// operators, of `else if` and of `? :` are walked without recursion.
//
// What it refuses: to decide any other test.
import ts from '#typescript';
import type { BlockId, Temp } from '../../ir/ir.ts';
import { lowerChain } from './chains.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { lowerBranch } from './functions.ts';

export function lowerCondition(fn: FunctionLowering, test: ts.Expression, then: BlockId, otherwise: BlockId): void {
  let node = skipTransparent(test);
  let [onTrue, onFalse] = [then, otherwise];
  for (;;) {
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      [onTrue, onFalse] = [onFalse, onTrue];
      node = skipTransparent(node.operand);
      continue;
    }
    const operator = logicalOperator(node);
    if (operator === null) break;
    const operands = operandsOfChain(node as ts.BinaryExpression, operator);
    for (const operand of operands.slice(0, -1)) {
      const next = fn.builder.newBlock();
      if (operator === ts.SyntaxKind.AmpersandAmpersandToken) fn.condition(operand, next, onFalse);
      else fn.condition(operand, onTrue, next);
      fn.builder.startBlock(next, fn.span(operand));
    }
    node = skipTransparent(operands[operands.length - 1]!);
  }
  const span = fn.span(node);
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
    fn.builder.terminate({ kind: 'goto', target: node.kind === ts.SyntaxKind.TrueKeyword ? onTrue : onFalse }, span);
    return;
  }
  // `a?.b` fails where `a` is nullish, so that the test is the plain value of `a.b` where it is not.
  const value = ts.isOptionalChain(node) ? lowerChain(fn, node, onFalse) : fn.expression(node);
  fn.builder.terminate({ kind: 'branch', test: value, then: onTrue, else: onFalse }, span);
}

function logicalOperator(node: ts.Expression): ts.SyntaxKind | null {
  if (!ts.isBinaryExpression(node)) return null;
  const operator = node.operatorToken.kind;
  return operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.BarBarToken ? operator : null;
}

/** `a && b && c` as `[a, b, c]`. */
function operandsOfChain(node: ts.BinaryExpression, operator: ts.SyntaxKind): readonly ts.Expression[] {
  const operands: ts.Expression[] = [];
  let left: ts.Expression = node;
  while (ts.isBinaryExpression(left) && left.operatorToken.kind === operator) {
    operands.push(left.right);
    left = skipTransparent(left.left);
  }
  operands.push(left);
  return operands.reverse();
}

/** `test ? a : b`. */
export function lowerConditional(fn: FunctionLowering, node: ts.ConditionalExpression): Temp {
  const { builder } = fn;
  const span = fn.span(node);
  const result = builder.synthetic('?');
  const after = builder.newBlock();
  for (let current: ts.Expression = node; ; ) {
    if (!ts.isConditionalExpression(current)) {
      builder.store(result, fn.expression(current), fn.span(current));
      break;
    }
    const [then, otherwise] = [builder.newBlock(), builder.newBlock()];
    fn.condition(current.condition, then, otherwise);
    builder.startBlock(then, fn.span(current.whenTrue));
    builder.store(result, fn.expression(current.whenTrue), fn.span(current.whenTrue));
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(otherwise, fn.span(current.whenFalse));
    current = skipTransparent(current.whenFalse);
  }
  builder.startBlock(after, span);
  return builder.load(result, span);
}

/** `test ? a() : b()` as a statement: no value. */
export function lowerConditionalEffect(fn: FunctionLowering, node: ts.ConditionalExpression): void {
  const { builder } = fn;
  const span = fn.span(node);
  const after = builder.newBlock();
  for (let current: ts.Expression = node; ; ) {
    if (!ts.isConditionalExpression(current)) {
      fn.effect(current);
      break;
    }
    const [then, otherwise] = [builder.newBlock(), builder.newBlock()];
    fn.condition(current.condition, then, otherwise);
    builder.startBlock(then, span);
    fn.effect(current.whenTrue);
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(otherwise, span);
    current = skipTransparent(current.whenFalse);
  }
  builder.startBlock(after, span);
}

/** `a && b()` or `a || b()` as a statement. */
export function lowerLogicalEffect(fn: FunctionLowering, node: ts.BinaryExpression): void {
  const { builder } = fn;
  const span = fn.span(node);
  const [right, after] = [builder.newBlock(), builder.newBlock()];
  if (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) fn.condition(node.left, right, after);
  else fn.condition(node.left, after, right);
  builder.startBlock(right, span);
  fn.effect(node.right);
  builder.startBlock(after, span);
}

export function lowerIf(fn: FunctionLowering, node: ts.IfStatement): void {
  const { builder } = fn;
  const after = builder.newBlock();
  for (let current: ts.Statement = node; ; ) {
    if (!ts.isIfStatement(current)) {
      lowerBranch(fn, current);
      break;
    }
    const header = fn.module.header(current, current.thenStatement.pos);
    fn.at(header);
    const then = builder.newBlock();
    const otherwise = current.elseStatement === undefined ? after : builder.newBlock();
    fn.condition(current.expression, then, otherwise);
    builder.startBlock(then, header);
    lowerBranch(fn, current.thenStatement);
    builder.terminate({ kind: 'goto', target: after }, header);
    if (current.elseStatement === undefined) break;
    builder.startBlock(otherwise, header);
    current = current.elseStatement;
  }
  builder.startBlock(after, fn.span(node));
}
