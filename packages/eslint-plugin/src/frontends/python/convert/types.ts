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
      return convertUnion(c, raw);
    case 'member_type':
      return { type: 'Attribute', range: rangeOf(raw), parent: null, value: c.expression(first, raw), attr: nameOf(c, second), attrRange: second === undefined ? rangeOf(raw) : rangeOf(second), ctx: 'Load' };
    case 'constrained_type':
      return { type: 'Unknown', range: rangeOf(raw), parent: null, children: parts.map((part) => c.expression(part, raw)) };
    default:
      return c.expression(raw, around);
  }
}

/** `A[x] | B | C` is `(A[x] | B) | C`; the grammar takes it for `A[x] | (B | C)`. */
function convertUnion(c: Converter, raw: RawNode): Expr {
  const [first, ...rest] = operandsOf(raw);
  let left = c.expression(first, raw);
  for (const operand of rest) left = { type: 'BinOp', range: [raw.start, operand.end], parent: null, left, op: '|', right: c.expression(operand, raw) };
  return left;
}

/** In the order of the text; what stands in brackets is one. */
function operandsOf(raw: RawNode): RawNode[] {
  const operands: RawNode[] = [];
  const stack = [raw];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const inner = top.type === 'type' ? (namedChildren(top)[0] ?? top) : top;
    const isUnion = inner.type === 'union_type' || (inner.type === 'binary_operator' && inner.children.some((child) => child.field === 'operator' && child.type === '|'));
    if (isUnion) stack.push(...namedChildren(inner).reverse());
    else operands.push(inner);
  }
  return operands;
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
