// Loops: `while`, `do`, `for`, `for-in`, `for-of`, `for await`.
//
// What it guarantees: `break` and `continue` reach the place that the language says, through the cleanups in between; a `for`
// runs its update after `continue`. `for-of` is an `each` on the value of the head; `for-in` is an `each` on the operator
// `keys` of it. A name that the head declares is one variable for all iterations, stored at the start of the body.
//
// Approximation: the copies that `let` makes for each iteration are one variable, and leaving a `for-of` early does not close
// its iterator.
import ts from '#typescript';
import type { BlockId, Temp } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { bindInitialized, declarationScope, enterResource, isResource } from './declarations.ts';
import { assignTo, bindName } from './patterns.ts';

export type LoopStatement = ts.WhileStatement | ts.DoStatement | ts.ForStatement | ts.ForInStatement | ts.ForOfStatement;

export function isLoop(node: ts.Statement): node is LoopStatement {
  return ts.isIterationStatement(node, false);
}

export function lowerLoop(fn: FunctionLowering, node: LoopStatement, labels: readonly string[]): void {
  switch (node.kind) {
    case ts.SyntaxKind.WhileStatement:
      return lowerWhile(fn, node, labels);
    case ts.SyntaxKind.DoStatement:
      return lowerDo(fn, node, labels);
    case ts.SyntaxKind.ForStatement:
      return lowerFor(fn, node, labels);
    case ts.SyntaxKind.ForInStatement:
    case ts.SyntaxKind.ForOfStatement:
      return lowerEach(fn, node, labels);
  }
}

/** The body, which `break` and `continue` leave, with or without one of the loop's labels. */
function lowerBody(fn: FunctionLowering, labels: readonly string[], breakTo: BlockId, continueTo: BlockId, body: () => void): void {
  let whole = (): void => fn.builder.withTarget(null, breakTo, continueTo, body);
  for (const label of labels) {
    const inner = whole;
    whole = () => fn.builder.withTarget(label, breakTo, continueTo, inner);
  }
  whole();
}

function lowerWhile(fn: FunctionLowering, node: ts.WhileStatement, labels: readonly string[]): void {
  const { builder } = fn;
  const header = fn.module.header(node, node.statement.pos);
  const [head, body, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(head, header);
  fn.at(header);
  fn.condition(node.expression, body, after);
  builder.startBlock(body, header);
  lowerBody(fn, labels, after, head, () => fn.statement(node.statement));
  builder.terminate({ kind: 'goto', target: head }, header);
  builder.startBlock(after, header);
}

function lowerDo(fn: FunctionLowering, node: ts.DoStatement, labels: readonly string[]): void {
  const { builder } = fn;
  const header = { start: Math.min(node.statement.end, node.end), end: node.end };
  const [body, test, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(body, header);
  lowerBody(fn, labels, after, test, () => fn.statement(node.statement));
  builder.startBlock(test, header);
  fn.at(header);
  fn.condition(node.expression, body, after);
  builder.startBlock(after, header);
}

function lowerFor(fn: FunctionLowering, node: ts.ForStatement, labels: readonly string[]): void {
  const { initializer } = node;
  const header = fn.module.header(node, node.statement.pos);
  fn.at(header);
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer)) {
    if (initializer !== undefined) fn.effect(initializer);
    lowerForBody(fn, node, labels);
    return;
  }
  fn.inScope(declarationScope(fn, node, initializer), () => bindInitialized(fn, initializer, () => lowerForBody(fn, node, labels)));
}

function lowerForBody(fn: FunctionLowering, node: ts.ForStatement, labels: readonly string[]): void {
  const { builder } = fn;
  const header = fn.module.header(node, node.statement.pos);
  const [head, body, update, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(head, header);
  if (node.condition === undefined) builder.terminate({ kind: 'goto', target: body }, header);
  else fn.condition(node.condition, body, after);
  builder.startBlock(body, header);
  lowerBody(fn, labels, after, update, () => fn.statement(node.statement));
  builder.startBlock(update, header);
  fn.at(header);
  if (node.incrementor !== undefined) fn.effect(node.incrementor);
  builder.terminate({ kind: 'goto', target: head }, header);
  builder.startBlock(after, header);
}

function lowerEach(fn: FunctionLowering, node: ts.ForInOrOfStatement, labels: readonly string[]): void {
  const { builder } = fn;
  const header = fn.module.header(node, node.statement.pos);
  fn.at(header);
  const { initializer } = node;
  if (ts.isVariableDeclarationList(initializer)) lowerInitializer(fn, initializer);
  const value = fn.expression(node.expression);
  const iterable = ts.isForInStatement(node) ? builder.operator('keys', [value], fn.span(node.expression)) : value;
  const isAsync = ts.isForOfStatement(node) && node.awaitModifier !== undefined;
  const [head, body, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  const dest = builder.temp();
  builder.startBlock(head, header);
  builder.terminate({ kind: 'each', iterable, dest, body, done: after, isAsync }, header);
  builder.startBlock(body, header);
  // The targets stand outside the cleanup of an iteration: `continue` releases what `using` holds, too.
  lowerBody(fn, labels, after, head, () => lowerIteration(fn, node, dest));
  builder.terminate({ kind: 'goto', target: head }, header);
  builder.startBlock(after, header);
}

/** `for (var x = f() in o)`: what scripts may write, evaluated once. */
function lowerInitializer(fn: FunctionLowering, list: ts.VariableDeclarationList): void {
  const [declaration] = list.declarations;
  if (declaration?.initializer === undefined || isResource(list)) return;
  bindName(fn, declaration.name, fn.named(declaration.initializer, ts.isIdentifier(declaration.name) ? declaration.name.text : null));
}

function lowerIteration(fn: FunctionLowering, node: ts.ForInOrOfStatement, element: Temp): void {
  const { initializer } = node;
  const rest = (): void => fn.statement(node.statement);
  if (!ts.isVariableDeclarationList(initializer)) {
    assignTo(fn, initializer, element);
    rest();
    return;
  }
  fn.inScope(declarationScope(fn, node, initializer), () => {
    const name = initializer.declarations[0]?.name;
    if (name !== undefined && isResource(initializer)) enterResource(fn, initializer, name, element, rest);
    else {
      if (name !== undefined) bindName(fn, name, element);
      rest();
    }
  });
}
