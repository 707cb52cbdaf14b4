// `if`, `for`, `while`. The `else` of a loop runs when the loop ends by itself and is passed over by `break`.
import type { AsyncFor, For, If, Stmt, While } from '../ast.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';

export function lowerIf(l: Lowering, node: If): void {
  const { builder } = l;
  const span = spanOf(node);
  const after = builder.newBlock();
  // A ladder of `elif` is a loop here: generated code has ladders of thousands.
  let clause = node;
  for (;;) {
    const [then, otherwise] = [builder.newBlock(), clause.orelse.length === 0 ? after : builder.newBlock()];
    builder.atStatement(headerOf(clause));
    l.condition(clause.test, then, otherwise);
    builder.startBlock(then, span);
    l.statements(clause.body);
    builder.terminate({ kind: 'goto', target: after }, span);
    if (otherwise === after) break;
    builder.startBlock(otherwise, span);
    const next = elifOf(clause.orelse);
    if (next === null) {
      l.statements(clause.orelse);
      break;
    }
    clause = next;
  }
  builder.startBlock(after, span);
}

function elifOf(orelse: readonly Stmt[]): If | null {
  const [only] = orelse;
  return orelse.length === 1 && only?.type === 'If' && only.elif ? only : null;
}

export function lowerFor(l: Lowering, node: For | AsyncFor): void {
  const { builder } = l;
  const span = headerOf(node);
  const iterable = l.expression(node.iter);
  const [head, body, done, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(head, span);
  const dest = builder.temp();
  builder.terminate({ kind: 'each', iterable, dest, body, done, isAsync: node.type === 'AsyncFor' }, span);
  builder.startBlock(body, span);
  l.assign(node.target, dest);
  builder.withTarget(null, after, head, () => l.statements(node.body));
  builder.terminate({ kind: 'goto', target: head }, span);
  builder.startBlock(done, span);
  l.statements(node.orelse);
  builder.startBlock(after, span);
}

export function lowerWhile(l: Lowering, node: While): void {
  const { builder } = l;
  const span = headerOf(node);
  const [head, body, done, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(head, span);
  l.condition(node.test, body, done);
  builder.startBlock(body, span);
  builder.withTarget(null, after, head, () => l.statements(node.body));
  builder.terminate({ kind: 'goto', target: head }, span);
  builder.startBlock(done, span);
  l.statements(node.orelse);
  builder.startBlock(after, span);
}
