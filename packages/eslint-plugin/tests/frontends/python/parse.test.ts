// The shape of the tree, against CPython's `ast` (expectations by hand, in the notation of `ast.dump`).
import { describe, expect, it } from 'vitest';
import { parsePython } from '../../../src/frontends/python/parse.ts';
import { childrenOf } from '../../../src/frontends/python/visitor-keys.ts';
import type { PyNode } from '../../../src/frontends/python/ast.ts';
import { dumpText } from './dump.ts';

const cases: readonly (readonly [string, string])[] = [
  ['x = y = 1', 'Assign(targets=[x, y], value=1)'],
  ['x: int = 1', 'AnnAssign(target=x, annotation=int, value=1)'],
  ['self.x: nn.Module', 'AnnAssign(target=Attribute(value=self, attr=x), annotation=Attribute(value=nn, attr=Module))'],
  ['x += 1', 'AugAssign(target=x, op=+=, value=1)'],
  ['(x): int', 'AnnAssign(target=x, annotation=int)'],
  ['a, *b = c', 'Assign(targets=[Tuple(elts=[a, Starred(value=b)])], value=c)'],
  ['x,', 'Expr(value=Tuple(elts=[x]))'],
  ['1 + 2 * 3 ** -4', 'Expr(value=BinOp(left=1, op=+, right=BinOp(left=2, op=*, right=BinOp(left=3, op=**, right=UnaryOp(op=-, operand=4)))))'],
  ['a and b and c or d', 'Expr(value=BoolOp(op=or, values=[BoolOp(op=and, values=[a, b, c]), d]))'],
  ['a < b not in c is not d', 'Expr(value=Compare(left=a, ops=[<, not in, is not], comparators=[b, c, d]))'],
  ['not a', 'Expr(value=UnaryOp(op=not, operand=a))'],
  ['a if b else c', 'Expr(value=IfExp(body=a, test=b, orelse=c))'],
  ['(y := f(x))', 'Expr(value=NamedExpr(target=y, value=Call(func=f, args=[x])))'],
  ['f(a, *b, k=1, **d)', 'Expr(value=Call(func=f, args=[a, Starred(value=b)], keywords=[keyword(arg=k, value=1), keyword(value=d)]))'],
  ['f(x for x in y)', 'Expr(value=Call(func=f, args=[GeneratorExp(elt=x, generators=[comprehension(target=x, iter=y)])]))'],
  ['[*a.b(), c]', 'Expr(value=List(elts=[Starred(value=Call(func=Attribute(value=a, attr=b))), c]))'],
  ['x = *a.b(), c', 'Assign(targets=[x], value=Tuple(elts=[Starred(value=Call(func=Attribute(value=a, attr=b))), c]))'],
  ['{1: 2, **d}', 'Expr(value=Dict(keys=[1, null], values=[2, d]))'],
  ['{k: v for k, v in d if k if v}', 'Expr(value=DictComp(key=k, value=v, generators=[comprehension(target=Tuple(elts=[k, v]), iter=d, ifs=[k, v])]))'],
  ['x[1:2, ::3, ...]', 'Expr(value=Subscript(value=x, slice=Tuple(elts=[Slice(lower=1, upper=2), Slice(step=3), ...])))'],
  ['x[1,]', 'Expr(value=Subscript(value=x, slice=Tuple(elts=[1])))'],
  ['lambda a, *b, c=1: a', 'Expr(value=Lambda(args=arguments(args=[arg(arg=a)], vararg=arg(arg=b), kwonlyargs=[arg(arg=c)], kw_defaults=[1]), body=a))'],
  ['def f(a, /, b: int = 1, *, c, **d) -> list[int]: pass', 'FunctionDef(name=f, body=[Pass()], args=arguments(posonlyargs=[arg(arg=a)], args=[arg(arg=b, annotation=int)], defaults=[1], kwonlyargs=[arg(arg=c)], kw_defaults=[null], kwarg=arg(arg=d)), returns=Subscript(value=list, slice=int))'],
  ['async def f[T: int, *Ts, **P](): yield', 'AsyncFunctionDef(name=f, type_params=[TypeVar(name=T, bound=int), TypeVarTuple(name=Ts), ParamSpec(name=P)], body=[Expr(value=Yield())], args=arguments())'],
  ['@d.e(1)\nclass A(B, metaclass=M): x = 1', 'ClassDef(name=A, decorator_list=[Call(func=Attribute(value=d, attr=e), args=[1])], body=[Assign(targets=[x], value=1)], bases=[B], keywords=[keyword(arg=metaclass, value=M)])'],
  ['if a: pass\nelif b: pass\nelse: c', 'If(test=a, body=[Pass()], orelse=[If(test=b, body=[Pass()], orelse=[Expr(value=c)])])'],
  ['for x, y in z:\n  break\nelse:\n  continue', 'For(target=Tuple(elts=[x, y]), iter=z, body=[Break()], orelse=[Continue()])'],
  ['while x: pass\nelse: pass', 'While(test=x, body=[Pass()], orelse=[Pass()])'],
  ['with a as b, c: pass', 'With(items=[withitem(context_expr=a, optional_vars=b), withitem(context_expr=c)], body=[Pass()])'],
  ['with (a as b, c as d,): pass', 'With(items=[withitem(context_expr=a, optional_vars=b), withitem(context_expr=c, optional_vars=d)], body=[Pass()])'],
  ['with (a() as b): pass', 'With(items=[withitem(context_expr=Call(func=a), optional_vars=b)], body=[Pass()])'],
  ['async def f():\n  async with a: await b\n  async for x in y: pass', 'AsyncFunctionDef(name=f, body=[AsyncWith(items=[withitem(context_expr=a)], body=[Expr(value=Await(value=b))]), AsyncFor(target=x, iter=y, body=[Pass()])], args=arguments())'],
  ['try: a\nexcept (B, C) as e: d\nexcept: f\nelse: g\nfinally: h', 'Try(body=[Expr(value=a)], handlers=[ExceptHandler(exceptionType=Tuple(elts=[B, C]), name=e, body=[Expr(value=d)]), ExceptHandler(body=[Expr(value=f)])], orelse=[Expr(value=g)], finalbody=[Expr(value=h)])'],
  ['try: a\nexcept* B: c', 'TryStar(body=[Expr(value=a)], handlers=[ExceptHandler(exceptionType=B, body=[Expr(value=c)])])'],
  ['import a.b, c as d', 'Import(names=[alias(name=a.b), alias(name=c, asname=d)])'],
  ['from ..m import (y as z, w)', 'ImportFrom(module=m, names=[alias(name=y, asname=z), alias(name=w)], level=2)'],
  ['from . import x', 'ImportFrom(names=[alias(name=x)], level=1)'],
  ['from x import *', 'ImportFrom(module=x, names=[alias(name=*)])'],
  ['from __future__ import annotations', 'ImportFrom(module=__future__, names=[alias(name=annotations)])'],
  ['raise A from b', 'Raise(exc=A, cause=b)'],
  ['assert a, "m"', 'Assert(test=a, msg="m")'],
  ['del a, b[0]', 'Delete(targets=[a, Subscript(value=b, slice=0)])'],
  ['global a, b', 'Global(names=[a, b])'],
  ['type X[T: int, *Ts, **P] = int', 'TypeAlias(name=X, type_params=[TypeVar(name=T, bound=int), TypeVarTuple(name=Ts), ParamSpec(name=P)], value=int)'],
  ['type(x).y = z', 'Assign(targets=[Attribute(value=Call(func=type, args=[x]), attr=y)], value=z)'],
  ['type[x, y] = z', 'Assign(targets=[Subscript(value=type, slice=Tuple(elts=[x, y]))], value=z)'],
  ['type[x].y(z)[0] = w', 'Assign(targets=[Subscript(value=Call(func=Attribute(value=Subscript(value=type, slice=x), attr=y), args=[z]), slice=0)], value=w)'],
  ['"a" \'b\\n\\x41\\u00e9\\101\'', 'Expr(value="ab\\nAéA")'],
  ["r'\\\\'", 'Expr(value="\\\\\\\\")'],
  ['f"{{a}} {b!r:>{w}} {c=}" "d"', 'Expr(value=JoinedStr(values=["{a} ", FormattedValue(value=b, conversion=r, format_spec=JoinedStr(values=[">", FormattedValue(value=w)])), " c=", FormattedValue(value=c, conversion=r), "d"]))'],
  ['t"{a}"', 'Expr(value=TemplateStr(values=[Interpolation(value=a)]))'],
  ['0x1F, 1_000, 1.5e3, 2j, None, True', 'Expr(value=Tuple(elts=[31, 1000, 1500, 2, null, true]))'],
  ['match x:\n  case [1, *r] | {"k": v, **s} as q if g: pass', 'Match(subject=x, cases=[match_case(pattern=MatchAs(pattern=MatchOr(patterns=[MatchSequence(patterns=[MatchValue(value=1), MatchStar(name=r)]), MatchMapping(keys=["k"], patterns=[MatchAs(name=v)], rest=s)]), name=q), guard=g, body=[Pass()])])'],
  ['match x:\n  case P(1, y=-2): pass\n  case a.b | None: pass\n  case -1+2j: pass\n  case _: pass', 'Match(subject=x, cases=[match_case(pattern=MatchClass(cls=P, patterns=[MatchValue(value=1)], kwd_attrs=[y], kwd_patterns=[MatchValue(value=UnaryOp(op=-, operand=2))]), body=[Pass()]), match_case(pattern=MatchOr(patterns=[MatchValue(value=Attribute(value=a, attr=b)), MatchSingleton()]), body=[Pass()]), match_case(pattern=MatchValue(value=BinOp(left=UnaryOp(op=-, operand=1), op=+, right=2)), body=[Pass()]), match_case(pattern=MatchAs(), body=[Pass()])])'],
  ['match x,:\n  case y,: pass', 'Match(subject=Tuple(elts=[x]), cases=[match_case(pattern=MatchSequence(patterns=[MatchAs(name=y)]), body=[Pass()])])'],
  ['match = case = type = 1', 'Assign(targets=[match, case, type], value=1)'],
  ['print >>f, a', 'Print(dest=f, values=[a])'],
  ['print "x"', 'Print(values=["x"])'],
  ['exec "c" in d', 'Exec(body="c", scopes=[d])'],
  // What the grammar itself takes for something else.
  ['await a ** b', 'Expr(value=BinOp(left=Await(value=a), op=**, right=b))'],
  ['a ^ b & c ^ d', 'Expr(value=BinOp(left=BinOp(left=a, op=^, right=BinOp(left=b, op=&, right=c)), op=^, right=d))'],
  ['a & b ^ c | d', 'Expr(value=BinOp(left=BinOp(left=BinOp(left=a, op=&, right=b), op=^, right=c), op=|, right=d))'],
  ['(a := b if c else d)', 'Expr(value=NamedExpr(target=a, value=IfExp(body=b, test=c, orelse=d)))'],
  ['(a := b if c else d if e else f)', 'Expr(value=NamedExpr(target=a, value=IfExp(body=b, test=c, orelse=IfExp(body=d, test=e, orelse=f))))'],
  ['with a if b else c as d: pass', 'With(items=[withitem(context_expr=IfExp(body=a, test=b, orelse=c), optional_vars=d)], body=[Pass()])'],
  ['with lambda: a as b: pass', 'With(items=[withitem(context_expr=Lambda(args=arguments(), body=a), optional_vars=b)], body=[Pass()])'],
  ['try: a\nexcept B if c else D as e: f', 'Try(body=[Expr(value=a)], handlers=[ExceptHandler(exceptionType=IfExp(body=B, test=c, orelse=D), name=e, body=[Expr(value=f)])])'],
  ['with (a, b): pass', 'With(items=[withitem(context_expr=a), withitem(context_expr=b)], body=[Pass()])'],
  ['with (a + b,): pass', 'With(items=[withitem(context_expr=BinOp(left=a, op=+, right=b))], body=[Pass()])'],
  ['with (a, b) as c: pass', 'With(items=[withitem(context_expr=Tuple(elts=[a, b]), optional_vars=c)], body=[Pass()])'],
  ['match x:\n  case P(y=int() as z, w=-1 as v): pass', 'Match(subject=x, cases=[match_case(pattern=MatchClass(cls=P, kwd_attrs=[y, w], kwd_patterns=[MatchAs(pattern=MatchClass(cls=int), name=z), MatchAs(pattern=MatchValue(value=UnaryOp(op=-, operand=1)), name=v)]), body=[Pass()])])'],
  ['x: A[*Ts]', 'AnnAssign(target=x, annotation=Subscript(value=A, slice=Tuple(elts=[Starred(value=Ts)])))'],
  ['x: A[int,]', 'AnnAssign(target=x, annotation=Subscript(value=A, slice=Tuple(elts=[int])))'],
  ['x: A[int] | B | (C | D) | None', 'AnnAssign(target=x, annotation=BinOp(left=BinOp(left=BinOp(left=Subscript(value=A, slice=int), op=|, right=B), op=|, right=BinOp(left=C, op=|, right=D)), op=|, right=null))'],
  // What the grammar cannot read at all.
  ['f"{x:=10} {x:=^{w}} {(x:=1)}"', 'Expr(value=JoinedStr(values=[FormattedValue(value=x, format_spec=JoinedStr(values=["=10"])), " ", FormattedValue(value=x, format_spec=JoinedStr(values=["=^", FormattedValue(value=w)])), " ", FormattedValue(value=NamedExpr(target=x, value=1))]))'],
  ['def f[T = int, *Ts = *tuple[int, ...], **P = [int]](): pass', 'FunctionDef(name=f, type_params=[TypeVar(name=T), TypeVarTuple(name=Ts), ParamSpec(name=P)], body=[Pass()], args=arguments())'],
  ['class A[T: str = "=,]"]: pass', 'ClassDef(name=A, type_params=[TypeVar(name=T, bound=str)], body=[Pass()])'],
  ['type X[T = dict[str, int]] = list[T]', 'TypeAlias(name=X, type_params=[TypeVar(name=T)], value=Subscript(value=list, slice=T))'],
  ['x = a, *[b], *(c), *-d, *"e"', 'Assign(targets=[x], value=Tuple(elts=[a, Starred(value=List(elts=[b])), Starred(value=c), Starred(value=UnaryOp(op=-, operand=d)), Starred(value="e")]))'],
  ['x = *[a] * 2, b', 'Assign(targets=[x], value=Tuple(elts=[Starred(value=BinOp(left=List(elts=[a]), op=*, right=2)), b]))'],
  ['x[*[a], b]', 'Expr(value=Subscript(value=x, slice=Tuple(elts=[Starred(value=List(elts=[a])), b])))'],
  ['class A:\n    def f():\n        (a.\n    b)', 'ClassDef(name=A, body=[FunctionDef(name=f, body=[Expr(value=Attribute(value=a, attr=b))], args=arguments())])'],
  ['if a:\r  b # c\r  d\re', 'If(test=a, body=[Expr(value=b), Expr(value=d)])\nExpr(value=e)'],
  ['"""a\r\nb"""', 'Expr(value="a\\nb")'],
  ['yield_ = lambda: (yield)', 'Assign(targets=[yield_], value=Lambda(args=arguments(), body=Yield()))'],
];

describe('parsePython', () => {
  it.each(cases)('%j', (text, expected) => {
    expect(dumpText(text)).toBe(expected);
  });

  it('gives ranges in UTF-16 code units and excludes grouping parentheses', () => {
    const text = '"🔥"; (model)(x)';
    const [, second] = parsePython(text).ast.body;
    expect(second?.type === 'Expr' && second.value.type === 'Call' && text.slice(...second.value.func.range)).toBe('model');
    expect(text.slice(...second!.range)).toBe('(model)(x)');
  });

  it('ends a compound statement with its last statement, not with a comment', () => {
    const text = 'if a:\n    b  # why\n    # more\nc\n';
    expect(text.slice(...parsePython(text).ast.body[0]!.range)).toBe('if a:\n    b');
  });

  it('knows where a header ends, a definition starts and a name stands', () => {
    const text = '@d\nasync def f(x: int = {1: 2}[1]) -> int:\n    pass';
    const [def] = parsePython(text).ast.body;
    if (def?.type !== 'AsyncFunctionDef') throw new Error('no function');
    expect(text.slice(def.defStart, def.headerEnd)).toBe('async def f(x: int = {1: 2}[1]) -> int:');
    expect(text.slice(...def.nameRange)).toBe('f');
    expect(text.slice(...def.range)).toBe(text);
  });

  it('links every node to its parent', () => {
    const { ast } = parsePython('def f(a=1):\n  return [x for x in a if {**x}]');
    const check = (node: PyNode): void => childrenOf(node).forEach((child) => { expect(child.parent).toBe(node); check(child); });
    check(ast);
    expect(ast.parent).toBeNull();
  });

  it('sets comments apart', () => {
    expect(parsePython('x = 1 # one\n# two').comments).toEqual([{ type: 'Comment', value: ' one', range: [6, 11] }, { type: 'Comment', value: ' two', range: [12, 17] }]);
  });
});
