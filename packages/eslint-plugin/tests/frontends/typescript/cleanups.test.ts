// `finally` and `using` stand on every way out of their region, with states of different ways kept apart.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('try and using', () => {
  test('try and catch', () => {
    expect(print('try { f(); } catch (e) { g(e); } h();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1 (handler b3):
          %0 = global f
          %1 = call %0()
          goto b2
        b2:
          goto b4
        b3:
          %2 = catch
          store e, %2
          %3 = global g
          %4 = load e
          %5 = call %3(%4)
          goto b4
        b4:
          %6 = global h
          %7 = call %6()
          return
      "
    `);
  });

  test('catch without a name, catch with a pattern', () => {
    expect(print('try { f(); } catch { g(); } try { f(); } catch ({ message }) { g(message); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1 (handler b3):
          %0 = global f
          %1 = call %0()
          goto b2
        b2:
          goto b4
        b3:
          %2 = catch
          %3 = global g
          %4 = call %3()
          goto b4
        b4:
          goto b5
        b5 (handler b7):
          %5 = global f
          %6 = call %5()
          goto b6
        b6:
          goto b8
        b7:
          %7 = catch
          %8 = %7.message
          store message, %8
          %9 = global g
          %10 = load message
          %11 = call %9(%10)
          goto b8
        b8:
          return
      "
    `);
  });

  test('finally is copied for each way out', () => {
    expect(print('function f() { try { if (a) return b(); c(); } finally { d(); } e(); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

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
          %12 = call %11()
          return
        b7:
          %9 = global d
          %10 = call %9()
          rethrow
      "
    `);
  });

  test('try, catch and finally', () => {
    expect(print('function f() { try { a(); } catch (e) { return b(e); } finally { c(); } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          goto b1
        b1 (handler b9):
          goto b2
        b2 (handler b7):
          %0 = global a
          %1 = call %0()
          goto b3
        b3 (handler b9):
          goto b4
        b4 (handler b9):
          goto b5
        b5:
          %8 = global c
          %9 = call %8()
          goto b6
        b6:
          return
        b7 (handler b9):
          %2 = catch
          store e, %2
          %3 = global b
          %4 = load e
          %5 = call %3(%4)
          goto b8
        b8:
          %6 = global c
          %7 = call %6()
          return %5
        b9:
          %10 = global c
          %11 = call %10()
          rethrow
      "
    `);
  });

  test('break and continue run the cleanups that they leave', () => {
    expect(print('for (;;) { try { if (a) break; if (b) continue; } finally { c(); } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          goto b2
        b2:
          goto b3
        b3 (handler b14):
          %0 = global a
          branch %0 b4 b7
        b4 (handler b14):
          goto b5
        b5:
          %1 = global c
          %2 = call %1()
          goto b6
        b6:
          return
        b7 (handler b14):
          %3 = global b
          branch %3 b8 b10
        b8 (handler b14):
          goto b9
        b9:
          %4 = global c
          %5 = call %4()
          goto b13
        b10 (handler b14):
          goto b11
        b11:
          %6 = global c
          %7 = call %6()
          goto b12
        b12:
          goto b13
        b13:
          goto b1
        b14:
          %8 = global c
          %9 = call %8()
          rethrow
      "
    `);
  });

  test('a return in finally replaces what was pending', () => {
    expect(print('function f() { try { return a(); } finally { return b(); } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

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

  test('using', () => {
    expect(print('{ using x = f(); g(x); } h();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = enter %1 scope#0
          store x, %1
          goto b1
        b1 (handler b4):
          %3 = global g
          %4 = load x
          %5 = call %3(%4)
          goto b2
        b2:
          exit %1 scope#0 normal
          goto b3
        b3:
          %6 = global h
          %7 = call %6()
          return
        b4:
          exit %1 scope#0 exception
          rethrow
      "
    `);
  });

  test('await using, and two resources in one declaration', () => {
    expect(print('async function m() { await using a = f(), b = g(); return h(a, b); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store m, %0
          return

      async function m#1()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = enter-async %1 scope#0
          store a, %1
          goto b1
        b1 (handler b6):
          %3 = global g
          %4 = call %3()
          %5 = enter-async %4 scope#1
          store b, %4
          goto b2
        b2 (handler b5):
          %6 = global h
          %7 = load a
          %8 = load b
          %9 = call %6(%7, %8)
          goto b3
        b3 (handler b6):
          exit %4 scope#1 normal
          goto b4
        b4:
          exit %1 scope#0 normal
          return %9
        b5 (handler b6):
          exit %4 scope#1 exception
          rethrow
        b6:
          exit %1 scope#0 exception
          rethrow
      "
    `);
  });

  test('using in the head of a loop', () => {
    expect(print('for (using x of f()) g(x);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          goto b1
        b1:
          %2 = each %1 b2 b7
        b2:
          %3 = enter %2 scope#0
          store x, %2
          goto b3
        b3 (handler b6):
          %4 = global g
          %5 = load x
          %6 = call %4(%5)
          goto b4
        b4:
          exit %2 scope#0 normal
          goto b5
        b5:
          goto b1
        b6:
          exit %2 scope#0 exception
          rethrow
        b7:
          return
      "
    `);
  });

  test('a function in finally is one function', () => {
    expect(print('try { f(); } finally { g(() => 1); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1 (handler b4):
          %0 = global f
          %1 = call %0()
          goto b2
        b2:
          %2 = global g
          %3 = function #1
          %4 = call %2(%3)
          goto b3
        b3:
          return
        b4:
          %5 = global g
          %6 = function #1
          %7 = call %5(%6)
          rethrow

      lambda anonymous#1()
        b0:
          %0 = 1
          return %0
      "
    `);
  });
});
