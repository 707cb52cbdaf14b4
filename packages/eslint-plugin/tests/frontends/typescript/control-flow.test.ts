// Branches, labels and `switch` reach the blocks that the language says, on the plain values of their tests.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('control flow', () => {
  test('if, else if, else', () => {
    expect(print('if (a) f(); else if (b || c) g(); else h();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          branch %0 b1 b2
        b1:
          %1 = global f
          %2 = call %1()
          goto b6
        b2:
          %3 = global b
          branch %3 b4 b3
        b3:
          %4 = global c
          branch %4 b4 b5
        b4:
          %5 = global g
          %6 = call %5()
          goto b6
        b5:
          %7 = global h
          %8 = call %7()
          goto b6
        b6:
          return
      "
    `);
  });

  test('labels', () => {
    expect(print(`
      outer: for (const a of f()) { for (const b of a) { if (b) continue outer; else break outer; } }
      block: { if (c) break block; g(); }
    `)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          goto b1
        b1:
          %2 = each %1 b2 b8
        b2:
          store a, %2
          %3 = load a
          goto b3
        b3:
          %4 = each %3 b4 b7
        b4:
          store b, %4
          %5 = load b
          branch %5 b5 b6
        b5:
          goto b1
        b6:
          goto b8
        b7:
          goto b1
        b8:
          %6 = global c
          branch %6 b9 b10
        b9:
          goto b11
        b10:
          %7 = global g
          %8 = call %7()
          goto b11
        b11:
          return
      "
    `);
  });

  test('break in a labelled switch', () => {
    expect(print('loop: while (a) { s: switch (b) { case 1: break; case 2: break s; case 3: continue; case 4: break loop; } c(); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          %0 = global a
          branch %0 b2 b12
        b2:
          %1 = global b
          %2 = 1
          %3 = == %1, %2
          branch %3 b3 b4
        b3:
          goto b11
        b4:
          %4 = 2
          %5 = == %1, %4
          branch %5 b5 b6
        b5:
          goto b11
        b6:
          %6 = 3
          %7 = == %1, %6
          branch %7 b7 b8
        b7:
          goto b1
        b8:
          %8 = 4
          %9 = == %1, %8
          branch %9 b9 b10
        b9:
          goto b12
        b10:
          goto b11
        b11:
          %10 = global c
          %11 = call %10()
          goto b1
        b12:
          return
      "
    `);
  });

  test('switch falls through, default stands anywhere', () => {
    expect(print('switch (f()) { case 1: a(); default: b(); case g(): c(); break; case 3: }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = 1
          %3 = == %1, %2
          branch %3 b1 b2
        b1:
          %9 = global a
          %10 = call %9()
          goto b6
        b2:
          %4 = global g
          %5 = call %4()
          %6 = == %1, %5
          branch %6 b7 b3
        b3:
          %7 = 3
          %8 = == %1, %7
          branch %8 b4 b5
        b4:
          goto b8
        b5:
          goto b6
        b6:
          %11 = global b
          %12 = call %11()
          goto b7
        b7:
          %13 = global c
          %14 = call %13()
          goto b8
        b8:
          return
      "
    `);
  });

  test('switch on true', () => {
    expect(print('switch (true) { case a && b: f(); break; case c: g(); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = true
          %1 = global a
          branch %1 b1 b3
        b1:
          %2 = global b
          branch %2 b2 b3
        b2:
          %4 = global f
          %5 = call %4()
          goto b6
        b3:
          %3 = global c
          branch %3 b4 b5
        b4:
          %6 = global g
          %7 = call %6()
          goto b6
        b5:
          goto b6
        b6:
          return
      "
    `);
  });

  test('throw and what cannot be reached', () => {
    expect(print(`function f() { throw new Error('x'); g(); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          %0 = global Error
          %1 = "x"
          %2 = new %0(%1)
          throw %2
      "
    `);
  });

  test('with', () => {
    expect(print('with (a) { f(b); }', 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          store with, %0
          branch ? b1 b2
        b1:
          %1 = load with
          %2 = %1.f
          store ?, %2
          goto b3
        b2:
          %3 = global f
          store ?, %3
          goto b3
        b3:
          %4 = load ?
          branch ? b4 b5
        b4:
          %5 = load with
          %6 = %5.b
          store ?, %6
          goto b6
        b5:
          %7 = global b
          store ?, %7
          goto b6
        b6:
          %8 = load ?
          %9 = call %4(%8)
          return
      "
    `);
  });

  test('nothing', () => {
    expect(print(`;;{} debugger; interface I {} type T = I; declare function f(): void; declare namespace N {} declare module 'm' {}`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          return
      "
    `);
  });
});
