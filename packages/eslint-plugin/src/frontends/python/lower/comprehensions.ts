// Comprehensions, inline in the function around them: an empty collection, then loops that add to it, which is what Python
// does. A list gets `append`, a set gets `add`, a dictionary gets a `set-item`; the value of the expression is the collection. The
// targets are variables of a scope of their own.
//
// A generator expression is a generator function with one parameter, the first iterable, and a call of it: nothing of it runs before
// something goes through it. `rows = (f(x) for x in xs)` is `def <genexpr>(xs): for x in xs: yield f(x)`.
//
// Approximation: one that is an argument by itself (`sum(f(x) for x in xs)`) runs to its end there, like a list.
import type { Comprehension, ComprehensionExpr, GeneratorExp } from '../ast.ts';
import { spanOf, type Lowering } from './lowering.ts';
import { bindTarget, type Bindings } from './scopes.ts';
import type { FuncId, Temp } from '../../../ir/ir.ts';

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

export function lowerGenerator(l: Lowering, node: GeneratorExp): Temp {
  const span = spanOf(node);
  const { builder } = l;
  const firstIterable = l.expression(node.generators[0]!.iter);
  const known = l.file.funcs.get(node);
  const id = known ?? l.file.module.reserveFunc();
  if (known === undefined) {
    l.file.funcs.set(node, id);
    lowerGeneratorBody(l, node, id);
  }
  const func = builder.temp();
  builder.emit({ kind: 'function', dest: func, func: id, defaults: [] }, span);
  return builder.call({ kind: 'value', value: func }, [{ kind: 'positional', name: null, value: firstIterable, span }], span, span);
}

function lowerGeneratorBody(l: Lowering, node: GeneratorExp, id: FuncId): void {
  const span = spanOf(node);
  const inner = l.nested(id, bindingsOfClauses(node.generators), 'comprehension');
  const variable = inner.scope.declare('.0', 'parameter');
  inner.builder.atStatement(span);
  lowerClauses(inner, node, 0, inner.builder.load(variable, span), () => {
    const place = spanOf(node.elt);
    const value = inner.expression(node.elt);
    inner.builder.emit({ kind: 'yield', dest: inner.builder.temp(), value, delegate: false }, place);
  });
  const header = { id, name: '<genexpr>', kind: 'lambda', isAsync: node.generators.some((clause) => clause.is_async), isGenerator: true, thisVariable: null, parent: l.builder.id, owner: null } as const;
  const params = [{ variable, kind: 'positional', annotation: null, optional: false }] as const;
  inner.builder.finish({ ...header, params, span, nameSpan: span, bodyStart: node.elt.range[0], defStart: span.start }, { start: span.end, end: span.end });
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
