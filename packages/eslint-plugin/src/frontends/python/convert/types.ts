// Annotations and type parameters. The grammar gives annotations nodes of their own (`generic_type`, `union_type`, ...);
// CPython does not, and neither do we: `Optional[int]` is a `Subscript` wherever it stands.
import type { Expr, TypeParam } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { missing, nameOf, namedChildren, rangeOf, type Converter } from './converter.ts';

export function convertAnnotation(c: Converter, raw: RawNode | undefined, around: RawNode): Expr {
  if (raw === undefined) return missing(around);
  const parts = namedChildren(raw);
  const [first, second] = parts;
  switch (raw.type) {
    case 'type':
      return c.expression(first, raw);
    case 'generic_type': {
      const elts = second === undefined ? [] : namedChildren(second).map((part) => c.expression(part, second));
      const isListed = elts.length !== 1 || elts[0]!.type === 'Starred' || (second !== undefined && /,\s*\]$/u.test(c.text.slice(second.start, second.end)));
      const slice: Expr = !isListed ? elts[0]! : { type: 'Tuple', range: second === undefined ? [raw.end, raw.end] : [second.start + 1, second.end - 1], parent: null, elts, ctx: 'Load' };
      return { type: 'Subscript', range: rangeOf(raw), parent: null, value: headOf(c, raw, first), slice, ctx: 'Load' };
    }
    case 'union_type':
      return { type: 'BinOp', range: rangeOf(raw), parent: null, left: c.expression(first, raw), op: '|', right: c.expression(second, raw) };
    case 'member_type':
      return { type: 'Attribute', range: rangeOf(raw), parent: null, value: c.expression(first, raw), attr: nameOf(c, second), attrRange: second === undefined ? rangeOf(raw) : rangeOf(second), ctx: 'Load' };
    case 'constrained_type':
      return { type: 'Unknown', range: rangeOf(raw), parent: null, children: parts.map((part) => c.expression(part, raw)) };
    default:
      return c.expression(raw, around);
  }
}

/** `type` is a keyword to the grammar, a name to Python. */
function headOf(c: Converter, raw: RawNode, head: RawNode | undefined): Expr {
  if (head !== undefined && head.type !== 'type_parameter') return c.expression(head, raw);
  const length = 'type'.length;
  return { type: 'Name', range: [raw.start, raw.start + length], parent: null, id: 'type', ctx: 'Load' };
}

export function convertTypeParameters(c: Converter, raw: RawNode | undefined): TypeParam[] {
  if (raw === undefined) return [];
  return namedChildren(raw).map((type) => {
    const inner = namedChildren(type)[0];
    const range = rangeOf(type);
    if (inner?.type === 'constrained_type') {
      const [name, bound] = namedChildren(inner);
      return { type: 'TypeVar', range, parent: null, name: nameOf(c, name), bound: bound === undefined ? null : c.expression(bound, inner) };
    }
    if (inner?.type === 'splat_type') {
      const text = nameOf(c, inner);
      return { type: text.startsWith('**') ? 'ParamSpec' : 'TypeVarTuple', range, parent: null, name: text.replace(/^\*+\s*/u, ''), bound: null };
    }
    return { type: 'TypeVar', range, parent: null, name: nameOf(c, inner), bound: null };
  });
}
