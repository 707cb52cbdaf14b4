// Calls, choices and literals as IR, read and judged: each snapshot is what Python does, in its order.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('calls and attributes', () => {
  it('a method call keeps its receiver', () => {
    expect(print(`
model.layer.forward(x, *a, k=1, **d)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global model
      %1 = %0.layer
      %2 = global x
      %3 = global a
      %4 = 1
      %5 = global d
      %6 = call %1.forward(%2, *%3, k=%4, **%5)
      return
  "
`);
  });

  it('a call of a value', () => {
    expect(print(`
f(x)(y)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = global x
      %2 = call %0(%1)
      %3 = global y
      %4 = call %2(%3)
      return
  "
`);
  });

  it('arguments in the order of the text', () => {
    expect(print(`
f(*a, k=b, *c)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = global a
      %2 = global c
      %3 = global b
      %4 = call %0(*%1, k=%3, *%2)
      return
  "
`);
  });

  it('super', () => {
    expect(print(`
class A(B):
    def f(self):
        super().f()
        super(A, self).f()
`, 'f')).toMatchInlineSnapshot(`
  "
  method f#1(self)
    b0:
      %0 = super
      %1 = call %0.f()
      %2 = load A
      %3 = load self
      %4 = super
      %5 = call %4.f()
      return
  "
`);
  });
});

describe('choices', () => {
  it('and, or', () => {
    expect(print(`
y = a and b or c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      store ?, %0
      branch %0 b1 b2
    b1:
      %1 = global b
      store ?, %1
      goto b2
    b2:
      %2 = load ?
      store ?, %2
      branch %2 b4 b3
    b3:
      %3 = global c
      store ?, %3
      goto b4
    b4:
      %4 = load ?
      store y, %4
      return
  "
`);
  });

  it('a chained comparison', () => {
    expect(print(`
y = a < b() < c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = global b
      %2 = call %1()
      %3 = < %0, %2
      store ?, %3
      branch %3 b1 b2
    b1:
      %4 = global c
      %5 = < %2, %4
      store ?, %5
      goto b2
    b2:
      %6 = load ?
      store y, %6
      return
  "
`);
  });

  it('a conditional expression branches on its parts', () => {
    expect(print(`
y = a if b and not c else d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      branch %0 b1 b3
    b1:
      %1 = global c
      branch %1 b3 b2
    b2:
      %2 = global a
      store ?, %2
      goto b4
    b3:
      %3 = global d
      store ?, %3
      goto b4
    b4:
      %4 = load ?
      store y, %4
      return
  "
`);
  });

  it('an assignment expression', () => {
    expect(print(`
if (y := f()) is not None:
    y
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global f
      %1 = call %0()
      store y, %1
      %2 = none
      %3 = is not %1, %2
      branch %3 b1 b2
    b1:
      %4 = load y
      goto b2
    b2:
      return
  "
`);
  });
});

describe('the rest', () => {
  it('literals', () => {
    expect(print(`
x = None, True, 1.5, -2, b"b", ..., 2j, -2j
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = none
      %1 = true
      %2 = 1.5
      %3 = -2
      %4 = "b"
      %5 = opaque ellipsis()
      %6 = opaque complex()
      %7 = opaque complex()
      %8 = - %7
      %9 = tuple [%0, %1, %2, %3, %4, %5, %6, %8]
      store x, %9
      return
  "
`);
  });

  it('operators', () => {
    expect(print(`
x = -a + b ** c @ d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = - %0
      %2 = global b
      %3 = global c
      %4 = ** %2, %3
      %5 = global d
      %6 = @ %4, %5
      %7 = + %1, %6
      store x, %7
      return
  "
`);
  });

  it('lambda with a default', () => {
    expect(print(`
f = lambda x, y=a: x(y)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = function #1 defaults(1: %0)
      store f, %1
      return

  lambda <lambda>#1(x, y?)
    b0:
      %0 = load x
      %1 = load y
      %2 = call %0(%1)
      return %2
  "
`);
  });

  it('await, yield', () => {
    expect(print(`
async def f():
    x = yield
    yield await g(x)
`, 'f')).toMatchInlineSnapshot(`
  "
  async generator function f#1()
    b0:
      %0 = yield
      store x, %0
      %1 = global g
      %2 = load x
      %3 = call %1(%2)
      %4 = await %3
      %5 = yield %4
      return
  "
`);
  });

  it('yield from', () => {
    expect(print(`
def f():
    x = yield from g()
`, 'f')).toMatchInlineSnapshot(`
  "
  generator function f#1()
    b0:
      %0 = global g
      %1 = call %0()
      %2 = yield* %1
      store x, %2
      return
  "
`);
  });
});
