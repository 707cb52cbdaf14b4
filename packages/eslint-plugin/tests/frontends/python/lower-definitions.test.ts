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
      define static %3.<metaclass> = %2
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

  it('global and nonlocal redirect, nested functions capture', () => {
    expect(print(`
count = 0
def outer(net):
    seen = 0
    def step(x):
        global count
        nonlocal seen
        count += 1
        seen = count
        return net(x)
    return step, seen
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = 0
      store count, %0
      %1 = function #1
      store outer, %1
      return

  function outer#1(net)
    b0:
      %0 = 0
      store seen, %0
      %1 = function #2
      store step, %1
      %2 = load step
      %3 = load seen
      %4 = tuple [%2, %3]
      return %4

  function step#2(x)
    b0:
      %0 = load count
      %1 = 1
      %2 = += %0, %1
      store count, %2
      %3 = load count
      store seen, %3
      %4 = load net
      %5 = load x
      %6 = call %4(%5)
      return %6
  "
`);
  });

  it('starred, keyword-only and default parameters', () => {
    expect(print(`
def call(fn, /, x=1, *args, key, other=2, **options):
    return fn(x, *args, key=key, **options)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = 1
      %1 = 2
      %2 = function #1 defaults(1: %0, 4: %1)
      store call, %2
      return

  function call#1(fn, x?, rest args?, keyword-only key, keyword-only other?, keyword-rest options?)
    b0:
      %0 = load fn
      %1 = load x
      %2 = load args
      %3 = load key
      %4 = load options
      %5 = call %0(%1, *%2, key=%3, **%4)
      return %5
  "
`);
  });

  it('a generator, and one that hands on to another', () => {
    expect(print(`
def batches(loader):
    for x in loader:
        got = yield x
    yield from batches(got)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = function #1
      store batches, %0
      return

  generator function batches#1(loader)
    b0:
      %0 = load loader
      goto b1
    b1:
      %1 = each %0 b2 b3
    b2:
      store x, %1
      %2 = load x
      %3 = yield %2
      store got, %3
      goto b1
    b3:
      goto b4
    b4:
      %4 = load batches
      %5 = load got
      %6 = call %4(%5)
      %7 = yield* %6
      return
  "
`);
  });

  it('a diamond: super in each class is the next one of the order', () => {
    expect(print(`
class Left(Base):
    def train(self, mode=True):
        return super().train(mode)
class Both(Left, Right):
    def train(self, mode=True):
        return super(Both, self).train(mode)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global Base
      %1 = class #0(%0)
      %2 = true
      %3 = function #1 defaults(1: %2)
      store train, %3
      define method %1.train = %3
      store Left, %1
      %4 = load Left
      %5 = global Right
      %6 = class #1(%4, %5)
      %7 = true
      %8 = function #2 defaults(1: %7)
      store train, %8
      define method %6.train = %8
      store Both, %6
      return

  method train#1(self, mode?)
    b0:
      %0 = super
      %1 = load mode
      %2 = call %0.train(%1)
      return %2

  method train#2(self, mode?)
    b0:
      %0 = load Both
      %1 = load self
      %2 = super
      %3 = load mode
      %4 = call %2.train(%3)
      return %4
  "
`);
  });
});
