// Numbers and strings. A string's value is what Python would compute: escapes decoded, adjacent parts joined. A part with
// interpolations makes the whole a `JoinedStr` (or a `TemplateStr`), as in CPython.
import type { Expr, JoinedStr, LiteralKind } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOf, childOfType, missing, nameOf, namedChildren, rangeOf, type Converter } from './converter.ts';

export function numberOf(text: string): { readonly literal: LiteralKind; readonly value: number } {
  const isHex = /^0[xX]/u.test(text);
  const literal = !isHex && /[jJ]$/u.test(text) ? 'complex' : !isHex && /[.eE]/u.test(text) ? 'float' : 'int';
  // Python 2 wrote long integers with a final `L`.
  const digits = text.replace(/_/gu, '').replace(isHex ? /[lL]$/u : /[lLjJ]$/u, '');
  return { literal, value: Number(digits) };
}

export function convertString(c: Converter, raw: RawNode): Expr {
  const parts = raw.type === 'string' ? [raw] : namedChildren(raw);
  const values: Expr[] = [];
  let interpolated: 'JoinedStr' | 'TemplateStr' | null = null;
  let isBytes = false;
  let text = '';
  let from = raw.start;
  const flush = (end: number): void => {
    if (text !== '') values.push({ type: 'Constant', range: [from, end], parent: null, literal: 'string', value: text });
    text = '';
    from = end;
  };
  for (const part of parts) {
    const opening = nameOf(c, childOfType(part, 'string_start')).toLowerCase();
    const isRaw = opening.includes('r');
    const isFormat = opening.includes('f') || opening.includes('t');
    if (opening.includes('t')) interpolated = 'TemplateStr';
    else if (isFormat) interpolated ??= 'JoinedStr';
    isBytes ||= opening.includes('b');
    // The text is what stands between the other parts: the grammar has no node for some of it.
    let at = childOfType(part, 'string_start')?.end ?? part.start;
    const append = (end: number): void => {
      // To Python, every line break is a line feed.
      const source = c.text.slice(at, end).replace(/\r\n?/gu, '\n');
      const unescaped = isRaw ? source : decodeEscapes(source);
      text += isFormat ? unescaped.replace(/\{\{|\}\}/gu, (brace) => brace[0]!) : unescaped;
    };
    for (const child of part.children) {
      if (child.type !== 'interpolation') continue;
      append(child.start);
      at = child.end;
      const value = convertInterpolation(c, child, opening.includes('t') ? 'Interpolation' : 'FormattedValue');
      if (value.label !== null) text += value.label;
      flush(child.start);
      values.push(value.node);
      from = child.end;
    }
    // The closing quotes have their own node, but after backslashes it begins too early.
    const closing = childOfType(part, 'string_end');
    append(closing === undefined ? part.end : Math.max(at, closing.end - (/'''|"""/u.test(opening) ? 3 : 1)));
  }
  if (interpolated === null) return { type: 'Constant', range: rangeOf(raw), parent: null, literal: isBytes ? 'bytes' : 'string', value: text };
  flush(raw.end);
  return { type: interpolated, range: rangeOf(raw), parent: null, values };
}

/** `label`: the text that `{value=}` prints before the value. */
function convertInterpolation(c: Converter, raw: RawNode, type: 'FormattedValue' | 'Interpolation'): { readonly node: Expr; readonly label: string | null } {
  const conversion = childOf(raw, 'type_conversion');
  const format = childOf(raw, 'format_specifier');
  const value = childOf(raw, 'expression');
  const rest = value === undefined ? '' : c.text.slice(value.end, (conversion ?? format)?.start ?? raw.end - 1);
  const label = value !== undefined && /^\s*=\s*$/u.test(rest) ? c.text.slice(raw.start + 1, value.end) + rest : null;
  const node: Expr = {
    type,
    range: rangeOf(raw),
    parent: null,
    value: value === undefined ? missing(raw) : c.expression(value, raw),
    conversion: conversion !== undefined ? nameOf(c, conversion).slice(1) : label !== null && format === undefined ? 'r' : null,
    format_spec: format === undefined ? null : convertFormat(c, format, type),
  };
  return { node, label };
}

function convertFormat(c: Converter, raw: RawNode, type: 'FormattedValue' | 'Interpolation'): JoinedStr {
  const values: Expr[] = [];
  // The colon belongs to the node; the text between the nested expressions has no node of its own.
  let at = raw.start + 1;
  const literal = (end: number): void => {
    if (end > at) values.push({ type: 'Constant', range: [at, end], parent: null, literal: 'string', value: c.text.slice(at, end) });
  };
  for (const child of namedChildren(raw)) {
    if (child.type !== 'format_expression' && child.type !== 'interpolation') continue;
    literal(child.start);
    values.push(convertInterpolation(c, child, type).node);
    at = child.end;
  }
  literal(raw.end);
  return { type: 'JoinedStr', range: rangeOf(raw), parent: null, values };
}

const SIMPLE: Readonly<Record<string, string>> = { '\\': '\\', "'": "'", '"': '"', a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|\r|\n)|N\{[^}]*\}|([\s\S]))/gu;

/** Decodes backslash escapes; named characters (`\N{...}`) are left as they stand, since nothing compares them. */
function decodeEscapes(source: string): string {
  if (!source.includes('\\')) return source;
  return source.replace(ESCAPE, (whole, octal?: string, hex?: string, short?: string, long?: string, newline?: string, simple?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const code = hex ?? short ?? long;
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
    }
    if (newline !== undefined) return '';
    return simple === undefined ? whole : (SIMPLE[simple] ?? whole);
  });
}
