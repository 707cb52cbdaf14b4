// Functions, classes and decorators as IR, read and judged.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('definitions', () => {
  it('decorators apply from the bottom', () => {
    expect(print(`
@torch.no_grad()
@b
def f(x=c): return x
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global torch
      %1 = call %0.no_grad()
      %2 = global b
      %3 = global c
      %4 = function #1 defaults(0: %3)
      %5 = call %2(%4)
      %6 = call %1(%5)
      store f, %6
      return

  function f#1(x?)
    b0:
      %0 = load x
      return %0
  "
`);
  });

  it('a decorator that is not called', () => {
    expect(print(`
@torch.no_grad
def f(): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global torch
      %1 = %0.no_grad
      %2 = function #1
      %3 = call %1(%2)
      store f, %3
      return

  function f#1()
    b0:
      return
  "
`);
  });

  it('a class', () => {
    expect(print(`
@d
class A(B, metaclass=M):
    rate = 0.5
    def __init__(self): self.x: T = 1
    @property
    def p(self): return self.x
    @p.setter
    def p(self, v): pass
    @staticmethod
    def s(): pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global d
      %1 = global B
      %2 = global M
      %3 = class #0(%1)
      %4 = 0.5
      store rate, %4
      define static %3.rate = %4
      %5 = function #1
      store __init__, %5
      define method %3.__init__ = %5
      %6 = function #2
      store p, %6
      define getter %3.p = %6
      %7 = function #3
      store p, %7
      define setter %3.p = %7
      %8 = global staticmethod
      %9 = function #4
      %10 = call %8(%9)
      store s, %10
      define method %3.s = %10
      %11 = call %0(%3)
      store A, %11
      return

  constructor __init__#1(self)
    b0:
      %0 = 1
      %1 = load self
      %1.x = %0
      return

  getter p#2(self)
    b0:
      %0 = load self
      %1 = %0.x
      return %1

  setter p#3(self, v)
    b0:
      return

  method s#4()
    b0:
      return
  "
`);
  });

  it('conditional members', () => {
    expect(print(`
class A:
    if c:
        def f(self): pass
    else:
        f = g
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = global c
      branch %1 b1 b2
    b1:
      %2 = function #1
      store f, %2
      define method %0.f = %2
      goto b3
    b2:
      %3 = global g
      store f, %3
      define static %0.f = %3
      goto b3
    b3:
      store A, %0
      return

  method f#1(self)
    b0:
      return
  "
`);
  });

  it('a nested class', () => {
    expect(print(`
class A:
    class B: x = 1
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = class #0()
      %1 = class #1()
      %2 = 1
      store x, %2
      define static %1.x = %2
      store B, %1
      define static %0.B = %1
      store A, %0
      return
  "
`);
  });

  it('type parameters and aliases', () => {
    expect(print(`
type X = A
def f[T](x: T) -> T: return T
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = opaque type-alias()
      store X, %0
      %1 = opaque type-parameter()
      store T, %1
      %2 = function #1
      store f, %2
      return

  function f#1(x)
    b0:
      %0 = load T
      return %0
  "
`);
  });
});
