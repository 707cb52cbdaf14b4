// `try`.
//
// What it guarantees: an exception of the body goes to the `catch` clause, which starts with the `catch` instruction; one of
// the clause goes on outwards. A `finally` block is lowered once for each way out of the body and the clause, so that states
// of different ways are never merged in it.
import ts from '#typescript';
import type { FunctionLowering } from './context.ts';
import { bindName } from './patterns.ts';
import { boundIdentifiers } from './scopes.ts';

export function lowerTry(fn: FunctionLowering, node: ts.TryStatement): void {
  const { catchClause, finallyBlock } = node;
  const header = fn.module.header(node, node.tryBlock.pos);
  const body = (): void => {
    if (catchClause === undefined) fn.statement(node.tryBlock);
    else lowerCatch(fn, node.tryBlock, catchClause);
  };
  if (finallyBlock === undefined) body();
  else fn.builder.withCleanup(body, () => fn.statement(finallyBlock), header);
}

function lowerCatch(fn: FunctionLowering, tryBlock: ts.Block, clause: ts.CatchClause): void {
  const { builder } = fn;
  const { variableDeclaration, block } = clause;
  const header = fn.module.header(clause, block.pos);
  const [handler, after] = [builder.newBlock(), builder.newBlock()];
  builder.withHandler(handler, () => fn.statement(tryBlock), header);
  builder.terminate({ kind: 'goto', target: after }, header);
  builder.startBlock(handler, header);
  fn.at(header);
  const dest = builder.temp();
  builder.emit({ kind: 'catch', dest }, header);
  const scope = fn.module.scope(clause, fn.scope, (inner) => {
    if (variableDeclaration !== undefined) for (const name of boundIdentifiers(variableDeclaration.name)) fn.declare(inner, name.text);
  });
  fn.inScope(scope, () => {
    if (variableDeclaration !== undefined) bindName(fn, variableDeclaration.name, dest);
    fn.statement(block);
  });
  builder.startBlock(after, header);
}
