// Expressions. Chains that parse as left-leaning towers (`a + b + c ...`, `a and b and ...`) are converted with a loop, so
// that their length costs no stack; every other nesting goes through `c.expression`, which counts the depth.
import type { Context, Expr, Keyword, Tuple } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOf, childOfType, childrenIn, missing, nameOf, namedChildren, rangeOf, unknown, type Converter } from './converter.ts';
import { convertString, numberOf } from './literals.ts';

const STAR = 42;

/** The grammar lets a star in front bind tighter than these: it takes `*a.b()` for `(*a).b()`. */
const BINDS_TIGHTER = new Set(['attribute', 'call', 'subscript', 'binary_operator', 'boolean_operator', 'comparison_operator', 'conditional_expression']);

/** `raw` with the star at its left end taken off. */
function withoutStar(raw: RawNode): RawNode {
  const spine: RawNode[] = [];
  let node = raw;
  while (BINDS_TIGHTER.has(node.type) && node.children[0] !== undefined) {
    spine.push(node);
    node = node.children[0];
  }
  let bare = namedChildren(node)[0] ?? node;
  for (let i = spine.length - 1; i >= 0; i -= 1) {
    const around = spine[i]!;
    bare = { ...around, start: bare.start, children: [{ ...bare, field: around.children[0]!.field }, ...around.children.slice(1)] };
  }
  return bare;
}

export function convertExpression(c: Converter, raw: RawNode, ctx: Context): Expr {
  const range = rangeOf(raw);
  if (c.text.charCodeAt(raw.start) === STAR && BINDS_TIGHTER.has(raw.type)) return { type: 'Starred', range, parent: null, value: c.expression(withoutStar(raw), raw, ctx), ctx };
  switch (raw.type) {
    case 'identifier':
      return raw.start === raw.end ? missing(raw) : { type: 'Name', range, parent: null, id: nameOf(c, raw), ctx };
    case 'attribute': {
      const attr = childOf(raw, 'attribute');
      return { type: 'Attribute', range, parent: null, value: c.expression(childOf(raw, 'object'), raw), attr: nameOf(c, attr), attrRange: attr === undefined ? range : rangeOf(attr), ctx };
    }
    case 'call':
      return convertCall(c, raw);
    case 'integer':
    case 'float':
      return { type: 'Constant', range, parent: null, ...numberOf(nameOf(c, raw)) };
    case 'string':
    case 'concatenated_string':
      return convertString(c, raw);
    case 'true':
    case 'false':
      return { type: 'Constant', range, parent: null, literal: 'bool', value: raw.type === 'true' };
    case 'none':
      return { type: 'Constant', range, parent: null, literal: 'none', value: null };
    case 'ellipsis':
      return { type: 'Constant', range, parent: null, literal: 'ellipsis', value: null };
    case 'subscript':
      return convertSubscript(c, raw, ctx);
    case 'slice':
      return convertSlice(c, raw);
    case 'list':
    case 'list_pattern':
      return { type: 'List', range, parent: null, elts: elements(c, raw, ctx), ctx };
    case 'tuple_pattern': {
      // `(x)` on the left of an assignment only groups.
      const [only, second] = namedChildren(raw);
      if (only !== undefined && second === undefined && !c.text.slice(only.end, raw.end).includes(',')) return c.expression(only, raw, ctx);
      return { type: 'Tuple', range, parent: null, elts: elements(c, raw, ctx), ctx };
    }
    case 'tuple':
    case 'expression_list':
    case 'pattern_list':
      return { type: 'Tuple', range, parent: null, elts: elements(c, raw, ctx), ctx };
    case 'set':
      return { type: 'Set', range, parent: null, elts: elements(c, raw, 'Load') };
    case 'dictionary':
      return convertDictionary(c, raw);
    case 'list_splat':
    case 'list_splat_pattern':
    case 'splat_type':
      return { type: 'Starred', range, parent: null, value: c.expression(namedChildren(raw)[0], raw, ctx), ctx };
    case 'binary_operator':
      return convertBinary(c, raw);
    case 'boolean_operator':
      return convertBoolean(c, raw);
    case 'not_operator':
      return { type: 'UnaryOp', range, parent: null, op: 'not', operand: c.expression(childOf(raw, 'argument'), raw) };
    case 'unary_operator': {
      const op = raw.children[0]?.type;
      // The parser was shown a sign instead of a star (see `grammar-gaps.ts`).
      if (c.text.charCodeAt(raw.start) === STAR) return { type: 'Starred', range, parent: null, value: c.expression(childOf(raw, 'argument'), raw, ctx), ctx };
      return { type: 'UnaryOp', range, parent: null, op: op === '-' || op === '+' ? op : '~', operand: c.expression(childOf(raw, 'argument'), raw) };
    }
    case 'comparison_operator':
      return convertComparison(c, raw);
    case 'lambda':
      return { type: 'Lambda', range, parent: null, args: c.parameters(childOf(raw, 'parameters'), raw), body: c.expression(childOf(raw, 'body'), raw) };
    case 'conditional_expression': {
      const [body, test, orelse] = namedChildren(raw);
      if (body?.type === 'named_expression') return convertConditionalWalrus(c, raw, body);
      return { type: 'IfExp', range, parent: null, body: c.expression(body, raw), test: c.expression(test, raw), orelse: c.expression(orelse, raw) };
    }
    case 'named_expression':
      return { type: 'NamedExpr', range, parent: null, target: c.expression(childOf(raw, 'name'), raw, 'Store'), value: c.expression(childOf(raw, 'value'), raw) };
    case 'await':
      return convertAwait(c, raw);
    case 'yield': {
      const value = namedChildren(raw);
      if (childOfType(raw, 'from') !== undefined) return { type: 'YieldFrom', range, parent: null, value: c.expression(value[0], raw) };
      return { type: 'Yield', range, parent: null, value: value.length === 0 ? null : c.expression(value[0], raw) };
    }
    case 'list_comprehension':
      return { type: 'ListComp', range, parent: null, elt: c.expression(childOf(raw, 'body'), raw), generators: c.comprehensionClauses(raw.children) };
    case 'set_comprehension':
      return { type: 'SetComp', range, parent: null, elt: c.expression(childOf(raw, 'body'), raw), generators: c.comprehensionClauses(raw.children) };
    case 'generator_expression':
      return { type: 'GeneratorExp', range, parent: null, elt: c.expression(childOf(raw, 'body'), raw), generators: c.comprehensionClauses(raw.children) };
    case 'dictionary_comprehension': {
      const pair = childOf(raw, 'body') ?? raw;
      return { type: 'DictComp', range, parent: null, key: c.expression(childOf(pair, 'key'), pair), value: c.expression(childOf(pair, 'value'), pair), generators: c.comprehensionClauses(raw.children) };
    }
    case 'type':
    case 'generic_type':
    case 'union_type':
    case 'member_type':
    case 'constrained_type':
      return c.annotation(raw, raw);
    default:
      return unknown(c, raw);
  }
}

function elements(c: Converter, raw: RawNode, ctx: Context): Expr[] {
  return namedChildren(raw).map((child) => c.expression(child, raw, ctx));
}

function convertCall(c: Converter, raw: RawNode): Expr {
  const list = childOf(raw, 'arguments');
  const args: Expr[] = [];
  const keywords: Keyword[] = [];
  if (list?.type === 'generator_expression') args.push(c.expression(list, raw));
  else if (list !== undefined) convertArguments(c, list, args, keywords);
  return { type: 'Call', range: rangeOf(raw), parent: null, func: c.expression(childOf(raw, 'function'), raw), args, keywords, argsStart: list?.start ?? raw.end };
}

export function convertArguments(c: Converter, list: RawNode, args: Expr[], keywords: Keyword[]): void {
  for (const child of namedChildren(list)) {
    if (child.type === 'keyword_argument') {
      keywords.push({ type: 'keyword', range: rangeOf(child), parent: null, arg: nameOf(c, childOf(child, 'name')), value: c.expression(childOf(child, 'value'), child) });
    } else if (child.type === 'dictionary_splat') {
      keywords.push({ type: 'keyword', range: rangeOf(child), parent: null, arg: null, value: c.expression(namedChildren(child)[0], child) });
    } else {
      args.push(c.expression(child, list));
    }
  }
}

function convertSubscript(c: Converter, raw: RawNode, ctx: Context): Expr {
  const indices = childrenIn(raw, 'subscript');
  const last = indices[indices.length - 1];
  const first = indices[0];
  let slice: Expr;
  if (first === undefined || last === undefined) slice = missing(raw);
  else if (indices.length === 1 && c.text.charCodeAt(first.start) !== STAR && !c.text.slice(last.end, raw.end).includes(',')) slice = c.expression(first, raw);
  else slice = { type: 'Tuple', range: [first.start, last.end], parent: null, elts: indices.map((index) => c.expression(index, raw)), ctx: 'Load' } satisfies Tuple;
  return { type: 'Subscript', range: rangeOf(raw), parent: null, value: c.expression(childOf(raw, 'value'), raw), slice, ctx };
}

function convertSlice(c: Converter, raw: RawNode): Expr {
  const parts: (Expr | null)[] = [null, null, null];
  let at = 0;
  for (const child of raw.children) {
    if (child.named && child.type !== 'ERROR') parts[Math.min(at, 2)] = c.expression(child, raw);
    else if (child.type === ':') at += 1;
  }
  return { type: 'Slice', range: rangeOf(raw), parent: null, lower: parts[0] ?? null, upper: parts[1] ?? null, step: parts[2] ?? null };
}

function convertDictionary(c: Converter, raw: RawNode): Expr {
  const keys: (Expr | null)[] = [];
  const values: Expr[] = [];
  for (const child of namedChildren(raw)) {
    if (child.type === 'pair') {
      keys.push(c.expression(childOf(child, 'key'), child));
      values.push(c.expression(childOf(child, 'value'), child));
    } else {
      keys.push(null);
      values.push(c.expression(child.type === 'dictionary_splat' ? namedChildren(child)[0] : child, child));
    }
  }
  return { type: 'Dict', range: rangeOf(raw), parent: null, keys, values };
}

/** `x := a if b else c` binds the choice; the grammar takes it for `(x := a) if b else c`. */
function convertConditionalWalrus(c: Converter, raw: RawNode, named: RawNode): Expr {
  const value = childOf(named, 'value');
  const [, ...rest] = namedChildren(raw);
  const start = value?.start ?? named.end;
  const choice: RawNode = { ...raw, start, children: value === undefined ? rest : [value, ...rest] };
  return { type: 'NamedExpr', range: rangeOf(raw), parent: null, target: c.expression(childOf(named, 'name'), named, 'Store'), value: c.expression(choice, raw) };
}

/** `await` binds tighter than `**`; the grammar takes `await a ** b` for `await (a ** b)`. */
function convertAwait(c: Converter, raw: RawNode): Expr {
  const operand = namedChildren(raw)[0];
  const base = operand?.type === 'binary_operator' ? childOf(operand, 'left') : undefined;
  if (operand === undefined || base === undefined) return { type: 'Await', range: rangeOf(raw), parent: null, value: c.expression(operand, raw) };
  const left: Expr = { type: 'Await', range: [raw.start, base.end], parent: null, value: c.expression(base, raw) };
  return { type: 'BinOp', range: rangeOf(raw), parent: null, left, op: binaryOperatorOf(operand), right: c.expression(childOf(operand, 'right'), operand) };
}

function binaryOperatorOf(raw: RawNode): string {
  return raw.children.find((child) => child.field === 'operator')?.type ?? '+';
}

function convertBinary(c: Converter, raw: RawNode): Expr {
  if (isAndOrXor(raw)) return convertAndXor(c, raw);
  const spine: RawNode[] = [];
  let bottom: RawNode | undefined = raw;
  while (bottom !== undefined && bottom.type === 'binary_operator' && !isAndOrXor(bottom)) {
    spine.push(bottom);
    bottom = childOf(bottom, 'left');
  }
  let left = c.expression(bottom, spine[spine.length - 1]!);
  for (let i = spine.length - 1; i >= 0; i -= 1) {
    const node = spine[i]!;
    left = { type: 'BinOp', range: rangeOf(node), parent: null, left, op: binaryOperatorOf(node), right: c.expression(childOf(node, 'right'), node) };
  }
  return left;
}

function isAndOrXor(raw: RawNode): boolean {
  const operator = binaryOperatorOf(raw);
  return raw.type === 'binary_operator' && (operator === '&' || operator === '^') && childOf(raw, 'left') !== undefined && childOf(raw, 'right') !== undefined;
}

/** `&` binds tighter than `^`; the grammar has it the other way round. Operands and operators are put in a row and nested anew. */
function convertAndXor(c: Converter, raw: RawNode): Expr {
  const operands: RawNode[] = [];
  const operators: string[] = [];
  // Right before left, so that what is popped comes in the order of the text.
  const stack: (RawNode | string)[] = [raw];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (typeof top === 'string') operators.push(top);
    else if (isAndOrXor(top)) stack.push(childOf(top, 'right')!, binaryOperatorOf(top), childOf(top, 'left')!);
    else operands.push(top);
  }
  const join = (start: RawNode, left: Expr, op: string, end: RawNode, right: Expr): Expr => ({ type: 'BinOp', range: [start.start, end.end], parent: null, left, op, right });
  let all: Expr | null = null;
  let product = c.expression(operands[0], raw);
  let productStart = operands[0]!;
  operators.forEach((op, i) => {
    const operand = operands[i + 1]!;
    const value = c.expression(operand, raw);
    if (op === '&') {
      product = join(productStart, product, '&', operand, value);
      return;
    }
    all = all === null ? product : join(operands[0]!, all, '^', operands[i]!, product);
    product = value;
    productStart = operand;
  });
  return all === null ? product : join(operands[0]!, all, '^', operands[operands.length - 1]!, product);
}

function convertBoolean(c: Converter, raw: RawNode): Expr {
  const op = operatorOf(raw);
  const reversed: Expr[] = [];
  let node = raw;
  for (;;) {
    reversed.push(c.expression(childOf(node, 'right'), node));
    const left = childOf(node, 'left');
    if (left?.type === 'boolean_operator' && operatorOf(left) === op) {
      node = left;
      continue;
    }
    reversed.push(c.expression(left, node));
    return { type: 'BoolOp', range: rangeOf(raw), parent: null, op, values: reversed.reverse() };
  }
}

function operatorOf(raw: RawNode): 'and' | 'or' {
  return raw.children.some((child) => child.field === 'operator' && child.type === 'and') ? 'and' : 'or';
}

function convertComparison(c: Converter, raw: RawNode): Expr {
  const operands = namedChildren(raw).map((child) => c.expression(child, raw));
  const ops = raw.children.filter((child) => child.field === 'operators').map((child) => (child.type === '<>' ? '!=' : child.type));
  return { type: 'Compare', range: rangeOf(raw), parent: null, left: operands[0] ?? missing(raw), ops, comparators: operands.slice(1) };
}
