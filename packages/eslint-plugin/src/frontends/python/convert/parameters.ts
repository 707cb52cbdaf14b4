// Parameter lists of functions and lambdas, and the clauses of comprehensions.
import type { Arg, Arguments, Comprehension, Expr } from '../ast.ts';
import type { RawNode } from '../grammar.ts';
import { childOf, childrenIn, hasToken, nameOf, namedChildren, rangeOf, type Converter } from './converter.ts';

const STARRED = new Set(['list_splat_pattern', 'dictionary_splat_pattern']);

/** A parameter that Python 2 unpacked (`def f((a, b))`) keeps its text, which is no name. */
export function convertParameters(c: Converter, raw: RawNode | undefined, around: RawNode): Arguments {
  let posonlyargs: Arg[] = [];
  let args: Arg[] = [];
  const defaults: Expr[] = [];
  const kwonlyargs: Arg[] = [];
  const kwDefaults: (Expr | null)[] = [];
  let vararg: Arg | null = null;
  let kwarg: Arg | null = null;
  let keywordOnly = false;
  for (const param of raw === undefined ? [] : namedChildren(raw)) {
    if (param.type === 'positional_separator') {
      posonlyargs = [...posonlyargs, ...args];
      args = [];
      continue;
    }
    if (param.type === 'keyword_separator') {
      keywordOnly = true;
      continue;
    }
    const target = childOf(param, 'name') ?? (param.type === 'typed_parameter' ? namedChildren(param)[0] : param) ?? param;
    const type = childOf(param, 'type');
    const value = childOf(param, 'value');
    const inner = STARRED.has(target.type) ? (namedChildren(target)[0] ?? target) : target;
    const arg: Arg = { type: 'arg', range: [inner.start, type?.end ?? inner.end], parent: null, arg: nameOf(c, inner), annotation: type === undefined ? null : c.annotation(type, param) };
    if (target.type === 'list_splat_pattern') {
      vararg = arg;
      keywordOnly = true;
    } else if (target.type === 'dictionary_splat_pattern') {
      kwarg = arg;
    } else if (keywordOnly) {
      kwonlyargs.push(arg);
      kwDefaults.push(value === undefined ? null : c.expression(value, param));
    } else {
      args.push(arg);
      if (value !== undefined) defaults.push(c.expression(value, param));
    }
  }
  const range = raw === undefined ? ([around.start, around.start] as const) : rangeOf(raw);
  return { type: 'arguments', range, parent: null, posonlyargs, args, defaults, vararg, kwonlyargs, kw_defaults: kwDefaults, kwarg };
}

export function convertComprehensionClauses(c: Converter, raws: readonly RawNode[]): Comprehension[] {
  const clauses: { raw: RawNode; ifs: Expr[] }[] = [];
  for (const raw of raws) {
    if (raw.type === 'for_in_clause') clauses.push({ raw, ifs: [] });
    else if (raw.type === 'if_clause') clauses[clauses.length - 1]?.ifs.push(c.expression(namedChildren(raw)[0], raw));
  }
  return clauses.map(({ raw, ifs }) => ({
    type: 'comprehension',
    range: [raw.start, ifs[ifs.length - 1]?.range[1] ?? raw.end],
    parent: null,
    target: c.expression(childOf(raw, 'left'), raw, 'Store'),
    iter: c.expressionList(childrenIn(raw, 'right'), raw),
    ifs,
    is_async: hasToken(raw, 'async'),
  }));
}
