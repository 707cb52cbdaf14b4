// Branches, loops and `match` as IR, read and judged.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('branches and loops', () => {
  it('if, elif, else', () => {
    expect(print(`
if a: b
elif not c: d
else: e
f
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      branch %0 b1 b2
    b1:
      %1 = global b
      goto b5
    b2:
      %2 = global c
      branch %2 b3 b4
    b3:
      %4 = global e
      goto b5
    b4:
      %3 = global d
      goto b5
    b5:
      %5 = global f
      return
  "
`);
  });

  it('for with else, break and continue', () => {
    expect(print(`
for x in y:
    if x: break
    if z: continue
    a
else:
    b
c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each %0 b2 b7
    b2:
      store x, %1
      %2 = load x
      branch %2 b3 b4
    b3:
      goto b8
    b4:
      %3 = global z
      branch %3 b5 b6
    b5:
      goto b1
    b6:
      %4 = global a
      goto b1
    b7:
      %5 = global b
      goto b8
    b8:
      %6 = global c
      return
  "
`);
  });

  it('an endless loop ends by break alone', () => {
    expect(print(`
while True:
    if a: break
b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1:
      %0 = true
      branch %0 b2 b5
    b2:
      %1 = global a
      branch %1 b3 b4
    b3:
      goto b6
    b4:
      goto b1
    b5:
      goto b6
    b6:
      %2 = global b
      return
  "
`);
  });

  it('while with else', () => {
    expect(print(`
while a() and b:
    c
else:
    d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1:
      %0 = global a
      %1 = call %0()
      branch %1 b2 b4
    b2:
      %2 = global b
      branch %2 b3 b4
    b3:
      %3 = global c
      goto b1
    b4:
      %4 = global d
      goto b5
    b5:
      return
  "
`);
  });

  it('async for', () => {
    expect(print(`
async def f():
    async for x in y: pass
`, 'f')).toMatchInlineSnapshot(`
  "
  async function f#1()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each-async %0 b2 b3
    b2:
      store x, %1
      goto b1
    b3:
      goto b4
    b4:
      return
  "
`);
  });

  it('assert', () => {
    expect(print(`
assert not model.training, m()
x
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global model
      %1 = %0.training
      branch %1 b1 b2
    b1:
      %2 = global m
      %3 = call %2()
      %4 = global AssertionError
      throw %4
    b2:
      %5 = global x
      return
  "
`);
  });

  it('raise', () => {
    expect(print(`
raise E from f()
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global E
      %1 = global f
      %2 = call %1()
      throw %0
  "
`);
  });
});

describe('match', () => {
  it('values are compared', () => {
    expect(print(`
match mode:
    case "train" | "fit": a
    case None if g: b
    case other: other
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global mode
      %1 = "train"
      %2 = == %0, %1
      branch %2 b1 b2
    b1:
      goto b4
    b2:
      %3 = "fit"
      %4 = == %0, %3
      branch %4 b3 b5
    b3:
      goto b4
    b4:
      %5 = global a
      goto b9
    b5:
      %6 = none
      %7 = is %0, %6
      branch %7 b6 b8
    b6:
      %8 = global g
      branch %8 b7 b8
    b7:
      %9 = global b
      goto b9
    b8:
      store other, %0
      %10 = load other
      goto b9
    b9:
      return
  "
`);
  });

  it('shapes bind their parts', () => {
    expect(print(`
match x:
    case [a, *b, c]: a
    case {"k": d, **e}: d
    case P(f, g=h): h
y
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global x
      %1 = 2
      %2 = sequence from %0, %1
      branch %2 b1 b2
    b1:
      %3 = 0
      %4 = %0[%3]
      %5 = %0[1:-1]
      %6 = -1
      %7 = %0[%6]
      store a, %4
      store b, %5
      store c, %7
      %8 = load a
      goto b7
    b2:
      %9 = "k"
      %10 = mapping with %0, %9
      branch %10 b3 b4
    b3:
      %11 = %0[%9]
      %12 = %0[:]
      store d, %11
      store e, %12
      %13 = load d
      goto b7
    b4:
      %14 = global P
      %15 = instanceof %0, %14
      branch %15 b5 b6
    b5:
      %16 = opaque match-argument(%0)
      %17 = %0.g
      store f, %16
      store h, %17
      %18 = load h
      goto b7
    b6:
      goto b7
    b7:
      %19 = global y
      return
  "
`);
  });
});
