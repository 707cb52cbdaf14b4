// `using` releases its resource on every way out: the end, `return`, `break`, `continue`, an exception; the innermost first.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('using', () => {
  test('continue and break in for-of', () => {
    expect(print(`for (using x of f()) { if (a) continue; if (b) break; g(x); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          goto b1
        b1:
          %2 = each %1 b2 b13
        b2:
          %3 = enter %2 scope#0
          store x, %2
          goto b3
        b3 (handler b12):
          %4 = global a
          branch %4 b4 b6
        b4 (handler b12):
          goto b5
        b5:
          exit %2 scope#0 normal
          goto b1
        b6 (handler b12):
          %5 = global b
          branch %5 b7 b9
        b7 (handler b12):
          goto b8
        b8:
          exit %2 scope#0 normal
          goto b13
        b9 (handler b12):
          %6 = global g
          %7 = load x
          %8 = call %6(%7)
          goto b10
        b10:
          exit %2 scope#0 normal
          goto b11
        b11:
          goto b1
        b12:
          exit %2 scope#0 exception
          rethrow
        b13:
          return
      "
    `);
  });

  test('return and throw out of two scopes', () => {
    expect(print(`function f() { using a = g(); { using b = h(a); if (b) return i(); if (a) throw j(); } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = enter %1 scope#0
          store a, %1
          goto b1
        b1 (handler b14):
          %3 = global h
          %4 = load a
          %5 = call %3(%4)
          %6 = enter %5 scope#1
          store b, %5
          goto b2
        b2 (handler b13):
          %7 = load b
          branch %7 b3 b6
        b3 (handler b13):
          %8 = global i
          %9 = call %8()
          goto b4
        b4 (handler b14):
          exit %5 scope#1 normal
          goto b5
        b5:
          exit %1 scope#0 normal
          return %9
        b6 (handler b13):
          %10 = load a
          branch %10 b7 b8
        b7 (handler b13):
          %11 = global j
          %12 = call %11()
          throw %12
        b8 (handler b13):
          goto b9
        b9 (handler b14):
          exit %5 scope#1 normal
          goto b10
        b10 (handler b14):
          goto b11
        b11:
          exit %1 scope#0 normal
          goto b12
        b12:
          return
        b13 (handler b14):
          exit %5 scope#1 exception
          rethrow
        b14:
          exit %1 scope#0 exception
          rethrow
      "
    `);
  });

  test('in the head of a for', () => {
    expect(print(`for (using x = f(); x.ok; x.next()) { if (a) break; g(); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = enter %1 scope#0
          store x, %1
          goto b1
        b1 (handler b10):
          goto b2
        b2 (handler b10):
          %3 = load x
          %4 = %3.ok
          branch %4 b3 b7
        b3 (handler b10):
          %5 = global a
          branch %5 b4 b5
        b4 (handler b10):
          goto b7
        b5 (handler b10):
          %6 = global g
          %7 = call %6()
          goto b6
        b6 (handler b10):
          %8 = load x
          %9 = call %8.next()
          goto b2
        b7 (handler b10):
          goto b8
        b8:
          exit %1 scope#0 normal
          goto b9
        b9:
          return
        b10:
          exit %1 scope#0 exception
          rethrow
      "
    `);
  });

  test('for await with await using', () => {
    expect(print(`async function f() { for await (await using x of g()) h(x); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      async function f#1()
        b0:
          %0 = global g
          %1 = call %0()
          goto b1
        b1:
          %2 = each-async %1 b2 b7
        b2:
          %3 = enter-async %2 scope#0
          store x, %2
          goto b3
        b3 (handler b6):
          %4 = global h
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

  test('labelled continue through two resources', () => {
    expect(print(`outer: for (const a of f()) { using b = g(a); for (using c of b) { if (c) continue outer; } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          goto b1
        b1:
          %2 = each %1 b2 b18
        b2:
          store a, %2
          %3 = global g
          %4 = load a
          %5 = call %3(%4)
          %6 = enter %5 scope#0
          store b, %5
          goto b3
        b3 (handler b17):
          %7 = load b
          goto b4
        b4 (handler b17):
          %8 = each %7 b5 b14
        b5 (handler b17):
          %9 = enter %8 scope#1
          store c, %8
          goto b6
        b6 (handler b13):
          %10 = load c
          branch %10 b7 b10
        b7 (handler b13):
          goto b8
        b8 (handler b17):
          exit %8 scope#1 normal
          goto b9
        b9:
          exit %5 scope#0 normal
          goto b1
        b10 (handler b13):
          goto b11
        b11 (handler b17):
          exit %8 scope#1 normal
          goto b12
        b12 (handler b17):
          goto b4
        b13 (handler b17):
          exit %8 scope#1 exception
          rethrow
        b14 (handler b17):
          goto b15
        b15:
          exit %5 scope#0 normal
          goto b16
        b16:
          goto b1
        b17:
          exit %5 scope#0 exception
          rethrow
        b18:
          return
      "
    `);
  });

  test('a resource that is in force while finally runs', () => {
    expect(print(`function f() { using a = g(); try { return h(); } finally { i(); } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = enter %1 scope#0
          store a, %1
          goto b1
        b1 (handler b6):
          goto b2
        b2 (handler b5):
          %3 = global h
          %4 = call %3()
          goto b3
        b3 (handler b6):
          %5 = global i
          %6 = call %5()
          goto b4
        b4:
          exit %1 scope#0 normal
          return %4
        b5 (handler b6):
          %9 = global i
          %10 = call %9()
          rethrow
        b6:
          exit %1 scope#0 exception
          rethrow
      "
    `);
  });

  test('after functions and exports of the module', () => {
    expect(print(`f(); using x = g(); export function f() { return x; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = load f
          %2 = call %1()
          %3 = global g
          %4 = call %3()
          %5 = enter %4 scope#0
          store x, %4
          goto b1
        b1 (handler b4):
          goto b2
        b2:
          exit %4 scope#0 normal
          goto b3
        b3:
          return
        b4:
          exit %4 scope#0 exception
          rethrow

      function f#1()
        b0:
          %0 = load x
          return %0
      "
    `);
  });
});
