// Comprehensions, inline in the function around them: an empty collection, then loops that add to it, which is what Python
// does. A list and a generator get `append`, a set gets `add`, a dictionary gets a `set-item`; the value of the expression is
// the collection. The targets are variables of a scope of their own.
//
// Approximation: a generator expression runs to its end where it stands, not where it is consumed.
import type { Comprehension, ComprehensionExpr } from '../ast.ts';
import { spanOf, type Lowering } from './lowering.ts';
import { bindTarget, type Bindings } from './scopes.ts';
import type { Temp } from '../../../ir/ir.ts';

export function lowerComprehension(l: Lowering, node: ComprehensionExpr): Temp {
  const span = spanOf(node);
  const { builder } = l;
  const collection = builder.temp();
  builder.emit({ kind: 'collection', dest: collection, form: node.type === 'SetComp' ? 'set' : node.type === 'DictComp' ? 'dict' : 'list', elements: [] }, span);
  const first = node.generators[0];
  // The first iterable is evaluated outside of the comprehension's scope.
  const firstIterable = first === undefined ? null : l.expression(first.iter);
  const scope = l.scopeOf(node, 'comprehension', () => bindingsOfClauses(node.generators));
  l.inScope(scope, () => lowerClauses(l, node, 0, firstIterable, () => addElement(l, node, collection)));
  return collection;
}

function bindingsOfClauses(clauses: readonly Comprehension[]): Bindings {
  const names = new Set<string>();
  for (const clause of clauses) bindTarget(clause.target, names);
  return { names, globals: new Set(), nonlocals: new Set() };
}

function addElement(l: Lowering, node: ComprehensionExpr, collection: Temp): void {
  if (node.type === 'DictComp') {
    const index = l.expression(node.key);
    const value = l.expression(node.value);
    l.builder.emit({ kind: 'set-item', object: collection, index, value }, { start: node.key.range[0], end: node.value.range[1] });
    return;
  }
  const span = spanOf(node.elt);
  const value = l.expression(node.elt);
  l.builder.call({ kind: 'method', object: collection, name: node.type === 'SetComp' ? 'add' : 'append' }, [{ kind: 'positional', name: null, value, span }], span, span);
}

function lowerClauses(l: Lowering, node: ComprehensionExpr, at: number, firstIterable: Temp | null, innermost: () => void): void {
  const clause = node.generators[at];
  if (clause === undefined) {
    innermost();
    return;
  }
  const span = spanOf(clause);
  const { builder } = l;
  const iterable = at === 0 && firstIterable !== null ? firstIterable : l.expression(clause.iter);
  const [head, body, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.startBlock(head, span);
  const element = builder.temp();
  builder.terminate({ kind: 'each', iterable, dest: element, body, done, isAsync: clause.is_async }, span);
  builder.startBlock(body, span);
  l.assign(clause.target, element);
  for (const test of clause.ifs) {
    const holds = builder.newBlock();
    l.condition(test, holds, head);
    builder.startBlock(holds, span);
  }
  lowerClauses(l, node, at + 1, null, innermost);
  builder.terminate({ kind: 'goto', target: head }, span);
  builder.startBlock(done, span);
}
