// What a class body annotates: the fields that `@dataclass` and its relatives make a constructor of, and `NamedTuple` a tuple.
//
// Guarantees: `net: nn.Module`, with or without a value, gives the name and the outermost name of its type, also of one in quotes; a name that is annotated twice keeps its first place, as in
// `__annotations__`. Refuses: names in branches and loops of the body, of which nobody knows whether they are annotated.
import type { Expr, Stmt } from '../ast.ts';
import { spanOf } from './lowering.ts';
import type { AnnotatedName } from '../../../ir/ir.ts';

export function annotatedIn(body: readonly Stmt[]): readonly AnnotatedName[] {
  const names = new Map<string, AnnotatedName>();
  for (const statement of body) {
    if (statement.type !== 'AnnAssign' || statement.target.type !== 'Name') continue;
    const name = statement.target.id;
    names.set(name, { name, type: outermostName(statement.annotation), span: spanOf(statement) });
  }
  return [...names.values()];
}

function outermostName(node: Expr): string | null {
  switch (node.type) {
    case 'Name':
      return node.id;
    case 'Attribute':
      return node.attr;
    case 'Subscript':
      return outermostName(node.value);
    case 'Constant':
      return node.literal === 'string' ? (/^\s*(?:\w+\s*\.\s*)*(\w+)\s*(?:\[|$)/u.exec(String(node.value))?.[1] ?? null) : null;
    default:
      return null;
  }
}
