// Where a statement may be written in front of another one.
//
// Guarantees: the offsets are those of statements that stand in a list: in a file, a block, a namespace, a clause of a `switch`. Left out are the only statement of an `if` or a loop without braces, what a label
// stands before, members of classes, and expressions, such as what an arrow function gives.
// Example: in `if (a)\n  b();\nc();` those of `if` and `c`.
import ts from '#typescript';

export function listedStatements(tree: ts.SourceFile): ReadonlySet<number> {
  const starts = new Set<number>();
  const stack: ts.Node[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (ts.isSourceFile(node) || ts.isBlock(node) || ts.isModuleBlock(node) || ts.isCaseOrDefaultClause(node)) for (const statement of node.statements) starts.add(statement.getStart(tree));
    ts.forEachChild(node, (child) => void stack.push(child));
  }
  return starts;
}
