// Turns the grammar's tree into the syntax tree: dispatches to the families and counts the depth.
import type { Context, Expr, Module, Pattern, PyNode, Stmt } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { convertCompoundStatement } from './compound.ts';
import { errorNode, missing, namedChildren, unknown, type Converter } from './converter.ts';
import { convertExpression } from './expressions.ts';
import { convertComprehensionClauses, convertParameters } from './parameters.ts';
import { convertPattern } from './patterns.ts';
import { convertSimpleStatement } from './statements.ts';
import { convertAnnotation, convertTypeParameters } from './types.ts';

// Approximation: what nests deeper than this becomes `Unknown` without children. CPython itself refuses 200 parentheses and
// 100 indentations; the limit leaves room for chains of method calls and keeps every later recursion off the end of the stack.
const MAX_DEPTH = 500;

/** Parts of other nodes: nothing to convert by themselves. */
const PUNCTUATION = new Set(['string_start', 'string_content', 'string_end', 'type_conversion', 'import_prefix', 'keyword_separator', 'positional_separator', 'escape_sequence']);

export function convertTree(root: RawNode, text: string): Module {
  const converter = new TreeConverter(text);
  const body = root.type === 'module' ? converter.statements(root.children) : [errorNode(converter, root)];
  return { type: 'Module', range: [0, text.length], parent: null, body };
}

class TreeConverter implements Converter {
  readonly text: string;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  expression(raw: RawNode | undefined, around: RawNode, ctx: Context = 'Load'): Expr {
    let inner = raw;
    while (inner !== undefined && inner.type === 'parenthesized_expression') inner = namedChildren(inner)[0];
    if (inner === undefined) return missing(around);
    const node = inner;
    return this.#nested(node, () => convertExpression(this, node, ctx));
  }

  expressionList(raws: readonly RawNode[], around: RawNode, ctx: Context = 'Load'): Expr {
    const [first] = raws;
    const last = raws[raws.length - 1];
    if (first === undefined || last === undefined) return missing(around);
    if (raws.length === 1) return this.expression(first, around, ctx);
    return { type: 'Tuple', range: [first.start, last.end], parent: null, elts: raws.map((raw) => this.expression(raw, around, ctx)), ctx };
  }

  annotation(raw: RawNode | undefined, around: RawNode): Expr {
    return raw === undefined ? missing(around) : this.#nested(raw, () => convertAnnotation(this, raw, around));
  }

  typeParameters(raw: RawNode | undefined): ReturnType<Converter['typeParameters']> {
    return convertTypeParameters(this, raw);
  }

  pattern(raw: RawNode): Pattern {
    return this.#nested(raw, () => convertPattern(this, raw));
  }

  parameters(raw: RawNode | undefined, around: RawNode): ReturnType<Converter['parameters']> {
    return convertParameters(this, raw, around);
  }

  comprehensionClauses(raws: readonly RawNode[]): ReturnType<Converter['comprehensionClauses']> {
    return convertComprehensionClauses(this, raws);
  }

  statements(raws: readonly RawNode[]): Stmt[] {
    const statements: Stmt[] = [];
    for (const raw of raws) {
      if (!raw.named) continue;
      if (raw.type === 'block') for (const statement of this.statements(raw.children)) statements.push(statement);
      else statements.push(this.#statement(raw));
    }
    return statements;
  }

  block(raw: RawNode | undefined): Stmt[] {
    return raw === undefined ? [] : this.statements(raw.children);
  }

  any(raw: RawNode): PyNode | null {
    if (PUNCTUATION.has(raw.type)) return null;
    const statement = this.#nested(raw, () => convertSimpleStatement(this, raw) ?? convertCompoundStatement(this, raw));
    if (statement !== null) return statement;
    if (raw.type === 'ERROR') return this.#nested(raw, () => errorNode(this, raw));
    return this.expression(raw, raw);
  }

  #statement(raw: RawNode): Stmt {
    return this.#nested(raw, () => {
      const statement = convertSimpleStatement(this, raw) ?? convertCompoundStatement(this, raw);
      if (statement !== null) return statement;
      if (raw.type === 'ERROR') return errorNode(this, raw);
      return unknown(this, raw);
    });
  }

  #nested<T>(raw: RawNode, convert: () => T): T | ReturnType<typeof missing> {
    if (this.#depth >= MAX_DEPTH) return { type: 'Unknown', range: [raw.start, raw.end], parent: null, children: [] };
    this.#depth += 1;
    const node = convert();
    this.#depth -= 1;
    return node;
  }
}
