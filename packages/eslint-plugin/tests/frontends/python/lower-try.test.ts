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
      goto b11
    b3:
      %3 = catch
      %4 = global A
      branch ? b4 b9
    b4:
      store e, %3
      goto b5
    b5 (handler b8):
      %5 = global b
      goto b6
    b6:
      %6 = undefined
      store e, %6
      goto b7
    b7:
      goto b11
    b8:
      %7 = undefined
      store e, %7
      rethrow
    b9:
      %8 = global B
      %9 = global C
      %10 = tuple [%8, %9]
      branch ? b10 b12
    b10:
      %11 = global c
      goto b11
    b11:
      %12 = load e
      return
    b12:
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
      goto b6
    b6 (handler b7):
      rethrow
    b7:
      %5 = undefined
      store e, %5
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
      goto b8
    b3:
      %2 = catch
      %3 = global A
      branch ? b4 b11
    b4:
      goto b5
    b5 (handler b10):
      %4 = global b
      goto b6
    b6:
      goto b7
    b7:
      branch ? b8 b9
    b8:
      return
    b9:
      rethrow
    b10:
      rethrow
    b11:
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

  it('the name of a handler holds nothing after it, whichever way it is left', () => {
    expect(print(`
def f():
    for x in y:
        try:
            a()
        except A as e:
            if e: continue
            return e
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each %0 b2 b15
    b2:
      store x, %1
      goto b3
    b3 (handler b6):
      %2 = global a
      %3 = call %2()
      goto b4
    b4:
      goto b5
    b5:
      goto b1
    b6:
      %4 = catch
      %5 = global A
      branch ? b7 b14
    b7:
      store e, %4
      goto b8
    b8 (handler b13):
      %6 = load e
      branch %6 b9 b11
    b9 (handler b13):
      goto b10
    b10:
      %7 = undefined
      store e, %7
      goto b1
    b11 (handler b13):
      %8 = load e
      goto b12
    b12:
      %9 = undefined
      store e, %9
      return %8
    b13:
      %11 = undefined
      store e, %11
      rethrow
    b14:
      rethrow
    b15:
      goto b16
    b16:
      return
  "
`);
  });

  it('a bare raise goes on through finally', () => {
    expect(print(`
def f():
    try:
        a()
    except A:
        raise
    finally:
        b()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      goto b1
    b1 (handler b10):
      goto b2
    b2 (handler b7):
      %0 = global a
      %1 = call %0()
      goto b3
    b3 (handler b10):
      goto b4
    b4 (handler b10):
      goto b5
    b5:
      %4 = global b
      %5 = call %4()
      goto b6
    b6:
      return
    b7 (handler b10):
      %2 = catch
      %3 = global A
      branch ? b8 b9
    b8 (handler b10):
      rethrow
    b9 (handler b10):
      rethrow
    b10:
      %6 = global b
      %7 = call %6()
      rethrow
  "
`);
  });

  it('what follows except Exception can be reached', () => {
    expect(print(`
try:
    a()
except Exception:
    b
except KeyboardInterrupt:
    c
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
      goto b7
    b3:
      %2 = catch
      %3 = global Exception
      branch ? b4 b5
    b4:
      %4 = global b
      goto b7
    b5:
      %5 = global KeyboardInterrupt
      branch ? b6 b8
    b6:
      %6 = global c
      goto b7
    b7:
      return
    b8:
      rethrow
  "
`);
  });

  it('types without parentheses', () => {
    expect(print(`
try:
    a()
except A, B:
    c
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
      %4 = global B
      %5 = tuple [%3, %4]
      branch ? b4 b6
    b4:
      %6 = global c
      goto b5
    b5:
      return
    b6:
      rethrow
  "
`);
  });

  it('except*: every handler may run, then the rest goes on', () => {
    expect(print(`
try:
    a()
except* A as e:
    b
except* B:
    c
d
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
      goto b21
    b3:
      %2 = catch
      %3 = global A
      branch ? b4 b16
    b4:
      goto b5
    b5 (handler b12):
      store e, %2
      goto b6
    b6 (handler b11):
      %4 = global b
      goto b7
    b7 (handler b12):
      %5 = undefined
      store e, %5
      goto b8
    b8 (handler b12):
      goto b9
    b9:
      goto b10
    b10:
      %8 = global B
      branch ? b17 b20
    b11 (handler b12):
      %6 = undefined
      store e, %6
      rethrow
    b12:
      %10 = global B
      branch ? b13 b23
    b13:
      goto b14
    b14 (handler b23):
      %11 = global c
      goto b15
    b15:
      goto b23
    b16:
      %7 = global B
      branch ? b17 b24
    b17:
      goto b18
    b18 (handler b23):
      %9 = global c
      goto b19
    b19:
      goto b20
    b20:
      branch ? b21 b22
    b21:
      %12 = global d
      return
    b22:
      rethrow
    b23:
      rethrow
    b24:
      rethrow
  "
`);
  });

  it('except* that takes all', () => {
    expect(print(`
try:
    a()
except* Exception:
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
      goto b7
    b3:
      %2 = catch
      %3 = global Exception
      goto b4
    b4:
      goto b5
    b5 (handler b8):
      %4 = global b
      goto b6
    b6:
      goto b7
    b7:
      return
    b8:
      rethrow
  "
`);
  });

  it('else is not covered by the handlers, but by finally', () => {
    expect(print(`
try:
    a()
except A:
    b()
else:
    c()
finally:
    d()
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
      %2 = global c
      %3 = call %2()
      goto b6
    b4 (handler b10):
      %4 = catch
      %5 = global A
      branch ? b5 b9
    b5 (handler b10):
      %6 = global b
      %7 = call %6()
      goto b6
    b6 (handler b10):
      goto b7
    b7:
      %8 = global d
      %9 = call %8()
      goto b8
    b8:
      return
    b9 (handler b10):
      rethrow
    b10:
      %10 = global d
      %11 = call %10()
      rethrow
  "
`);
  });

  it('nested finally on the way of a return', () => {
    expect(print(`
def f():
    try:
        try:
            return a()
        finally:
            b()
    finally:
        c()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      goto b1
    b1 (handler b6):
      goto b2
    b2 (handler b5):
      %0 = global a
      %1 = call %0()
      goto b3
    b3 (handler b6):
      %2 = global b
      %3 = call %2()
      goto b4
    b4:
      %4 = global c
      %5 = call %4()
      return %1
    b5 (handler b6):
      %8 = global b
      %9 = call %8()
      rethrow
    b6:
      %12 = global c
      %13 = call %12()
      rethrow
  "
`);
  });

  it('break and continue in finally swallow the exception', () => {
    expect(print(`
def f():
    for x in y:
        try:
            a()
        finally:
            if b: break
            continue
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each %0 b2 b10
    b2:
      store x, %1
      goto b3
    b3 (handler b7):
      %2 = global a
      %3 = call %2()
      goto b4
    b4:
      %4 = global b
      branch %4 b5 b6
    b5:
      goto b11
    b6:
      goto b1
    b7:
      %5 = global b
      branch %5 b8 b9
    b8:
      goto b11
    b9:
      goto b1
    b10:
      goto b11
    b11:
      return
  "
`);
  });

  it('return in the finally of a with', () => {
    expect(print(`
def f():
    with a:
        try:
            return b()
        finally:
            return c()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b7):
      goto b2
    b2 (handler b5):
      %2 = global b
      %3 = call %2()
      goto b3
    b3 (handler b7):
      %4 = global c
      %5 = call %4()
      goto b4
    b4:
      exit %0 scope#0 normal
      return %5
    b5 (handler b7):
      %8 = global c
      %9 = call %8()
      goto b6
    b6:
      exit %0 scope#0 normal
      return %9
    b7:
      exit %0 scope#0 exception
      goto b8
    b8:
      return
  "
`);
  });

  it('an exception in a handler goes out', () => {
    expect(print(`
try:
    try:
        a()
    except A:
        b()
except B:
    c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b9):
      goto b2
    b2 (handler b4):
      %0 = global a
      %1 = call %0()
      goto b3
    b3 (handler b9):
      goto b6
    b4 (handler b9):
      %2 = catch
      %3 = global A
      branch ? b5 b8
    b5 (handler b9):
      %4 = global b
      %5 = call %4()
      goto b6
    b6 (handler b9):
      goto b7
    b7:
      goto b11
    b8 (handler b9):
      rethrow
    b9:
      %6 = catch
      %7 = global B
      branch ? b10 b12
    b10:
      %8 = global c
      goto b11
    b11:
      return
    b12:
      rethrow
  "
`);
  });

  it('conditional imports', () => {
    expect(print(`
try:
    import a
except ImportError:
    a = None
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b3):
      %0 = import a
      store a, %0
      goto b2
    b2:
      goto b5
    b3:
      %1 = catch
      %2 = global ImportError
      branch ? b4 b6
    b4:
      %3 = none
      store a, %3
      goto b5
    b5:
      return
    b6:
      rethrow
  "
`);
  });
});
