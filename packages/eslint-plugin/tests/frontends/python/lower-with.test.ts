// Leaving `with` early: every way out runs the exits once, innermost first, under the handlers around them.
import { describe, expect, it } from 'vitest';
import { lower, print } from './dump.ts';

describe('with', () => {
  it('an item that binds', () => {
    expect(print(`
with a() as b:
    b.c()
d
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = call %0()
      %2 = enter %1 scope#0
      goto b1
    b1 (handler b3):
      store b, %2
      %3 = load b
      %4 = call %3.c()
      goto b2
    b2:
      exit %1 scope#0 normal
      goto b4
    b3:
      exit %1 scope#0 exception
      goto b4
    b4:
      %5 = global d
      return
  "
`);
  });

  it('several items leave in reverse', () => {
    expect(print(`
with a, b as (c, d):
    e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b7):
      %2 = global b
      %3 = enter %2 scope#1
      goto b2
    b2 (handler b4):
      %4 = 0
      %5 = %3[%4]
      store c, %5
      %6 = 1
      %7 = %3[%6]
      store d, %7
      %8 = global e
      goto b3
    b3 (handler b7):
      exit %2 scope#1 normal
      goto b5
    b4 (handler b7):
      exit %2 scope#1 exception
      goto b5
    b5 (handler b7):
      goto b6
    b6:
      exit %0 scope#0 normal
      goto b8
    b7:
      exit %0 scope#0 exception
      goto b8
    b8:
      return
  "
`);
  });

  it('return leaves all of them', () => {
    expect(print(`
def f():
    with a, b:
        return c()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b8):
      %2 = global b
      %3 = enter %2 scope#1
      goto b2
    b2 (handler b5):
      %4 = global c
      %5 = call %4()
      goto b3
    b3 (handler b8):
      exit %2 scope#1 normal
      goto b4
    b4:
      exit %0 scope#0 normal
      return %5
    b5 (handler b8):
      exit %2 scope#1 exception
      goto b6
    b6 (handler b8):
      goto b7
    b7:
      exit %0 scope#0 normal
      goto b9
    b8:
      exit %0 scope#0 exception
      goto b9
    b9:
      return
  "
`);
  });

  it('break and continue leave what is inside the loop', () => {
    expect(print(`
with a:
    for x in y:
        with b:
            if x: break
            continue
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b14):
      %2 = global y
      goto b2
    b2 (handler b14):
      %3 = each %2 b3 b11
    b3 (handler b14):
      store x, %3
      %4 = global b
      %5 = enter %4 scope#1
      goto b4
    b4 (handler b9):
      %6 = load x
      branch %6 b5 b7
    b5 (handler b9):
      goto b6
    b6 (handler b14):
      exit %4 scope#1 normal
      goto b12
    b7 (handler b9):
      goto b8
    b8 (handler b14):
      exit %4 scope#1 normal
      goto b2
    b9 (handler b14):
      exit %4 scope#1 exception
      goto b10
    b10 (handler b14):
      goto b2
    b11 (handler b14):
      goto b12
    b12 (handler b14):
      goto b13
    b13:
      exit %0 scope#0 normal
      goto b15
    b14:
      exit %0 scope#0 exception
      goto b15
    b15:
      return
  "
`);
  });

  it('async with', () => {
    expect(print(`
async def f():
    async with a as b: await b
`, 'f')).toMatchInlineSnapshot(`
  "
  async function f#1()
    b0:
      %0 = global a
      %1 = enter-async %0 scope#0
      goto b1
    b1 (handler b3):
      store b, %1
      %2 = load b
      %3 = await %2
      goto b2
    b2:
      exit %0 scope#0 normal
      goto b4
    b3:
      exit %0 scope#0 exception
      goto b4
    b4:
      return
  "
`);
  });

  it('an exception inside leaves to the handler outside', () => {
    expect(print(`
try:
    with a:
        b()
except E:
    c
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      goto b1
    b1 (handler b7):
      %0 = global a
      %1 = enter %0 scope#0
      goto b2
    b2 (handler b4):
      %2 = global b
      %3 = call %2()
      goto b3
    b3 (handler b7):
      exit %0 scope#0 normal
      goto b5
    b4 (handler b7):
      exit %0 scope#0 exception
      goto b5
    b5 (handler b7):
      goto b6
    b6:
      goto b9
    b7:
      %4 = catch
      %5 = global E
      branch ? b8 b10
    b8:
      %6 = global c
      goto b9
    b9:
      return
    b10:
      rethrow
  "
`);
  });

  it('parenthesised items', () => {
    expect(print(`
with (a as b, c, d() as (e, *f)):
    g
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b11):
      store b, %1
      %2 = global c
      %3 = enter %2 scope#1
      goto b2
    b2 (handler b8):
      %4 = global d
      %5 = call %4()
      %6 = enter %5 scope#2
      goto b3
    b3 (handler b5):
      %7 = 0
      %8 = %6[%7]
      store e, %8
      %9 = %6[1:]
      store f, %9
      %10 = global g
      goto b4
    b4 (handler b8):
      exit %5 scope#2 normal
      goto b6
    b5 (handler b8):
      exit %5 scope#2 exception
      goto b6
    b6 (handler b8):
      goto b7
    b7 (handler b11):
      exit %2 scope#1 normal
      goto b9
    b8 (handler b11):
      exit %2 scope#1 exception
      goto b9
    b9 (handler b11):
      goto b10
    b10:
      exit %0 scope#0 normal
      goto b12
    b11:
      exit %0 scope#0 exception
      goto b12
    b12:
      return
  "
`);
  });

  it('a choice of managers', () => {
    expect(print(`
with a if b else c as d: pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global b
      branch %0 b1 b2
    b1:
      %1 = global a
      store ?, %1
      goto b3
    b2:
      %2 = global c
      store ?, %2
      goto b3
    b3:
      %3 = load ?
      %4 = enter %3 scope#0
      goto b4
    b4 (handler b6):
      store d, %4
      goto b5
    b5:
      exit %3 scope#0 normal
      goto b7
    b6:
      exit %3 scope#0 exception
      goto b7
    b7:
      return
  "
`);
  });

  it('targets that are attributes and items', () => {
    expect(print(`
with a as b.c, d as e[0]: pass
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b7):
      %2 = global b
      %2.c = %1
      %3 = global d
      %4 = enter %3 scope#1
      goto b2
    b2 (handler b4):
      %5 = global e
      %6 = 0
      %5[%6] = %4
      goto b3
    b3 (handler b7):
      exit %3 scope#1 normal
      goto b5
    b4 (handler b7):
      exit %3 scope#1 exception
      goto b5
    b5 (handler b7):
      goto b6
    b6:
      exit %0 scope#0 normal
      goto b8
    b7:
      exit %0 scope#0 exception
      goto b8
    b8:
      return
  "
`);
  });

  it('raise and an exception leave once each', () => {
    expect(print(`
def f():
    with a:
        if b: raise E
        c()
`, 'f')).toMatchInlineSnapshot(`
  "
  function f#1()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b5):
      %2 = global b
      branch %2 b2 b3
    b2 (handler b5):
      %3 = global E
      throw %3
    b3 (handler b5):
      %4 = global c
      %5 = call %4()
      goto b4
    b4:
      exit %0 scope#0 normal
      goto b6
    b5:
      exit %0 scope#0 exception
      goto b6
    b6:
      return
  "
`);
  });

  it('else of a loop stands inside the scope', () => {
    expect(print(`
with a:
    for x in y:
        break
    else:
        b
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b7):
      %2 = global y
      goto b2
    b2 (handler b7):
      %3 = each %2 b3 b4
    b3 (handler b7):
      store x, %3
      goto b5
    b4 (handler b7):
      %4 = global b
      goto b5
    b5 (handler b7):
      goto b6
    b6:
      exit %0 scope#0 normal
      goto b8
    b7:
      exit %0 scope#0 exception
      goto b8
    b8:
      return
  "
`);
  });

  it('async with several items in a loop', () => {
    expect(print(`
async def f():
    async for x in y:
        async with a() as b, c:
            if b: return x
            break
`, 'f')).toMatchInlineSnapshot(`
  "
  async function f#1()
    b0:
      %0 = global y
      goto b1
    b1:
      %1 = each-async %0 b2 b16
    b2:
      store x, %1
      %2 = global a
      %3 = call %2()
      %4 = enter-async %3 scope#0
      goto b3
    b3 (handler b14):
      store b, %4
      %5 = global c
      %6 = enter-async %5 scope#1
      goto b4
    b4 (handler b11):
      %7 = load b
      branch %7 b5 b8
    b5 (handler b11):
      %8 = load x
      goto b6
    b6 (handler b14):
      exit %5 scope#1 normal
      goto b7
    b7:
      exit %3 scope#0 normal
      return %8
    b8 (handler b11):
      goto b9
    b9 (handler b14):
      exit %5 scope#1 normal
      goto b10
    b10:
      exit %3 scope#0 normal
      goto b17
    b11 (handler b14):
      exit %5 scope#1 exception
      goto b12
    b12 (handler b14):
      goto b13
    b13:
      exit %3 scope#0 normal
      goto b15
    b14:
      exit %3 scope#0 exception
      goto b15
    b15:
      goto b1
    b16:
      goto b17
    b17:
      return
  "
`);
  });

  it('yield inside a scope', () => {
    expect(print(`
def f():
    with a as b:
        yield b
`, 'f')).toMatchInlineSnapshot(`
  "
  generator function f#1()
    b0:
      %0 = global a
      %1 = enter %0 scope#0
      goto b1
    b1 (handler b3):
      store b, %1
      %2 = load b
      %3 = yield %2
      goto b2
    b2:
      exit %0 scope#0 normal
      goto b4
    b3:
      exit %0 scope#0 exception
      goto b4
    b4:
      return
  "
`);
  });
});

describe('depth', () => {
  it('ten nested scopes are all left when an exception passes', () => {
    const text = Array.from({ length: 10 }, (_, i) => `${' '.repeat(i)}with a${i}:`).join('\n') + `\n${' '.repeat(10)}b()`;
    const exits = lower(text).funcs[0]!.blocks.flatMap((block) => block.instrs).filter((instr) => instr.kind === 'exit' && instr.how === 'exception');
    expect(exits).toHaveLength(10);
  });
});
