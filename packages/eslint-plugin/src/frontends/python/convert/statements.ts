// Simple statements and imports. Compound statements are in `compound.ts`.
import type { Alias, Expr, Stmt } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOf, childOfType, childrenIn, dottedText, missing, nameOf, namedChildren, rangeOf, type Converter } from './converter.ts';

/** Null: no simple statement. */
export function convertSimpleStatement(c: Converter, raw: RawNode): Stmt | null {
  const range = rangeOf(raw);
  switch (raw.type) {
    case 'expression_statement':
      return convertExpressionStatement(c, raw);
    case 'assignment':
    case 'augmented_assignment':
      return convertAssignment(c, raw);
    case 'return_statement': {
      const values = namedChildren(raw);
      return { type: 'Return', range, parent: null, value: values.length === 0 ? null : c.expressionList(values, raw) };
    }
    case 'delete_statement': {
      const [only] = namedChildren(raw);
      const targets = only === undefined ? [] : only.type === 'expression_list' ? namedChildren(only) : [only];
      return { type: 'Delete', range, parent: null, targets: targets.map((target) => c.expression(target, raw, 'Del')) };
    }
    case 'raise_statement': {
      const cause = childOf(raw, 'cause');
      const values = namedChildren(raw).filter((child) => child !== cause);
      return { type: 'Raise', range, parent: null, exc: values.length === 0 ? null : c.expressionList(values, raw), cause: cause === undefined ? null : c.expression(cause, raw) };
    }
    case 'assert_statement': {
      const [test, msg] = namedChildren(raw);
      return { type: 'Assert', range, parent: null, test: c.expression(test, raw), msg: msg === undefined ? null : c.expression(msg, raw) };
    }
    case 'pass_statement':
      return { type: 'Pass', range, parent: null };
    case 'break_statement':
      return { type: 'Break', range, parent: null };
    case 'continue_statement':
      return { type: 'Continue', range, parent: null };
    case 'global_statement':
      return { type: 'Global', range, parent: null, names: namedChildren(raw).map((name) => nameOf(c, name)) };
    case 'nonlocal_statement':
      return { type: 'Nonlocal', range, parent: null, names: namedChildren(raw).map((name) => nameOf(c, name)) };
    case 'import_statement':
      return { type: 'Import', range, parent: null, names: aliases(c, raw) };
    case 'import_from_statement':
      return convertImportFrom(c, raw);
    case 'future_import_statement':
      return { type: 'ImportFrom', range, parent: null, module: '__future__', names: aliases(c, raw), level: 0 };
    case 'type_alias_statement': {
      const called = calledType(raw);
      if (called !== null) return convertCalledType(c, raw, called);
      return { type: 'TypeAlias', range, parent: null, name: aliasName(c, raw), type_params: c.typeParameters(aliasParameters(raw)), value: c.annotation(childOf(raw, 'right'), raw) };
    }
    case 'print_statement': {
      const chevron = childOfType(raw, 'chevron');
      return { type: 'Print', range, parent: null, dest: chevron === undefined ? null : c.expression(namedChildren(chevron)[0], chevron), values: childrenIn(raw, 'argument').map((value) => c.expression(value, raw)) };
    }
    case 'exec_statement': {
      const code = childOf(raw, 'code');
      return { type: 'Exec', range, parent: null, body: c.expression(code, raw), scopes: namedChildren(raw).filter((child) => child !== code).map((scope) => c.expression(scope, raw)) };
    }
    default:
      return null;
  }
}

function convertExpressionStatement(c: Converter, raw: RawNode): Stmt {
  const children = namedChildren(raw);
  const [only] = children;
  if (children.length === 1 && only !== undefined) {
    if (only.type === 'assignment' || only.type === 'augmented_assignment') return convertAssignment(c, only);
    const value = c.expression(only, raw);
    // `x,` is a tuple of one.
    if (raw.end === only.end) return { type: 'Expr', range: rangeOf(raw), parent: null, value };
  }
  return { type: 'Expr', range: rangeOf(raw), parent: null, value: tupleOf(c, children, raw) };
}

function tupleOf(c: Converter, raws: readonly RawNode[], around: RawNode): Expr {
  return { type: 'Tuple', range: rangeOf(around), parent: null, elts: raws.map((child) => c.expression(child, around)), ctx: 'Load' };
}

function convertAssignment(c: Converter, raw: RawNode): Stmt {
  const range = rangeOf(raw);
  const left = childOf(raw, 'left');
  const right = childOf(raw, 'right');
  if (raw.type === 'augmented_assignment') {
    const op = raw.children.find((child) => child.field === 'operator')?.type ?? '+=';
    return { type: 'AugAssign', range, parent: null, target: c.expression(left, raw, 'Store'), op, value: c.expression(right, raw) };
  }
  const type = childOf(raw, 'type');
  if (type !== undefined) {
    return { type: 'AnnAssign', range, parent: null, target: c.expression(left, raw, 'Store'), annotation: c.annotation(type, raw), value: right === undefined ? null : c.expression(right, raw) };
  }
  // `a = b = value` parses as `a = (b = value)`.
  const targets = [c.expression(left, raw, 'Store')];
  let value = right;
  while (value?.type === 'assignment' && childOf(value, 'type') === undefined) {
    targets.push(c.expression(childOf(value, 'left'), value, 'Store'));
    value = childOf(value, 'right');
  }
  return { type: 'Assign', range, parent: null, targets, value: value === undefined ? missing(raw) : c.expression(value, raw) };
}

function aliases(c: Converter, raw: RawNode): Alias[] {
  return childrenIn(raw, 'name').map((name) => {
    if (name.type !== 'aliased_import') return { type: 'alias', range: rangeOf(name), parent: null, name: dottedText(c, name), asname: null };
    return { type: 'alias', range: rangeOf(name), parent: null, name: dottedText(c, childOf(name, 'name')), asname: nameOf(c, childOf(name, 'alias')) };
  });
}

function convertImportFrom(c: Converter, raw: RawNode): Stmt {
  const source = childOf(raw, 'module_name');
  const wildcard = childOfType(raw, 'wildcard_import');
  let level = 0;
  let module: string | null = null;
  if (source?.type === 'relative_import') {
    level = dottedText(c, childOfType(source, 'import_prefix')).length;
    const name = childOfType(source, 'dotted_name');
    module = name === undefined ? null : dottedText(c, name);
  } else if (source !== undefined) {
    module = dottedText(c, source);
  }
  const names: Alias[] = wildcard === undefined ? aliases(c, raw) : [{ type: 'alias', range: rangeOf(wildcard), parent: null, name: '*', asname: null }];
  return { type: 'ImportFrom', range: rangeOf(raw), parent: null, module, names, level };
}

/** The bare name of `type Name[T] = ...`. */
function aliasName(c: Converter, raw: RawNode): Expr {
  let left = childOf(raw, 'left') ?? raw;
  while (left.type === 'type' || left.type === 'generic_type') {
    const [inner] = namedChildren(left);
    if (inner === undefined) break;
    left = inner;
  }
  return left.type === 'identifier' ? { type: 'Name', range: rangeOf(left), parent: null, id: nameOf(c, left), ctx: 'Store' } : c.expression(left, raw, 'Store');
}

function aliasParameters(raw: RawNode): RawNode | undefined {
  let left = childOf(raw, 'left');
  while (left?.type === 'type') left = namedChildren(left)[0];
  return left?.type === 'generic_type' ? childOfType(left, 'type_parameter') : undefined;
}

/**
 * The left side of `type(x).name = value` or `type[x] = value`, which the grammar takes for the aliases `type (x).name` and `type [x]`: the same tree with the call
 * or the subscript put back. Null when it is an alias.
 */
function calledType(raw: RawNode): RawNode | null {
  const spine: RawNode[] = [];
  let node = childOf(raw, 'left');
  while (node !== undefined && (node.type === 'type' || node.type === 'attribute' || node.type === 'subscript' || node.type === 'call')) {
    if (node.type !== 'type') spine.push(node);
    node = namedChildren(node)[0];
  }
  let target = node === undefined ? null : withTypeInFront(raw, node, spine.length > 0);
  if (target === null) return null;
  for (let i = spine.length - 1; i >= 0; i -= 1) {
    const around = spine[i]!;
    const [first, ...rest] = around.children;
    target = { ...around, start: raw.start, children: [{ ...target, field: first?.field ?? null }, ...rest] };
  }
  return target;
}

/** `type` called with what stands in parentheses, or its items: what is called is no target by itself (`isPart` does not hold). */
function withTypeInFront(raw: RawNode, node: RawNode, isPart: boolean): RawNode | null {
  const name = { type: 'identifier', start: raw.start, end: raw.start + 'type'.length, named: true, children: [] };
  const whole = { start: raw.start, end: node.end, field: null, named: true };
  if (node.type === 'list') return { ...whole, type: 'subscript', children: [{ ...name, field: 'value' }, ...node.children.map((child) => ({ ...child, field: 'subscript' }))] };
  if (!isPart || (node.type !== 'parenthesized_expression' && node.type !== 'tuple')) return null;
  return { ...whole, type: 'call', children: [{ ...name, field: 'function' }, { ...node, type: 'argument_list', field: 'arguments' }] };
}

function convertCalledType(c: Converter, raw: RawNode, target: RawNode): Stmt {
  return { type: 'Assign', range: rangeOf(raw), parent: null, targets: [c.expression(target, raw, 'Store')], value: c.annotation(childOf(raw, 'right'), raw) };
}
