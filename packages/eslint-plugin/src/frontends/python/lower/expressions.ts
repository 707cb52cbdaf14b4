// Expressions to temps. Evaluation order is Python's: left to right, the receiver before its arguments, an assigned value
// before its target. `and`, `or`, chained comparisons and conditional expressions become control flow.
import type { BinOp, BoolOp, Compare, Constant, Expr, PyNode } from '../ast.ts';
import { childrenOf } from '../visitor-keys.ts';
import { lowerCall } from './calls.ts';
import { lowerComprehension, lowerGenerator } from './comprehensions.ts';
import { lowerLambda } from './functions.ts';
import { spanOf, type Lowering } from './lowering.ts';
import { indexOf, partOf } from './targets.ts';
import type { BlockId, Element, Temp } from '../../../ir/ir.ts';

export function lowerExpression(l: Lowering, node: Expr): Temp {
  const span = spanOf(node);
  const { builder } = l;
  switch (node.type) {
    case 'Name':
      return l.loadName(node.id, span);
    case 'Attribute':
      return builder.getAttr(l.expression(node.value), node.attr, span);
    case 'Call':
      return lowerCall(l, node);
    case 'Constant':
      return lowerConstant(l, node);
    case 'Subscript': {
      const object = l.expression(node.value);
      const index = indexOf(l, node.slice);
      const dest = builder.temp();
      const part = index === null ? partOf(node.slice) : undefined;
      builder.emit({ kind: 'get-item', dest, object, index, ...(part === undefined ? {} : { part }) }, span);
      return dest;
    }
    case 'List':
    case 'Tuple':
    case 'Set': {
      const elements = node.elts.map((element) => elementOf(l, element));
      const dest = builder.temp();
      builder.emit({ kind: 'collection', dest, form: node.type === 'List' ? 'list' : node.type === 'Tuple' ? 'tuple' : 'set', elements }, span);
      return dest;
    }
    case 'Dict': {
      const elements = node.values.map((value, i): Element => {
        const key = node.keys[i] ?? null;
        if (key === null) return { kind: 'spread', key: null, value: l.expression(value) };
        const keyTemp = l.expression(key);
        return { kind: 'element', key: keyTemp, value: l.expression(value) };
      });
      const dest = builder.temp();
      builder.emit({ kind: 'collection', dest, form: 'dict', elements }, span);
      return dest;
    }
    case 'JoinedStr':
    case 'TemplateStr':
      return lowerString(l, node);
    case 'FormattedValue':
    case 'Interpolation':
      return l.expression(node.value);
    case 'BinOp':
      return lowerBinary(l, node);
    case 'UnaryOp': {
      const { operand } = node;
      const literal = node.op === '-' && operand.type === 'Constant' && operand.literal !== 'complex' ? operand.value : null;
      if (typeof literal === 'number') return builder.constant({ type: 'number', value: -literal }, span);
      return builder.operator(node.op, [l.expression(operand)], span);
    }
    case 'BoolOp':
      return lowerBoolean(l, node);
    case 'Compare':
      return lowerComparison(l, node);
    case 'IfExp':
      return lowerConditional(l, node);
    case 'NamedExpr': {
      const value = l.expression(node.value);
      l.inScope(l.scope.outsideComprehension(), () => l.assign(node.target, value));
      return value;
    }
    case 'Lambda':
      return lowerLambda(l, node);
    case 'ListComp':
    case 'SetComp':
    case 'DictComp':
      return lowerComprehension(l, node);
    case 'GeneratorExp':
      return node.generators.length === 0 ? lowerComprehension(l, node) : lowerGenerator(l, node);
    case 'Await': {
      const value = l.expression(node.value);
      const dest = builder.temp();
      builder.emit({ kind: 'await', dest, value }, span);
      return dest;
    }
    case 'Yield':
    case 'YieldFrom': {
      l.isGenerator = true;
      const value = node.value === null ? null : l.expression(node.value);
      const dest = builder.temp();
      builder.emit({ kind: 'yield', dest, value, delegate: node.type === 'YieldFrom' }, span);
      return dest;
    }
    case 'Slice': {
      const bounds = [node.lower, node.upper, node.step].filter((bound) => bound !== null);
      return builder.opaque('slice', bounds.map((bound) => l.expression(bound)), span);
    }
    case 'Starred':
      return builder.opaque('starred', [l.expression(node.value)], span);
    case 'Error':
    case 'Unknown':
      return builder.opaque('unknown', lowerFragments(l, node.children), span);
  }
}

/** Lowers what could be saved of broken syntax; returns the values among it. */
export function lowerFragments(l: Lowering, children: readonly PyNode[]): Temp[] {
  const values: Temp[] = [];
  for (const child of children) {
    if (isStatement(child)) l.statements([child]);
    else if (isExpression(child)) values.push(l.expression(child));
    else for (const value of lowerFragments(l, childrenOf(child))) values.push(value);
  }
  return values;
}

const STATEMENTS = new Set<string>(['FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'Return', 'Delete', 'Assign', 'AugAssign', 'AnnAssign', 'TypeAlias', 'For', 'AsyncFor', 'While', 'If', 'With', 'AsyncWith', 'Match', 'Raise', 'Try', 'TryStar', 'Assert', 'Import', 'ImportFrom', 'Global', 'Nonlocal', 'Expr', 'Pass', 'Break', 'Continue', 'Print', 'Exec'] satisfies PyNode['type'][]);
const PARTS = new Set<string>(['Module', 'arg', 'arguments', 'keyword', 'alias', 'withitem', 'ExceptHandler', 'match_case', 'comprehension', 'TypeVar', 'TypeVarTuple', 'ParamSpec'] satisfies PyNode['type'][]);

function isStatement(node: PyNode): node is Extract<PyNode, { type: 'Expr' }> {
  return STATEMENTS.has(node.type);
}

function isExpression(node: PyNode): node is Expr {
  return !STATEMENTS.has(node.type) && !PARTS.has(node.type) && !node.type.startsWith('Match');
}

export function elementOf(l: Lowering, node: Expr): Element {
  if (node.type === 'Starred') return { kind: 'spread', key: null, value: l.expression(node.value) };
  return { kind: 'element', key: null, value: l.expression(node) };
}

function lowerConstant(l: Lowering, node: Constant): Temp {
  const span = spanOf(node);
  switch (node.literal) {
    case 'bool':
      return l.builder.constant({ type: 'boolean', value: node.value === true }, span);
    case 'int':
    case 'float':
      return l.builder.constant({ type: 'number', value: Number(node.value) }, span);
    case 'string':
    case 'bytes':
      return l.builder.constant({ type: 'string', value: String(node.value) }, span);
    case 'none':
      return l.builder.constant({ type: 'none' }, span);
    case 'complex':
    case 'ellipsis':
      return l.builder.opaque(node.literal, [], span);
  }
}

/** An f-string is the values and texts in it; one without any value is the text. A t-string keeps the values and formats nothing: whoever gets it reads them. */
function lowerString(l: Lowering, node: Extract<Expr, { type: 'JoinedStr' | 'TemplateStr' }>): Temp {
  const span = spanOf(node);
  const elements: Element[] = [];
  let text = '';
  const visit = (values: readonly Expr[]): void => {
    for (const value of values) {
      if (value.type === 'FormattedValue' || value.type === 'Interpolation') {
        elements.push({ kind: 'element', key: null, value: l.expression(value.value) });
        if (value.format_spec !== null) visit(value.format_spec.values);
      } else if (value.type === 'Constant') {
        text += String(value.value);
        if (node.type === 'JoinedStr' && values === node.values && values.length > 1) elements.push({ kind: 'element', key: null, value: l.builder.constant({ type: 'string', value: String(value.value) }, span) });
      }
    }
  };
  visit(node.values);
  if (node.type === 'TemplateStr') return l.builder.opaque('t-string', elements.map((element) => element.value), span);
  if (elements.length === 0) return l.builder.constant({ type: 'string', value: text }, span);
  const dest = l.builder.temp();
  l.builder.emit({ kind: 'collection', dest, form: 'string', elements }, span);
  return dest;
}

/** Iterative: `a + b + c ...` is as deep as it is long. */
function lowerBinary(l: Lowering, node: BinOp): Temp {
  const spine: BinOp[] = [];
  let bottom: Expr = node;
  while (bottom.type === 'BinOp') {
    spine.push(bottom);
    bottom = bottom.left;
  }
  let left = l.expression(bottom);
  for (let i = spine.length - 1; i >= 0; i -= 1) {
    const part = spine[i]!;
    left = l.builder.operator(part.op, [left, l.expression(part.right)], spanOf(part));
  }
  return left;
}

function lowerBoolean(l: Lowering, node: BoolOp): Temp {
  const span = spanOf(node);
  const { builder } = l;
  const result = builder.synthetic('?');
  const after = builder.newBlock();
  node.values.forEach((value, i) => {
    const temp = l.expression(value);
    builder.store(result, temp, spanOf(value));
    if (i === node.values.length - 1) return;
    const next = builder.newBlock();
    builder.terminate({ kind: 'branch', test: temp, then: node.op === 'and' ? next : after, else: node.op === 'and' ? after : next }, span);
    builder.startBlock(next, span);
  });
  builder.startBlock(after, span);
  return builder.load(result, span);
}

/** `a < b < c` is `a < b and b < c`, with `b` evaluated once. */
function lowerComparison(l: Lowering, node: Compare): Temp {
  const span = spanOf(node);
  const { builder } = l;
  const first = node.comparators[0];
  if (first === undefined) return builder.opaque('unknown', [l.expression(node.left)], span);
  if (node.comparators.length === 1) return builder.operator(node.ops[0] ?? '==', [l.expression(node.left), l.expression(first)], span);
  const result = builder.synthetic('?');
  const after = builder.newBlock();
  eachComparison(l, node, (test, isLast) => {
    builder.store(result, test, span);
    if (isLast) return;
    const next = builder.newBlock();
    builder.terminate({ kind: 'branch', test, then: next, else: after }, span);
    builder.startBlock(next, span);
  });
  builder.startBlock(after, span);
  return builder.load(result, span);
}

function eachComparison(l: Lowering, node: Compare, then: (test: Temp, isLast: boolean) => void): void {
  let left = l.expression(node.left);
  node.comparators.forEach((comparator, i) => {
    const right = l.expression(comparator);
    then(l.builder.operator(node.ops[i] ?? '==', [left, right], spanOf(node)), i === node.comparators.length - 1);
    left = right;
  });
}

function lowerConditional(l: Lowering, node: Extract<Expr, { type: 'IfExp' }>): Temp {
  const span = spanOf(node);
  const { builder } = l;
  const result = builder.synthetic('?');
  const [then, otherwise, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  l.condition(node.test, then, otherwise);
  builder.startBlock(then, span);
  builder.store(result, l.expression(node.body), spanOf(node.body));
  builder.terminate({ kind: 'goto', target: after }, span);
  builder.startBlock(otherwise, span);
  builder.store(result, l.expression(node.orelse), spanOf(node.orelse));
  builder.startBlock(after, span);
  return builder.load(result, span);
}

export function lowerCondition(l: Lowering, test: Expr, then: BlockId, otherwise: BlockId): void {
  const span = spanOf(test);
  if (test.type === 'UnaryOp' && test.op === 'not') {
    l.condition(test.operand, otherwise, then);
    return;
  }
  if (test.type === 'BoolOp') {
    test.values.forEach((value, i) => {
      if (i === test.values.length - 1) {
        l.condition(value, then, otherwise);
        return;
      }
      const next = l.builder.newBlock();
      if (test.op === 'and') l.condition(value, next, otherwise);
      else l.condition(value, then, next);
      l.builder.startBlock(next, span);
    });
    return;
  }
  if (test.type === 'IfExp') {
    const [body, orelse] = [l.builder.newBlock(), l.builder.newBlock()];
    l.condition(test.test, body, orelse);
    l.builder.startBlock(body, span);
    l.condition(test.body, then, otherwise);
    l.builder.startBlock(orelse, span);
    l.condition(test.orelse, then, otherwise);
    return;
  }
  if (test.type === 'Compare' && test.comparators.length > 1) {
    eachComparison(l, test, (holds, isLast) => {
      const next = isLast ? then : l.builder.newBlock();
      l.builder.terminate({ kind: 'branch', test: holds, then: next, else: otherwise }, span);
      if (!isLast) l.builder.startBlock(next, span);
    });
    return;
  }
  l.builder.terminate({ kind: 'branch', test: l.expression(test), then, else: otherwise }, span);
}
