// Patterns of `match`. The grammar writes a capture as a dotted name of one part and the wildcard as a bare token.
import type { Expr, Pattern } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOfType, dottedText, nameOf, namedChildren, rangeOf, unknown, type Converter } from './converter.ts';

/** The parts of a pattern: its named children and the wildcards, which are tokens. */
function partsOf(raw: RawNode): RawNode[] {
  return raw.children.filter((child) => (child.named && child.type !== 'ERROR') || child.type === '_');
}

export function convertPattern(c: Converter, raw: RawNode): Pattern {
  const range = rangeOf(raw);
  switch (raw.type) {
    case 'case_pattern': {
      const [first] = partsOf(raw);
      if (first === undefined) return unknown(c, raw);
      if (first.type === 'integer' || first.type === 'float') return { type: 'MatchValue', range, parent: null, value: signed(c, raw, first) };
      return c.pattern(first);
    }
    case '_':
      return { type: 'MatchAs', range, parent: null, pattern: null, name: null };
    case 'as_pattern': {
      const [pattern, name] = partsOf(raw);
      return { type: 'MatchAs', range, parent: null, pattern: pattern === undefined ? null : c.pattern(pattern), name: nameOf(c, name) };
    }
    case 'union_pattern':
      return { type: 'MatchOr', range, parent: null, patterns: unionParts(c, raw) };
    case 'list_pattern':
      return { type: 'MatchSequence', range, parent: null, patterns: partsOf(raw).map((part) => c.pattern(part)) };
    case 'tuple_pattern': {
      const parts = partsOf(raw);
      const only = parts[0];
      // `(p)` groups, `(p,)` is a sequence.
      if (parts.length === 1 && only !== undefined && !c.text.slice(only.end, raw.end).includes(',')) return c.pattern(only);
      return { type: 'MatchSequence', range, parent: null, patterns: parts.map((part) => c.pattern(part)) };
    }
    case 'splat_pattern': {
      const name = childOfType(raw, 'identifier');
      return { type: 'MatchStar', range, parent: null, name: name === undefined || nameOf(c, name) === '_' ? null : nameOf(c, name) };
    }
    case 'dict_pattern':
      return convertMapping(c, raw);
    case 'class_pattern':
      return convertClassPattern(c, raw);
    case 'dotted_name': {
      const names = namedChildren(raw);
      if (names.length > 1) return { type: 'MatchValue', range, parent: null, value: dottedExpression(c, raw) };
      const name = nameOf(c, raw);
      return { type: 'MatchAs', range, parent: null, pattern: null, name: name === '_' ? null : name };
    }
    case 'true':
    case 'false':
      return { type: 'MatchSingleton', range, parent: null, value: raw.type === 'true' };
    case 'none':
      return { type: 'MatchSingleton', range, parent: null, value: null };
    case 'complex_pattern': {
      const [real, imaginary] = namedChildren(raw);
      const operator = raw.children.findLast((child) => child.type === '+' || child.type === '-')?.type ?? '+';
      const left = real === undefined ? c.expression(undefined, raw) : signed(c, raw, real);
      return { type: 'MatchValue', range, parent: null, value: { type: 'BinOp', range, parent: null, left, op: operator, right: c.expression(imaginary, raw) } };
    }
    case 'string':
    case 'concatenated_string':
    case 'integer':
    case 'float':
      return { type: 'MatchValue', range, parent: null, value: c.expression(raw, raw) };
    default:
      return unknown(c, raw);
  }
}

/** A number with the minus that may stand before it. */
function signed(c: Converter, raw: RawNode, number: RawNode): Expr {
  const value = c.expression(number, raw);
  const minus = raw.children[0];
  if (minus === undefined || minus.type !== '-' || minus.start > number.start) return value;
  return { type: 'UnaryOp', range: [minus.start, number.end], parent: null, op: '-', operand: value };
}

function unionParts(c: Converter, raw: RawNode): Pattern[] {
  const patterns: Pattern[] = [];
  let minus: RawNode | null = null;
  for (const child of raw.children) {
    if (child.type === '-') {
      minus = child;
      continue;
    }
    if ((!child.named && child.type !== '_') || child.type === 'ERROR') continue;
    const pattern = c.pattern(child);
    if (minus !== null && pattern.type === 'MatchValue') {
      const range = [minus.start, child.end] as const;
      patterns.push({ type: 'MatchValue', range, parent: null, value: { type: 'UnaryOp', range, parent: null, op: '-', operand: pattern.value } });
    } else {
      patterns.push(pattern);
    }
    minus = null;
  }
  return patterns;
}

function convertMapping(c: Converter, raw: RawNode): Pattern {
  const keys: Expr[] = [];
  const patterns: Pattern[] = [];
  let rest: string | null = null;
  let minus: RawNode | null = null;
  for (const child of raw.children) {
    if (child.field === 'key' && !child.named && child.type === '-') minus = child;
    else if (child.field === 'key') {
      const key = keyExpression(c, child);
      keys.push(minus === null ? key : { type: 'UnaryOp', range: [minus.start, child.end], parent: null, op: '-', operand: key });
      minus = null;
    } else if (child.field === 'value') patterns.push(c.pattern(child));
    else if (child.type === 'splat_pattern') rest = nameOf(c, childOfType(child, 'identifier'));
  }
  return { type: 'MatchMapping', range: rangeOf(raw), parent: null, keys, patterns, rest };
}

function keyExpression(c: Converter, raw: RawNode): Expr {
  const pattern = c.pattern(raw);
  if (pattern.type === 'MatchValue') return pattern.value;
  if (pattern.type === 'MatchSingleton') return { type: 'Constant', range: pattern.range, parent: null, literal: pattern.value === null ? 'none' : 'bool', value: pattern.value };
  return { type: 'Unknown', range: pattern.range, parent: null, children: [pattern] };
}

function convertClassPattern(c: Converter, raw: RawNode): Pattern {
  const name = childOfType(raw, 'dotted_name');
  const patterns: Pattern[] = [];
  const attributes: string[] = [];
  const attributePatterns: Pattern[] = [];
  for (const child of partsOf(raw)) {
    if (child === name) continue;
    // The grammar takes `P(a=b as c)` for `P((a=b) as c)`.
    const named = childOfType(child, 'as_pattern');
    const inside = named === undefined ? child : partsOf(named)[0];
    const keyword = inside === undefined ? undefined : childOfType(inside, 'keyword_pattern');
    if (keyword === undefined) {
      patterns.push(c.pattern(child));
      continue;
    }
    const [attribute, value] = partsOf(keyword);
    attributes.push(nameOf(c, attribute));
    const pattern = keywordValue(c, keyword, value);
    attributePatterns.push(named === undefined ? pattern : { type: 'MatchAs', range: [pattern.range[0], named.end], parent: null, pattern, name: nameOf(c, partsOf(named)[1]) });
  }
  return { type: 'MatchClass', range: rangeOf(raw), parent: null, cls: name === undefined ? c.expression(undefined, raw) : dottedExpression(c, name), patterns, kwd_attrs: attributes, kwd_patterns: attributePatterns };
}

function keywordValue(c: Converter, keyword: RawNode, value: RawNode | undefined): Pattern {
  if (value === undefined) return unknown(c, keyword);
  if (value.type !== 'integer' && value.type !== 'float') return c.pattern(value);
  return { type: 'MatchValue', range: rangeOf(value), parent: null, value: signed(c, { ...keyword, children: keyword.children.slice(1) }, value) };
}

function dottedExpression(c: Converter, raw: RawNode): Expr {
  const [first, ...rest] = namedChildren(raw);
  let value: Expr = first === undefined ? { type: 'Name', range: rangeOf(raw), parent: null, id: dottedText(c, raw), ctx: 'Load' } : c.expression(first, raw);
  for (const part of rest) {
    value = { type: 'Attribute', range: [raw.start, part.end], parent: null, value, attr: nameOf(c, part), attrRange: rangeOf(part), ctx: 'Load' };
  }
  return value;
}
