// `switch`.
//
// What it guarantees: the cases are compared in the order of the text, `default` (wherever it stands) is taken after all of
// them failed, and a body falls through into the next one. A case is the operator `==` on the discriminant; the cases of
// `switch (true)` are tests themselves.
import ts from '#typescript';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { declareLexical, storeFunctions } from './functions.ts';

export function lowerSwitch(fn: FunctionLowering, node: ts.SwitchStatement, labels: readonly string[]): void {
  const { builder } = fn;
  const { clauses } = node.caseBlock;
  const header = fn.module.header(node, node.caseBlock.pos);
  fn.at(header);
  const isOnTrue = skipTransparent(node.expression).kind === ts.SyntaxKind.TrueKeyword;
  const discriminant = fn.expression(node.expression);
  const after = builder.newBlock();
  const bodies = clauses.map(() => builder.newBlock());
  const statements = clauses.flatMap((clause) => [...clause.statements]);
  const scope = fn.module.scope(node.caseBlock, fn.scope, (inner) => declareLexical(fn, inner, statements));
  fn.inScope(scope, () => {
    storeFunctions(fn, statements);
    clauses.forEach((clause, index) => {
      if (ts.isDefaultClause(clause)) return;
      const span = fn.module.header(clause, clause.expression.end);
      fn.at(span);
      const next = builder.newBlock();
      if (isOnTrue) fn.condition(clause.expression, bodies[index]!, next);
      else {
        const test = builder.operator('==', [discriminant, fn.expression(clause.expression)], span);
        builder.terminate({ kind: 'branch', test, then: bodies[index]!, else: next }, span);
      }
      builder.startBlock(next, span);
    });
    const fallback = clauses.findIndex((clause) => ts.isDefaultClause(clause));
    builder.terminate({ kind: 'goto', target: bodies[fallback] ?? after }, header);
    let body = (): void => {
      clauses.forEach((clause, index) => {
        builder.startBlock(bodies[index]!, header);
        fn.statements(clause.statements);
      });
    };
    // An unlabelled `break` looks for a target without a label.
    for (const label of [null, ...labels]) {
      const inner = body;
      body = () => builder.withTarget(label, after, null, inner);
    }
    body();
  });
  builder.startBlock(after, header);
}
