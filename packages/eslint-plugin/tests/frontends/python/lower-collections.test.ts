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

  it('an f-string is its values', () => {
    expect(print(`
x = f"a{b.c}d{e:{w}}"
y = f"plain"
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      %1 = %0.c
      %2 = global e
      %3 = global w
      %4 = string [%1, %2, %3]
      store x, %4
      %5 = "plain"
      store y, %5
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
});
