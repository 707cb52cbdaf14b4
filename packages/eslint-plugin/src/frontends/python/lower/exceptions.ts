// `try` and `with`. An exception goes to a dispatch block that tries the handlers in turn: each may match or not, and what
// none matches goes on. `except:` and `except Exception` match whatever comes.
//
// Approximation: a context manager does not swallow exceptions (`contextlib.suppress` does), and `KeyboardInterrupt` passes no
// `except Exception`.
import type { AsyncWith, ExceptHandler, Expr, Try, TryStar, With } from '../ast.ts';
import { headerOf, spanOf, type Lowering } from './lowering.ts';

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
  const [first] = node.handlers;
  if (first !== undefined) builder.atStatement(headerOf(first));
  const exception = builder.temp();
  builder.emit({ kind: 'catch', dest: exception }, headerOf(first ?? node));
  for (const handler of node.handlers) {
    builder.atStatement(headerOf(handler));
    const all = matchesAll(l, handler.exceptionType);
    if (handler.exceptionType !== null) l.expression(handler.exceptionType);
    const [matched, next] = [builder.newBlock(), builder.newBlock()];
    builder.terminate(all ? { kind: 'goto', target: matched } : { kind: 'branch', test: null, then: matched, else: next }, headerOf(handler));
    builder.startBlock(matched, span);
    lowerHandler(l, handler, exception);
    builder.terminate({ kind: 'goto', target: after }, span);
    builder.startBlock(next, span);
  }
  builder.throw(null, span);
  builder.startBlock(after, span);
}

function lowerHandler(l: Lowering, handler: ExceptHandler, exception: number): void {
  if (handler.name !== null) l.storeName(handler.name, exception, headerOf(handler));
  l.statements(handler.body);
}

function matchesAll(l: Lowering, type: Expr | null): boolean {
  if (type === null) return true;
  if (type.type === 'Tuple') return type.elts.some((element) => matchesAll(l, element));
  return type.type === 'Name' && (type.id === 'Exception' || type.id === 'BaseException') && l.scope.lookup(type.id) === null;
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
  builder.withCleanup(body, exit, span);
}
