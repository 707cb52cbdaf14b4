// Compound statements and definitions.
import type { ExceptHandler, Expr, If, Keyword, MatchCase, PyNode, Stmt, WithItem } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOf, childOfType, childrenIn, hasToken, headerEndOf, missing, nameOf, namedChildren, rangeOf, type Converter } from './converter.ts';
import { convertArguments } from './expressions.ts';

/** Null: no compound statement. */
export function convertCompoundStatement(c: Converter, raw: RawNode): Stmt | null {
  switch (raw.type) {
    case 'if_statement':
      return convertIf(c, raw);
    case 'for_statement':
      return convertFor(c, raw);
    case 'while_statement': {
      const body = c.block(bodyOf(raw));
      const orelse = elseOf(c, raw);
      return { type: 'While', range: rangeTo(raw, body, orelse), parent: null, headerEnd: headerEndOf(raw), test: c.expression(childOf(raw, 'condition'), raw), body, orelse };
    }
    case 'with_statement': {
      const clause = childOfType(raw, 'with_clause');
      const items = clause === undefined ? [] : namedChildren(clause).flatMap((item, _, all) => withItems(c, item, all.length === 1));
      const body = c.block(bodyOf(raw));
      return { type: hasToken(raw, 'async') ? 'AsyncWith' : 'With', range: rangeTo(raw, body), parent: null, headerEnd: headerEndOf(raw), items, body };
    }
    case 'try_statement':
      return convertTry(c, raw);
    case 'match_statement':
      return convertMatch(c, raw);
    case 'function_definition':
    case 'class_definition':
      return convertDefinition(c, raw, []);
    case 'decorated_definition': {
      const definition = childOf(raw, 'definition');
      if (definition === undefined) return null;
      const decorators = namedChildren(raw).filter((child) => child.type === 'decorator');
      const converted = convertDefinition(c, definition, decorators.map((decorator) => c.expression(namedChildren(decorator)[0], decorator)));
      return { ...converted, range: [raw.start, converted.range[1]] };
    }
    default:
      return null;
  }
}

/** Up to the last of the parts: the grammar counts a comment after it in. */
function rangeTo(raw: RawNode, ...parts: (readonly PyNode[])[]): readonly [number, number] {
  for (let i = parts.length - 1; i >= 0; i -= 1) {
    const part = parts[i]!;
    const last = part[part.length - 1];
    if (last !== undefined) return [raw.start, last.range[1]];
  }
  return rangeOf(raw);
}

function convertFor(c: Converter, raw: RawNode): Stmt {
  const body = c.block(bodyOf(raw));
  const orelse = elseOf(c, raw);
  return {
    type: hasToken(raw, 'async') ? 'AsyncFor' : 'For',
    range: rangeTo(raw, body, orelse),
    parent: null,
    headerEnd: headerEndOf(raw),
    target: c.expression(childOf(raw, 'left'), raw, 'Store'),
    iter: c.expression(childOf(raw, 'right'), raw),
    body,
    orelse,
  };
}

function bodyOf(raw: RawNode): RawNode | undefined {
  return raw.children.find((child) => child.type === 'block');
}

function elseOf(c: Converter, raw: RawNode): Stmt[] {
  const clause = childOfType(raw, 'else_clause');
  return clause === undefined ? [] : c.block(bodyOf(clause));
}

/** Built from the last clause back, so that a long `elif` ladder costs no stack. */
function convertIf(c: Converter, raw: RawNode): Stmt {
  let orelse = elseOf(c, raw);
  const ladder = raw.children.filter((child) => child.type === 'elif_clause');
  for (let i = ladder.length - 1; i >= 0; i -= 1) {
    const clause = ladder[i]!;
    orelse = [ifOf(c, clause, orelse, true)];
  }
  return ifOf(c, raw, orelse, false);
}

function ifOf(c: Converter, raw: RawNode, orelse: Stmt[], elif: boolean): If {
  const body = c.block(bodyOf(raw));
  return { type: 'If', range: rangeTo(raw, body, orelse), parent: null, headerEnd: headerEndOf(raw), test: c.expression(childOf(raw, 'condition'), raw), body, orelse, elif };
}

/**
 * One item, or several where the grammar took `(a as b, c as d)` for a tuple. Parentheses around all there is hold items, unless
 * one of them is starred; elsewhere `as` inside of them, which is no expression of Python, says that they are items.
 */
function withItems(c: Converter, item: RawNode, isAll: boolean): WithItem[] {
  let value = childOf(item, 'value') ?? (item.type === 'with_item' ? undefined : item);
  while (value?.type === 'parenthesized_expression' && namedChildren(value)[0]?.type === 'as_pattern') value = namedChildren(value)[0];
  if (value?.type === 'tuple' && value.children.length > 0) {
    const parts = namedChildren(value);
    if (parts.some((part) => part.type === 'as_pattern') || (isAll && parts.every((part) => c.text[part.start] !== '*'))) return parts.flatMap((part) => withItems(c, part, false));
  }
  const range = rangeOf(item);
  if (value !== undefined) value = withAsOutside(value);
  if (value?.type !== 'as_pattern') return [{ type: 'withitem', range, parent: null, context_expr: c.expression(value, item), optional_vars: null }];
  const [context, target] = splitAs(value);
  return [{ type: 'withitem', range, parent: null, context_expr: c.expression(context, value), optional_vars: target === undefined ? null : c.expression(target, value, 'Store') }];
}

const MAX_CHOICES = 100;

/** `a if b else c as d` names the choice; the grammar takes it for `a if b else (c as d)`, and does so in a lambda too. */
function withAsOutside(raw: RawNode, depth = 0): RawNode {
  if ((raw.type !== 'conditional_expression' && raw.type !== 'lambda') || depth === MAX_CHOICES) return raw;
  const last = raw.children[raw.children.length - 1];
  const inner = last === undefined ? undefined : withAsOutside(last, depth + 1);
  if (last === undefined || inner?.type !== 'as_pattern') return raw;
  const [context] = splitAs(inner);
  if (context === undefined) return raw;
  const value: RawNode = { ...raw, end: context.end, children: [...raw.children.slice(0, -1), { ...context, field: last.field }] };
  return { ...inner, start: raw.start, children: inner.children.map((child) => (child === context ? value : child)) };
}

/** The two sides of `value as target`. */
function splitAs(raw: RawNode): readonly [RawNode | undefined, RawNode | undefined] {
  const alias = childOf(raw, 'alias');
  const context = namedChildren(raw).find((child) => child !== alias);
  return [context, alias?.type === 'as_pattern_target' ? (namedChildren(alias)[0] ?? alias) : alias];
}

function convertTry(c: Converter, raw: RawNode): Stmt {
  const clauses = raw.children.filter((child) => child.type === 'except_clause');
  const handlers = clauses.map((clause) => convertHandler(c, clause));
  const finallyClause = childOfType(raw, 'finally_clause');
  const body = c.block(bodyOf(raw));
  const orelse = elseOf(c, raw);
  const finalbody = finallyClause === undefined ? [] : c.block(bodyOf(finallyClause));
  return {
    type: clauses.some((clause) => clause.children.some((child) => child.type === '*')) ? 'TryStar' : 'Try',
    range: rangeTo(raw, body, handlers, orelse, finalbody),
    parent: null,
    headerEnd: headerEndOf(raw),
    body,
    handlers,
    orelse,
    finalbody,
  };
}

function convertHandler(c: Converter, raw: RawNode): ExceptHandler {
  const values = childrenIn(raw, 'value');
  let [value] = values;
  let alias = childOf(raw, 'alias');
  if (value !== undefined) value = withAsOutside(value);
  if (value?.type === 'as_pattern') [value, alias] = splitAs(value);
  const body = c.block(bodyOf(raw));
  return {
    type: 'ExceptHandler',
    range: rangeTo(raw, body),
    parent: null,
    headerEnd: headerEndOf(raw),
    exceptionType: value === undefined ? null : values.length > 1 ? c.expressionList(values, raw) : c.expression(value, raw),
    name: alias === undefined ? null : nameOf(c, alias),
    body,
  };
}

function convertMatch(c: Converter, raw: RawNode): Stmt {
  const body = bodyOf(raw);
  const cases = body === undefined ? [] : body.children.filter((child) => child.type === 'case_clause').map((clause) => convertCase(c, clause));
  const headerEnd = headerEndOf(raw);
  const subjects = childrenIn(raw, 'subject');
  const last = subjects[subjects.length - 1];
  const subject = c.expressionList(subjects, raw);
  const listed: Expr = subjects.length === 1 && last !== undefined && isListed(c, last, headerEnd) ? { type: 'Tuple', range: [last.start, c.text.indexOf(',', last.end) + 1], parent: null, elts: [subject], ctx: 'Load' } : subject;
  return { type: 'Match', range: rangeTo(raw, cases), parent: null, headerEnd, subject: listed, cases };
}

function convertCase(c: Converter, raw: RawNode): MatchCase {
  const patterns = raw.children.filter((child) => child.type === 'case_pattern');
  const guard = childOf(raw, 'guard');
  const [first] = patterns;
  const last = patterns[patterns.length - 1];
  const pattern: MatchCase['pattern'] =
    first === undefined || last === undefined
      ? missing(raw)
      : patterns.length === 1 && !isListed(c, last, headerEndOf(raw))
        ? c.pattern(first)
        : { type: 'MatchSequence', range: [first.start, last.end], parent: null, patterns: patterns.map((part) => c.pattern(part)) };
  const body = c.block(bodyOf(raw));
  return { type: 'match_case', range: rangeTo(raw, body), parent: null, headerEnd: headerEndOf(raw), pattern, guard: guard === undefined ? null : c.expression(namedChildren(guard)[0], guard), body };
}

/** `match x,:` and `case x,:` are about a sequence of one. */
function isListed(c: Converter, pattern: RawNode, headerEnd: number): boolean {
  return /^\s*,/u.test(c.text.slice(pattern.end, headerEnd));
}

function convertDefinition(c: Converter, raw: RawNode, decorators: readonly Expr[]): Stmt {
  const name = childOf(raw, 'name');
  const body = c.block(bodyOf(raw));
  const common = {
    range: rangeTo(raw, body),
    parent: null,
    headerEnd: headerEndOf(raw),
    name: nameOf(c, name),
    nameRange: name === undefined ? rangeOf(raw) : rangeOf(name),
    defStart: raw.start,
    decorator_list: decorators,
    type_params: c.typeParameters(childOf(raw, 'type_parameters')),
    body,
  };
  if (raw.type === 'class_definition') {
    const bases: Expr[] = [];
    const keywords: Keyword[] = [];
    const list = childOf(raw, 'superclasses');
    if (list !== undefined) convertArguments(c, list, bases, keywords);
    return { type: 'ClassDef', ...common, bases, keywords };
  }
  const returns = childOf(raw, 'return_type');
  return { type: hasToken(raw, 'async') ? 'AsyncFunctionDef' : 'FunctionDef', ...common, args: c.parameters(childOf(raw, 'parameters'), raw), returns: returns === undefined ? null : c.annotation(returns, raw) };
}
