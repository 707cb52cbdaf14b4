// What is evaluated when, and how often: each snapshot was held against a run of CPython.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('order of evaluation', () => {
  it('starred arguments come before keywords', () => {
    expect(print(`
f(k=a(), *b(), **c())
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = global b
      %2 = call %1()
      %3 = global a
      %4 = call %3()
      %5 = global c
      %6 = call %5()
      %7 = call %0(k=%4, *%2, **%6)
      return
  "
`);
  });

  it('bases come before keywords', () => {
    expect(print(`
class A(b(), metaclass=c(), *d()): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      %1 = call %0()
      %2 = global d
      %3 = call %2()
      %4 = opaque bases(%3)
      %5 = global c
      %6 = call %5()
      %7 = class #0(%1, %4)
      define static %7.<metaclass> = %6
      store A, %7
      return
  "
`);
  });

  it('decorators, then defaults, then the function', () => {
    expect(print(`
@a()
@b
def f(x=c(), *, y=d()): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = global b
      %3 = global c
      %4 = call %3()
      %5 = global d
      %6 = call %5()
      %7 = function #1 defaults(0: %4, 1: %6)
      %8 = call %2(%7)
      %9 = call %1(%8)
      store f, %9
      return

  function f#1(x?, keyword-only y?)
    b0:
      return
  "
`);
  });

  it('defaults belong to the definition', () => {
    expect(print(`
def f(a, /, b=x, *c, d, e=y, **g): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = global y
      %2 = function #1 defaults(1: %0, 4: %1)
      store f, %2
      return

  function f#1(a, b?, rest c?, keyword-only d, keyword-only e?, keyword-rest g?)
    b0:
      return
  "
`);
  });

  it('keys come before values', () => {
    expect(print(`
x = {a(): b(), **c(), d(): e()}
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = global b
      %3 = call %2()
      %4 = global c
      %5 = call %4()
      %6 = global d
      %7 = call %6()
      %8 = global e
      %9 = call %8()
      %10 = dict [%1: %3, ...%5, %7: %9]
      store x, %10
      return
  "
`);
  });

  it('keys come before values in a comprehension too', () => {
    expect(print(`
x = {a(k): b(v) for k, v in c()}
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = dict []
      %1 = global c
      %2 = call %1()
      goto b1
    b1:
      %3 = each %2 b2 b3
    b2:
      %4 = 0
      %5 = %3[%4]
      store k, %5
      %6 = 1
      %7 = %3[%6]
      store v, %7
      %8 = global a
      %9 = load k
      %10 = call %8(%9)
      %11 = global b
      %12 = load v
      %13 = call %11(%12)
      %0[%10] = %13
      goto b1
    b3:
      store x, %0
      return
  "
`);
  });

  it('the value comes before the targets', () => {
    expect(print(`
a().b = c()[d()] = e()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global e
      %1 = call %0()
      %2 = global a
      %3 = call %2()
      %3.b = %1
      %4 = global c
      %5 = call %4()
      %6 = global d
      %7 = call %6()
      %5[%7] = %1
      return
  "
`);
  });

  it('an augmented target is evaluated once', () => {
    expect(print(`
a().b += c()
d()[e()] -= f()
g()[h():i()] *= j()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = %1.b
      %3 = global c
      %4 = call %3()
      %5 = += %2, %4
      %1.b = %5
      %6 = global d
      %7 = call %6()
      %8 = global e
      %9 = call %8()
      %10 = %7[%9]
      %11 = global f
      %12 = call %11()
      %13 = -= %10, %12
      %7[%9] = %13
      %14 = global g
      %15 = call %14()
      %16 = global h
      %17 = call %16()
      %18 = global i
      %19 = call %18()
      %20 = %15[:]
      %21 = global j
      %22 = call %21()
      %23 = *= %20, %22
      %15[:] = %23
      return
  "
`);
  });

  it('an annotation is not evaluated, its target is', () => {
    expect(print(`
a().b: c()
d()[e()]: f() = g()
x: h()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = global g
      %3 = call %2()
      %4 = global d
      %5 = call %4()
      %6 = global e
      %7 = call %6()
      %5[%7] = %3
      return
  "
`);
  });

  it('slices evaluate their bounds', () => {
    expect(print(`
a[b():c(), d()]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = call %1()
      %3 = global c
      %4 = call %3()
      %5 = global d
      %6 = call %5()
      %7 = %0[:]
      return
  "
`);
  });

  it('a comparison evaluates its middle once, in a test too', () => {
    expect(print(`
if a() < b() < c(): d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = global b
      %3 = call %2()
      %4 = < %1, %3
      branch %4 b1 b3
    b1:
      %5 = global c
      %6 = call %5()
      %7 = < %3, %6
      branch %7 b2 b3
    b2:
      %8 = global d
      goto b3
    b3:
      return
  "
`);
  });

  it('a choice in a test branches on its parts', () => {
    expect(print(`
if (a if b else not c): d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      branch %0 b1 b2
    b1:
      %1 = global a
      branch %1 b3 b4
    b2:
      %2 = global c
      branch %2 b4 b3
    b3:
      %3 = global d
      goto b4
    b4:
      return
  "
`);
  });

  it('assert evaluates its message when it fails', () => {
    expect(print(`
assert a if b else c, d()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      branch %0 b1 b2
    b1:
      %1 = global a
      branch %1 b3 b4
    b2:
      %2 = global c
      branch %2 b3 b4
    b3:
      return
    b4:
      %3 = global d
      %4 = call %3()
      %5 = global AssertionError
      throw %5
  "
`);
  });

  it('raise evaluates the cause', () => {
    expect(print(`
raise a() from b()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = global b
      %3 = call %2()
      throw %1
  "
`);
  });

  it('a bound choice is bound as a whole', () => {
    expect(print(`
if a := b() if c else d: a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global c
      branch %0 b1 b2
    b1:
      %1 = global b
      %2 = call %1()
      store ?, %2
      goto b3
    b2:
      %3 = global d
      store ?, %3
      goto b3
    b3:
      %4 = load ?
      store a, %4
      branch %4 b4 b5
    b4:
      %5 = load a
      goto b5
    b5:
      return
  "
`);
  });

  it('await binds tighter than a power', () => {
    expect(print(`
async def f():
    return await a ** b
`, 'f')).toMatchInlineSnapshot(`
  "
  async function f#1()
    b0:
      %0 = global a
      %1 = await %0
      %2 = global b
      %3 = ** %1, %2
      return %3
  "
`);
  });

  it('& binds tighter than ^', () => {
    expect(print(`
x = a ^ b & c ^ d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = global c
      %3 = & %1, %2
      %4 = ^ %0, %3
      %5 = global d
      %6 = ^ %4, %5
      store x, %6
      return
  "
`);
  });

  it('a format that begins with = is no assignment', () => {
    expect(print(`
x = 1
y = f"{x:=5}"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = 1
      store x, %0
      %1 = load x
      %2 = string [%1]
      store y, %2
      return
  "
`);
  });
});

describe('strings', () => {
  it('an f-string in an f-string, with formats and conversions', () => {
    expect(print(`
x = f"{a!r:>{b}} {f"{c()}"} {d=}"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = " "
      %3 = global c
      %4 = call %3()
      %5 = string [%4]
      %6 = " d="
      %7 = global d
      %8 = string [%0, %1, %2, %5, %6, %7]
      store x, %8
      return
  "
`);
  });

  it('a t-string keeps its values', () => {
    expect(print(`
x = t"a {b()!s:{c}} d"
y = t"plain"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      %1 = call %0()
      %2 = global c
      %3 = opaque t-string(%1, %2)
      store x, %3
      %4 = opaque t-string()
      store y, %4
      return
  "
`);
  });

  it('prefixes and joined parts', () => {
    expect(print(`
x = rb'\\d' b'c', u'd' r'\\e' f'{{g}}', B"h"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = "\\\\dc"
      %1 = "d\\\\e{g}"
      %2 = "h"
      %3 = tuple [%0, %1, %2]
      store x, %3
      return
  "
`);
  });
});

describe('unpacking', () => {
  it('starred targets', () => {
    expect(print(`
a, *b = c
*d, e = f
[g, (h, *i)], j = k
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global c
      %1 = 0
      %2 = %0[%1]
      store a, %2
      %3 = %0[1:]
      store b, %3
      %4 = global f
      %5 = %4[0:-1]
      store d, %5
      %6 = -1
      %7 = %4[%6]
      store e, %7
      %8 = global k
      %9 = 0
      %10 = %8[%9]
      %11 = 0
      %12 = %10[%11]
      store g, %12
      %13 = 1
      %14 = %10[%13]
      %15 = 0
      %16 = %14[%15]
      store h, %16
      %17 = %14[1:]
      store i, %17
      %18 = 1
      %19 = %8[%18]
      store j, %19
      return
  "
`);
  });

  it('starred values', () => {
    expect(print(`
x = *a, b
x = [*[1], *c()]
x = a, *[b]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = tuple [...%0, %1]
      store x, %2
      %3 = 1
      %4 = list [%3]
      %5 = global c
      %6 = call %5()
      %7 = list [...%4, ...%6]
      store x, %7
      %8 = global a
      %9 = global b
      %10 = list [%9]
      %11 = tuple [%8, ...%10]
      store x, %11
      return
  "
`);
  });

  it('for, with, comprehension', () => {
    expect(print(`
for a, (b, *c) in d: pass
with e as (g, *h): pass
x = [i for i, j in k]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global d
      goto b1
    b1:
      %1 = each %0 b2 b3
    b2:
      %2 = 0
      %3 = %1[%2]
      store a, %3
      %4 = 1
      %5 = %1[%4]
      %6 = 0
      %7 = %5[%6]
      store b, %7
      %8 = %5[1:]
      store c, %8
      goto b1
    b3:
      goto b4
    b4:
      %9 = global e
      %10 = enter %9 scope#0
      goto b5
    b5 (handler b7):
      %11 = 0
      %12 = %10[%11]
      store g, %12
      %13 = %10[1:]
      store h, %13
      goto b6
    b6:
      exit %9 scope#0 normal
      goto b8
    b7:
      exit %9 scope#0 exception
      goto b8
    b8:
      %14 = list []
      %15 = global k
      goto b9
    b9:
      %16 = each %15 b10 b11
    b10:
      %17 = 0
      %18 = %16[%17]
      store i, %18
      %19 = 1
      %20 = %16[%19]
      store j, %20
      %21 = load i
      %22 = call %14.append(%21)
      goto b9
    b11:
      store x, %14
      return
  "
`);
  });

  it('starred targets that are attributes and items', () => {
    expect(print(`
a.b, *c[0] = d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global d
      %1 = 0
      %2 = %0[%1]
      %3 = global a
      %3.b = %2
      %4 = %0[1:]
      %5 = global c
      %6 = 0
      %5[%6] = %4
      return
  "
`);
  });

  it('return and yield of starred values', () => {
    expect(print(`
def f():
    yield *a, b
    return *c, *[d]
`, 'f')).toMatchInlineSnapshot(`
  "
  generator function f#1()
    b0:
      %0 = global a
      %1 = global b
      %2 = tuple [...%0, %1]
      %3 = yield %2
      %4 = global c
      %5 = global d
      %6 = list [%5]
      %7 = tuple [...%4, ...%6]
      return %7
  "
`);
  });
});
