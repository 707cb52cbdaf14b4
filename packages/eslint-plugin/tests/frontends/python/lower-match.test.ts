// `match` as IR: every kind of pattern, what it binds and when.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('patterns', () => {
  it('names are bound when the whole pattern has matched', () => {
    expect(print(`
match x:
    case [a, 1]: a
b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 2
      %2 = sequence of %0, %1
      branch %2 b1 b3
    b1:
      %3 = 0
      %4 = %0[%3]
      %5 = 1
      %6 = %0[%5]
      %7 = 1
      %8 = == %6, %7
      branch %8 b2 b3
    b2:
      store a, %4
      %9 = load a
      goto b4
    b3:
      goto b4
    b4:
      %10 = global b
      return
  "
`);
  });

  it('the guard sees the names, and they stay when it fails', () => {
    expect(print(`
match x:
    case [a] if a: b
    case _: a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 1
      %2 = sequence of %0, %1
      branch %2 b1 b3
    b1:
      %3 = 0
      %4 = %0[%3]
      store a, %4
      %5 = load a
      branch %5 b2 b3
    b2:
      %6 = global b
      goto b4
    b3:
      %7 = load a
      goto b4
    b4:
      return
  "
`);
  });

  it('alternatives bind the same names', () => {
    expect(print(`
match x:
    case [a] | {"k": a}: a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 1
      %2 = sequence of %0, %1
      branch %2 b1 b2
    b1:
      %3 = 0
      %4 = %0[%3]
      store ?, %4
      goto b4
    b2:
      %5 = "k"
      %6 = mapping with %0, %5
      branch %6 b3 b5
    b3:
      %7 = %0[%5]
      store ?, %7
      goto b4
    b4:
      %8 = load ?
      store a, %8
      %9 = load a
      goto b6
    b5:
      goto b6
    b6:
      return
  "
`);
  });

  it('a wildcard looks at nothing', () => {
    expect(print(`
match x:
    case [_, a, *_]: a
    case {"k": _}: b
    case P(_, k=_): c
    case _: d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 2
      %2 = sequence from %0, %1
      branch %2 b1 b2
    b1:
      %3 = 1
      %4 = %0[%3]
      store a, %4
      %5 = load a
      goto b7
    b2:
      %6 = "k"
      %7 = mapping with %0, %6
      branch %7 b3 b4
    b3:
      %8 = global b
      goto b7
    b4:
      %9 = global P
      %10 = instanceof %0, %9
      branch %10 b5 b6
    b5:
      %11 = %0.k
      %12 = global c
      goto b7
    b6:
      %13 = global d
      goto b7
    b7:
      return
  "
`);
  });

  it('values: numbers, strings, attributes, singletons', () => {
    expect(print(`
match x:
    case -1 | 2.5: a
    case "s" "t": b
    case m.A: c
    case True: d
    case None: e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = -1
      %2 = == %0, %1
      branch %2 b1 b2
    b1:
      goto b4
    b2:
      %3 = 2.5
      %4 = == %0, %3
      branch %4 b3 b5
    b3:
      goto b4
    b4:
      %5 = global a
      goto b14
    b5:
      %6 = "st"
      %7 = == %0, %6
      branch %7 b6 b7
    b6:
      %8 = global b
      goto b14
    b7:
      %9 = global m
      %10 = %9.A
      %11 = == %0, %10
      branch %11 b8 b9
    b8:
      %12 = global c
      goto b14
    b9:
      %13 = true
      %14 = is %0, %13
      branch %14 b10 b11
    b10:
      %15 = global d
      goto b14
    b11:
      %16 = none
      %17 = is %0, %16
      branch %17 b12 b13
    b12:
      %18 = global e
      goto b14
    b13:
      goto b14
    b14:
      return
  "
`);
  });

  it('sequences: nested, starred, parenthesised, open', () => {
    expect(print(`
match x:
    case a, *rest: a
    case [[b], (c)]: b
    case (): d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 1
      %2 = sequence from %0, %1
      branch %2 b1 b2
    b1:
      %3 = 0
      %4 = %0[%3]
      %5 = %0[1:]
      store a, %4
      store rest, %5
      %6 = load a
      goto b8
    b2:
      %7 = 2
      %8 = sequence of %0, %7
      branch %8 b3 b5
    b3:
      %9 = 0
      %10 = %0[%9]
      %11 = 1
      %12 = sequence of %10, %11
      branch %12 b4 b5
    b4:
      %13 = 0
      %14 = %10[%13]
      %15 = 1
      %16 = %0[%15]
      store b, %14
      store c, %16
      %17 = load b
      goto b8
    b5:
      %18 = 0
      %19 = sequence of %0, %18
      branch %19 b6 b7
    b6:
      %20 = global d
      goto b8
    b7:
      goto b8
    b8:
      return
  "
`);
  });

  it('mappings: keys are evaluated, the rest is a slice', () => {
    expect(print(`
match x:
    case {m.K: a, -1: b, **rest}: rest
    case {}: c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = global m
      %2 = %1.K
      %3 = -1
      %4 = mapping with %0, %2, %3
      branch %4 b1 b2
    b1:
      %5 = %0[%2]
      %6 = %0[%3]
      %7 = %0[:]
      store a, %5
      store b, %6
      store rest, %7
      %8 = load rest
      goto b5
    b2:
      %9 = mapping with %0
      branch %9 b3 b4
    b3:
      %10 = global c
      goto b5
    b4:
      goto b5
    b5:
      return
  "
`);
  });

  it('classes: a built-in type hands over the subject, another a part of it', () => {
    expect(print(`
match x:
    case int(a): a
    case m.P(b, y=c): b
    case Q(): d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = global int
      %2 = instanceof %0, %1
      branch %2 b1 b2
    b1:
      store a, %0
      %3 = load a
      goto b7
    b2:
      %4 = global m
      %5 = %4.P
      %6 = instanceof %0, %5
      branch %6 b3 b4
    b3:
      %7 = opaque match-argument(%0)
      %8 = %0.y
      store b, %7
      store c, %8
      %9 = load b
      goto b7
    b4:
      %10 = global Q
      %11 = instanceof %0, %10
      branch %11 b5 b6
    b5:
      %12 = global d
      goto b7
    b6:
      goto b7
    b7:
      return
  "
`);
  });

  it('as, around alternatives and in keywords', () => {
    expect(print(`
match x:
    case (1 | 2) as a: a
    case P(y=int() as b): b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 1
      %2 = == %0, %1
      branch %2 b1 b2
    b1:
      goto b4
    b2:
      %3 = 2
      %4 = == %0, %3
      branch %4 b3 b5
    b3:
      goto b4
    b4:
      store a, %0
      %5 = load a
      goto b9
    b5:
      %6 = global P
      %7 = instanceof %0, %6
      branch %7 b6 b8
    b6:
      %8 = %0.y
      %9 = global int
      %10 = instanceof %8, %9
      branch %10 b7 b8
    b7:
      store b, %8
      %11 = load b
      goto b9
    b8:
      goto b9
    b9:
      return
  "
`);
  });

  it('a shadowed built-in type is a class like any other', () => {
    expect(print(`
str = f()
match x:
    case str(a): a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = call %0()
      store str, %1
      %2 = global x
      %3 = load str
      %4 = instanceof %2, %3
      branch %4 b1 b2
    b1:
      %5 = opaque match-argument(%2)
      store a, %5
      %6 = load a
      goto b3
    b2:
      goto b3
    b3:
      return
  "
`);
  });

  it('the subject is evaluated once', () => {
    expect(print(`
match f(), g():
    case a, b: a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = call %0()
      %2 = global g
      %3 = call %2()
      %4 = tuple [%1, %3]
      %5 = 2
      %6 = sequence of %4, %5
      branch %6 b1 b2
    b1:
      %7 = 0
      %8 = %4[%7]
      %9 = 1
      %10 = %4[%9]
      store a, %8
      store b, %10
      %11 = load a
      goto b3
    b2:
      goto b3
    b3:
      return
  "
`);
  });

  it('match inside a loop and a with', () => {
    expect(print(`
for x in y:
    with z:
        match x:
            case 1: break
            case 2: continue
            case _: pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each %0 b2 b14
    b2:
      store x, %1
      %2 = global z
      %3 = enter %2 scope#0
      goto b3
    b3 (handler b12):
      %4 = load x
      %5 = 1
      %6 = == %4, %5
      branch %6 b4 b6
    b4 (handler b12):
      goto b5
    b5:
      exit %2 scope#0 normal
      goto b15
    b6 (handler b12):
      %7 = 2
      %8 = == %4, %7
      branch %8 b7 b9
    b7 (handler b12):
      goto b8
    b8:
      exit %2 scope#0 normal
      goto b1
    b9 (handler b12):
      goto b10
    b10 (handler b12):
      goto b11
    b11:
      exit %2 scope#0 normal
      goto b13
    b12:
      exit %2 scope#0 exception
      goto b13
    b13:
      goto b1
    b14:
      goto b15
    b15:
      return
  "
`);
  });
});
