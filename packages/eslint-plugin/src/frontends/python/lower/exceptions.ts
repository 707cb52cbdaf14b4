// `try` and `with`. An exception goes to a dispatch block that tries the handlers in turn: each may match or not, and what
// none matches goes on. `except:` and a last `except Exception` match whatever comes.
// What the exit of a `with` swallows goes on after the block.
//
// Approximation: `KeyboardInterrupt` does not pass a last `except Exception`.
import type { AsyncWith, ExceptHandler, Expr, Try, TryStar, With } from '../ast.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';
import type { BlockId, Temp } from '../../../ir/ir.ts';

export function lowerTry(l: Lowering, node: Try | TryStar): void {
  if (node.finalbody.length === 0) lowerHandlers(l, node);
  else l.builder.withCleanup(() => lowerHandlers(l, node), () => l.statements(node.finalbody), headerOf(node));
}

function lowerHandlers(l: Lowering, node: Try | TryStar): void {
  const { builder } = l;
  const span = spanOf(node);
  if (node.handlers.length === 0) {
    l.statements(node.body);
    l.statements(node.orelse);
    return;
  }
  const [dispatch, after] = [builder.newBlock(), builder.newBlock()];
  builder.withHandler(dispatch, () => l.statements(node.body), span);
  // The handlers do not cover `else`.
  l.statements(node.orelse);
  builder.terminate({ kind: 'goto', target: after }, span);
  builder.startBlock(dispatch, span);
  const header = headerOf(node.handlers[0] ?? node);
  builder.atStatement(header);
  const exception = builder.temp();
  builder.emit({ kind: 'catch', dest: exception }, header);
  if (node.type === 'Try') firstOf(l, node, exception, after);
  else eachOf(l, node, exception, after);
  builder.startBlock(after, span);
}

/** `except`: the first handler that matches runs. */
function firstOf(l: Lowering, node: Try, exception: Temp, after: BlockId): void {
  const { builder } = l;
  const span = spanOf(node);
  for (const handler of node.handlers) {
    const [matched, next] = [builder.newBlock(), builder.newBlock()];
    testHandler(l, handler, matched, next, takesAll(l, node, handler));
    builder.startBlock(matched, span);
    lowerHandler(l, handler, exception);
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(next, span);
  }
  builder.throw(null, span);
}

// Approximation: in `except*` inside the handlers of this many `except*`, an exception from a handler leaves at once. The copies
// that `eachOf` makes double with each level.
const MAX_NESTED_GROUPS = 3;

/**
 * `except*`: every handler that matches a part of the group runs, in turn; what is left goes on, together with what the
 * handlers raised. So the handlers stand in a row three times: for a group of which nothing is handled yet, for one of which
 * something is (only this one can be done with), and for the time after a handler raised.
 */
function eachOf(l: Lowering, node: TryStar, exception: Temp, after: BlockId): void {
  const { builder } = l;
  const span = spanOf(node);
  const isCopied = l.file.groups.depth < MAX_NESTED_GROUPS;
  l.file.groups.depth += 1;
  let partly = builder.newBlock();
  let raised = builder.newBlock();
  node.handlers.forEach((handler, i) => {
    const all = takesAll(l, node, handler);
    const [matched, next, partlyNext, raisedNext] = [builder.newBlock(), builder.newBlock(), builder.newBlock(), builder.newBlock()];
    testHandler(l, handler, matched, next, all);
    if (i > 0) {
      builder.startBlock(partly, span);
      testHandler(l, handler, matched, partlyNext, all);
    }
    const run = (): void => lowerHandler(l, handler, exception);
    builder.startBlock(matched, span);
    if (isCopied) builder.withHandler(raisedNext, run, span);
    else run();
    builder.terminate({ kind: 'goto', target: all ? after : partlyNext }, span);
    if (i > 0 && isCopied) {
      const again = builder.newBlock();
      builder.startBlock(raised, span);
      testHandler(l, handler, again, raisedNext, all);
      builder.startBlock(again, span);
      builder.withHandler(raisedNext, run, span);
      builder.terminate({ kind: 'goto', target: raisedNext }, span);
    }
    builder.startBlock(next, span);
    [partly, raised] = [partlyNext, raisedNext];
  });
  l.file.groups.depth -= 1;
  builder.throw(null, span);
  builder.startBlock(raised, span);
  builder.throw(null, span);
  builder.startBlock(partly, span);
  const rest = builder.newBlock();
  builder.terminate({ kind: 'branch', test: null, then: after, else: rest }, span);
  builder.startBlock(rest, span);
  builder.throw(null, span);
}

function testHandler(l: Lowering, handler: ExceptHandler, matched: BlockId, next: BlockId, all: boolean): void {
  const { builder } = l;
  builder.atStatement(headerOf(handler));
  if (handler.exceptionType !== null) l.expression(handler.exceptionType);
  builder.terminate(all ? { kind: 'goto', target: matched } : { kind: 'branch', test: null, then: matched, else: next }, headerOf(handler));
}

/** The name that a handler binds holds nothing after it, whichever way it is left. */
function lowerHandler(l: Lowering, handler: ExceptHandler, exception: Temp): void {
  const { builder } = l;
  const { name } = handler;
  const header = headerOf(handler);
  builder.atStatement(header);
  if (name === null) {
    l.statements(handler.body);
    return;
  }
  l.storeName(name, exception, header);
  const unbind = (): void => {
    builder.atStatement(header);
    l.storeName(name, builder.constant({ type: 'undefined' }, header), header);
  };
  builder.withCleanup(() => l.statements(handler.body), unbind, header);
}

/** Whether nothing comes to the handlers after this one. What follows `except Exception` was written for the rest. */
function takesAll(l: Lowering, node: Try | TryStar, handler: ExceptHandler): boolean {
  return matches(l, handler.exceptionType, handler === node.handlers[node.handlers.length - 1] ? ['Exception', 'BaseException'] : ['BaseException']);
}

function matches(l: Lowering, type: Expr | null, names: readonly string[]): boolean {
  if (type === null) return true;
  if (type.type === 'Tuple') return type.elts.some((element) => matches(l, element, names));
  return type.type === 'Name' && names.includes(type.id) && l.scope.lookup(type.id) === null;
}

export function lowerWith(l: Lowering, node: With | AsyncWith, at = 0): void {
  const item = node.items[at];
  if (item === undefined) {
    l.statements(node.body);
    return;
  }
  const { builder } = l;
  const span = spanOf(item);
  const manager = l.expression(item.context_expr);
  const scope = builder.scope();
  const entered = builder.temp();
  builder.emit({ kind: 'enter', dest: entered, manager, scope, isAsync: node.type === 'AsyncWith' }, span);
  const body = (): void => {
    if (item.optional_vars !== null) l.assign(item.optional_vars, entered);
    lowerWith(l, node, at + 1);
  };
  const exit = (how: 'normal' | 'exception'): void => {
    builder.atStatement(headerOf(node));
    builder.emit({ kind: 'exit', manager, scope, how }, span);
  };
  builder.withCleanup(body, exit, span, true);
}
