// What the converters of the single families see of one another. They take a grammar node and return a syntax-tree node;
// they never throw, and whatever they cannot place becomes `Unknown`.
import type { Arguments, Comprehension, Context, ErrorNode, Expr, Pattern, PyNode, Stmt, TypeParam, Unknown } from '../ast.ts';
import type { RawNode } from '../grammar.ts';

export interface Converter {
  readonly text: string;
  expression(raw: RawNode | undefined, around: RawNode, ctx?: Context): Expr;
  /** A comma-separated list that may stand without parentheses: one expression, or a tuple of several. */
  expressionList(raws: readonly RawNode[], around: RawNode, ctx?: Context): Expr;
  annotation(raw: RawNode | undefined, around: RawNode): Expr;
  typeParameters(raw: RawNode | undefined): TypeParam[];
  pattern(raw: RawNode): Pattern;
  parameters(raw: RawNode | undefined, around: RawNode): Arguments;
  comprehensionClauses(raws: readonly RawNode[]): Comprehension[];
  statements(raws: readonly RawNode[]): Stmt[];
  /** The statements of a `block`; of nothing when there is none. */
  block(raw: RawNode | undefined): Stmt[];
  /** Whatever `raw` is, converted as well as can be. */
  any(raw: RawNode): PyNode | null;
}

export function rangeOf(raw: RawNode): readonly [number, number] {
  return [raw.start, raw.end];
}

/** The named children that are syntax: what the parser could not place is left out (it is in the tree's `errors`). */
export function namedChildren(raw: RawNode): RawNode[] {
  return raw.children.filter((child) => child.named && child.type !== 'ERROR');
}

export function childOf(raw: RawNode, field: string): RawNode | undefined {
  return raw.children.find((child) => child.field === field && child.named);
}

export function childrenIn(raw: RawNode, field: string): RawNode[] {
  return raw.children.filter((child) => child.field === field && child.named);
}

export function childOfType(raw: RawNode, type: string): RawNode | undefined {
  return raw.children.find((child) => child.type === type);
}

export function hasToken(raw: RawNode, token: string): boolean {
  return raw.children.some((child) => !child.named && child.type === token);
}

/** The offset after the colon of a compound statement's header. */
export function headerEndOf(raw: RawNode): number {
  for (let i = 0; i < raw.children.length; i += 1) {
    const child = raw.children[i]!;
    if (!child.named && child.type === ':') return child.end;
  }
  return raw.end;
}

export function unknown(c: Converter, raw: RawNode): Unknown {
  return { type: 'Unknown', range: rangeOf(raw), parent: null, children: convertedChildren(c, raw) };
}

export function errorNode(c: Converter, raw: RawNode): ErrorNode {
  return { type: 'Error', range: rangeOf(raw), parent: null, children: convertedChildren(c, raw) };
}

/** Stands where the text lacks an expression. */
export function missing(around: RawNode): Unknown {
  return { type: 'Unknown', range: [around.end, around.end], parent: null, children: [] };
}

function convertedChildren(c: Converter, raw: RawNode): PyNode[] {
  const children: PyNode[] = [];
  for (const child of raw.children) {
    if (!child.named) continue;
    if (child.type === 'block') {
      for (const statement of c.block(child)) children.push(statement);
      continue;
    }
    const converted = c.any(child);
    if (converted !== null) children.push(converted);
  }
  return children;
}

const NOT_ASCII = /[\u0080-\u{10ffff}]/u;

/** The text of a name; Python takes names for equal that are so after normalisation. */
export function nameOf(c: Converter, raw: RawNode | undefined): string {
  const text = raw === undefined ? '' : c.text.slice(raw.start, raw.end);
  return NOT_ASCII.test(text) ? text.normalize('NFKC') : text;
}

/** `a.b.c` as written, without blanks. */
export function dottedText(c: Converter, raw: RawNode | undefined): string {
  return nameOf(c, raw).replace(/\s+/gu, '');
}
