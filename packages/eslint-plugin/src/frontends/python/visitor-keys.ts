// Which fields of a node hold its children, in source order where the fields do not interleave (`Dict` and the defaults of
// `arguments` do). The type makes the table complete: a node type without a row does not compile.
import type { NodeType, PyNode } from './ast.ts';

const DEFINITION = ['decorator_list', 'type_params'] as const;

export const visitorKeys: Readonly<Record<NodeType, readonly string[]>> = {
  Module: ['body'],
  Error: ['children'],
  Unknown: ['children'],
  FunctionDef: [...DEFINITION, 'args', 'returns', 'body'],
  AsyncFunctionDef: [...DEFINITION, 'args', 'returns', 'body'],
  ClassDef: [...DEFINITION, 'bases', 'keywords', 'body'],
  Return: ['value'],
  Delete: ['targets'],
  Assign: ['targets', 'value'],
  AugAssign: ['target', 'value'],
  AnnAssign: ['target', 'annotation', 'value'],
  TypeAlias: ['name', 'type_params', 'value'],
  For: ['target', 'iter', 'body', 'orelse'],
  AsyncFor: ['target', 'iter', 'body', 'orelse'],
  While: ['test', 'body', 'orelse'],
  If: ['test', 'body', 'orelse'],
  With: ['items', 'body'],
  AsyncWith: ['items', 'body'],
  Match: ['subject', 'cases'],
  Raise: ['exc', 'cause'],
  Try: ['body', 'handlers', 'orelse', 'finalbody'],
  TryStar: ['body', 'handlers', 'orelse', 'finalbody'],
  Assert: ['test', 'msg'],
  Import: ['names'],
  ImportFrom: ['names'],
  Global: [],
  Nonlocal: [],
  Expr: ['value'],
  Pass: [],
  Break: [],
  Continue: [],
  Print: ['dest', 'values'],
  Exec: ['body', 'scopes'],
  BoolOp: ['values'],
  NamedExpr: ['target', 'value'],
  BinOp: ['left', 'right'],
  UnaryOp: ['operand'],
  Lambda: ['args', 'body'],
  IfExp: ['body', 'test', 'orelse'],
  Dict: ['keys', 'values'],
  Set: ['elts'],
  ListComp: ['elt', 'generators'],
  SetComp: ['elt', 'generators'],
  DictComp: ['key', 'value', 'generators'],
  GeneratorExp: ['elt', 'generators'],
  Await: ['value'],
  Yield: ['value'],
  YieldFrom: ['value'],
  Compare: ['left', 'comparators'],
  Call: ['func', 'args', 'keywords'],
  FormattedValue: ['value', 'format_spec'],
  Interpolation: ['value', 'format_spec'],
  JoinedStr: ['values'],
  TemplateStr: ['values'],
  Constant: [],
  Attribute: ['value'],
  Subscript: ['value', 'slice'],
  Starred: ['value'],
  Name: [],
  List: ['elts'],
  Tuple: ['elts'],
  Slice: ['lower', 'upper', 'step'],
  MatchValue: ['value'],
  MatchSingleton: [],
  MatchSequence: ['patterns'],
  MatchMapping: ['keys', 'patterns'],
  MatchClass: ['cls', 'patterns', 'kwd_patterns'],
  MatchStar: [],
  MatchAs: ['pattern'],
  MatchOr: ['patterns'],
  arg: ['annotation'],
  arguments: ['posonlyargs', 'args', 'defaults', 'vararg', 'kwonlyargs', 'kw_defaults', 'kwarg'],
  keyword: ['value'],
  alias: [],
  withitem: ['context_expr', 'optional_vars'],
  ExceptHandler: ['exceptionType', 'body'],
  match_case: ['pattern', 'guard', 'body'],
  comprehension: ['target', 'iter', 'ifs'],
  TypeVar: ['bound'],
  TypeVarTuple: ['bound'],
  ParamSpec: ['bound'],
};

/** The children of `node` in the order of its visitor keys. */
export function childrenOf(node: PyNode): PyNode[] {
  const children: PyNode[] = [];
  for (const key of visitorKeys[node.type]) {
    const value = (node as unknown as Record<string, PyNode | readonly (PyNode | null)[] | null>)[key];
    if (value === null || value === undefined) continue;
    if (!Array.isArray(value)) children.push(value as PyNode);
    else for (const child of value as readonly (PyNode | null)[]) if (child !== null) children.push(child);
  }
  return children;
}

/** Sets `parent` throughout the tree; iterative, because a chain of operators nests as deeply as it is long. */
export function linkParents(root: PyNode): void {
  const stack: PyNode[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const keys = visitorKeys[node.type];
    for (let i = 0; i < keys.length; i += 1) {
      const value = (node as unknown as Record<string, PyNode | readonly (PyNode | null)[] | null>)[keys[i]!];
      if (value === null || value === undefined) continue;
      if (!Array.isArray(value)) {
        (value as PyNode).parent = node;
        stack.push(value as PyNode);
        continue;
      }
      for (const child of value as readonly (PyNode | null)[]) {
        if (child === null) continue;
        child.parent = node;
        stack.push(child);
      }
    }
  }
}
