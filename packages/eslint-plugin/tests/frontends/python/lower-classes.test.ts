// Classes and generic definitions as IR: what a class body sees, what it binds, what its members are.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('class bodies', () => {
  it('a name read before it is bound is the one of the module', () => {
    expect(print(`
x = 1
class A:
    x = x
    y = y
    z = x
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = 1
      store x, %0
      %1 = class #0()
      %2 = load x
      store x, %2
      %3 = global y
      store y, %3
      %4 = load x
      store x, %4
      define static %1.x = %4
      %5 = load y
      store y, %5
      define static %1.y = %5
      %6 = load x
      store z, %6
      define static %1.z = %6
      store A, %1
      return
  "
`);
  });

  it('the variable of a function around the class is passed over', () => {
    expect(print(`
def f():
    x = 1
    class A:
        x = x
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = 1
      store x, %0
      %1 = class #0()
      %2 = global x
      store x, %2
      %3 = load x
      store x, %3
      define static %1.x = %3
      store A, %1
      return
  "
`);
  });

  it('a name bound on some ways only may be that of the module', () => {
    expect(print(`
class A:
    if a:
        x = 1
    y = x
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global x
      store x, %1
      %2 = global a
      branch %2 b1 b2
    b1:
      %3 = 1
      store x, %3
      define static %0.x = %3
      goto b2
    b2:
      %4 = load x
      store y, %4
      define static %0.y = %4
      store A, %0
      return
  "
`);
  });

  it('del gives the outer name back', () => {
    expect(print(`
class A:
    x = 1
    del x
    y = x
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global x
      store x, %1
      %2 = 1
      store x, %2
      define static %0.x = %2
      %3 = undefined
      store x, %3
      define static %0.x = %3
      %4 = global x
      store x, %4
      %5 = load x
      store y, %5
      define static %0.y = %5
      store A, %0
      return
  "
`);
  });

  it('control flow', () => {
    expect(print(`
class A:
    for a in b:
        c = a
    try:
        import d
    except E:
        d = None
    with e as f: pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global a
      store a, %1
      %2 = global b
      goto b1
    b1:
      %3 = each %2 b2 b3
    b2:
      store a, %3
      define static %0.a = %3
      %4 = load a
      store c, %4
      define static %0.c = %4
      goto b1
    b3:
      goto b4
    b4:
      goto b5
    b5 (handler b7):
      %5 = import d
      store d, %5
      define static %0.d = %5
      goto b6
    b6:
      goto b9
    b7:
      %6 = catch
      %7 = global E
      branch ? b8 b14
    b8:
      %8 = none
      store d, %8
      define static %0.d = %8
      goto b9
    b9:
      %9 = global e
      %10 = enter %9 scope#0
      goto b10
    b10 (handler b12):
      store f, %10
      define static %0.f = %10
      goto b11
    b11:
      exit %9 scope#0 normal
      goto b13
    b12:
      exit %9 scope#0 exception
      goto b13
    b13:
      store A, %0
      return
    b14:
      rethrow
  "
`);
  });

  it('a comprehension does not see the body, but for its first iterable', () => {
    expect(print(`
class A:
    a = 1
    b = [a for c in a]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = 1
      store a, %1
      define static %0.a = %1
      %2 = list []
      %3 = load a
      goto b1
    b1:
      %4 = each %3 b2 b3
    b2:
      store c, %4
      %5 = global a
      %6 = call %2.append(%5)
      goto b1
    b3:
      store b, %2
      define static %0.b = %2
      store A, %0
      return
  "
`);
  });

  it('annotated names without a value bind nothing', () => {
    expect(print(`
class A:
    a: int
    b: int = 1
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = 1
      store b, %1
      define static %0.b = %1
      store A, %0
      return
  "
`);
  });

  it('methods, defaults and lambdas', () => {
    expect(print(`
class A:
    a = 1
    def f(self, b=a): return a
    g = lambda self, c=a: self
    async def h(self): return await self.f()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = 1
      store a, %1
      define static %0.a = %1
      %2 = load a
      %3 = function #1 defaults(1: %2)
      store f, %3
      define method %0.f = %3
      %4 = load a
      %5 = function #2 defaults(1: %4)
      store g, %5
      define static %0.g = %5
      %6 = function #3
      store h, %6
      define method %0.h = %6
      store A, %0
      return

  method f#1(self, b?)
    b0:
      %0 = global a
      return %0

  lambda <lambda>#2(self, c?)
    b0:
      %0 = load self
      return %0

  async method h#3(self)
    b0:
      %0 = load self
      %1 = call %0.f()
      %2 = await %1
      return %2
  "
`);
  });

  it('several bases keep their order, keywords are evaluated', () => {
    expect(print(`
class A(B, C.D, *E, metaclass=F, **G): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global B
      %1 = global C
      %2 = %1.D
      %3 = global E
      %4 = opaque bases(%3)
      %5 = global F
      %6 = global G
      %7 = class #0(%0, %2, %4)
      define static %7.<metaclass> = %5
      store A, %7
      return
  "
`);
  });

  it('stacked decorators of a class', () => {
    expect(print(`
@a
@b.c(d)
class A: pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = global d
      %3 = call %1.c(%2)
      %4 = class #0()
      %5 = call %3(%4)
      %6 = call %0(%5)
      store A, %6
      return
  "
`);
  });

  it('a local class in a method', () => {
    expect(print(`
class A:
    def f(self):
        class B(A):
            def g(self): return super().g(self)
        return B
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = function #1
      store f, %1
      define method %0.f = %1
      store A, %0
      return

  method f#1(self)
    b0:
      %0 = load A
      %1 = class #1(%0)
      %2 = function #2
      store g, %2
      define method %1.g = %2
      store B, %1
      %3 = load B
      return %3

  method g#2(self)
    b0:
      %0 = super
      %1 = load self
      %2 = call %0.g(%1)
      return %2
  "
`);
  });

  it('global and nonlocal in a class body', () => {
    expect(print(`
def f():
    x = 1
    class A:
        global y
        nonlocal x
        x = y = 2
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = function #1
      store f, %0
      return

  function f#1()
    b0:
      %0 = 1
      store x, %0
      %1 = class #0()
      %2 = 2
      store x, %2
      store y, %2
      store A, %1
      return
  "
`);
  });
});

describe('properties', () => {
  it('the decorators under a property are called on the function', () => {
    expect(print(`
class A:
    @property
    @a()
    def p(self): return 1
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global a
      %2 = call %1()
      %3 = function #1
      %4 = call %2(%3)
      store p, %4
      define getter %0.p = %4
      store A, %0
      return

  getter p#1(self)
    b0:
      %0 = 1
      return %0
  "
`);
  });

  it('a deleter leaves the property as it is', () => {
    expect(print(`
class A:
    @property
    def p(self): return 1
    @p.deleter
    def p(self): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = function #1
      store p, %1
      define getter %0.p = %1
      %2 = function #2
      store A, %0
      return

  getter p#1(self)
    b0:
      %0 = 1
      return %0

  method p#2(self)
    b0:
      return
  "
`);
  });

  it('cached properties', () => {
    expect(print(`
class A:
    @functools.cached_property
    def p(self): return 1
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = function #1
      store p, %1
      define cached %0.p = %1
      store A, %0
      return

  getter p#1(self)
    b0:
      %0 = 1
      return %0
  "
`);
  });

  it('a property of another name is called', () => {
    expect(print(`
class A:
    @p.setter
    def q(self, v): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global p
      %2 = %1.setter
      %3 = function #1
      %4 = call %2(%3)
      store q, %4
      define method %0.q = %4
      store A, %0
      return

  method q#1(self, v)
    b0:
      return
  "
`);
  });
});

describe('type parameters', () => {
  it('of a function: its body sees them, nobody else', () => {
    expect(print(`
@a
def f[T: b, *Ts, **P](x: T, y=T): return T
T
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global T
      %2 = opaque type-parameter()
      store T, %2
      %3 = opaque type-parameter()
      store Ts, %3
      %4 = opaque type-parameter()
      store P, %4
      %5 = function #1 defaults(1: %1)
      %6 = call %0(%5)
      store f, %6
      %7 = global T
      return

  function f#1(x, y?)
    b0:
      %0 = load T
      return %0
  "
`);
  });

  it('of a class: bases and methods see them', () => {
    expect(print(`
class A[T](B[T]):
    def f(self): return T
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = opaque type-parameter()
      store T, %0
      %1 = global B
      %2 = load T
      %3 = %1[%2]
      %4 = class #0(%3)
      %5 = function #1
      store f, %5
      define method %4.f = %5
      store A, %4
      return

  method f#1(self)
    b0:
      %0 = load T
      return %0
  "
`);
  });

  it('bases in a class body see that body', () => {
    expect(print(`
class A:
    B = C
    class D[T](B): x = B
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global C
      store B, %1
      define static %0.B = %1
      %2 = opaque type-parameter()
      store T, %2
      %3 = load B
      %4 = class #1(%3)
      %5 = global B
      store x, %5
      define static %4.x = %5
      store D, %4
      define static %0.D = %4
      store A, %0
      return
  "
`);
  });

  it('defaults are not evaluated', () => {
    expect(print(`
def f[T = a(), *Ts = *b()](): return T
type X[T = c()] = list[T]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = opaque type-parameter()
      store T, %0
      %1 = opaque type-parameter()
      store Ts, %1
      %2 = function #1
      store f, %2
      %3 = opaque type-alias()
      store X, %3
      return

  function f#1()
    b0:
      %0 = load T
      return %0
  "
`);
  });

  it('an alias is evaluated later', () => {
    expect(print(`
type X[T: a()] = b()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = opaque type-alias()
      store X, %0
      return
  "
`);
  });
});
