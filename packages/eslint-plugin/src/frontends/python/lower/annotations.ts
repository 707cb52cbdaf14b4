// What a parameter's annotation says about its class: the last name of the type. `Optional[X]`, `X | None`, `Annotated[X, ...]`
// and `Final[X]` say X; an annotation in quotes is read like one without.
import type { Expr } from '../ast.ts';

const TRANSPARENT = new Set(['Optional', 'Annotated', 'Final', 'ClassVar', 'Required', 'NotRequired']);

export function annotationName(node: Expr): string | null {
  switch (node.type) {
    case 'Name':
      return node.id;
    case 'Attribute':
      return node.attr;
    case 'Subscript': {
      const head = annotationName(node.value);
      if (head === null || !TRANSPARENT.has(head)) return head;
      const inner = node.slice.type === 'Tuple' ? node.slice.elts[0] : node.slice;
      return inner === undefined ? head : annotationName(inner);
    }
    case 'BinOp': {
      // `X | None` says X; a union of two classes says neither.
      if (node.op !== '|') return null;
      if (isNone(node.right)) return annotationName(node.left);
      return isNone(node.left) ? annotationName(node.right) : null;
    }
    case 'Constant':
      return node.literal === 'string' ? quotedName(String(node.value)) : null;
    default:
      return null;
  }
}

function isNone(node: Expr): boolean {
  return node.type === 'Constant' && node.literal === 'none';
}

function quotedName(text: string): string | null {
  const optional = /^\s*(?:\w+\.)*Optional\[(.*)\]\s*$/su.exec(text)?.[1] ?? text.replace(/\|\s*None\s*$|^\s*None\s*\|/u, '');
  return /^\s*(?:\w+\s*\.\s*)*(\w+)\s*(?:\[.*\])?\s*$/su.exec(optional)?.[1] ?? null;
}
