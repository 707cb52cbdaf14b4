// `try` as IR: handlers in turn, and `finally` once on every way out.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('try', () => {
  it('handlers in turn, then on', () => {
    expect(print(`
try:
    a()
except A as e:
    b
except (B, C):
    c
else:
    d
e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b3):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      %2 = global d
      goto b7
    b3:
      %3 = catch
      %4 = global A
      branch ? b4 b5
    b4:
      store e, %3
      %5 = global b
      goto b7
    b5:
      %6 = global B
      %7 = global C
      %8 = tuple [%6, %7]
      branch ? b6 b8
    b6:
      %9 = global c
      goto b7
    b7:
      %10 = load e
      return
    b8:
      rethrow
  "
`);
  });

  it('a bare handler takes everything', () => {
    expect(print(`
try:
    a()
except:
    b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b3):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      goto b5
    b3:
      %2 = catch
      goto b4
    b4:
      %3 = global b
      goto b5
    b5:
      return
  "
`);
  });

  it('except Exception takes everything', () => {
    expect(print(`
try:
    a()
except Exception as e:
    raise
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b4):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      goto b3
    b3:
      return
    b4:
      %2 = catch
      %3 = global Exception
      goto b5
    b5:
      store e, %2
      rethrow
  "
`);
  });

  it('except*', () => {
    expect(print(`
try:
    a()
except* A:
    b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b3):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      goto b5
    b3:
      %2 = catch
      %3 = global A
      branch ? b4 b6
    b4:
      %4 = global b
      goto b5
    b5:
      return
    b6:
      rethrow
  "
`);
  });

  it('finally on every way out', () => {
    expect(print(`
def f():
    try:
        if a: return b()
        c()
    finally:
        d()
    e
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      goto b1
    b1 (handler b7):
      %0 = global a
      branch %0 b2 b4
    b2 (handler b7):
      %1 = global b
      %2 = call %1()
      goto b3
    b3:
      %3 = global d
      %4 = call %3()
      return %2
    b4 (handler b7):
      %5 = global c
      %6 = call %5()
      goto b5
    b5:
      %7 = global d
      %8 = call %7()
      goto b6
    b6:
      %11 = global e
      return
    b7:
      %9 = global d
      %10 = call %9()
      rethrow
  "
`);
  });

  it('finally around handlers', () => {
    expect(print(`
try:
    a()
except A:
    b()
finally:
    c()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b10):
      goto b2
    b2 (handler b4):
      %0 = global a
      %1 = call %0()
      goto b3
    b3 (handler b10):
      goto b6
    b4 (handler b10):
      %2 = catch
      %3 = global A
      branch ? b5 b9
    b5 (handler b10):
      %4 = global b
      %5 = call %4()
      goto b6
    b6 (handler b10):
      goto b7
    b7:
      %6 = global c
      %7 = call %6()
      goto b8
    b8:
      return
    b9 (handler b10):
      rethrow
    b10:
      %8 = global c
      %9 = call %8()
      rethrow
  "
`);
  });

  it('return in finally wins', () => {
    expect(print(`
def f():
    try:
        return a()
    finally:
        return b()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      goto b1
    b1 (handler b3):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      %2 = global b
      %3 = call %2()
      return %3
    b3:
      %6 = global b
      %7 = call %6()
      return %7
  "
`);
  });

  it('a function defined in finally is defined once', () => {
    expect(print(`
try:
    a()
finally:
    def f(): pass
    class C:
        x = lambda self: self
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b4):
      %0 = global a
      %1 = call %0()
      goto b2
    b2:
      %2 = function #1
      store f, %2
      %3 = class #0()
      %4 = function #2
      store x, %4
      define static %3.x = %4
      store C, %3
      goto b3
    b3:
      return
    b4:
      %5 = function #1
      store f, %5
      %6 = class #0()
      %7 = function #2
      store x, %7
      define static %6.x = %7
      store C, %6
      rethrow

  function f#1()
    b0:
      return

  lambda <lambda>#2(self)
    b0:
      %0 = load self
      return %0
  "
`);
  });
});
