// Collections and comprehensions as IR, read and judged.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('collections', () => {
  it('displays', () => {
    expect(print(`
x = [1, *a], (b,), {c}, {"k": d, **e}
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = 1
      %1 = global a
      %2 = list [%0, ...%1]
      %3 = global b
      %4 = tuple [%3]
      %5 = global c
      %6 = set [%5]
      %7 = "k"
      %8 = global d
      %9 = global e
      %10 = dict [%7: %8, ...%9]
      %11 = tuple [%2, %4, %6, %10]
      store x, %11
      return
  "
`);
  });

  it('items and slices', () => {
    expect(print(`
x[0], x[-1], x[a, b], x[1:b], x[..., 0]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 0
      %2 = %0[%1]
      %3 = global x
      %4 = -1
      %5 = %3[%4]
      %6 = global x
      %7 = global a
      %8 = global b
      %9 = tuple [%7, %8]
      %10 = %6[%9]
      %11 = global x
      %12 = 1
      %13 = global b
      %14 = %11[:]
      %15 = global x
      %16 = opaque ellipsis()
      %17 = 0
      %18 = %15[:]
      %19 = tuple [%2, %5, %10, %14, %18]
      return
  "
`);
  });

  it('an f-string is its values and texts', () => {
    expect(print(`
x = f"a{b.c}d{e:{w}}"
y = f"plain"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = "a"
      %1 = global b
      %2 = %1.c
      %3 = "d"
      %4 = global e
      %5 = global w
      %6 = string [%0, %2, %3, %4, %5]
      store x, %6
      %7 = "plain"
      store y, %7
      return
  "
`);
  });

  it('a list comprehension', () => {
    expect(print(`
x = [m(a) for a in b if a]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = list []
      %1 = global b
      goto b1
    b1:
      %2 = each %1 b2 b4
    b2:
      store a, %2
      %3 = load a
      branch %3 b3 b1
    b3:
      %4 = global m
      %5 = load a
      %6 = call %4(%5)
      %7 = call %0.append(%6)
      goto b1
    b4:
      store x, %0
      return
  "
`);
  });

  it('a dictionary comprehension', () => {
    expect(print(`
x = {k: v for k, v in d}
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = dict []
      %1 = global d
      goto b1
    b1:
      %2 = each %1 b2 b3
    b2:
      %3 = 0
      %4 = %2[%3]
      store k, %4
      %5 = 1
      %6 = %2[%5]
      store v, %6
      %7 = load k
      %8 = load v
      %0[%7] = %8
      goto b1
    b3:
      store x, %0
      return
  "
`);
  });

  it('nested clauses of a set', () => {
    expect(print(`
x = {a for b in c for a in b}
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = set []
      %1 = global c
      goto b1
    b1:
      %2 = each %1 b2 b6
    b2:
      store b, %2
      %3 = load b
      goto b3
    b3:
      %4 = each %3 b4 b5
    b4:
      store a, %4
      %5 = load a
      %6 = call %0.add(%5)
      goto b3
    b5:
      goto b1
    b6:
      store x, %0
      return
  "
`);
  });

  it('a generator expression as an argument', () => {
    expect(print(`
sum(x for x in y)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global sum
      %1 = list []
      %2 = global y
      goto b1
    b1:
      %3 = each %2 b2 b3
    b2:
      store x, %3
      %4 = load x
      %5 = call %1.append(%4)
      goto b1
    b3:
      %6 = call %0(%1)
      return
  "
`);
  });

  it('a walrus in a comprehension binds outside of it', () => {
    expect(print(`
def f():
    x = [y := a(z) for z in b if (w := z)]
    return y, w
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = list []
      %1 = global b
      goto b1
    b1:
      %2 = each %1 b2 b4
    b2:
      store z, %2
      %3 = load z
      store w, %3
      branch %3 b3 b1
    b3:
      %4 = global a
      %5 = load z
      %6 = call %4(%5)
      store y, %6
      %7 = call %0.append(%6)
      goto b1
    b4:
      store x, %0
      %8 = load y
      %9 = load w
      %10 = tuple [%8, %9]
      return %10
  "
`);
  });

  it('async comprehensions', () => {
    expect(print(`
async def f():
    return {await a(x) async for x in b if await c for y in x}
`, 'f')).toMatchInlineSnapshot(`
  "
  async function f#1()
    b0:
      %0 = set []
      %1 = global b
      goto b1
    b1:
      %2 = each-async %1 b2 b7
    b2:
      store x, %2
      %3 = global c
      %4 = await %3
      branch %4 b3 b1
    b3:
      %5 = load x
      goto b4
    b4:
      %6 = each %5 b5 b6
    b5:
      store y, %6
      %7 = global a
      %8 = load x
      %9 = call %7(%8)
      %10 = await %9
      %11 = call %0.add(%10)
      goto b4
    b6:
      goto b1
    b7:
      return %0
  "
`);
  });

  it('a comprehension in a comprehension', () => {
    expect(print(`
x = [[b for b in a] for a in c]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = list []
      %1 = global c
      goto b1
    b1:
      %2 = each %1 b2 b6
    b2:
      store a, %2
      %3 = list []
      %4 = load a
      goto b3
    b3:
      %5 = each %4 b4 b5
    b4:
      store b, %5
      %6 = load b
      %7 = call %3.append(%6)
      goto b3
    b5:
      %8 = call %0.append(%3)
      goto b1
    b6:
      store x, %0
      return
  "
`);
  });

  it('a lambda in a comprehension', () => {
    expect(print(`
x = [lambda: a for a in b]
`, '<lambda>')).toMatchInlineSnapshot(`
  "
  lambda <lambda>#1()
    b0:
      %0 = load a
      return %0
  "
`);
  });

  it('displays with stars', () => {
    expect(print(`
x = {**a, "k": 1, **b}, {*c, d}, (*e,), [*f, *g]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = "k"
      %2 = 1
      %3 = global b
      %4 = dict [...%0, %1: %2, ...%3]
      %5 = global c
      %6 = global d
      %7 = set [...%5, %6]
      %8 = global e
      %9 = tuple [...%8]
      %10 = global f
      %11 = global g
      %12 = list [...%10, ...%11]
      %13 = tuple [%4, %7, %9, %12]
      store x, %13
      return
  "
`);
  });
});
