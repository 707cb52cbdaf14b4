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
    b1 (handler b4):
      store b, %2
      %3 = load b
      %4 = call %3.c()
      goto b2
    b2:
      exit %1 scope#0 normal
      goto b3
    b3:
      %5 = global d
      return
    b4:
      exit %1 scope#0 exception
      rethrow
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
    b1 (handler b8):
      %2 = global b
      %3 = enter %2 scope#1
      goto b2
    b2 (handler b7):
      %4 = 0
      %5 = %3[%4]
      store c, %5
      %6 = 1
      %7 = %3[%6]
      store d, %7
      %8 = global e
      goto b3
    b3 (handler b8):
      exit %2 scope#1 normal
      goto b4
    b4 (handler b8):
      goto b5
    b5:
      exit %0 scope#0 normal
      goto b6
    b6:
      return
    b7 (handler b8):
      exit %2 scope#1 exception
      rethrow
    b8:
      exit %0 scope#0 exception
      rethrow
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
    b1 (handler b6):
      %2 = global b
      %3 = enter %2 scope#1
      goto b2
    b2 (handler b5):
      %4 = global c
      %5 = call %4()
      goto b3
    b3 (handler b6):
      exit %2 scope#1 normal
      goto b4
    b4:
      exit %0 scope#0 normal
      return %5
    b5 (handler b6):
      exit %2 scope#1 exception
      rethrow
    b6:
      exit %0 scope#0 exception
      rethrow
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
      %3 = each %2 b3 b10
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
      goto b11
    b7 (handler b9):
      goto b8
    b8 (handler b14):
      exit %4 scope#1 normal
      goto b2
    b9 (handler b14):
      exit %4 scope#1 exception
      rethrow
    b10 (handler b14):
      goto b11
    b11 (handler b14):
      goto b12
    b12:
      exit %0 scope#0 normal
      goto b13
    b13:
      return
    b14:
      exit %0 scope#0 exception
      rethrow
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
    b1 (handler b4):
      store b, %1
      %2 = load b
      %3 = await %2
      goto b2
    b2:
      exit %0 scope#0 normal
      goto b3
    b3:
      return
    b4:
      exit %0 scope#0 exception
      rethrow
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
    b2 (handler b6):
      %2 = global b
      %3 = call %2()
      goto b3
    b3 (handler b7):
      exit %0 scope#0 normal
      goto b4
    b4 (handler b7):
      goto b5
    b5:
      goto b9
    b6 (handler b7):
      exit %0 scope#0 exception
      rethrow
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
});

describe('depth', () => {
  it('ten nested scopes are all left when an exception passes', () => {
    const text = Array.from({ length: 10 }, (_, i) => `${' '.repeat(i)}with a${i}:`).join('\n') + `\n${' '.repeat(10)}b()`;
    const exits = lower(text).funcs[0]!.blocks.flatMap((block) => block.instrs).filter((instr) => instr.kind === 'exit' && instr.how === 'exception');
    expect(exits).toHaveLength(10);
  });
});
